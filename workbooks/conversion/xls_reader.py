"""Read an .xls file, or a workbook of WPS (.et) in the same format, with xlrd."""

import os
from collections.abc import Sequence
from typing import Final

import xlrd
from xlrd.book import Book
from xlrd.sheet import Sheet

from checks.model.cell_ref import format_address
from workbooks.conversion.converted_workbook import (
    CellValue,
    ConvertedCell,
    ConvertedSheet,
    ConvertedWorkbook,
    ErrorValue,
)
from workbooks.conversion.xls_formats import build_cell_formats
from workbooks.conversion.xls_records import SheetFormulas, read_formulas
from workbooks.gate.intake_fault import intake_error
from workbooks.gate.zip_container import ARCHIVE_LIMITS

_STATES: Final = ("visible", "hidden", "veryHidden")
_WIDTH_UNITS: Final = 256
_ENCRYPTED: Final = "encrypted"


def read_xls(data: bytes) -> ConvertedWorkbook:
    """Return the sheets of the file; raise IntakeError if it is protected by a password, damaged or too large."""
    book = _open_book(data)
    if book.nsheets > ARCHIVE_LIMITS.max_sheets:
        raise intake_error("too_many_sheets", count=str(book.nsheets), most=str(ARCHIVE_LIMITS.max_sheets))
    sheets: list[ConvertedSheet] = []
    lost_formulas: list[str] = []
    for index in range(book.nsheets):
        formulas = read_formulas(book, index)
        source = book.sheet_by_index(index)
        sheets.append(_read_sheet(source, formulas))
        lost_formulas += [f"{source.name}!{format_address(row + 1, column + 1)}" for row, column in formulas.lost]
        book.unload_sheet(index)
    return ConvertedWorkbook(
        sheets=sheets,
        cell_formats=build_cell_formats(book),
        lost_formulas=lost_formulas,
        uses_1904_dates=book.datemode == 1,
    )


def _open_book(data: bytes) -> Book:
    with open(os.devnull, "w", encoding="utf-8") as log:  # noqa: PTH123 - the library prints what it thinks of a file
        try:
            # Programs other than Excel often write a table of sectors that the library finds strange.
            return xlrd.open_workbook(
                file_contents=data,
                logfile=log,
                formatting_info=True,
                on_demand=True,
                ragged_rows=True,
                ignore_workbook_corruption=True,
            )
        except xlrd.XLRDError as error:
            if _ENCRYPTED in str(error):
                raise intake_error("encrypted_xls") from error
            raise


def _read_sheet(source: Sheet, formulas: SheetFormulas) -> ConvertedSheet:
    sheet = ConvertedSheet(source.name, _STATES[min(source.visibility, 2)])
    blank_cells: list[tuple[int, int, ConvertedCell]] = []
    for row in range(source.nrows):
        for column, cell in enumerate(source.row(row)):
            value = _convert_value(cell.ctype, cell.value)
            converted_cell = ConvertedCell(value, formulas.texts.get((row, column), ""), cell.xf_index or 0)
            if value is not None:
                sheet.add_cell(row, column, converted_cell)
            elif cell.ctype == xlrd.XL_CELL_BLANK:
                blank_cells.append((row, column, converted_cell))
    _add_blank_cells(sheet, blank_cells)
    for first_row, end_row, first_column, end_column in source.merged_cells:
        if (end_row - first_row) * (end_column - first_column) > 1:
            sheet.add_merge((first_row, first_column, end_row - 1, end_column - 1))
    sheet.hidden_rows.update(row for row, info in source.rowinfo_map.items() if info.hidden or info.height == 0)
    for column, info in source.colinfo_map.items():
        sheet.widths[column] = info.width / _WIDTH_UNITS
        if info.hidden or info.width == 0:
            sheet.hidden_columns.add(column)
    return sheet


def _add_blank_cells(sheet: ConvertedSheet, blank_cells: Sequence[tuple[int, int, ConvertedCell]]) -> None:
    """Add blank cells for their look, but none beyond the filled ones: a whole sheet may have a format."""
    last_row, last_column = sheet.last_position
    for row, column, cell in blank_cells:
        if row <= last_row and column <= last_column:
            sheet.add_cell(row, column, cell)


def _convert_value(kind: int, value: object) -> CellValue | ErrorValue | None:
    """Return the value of a cell; a date stays the number that it is, its format shows it as a date."""
    if kind == xlrd.XL_CELL_ERROR:
        return ErrorValue(xlrd.error_text_from_code.get(value, "#N/A"))
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return float(str(value))
    if kind == xlrd.XL_CELL_TEXT:
        return str(value)
    return None
