"""Numbers the tables of a book consecutively, so that none seems to be missing."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from contracts.messages import Messages
from filing.book.workbook_model import CellStyle, FilingSheet


def add_table_numbers(sheets: Mapping[str, FilingSheet], messages: Messages) -> dict[str, FilingSheet]:
    """Return the sheets; tables without a number of their own are numbered in their order."""
    return dict(_add_numbers(sheets, messages))


def _add_numbers(sheets: Mapping[str, FilingSheet], messages: Messages) -> Iterator[tuple[str, FilingSheet]]:
    count = 0
    for name, sheet in sheets.items():
        if get_table_number(sheet) == "":
            count += 1
            yield name, _replace_number(sheet, messages("filing.number.annex", number=count))
        else:
            yield name, sheet


def get_table_number(sheet: FilingSheet) -> str | None:
    """Return the number at the top left of a table, which may be empty, or None if the sheet is not a table."""
    if not sheet.rows or not sheet.rows[0]:
        return None
    first_cell = sheet.rows[0][0]
    if first_cell.style is not CellStyle.FORM_NUMBER:
        return None
    return str(first_cell.value)


def _replace_number(sheet: FilingSheet, number: str) -> FilingSheet:
    (first_cell, *other_cells), *other_rows = sheet.rows
    return replace(sheet, rows=((replace(first_cell, value=number), *other_cells), *other_rows))
