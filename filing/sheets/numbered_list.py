"""A numbered list on a sheet of its own: headings, rows, what is said where there are none, signatures and notes."""

from collections.abc import Mapping

from contracts.messages import Wording
from filing.book.cell_builders import COLUMNS_IN_PORTRAIT, Heading, Row, fold, headers
from filing.book.workbook_model import Cell, Look, Sheet
from filing.context.filing_context import FilingScene
from filing.sheets.signature_block import closing_rows, empty_row


def list_sheet(
    scene: FilingScene,
    name: str,
    table: tuple[tuple[str, ...], tuple[float, ...], list[Row]],
    notes: tuple[str, ...],
    words: Wording,
    *,
    named: Mapping[str, str] | None = None,
) -> Sheet:
    """Return the list called *name*; *table* is its columns by key, their widths, and the rows without their number.

    *named* gives the headings that are no words of ours.
    """
    columns, widths, rows = table
    heading = Heading(
        right=words("filing.year", year=scene.roster.year),
        title=words(f"filing.title.{name}", province=scene.whose.name, year=scene.roster.year),
        columns=len(columns),
    )
    listed = [part for at, row in enumerate(rows, start=1) for part in fold((Cell(at, Look.CENTRE), *row), widths)]
    return Sheet(
        name=words(f"filing.sheet.{name}"),
        rows=(
            *heading.rows(),
            headers((named or {}).get(one) or words(f"filing.column.{one}") for one in columns),
            *(listed or [empty_row(len(columns), name, words)]),
            *closing_rows(scene, widths, notes, words),
        ),
        widths=widths,
        landscape=len(columns) >= COLUMNS_IN_PORTRAIT or name == "versions",
        header_rows=(3, 3),
    )
