"""A numbered list on a sheet of its own: headings, rows or a line that there are none, signatures and notes."""

from collections.abc import Iterable, Iterator, Mapping

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
    """Return the list *name*; *table* is the keys of its columns, their widths, and its rows without serial number.

    *headings_by_column* has the headings of columns whose key is not in the messages.
    """
    columns, widths, rows = table
    heading = TableHeading(
        right_text=messages("filing.year", year=context.roster.year),
        title=messages(f"filing.title.{name}", province=context.owner.name, year=context.roster.year),
        column_count=len(columns),
    )
    named = headings_by_column or {}
    headings = (named.get(column) or messages(f"filing.column.{column}") for column in columns)
    body = list(number_rows(rows, widths)) or [build_empty_row(len(columns), name, messages)]
    return FilingSheet(
        name=messages(f"filing.sheet.{name}"),
        rows=(
            *heading.build_rows(),
            build_header_row(headings),
            *body,
            *build_closing_rows(context, widths, notes, messages),
        ),
        widths=widths,
        landscape=len(columns) >= MAX_PORTRAIT_COLUMNS or name == "versions",
        header_rows=(3, 3),
    )


def number_rows(rows: Iterable[CellRow], widths: tuple[float, ...]) -> Iterator[CellRow]:
    """Yield the rows with a serial number in front; a row too long for a page continues in further rows."""
    for serial, row in enumerate(rows, start=1):
        yield from split_long_row((Cell(serial, CellStyle.CENTRE), *row), widths)
