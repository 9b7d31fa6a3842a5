"""The numbers of a book's tables: one after the other as they stand, so that none seems to be missing."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from contracts.messages import Messages
from filing.book.workbook_model import CellStyle, FilingSheet


def add_table_numbers(sheets: Mapping[str, FilingSheet], messages: Messages) -> dict[str, FilingSheet]:
    """Return the sheets, each table that has no number of its own with that of its place among such tables."""
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
    """Return what stands at a table's top left; None for a sheet that is no table."""
    first = sheet.rows[0][0] if sheet.rows and sheet.rows[0] else None
    return str(first.value) if first is not None and first.style is CellStyle.FORM_NUMBER else None


def _replace_number(sheet: FilingSheet, number: str) -> FilingSheet:
    (first, *rest), *rows = sheet.rows
    return replace(sheet, rows=((replace(first, value=number), *rest), *rows))
