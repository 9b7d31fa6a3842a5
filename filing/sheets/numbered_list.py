"""A numbered list on a sheet of its own: headings, rows, what is said where there are none, signatures and notes."""

from collections.abc import Mapping

from contracts.messages import Messages
from filing.book.cell_builders import MAX_PORTRAIT_COLUMNS, CellRow, TableHeading, build_header_row, split_long_row
from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from filing.context.filing_context import FilingContext
from filing.sheets.signature_block import build_closing_rows, build_empty_row


def build_list_sheet(
    context: FilingContext,
    name: str,
    table: tuple[tuple[str, ...], tuple[float, ...], list[CellRow]],
    notes: tuple[str, ...],
    messages: Messages,
    *,
    headings_by_column: Mapping[str, str] | None = None,
) -> FilingSheet:
    """Return the list called *name*; *table* is its columns by key, their widths, and the rows without their number.

    *named* gives the headings that are no words of ours.
    """
    columns, widths, rows = table
    heading = TableHeading(
        right_text=messages("filing.year", year=context.roster.year),
        title=messages(f"filing.title.{name}", province=context.owner.name, year=context.roster.year),
        column_count=len(columns),
    )
    listed = [
        part
        for at, row in enumerate(rows, start=1)
        for part in split_long_row((Cell(at, CellStyle.CENTRE), *row), widths)
    ]
    return FilingSheet(
        name=messages(f"filing.sheet.{name}"),
        rows=(
            *heading.build_rows(),
            build_header_row(
                (headings_by_column or {}).get(one) or messages(f"filing.column.{one}") for one in columns
            ),
            *(listed or [build_empty_row(len(columns), name, messages)]),
            *build_closing_rows(context, widths, notes, messages),
        ),
        widths=widths,
        landscape=len(columns) >= MAX_PORTRAIT_COLUMNS or name == "versions",
        header_rows=(3, 3),
    )
