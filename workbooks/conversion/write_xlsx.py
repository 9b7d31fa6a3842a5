"""Write a converted workbook as .xlsx: the same workbook gives the same bytes."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from math import isfinite
from typing import Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from checks.model.cell_ref import format_address
from workbooks.conversion.converted_workbook import ConvertedCell, ConvertedSheet, ConvertedWorkbook, ErrorValue
from workbooks.gate.intake_fault import intake_error

# The date of the zip format's beginning: the conversion has no date of its own.
_CREATED: Final = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_MAX_WIDTH: Final = 255
_MAX_NAME_LENGTH: Final = 31
_FORBIDDEN_CHARACTER: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


def write_xlsx(workbook: ConvertedWorkbook) -> bytes:
    """Return the bytes of an .xlsx file.

    Raise IntakeError for a number that is none, and XlsxWriterException for sheets that no .xlsx can hold.
    """
    target = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_numbers": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "date_1904": workbook.uses_1904_dates,
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"created": _CREATED})
        formats = {number: book.add_format(dict(item)) for number, item in workbook.cell_formats.items()}
        for sheet, name in zip(workbook.sheets, list_sheet_names(workbook), strict=True):
            _write_sheet(book.add_worksheet(name), sheet, formats)
        _show_sheets(book, workbook)
    return target.getvalue()


def list_sheet_names(workbook: ConvertedWorkbook) -> list[str]:
    """Return the names of the sheets, cut and cleaned as an .xlsx may have them: other programs write any."""
    names: list[str] = []
    for number, sheet in enumerate(workbook.sheets, start=1):
        name = _FORBIDDEN_CHARACTER.sub("_", sheet.name).strip("'")[:_MAX_NAME_LENGTH] or f"Sheet{number}"
        if name.casefold() in map(str.casefold, names):
            name = f"{name[: _MAX_NAME_LENGTH - 4]}~{number}"
        names.append(name)
    return names


def _show_sheets(book: xlsxwriter.Workbook, workbook: ConvertedWorkbook) -> None:
    """Hide the hidden sheets; a program opens the first one that is visible."""
    worksheets = book.worksheets()
    visible_worksheets = [
        worksheet for worksheet, sheet in zip(worksheets, workbook.sheets, strict=True) if sheet.state == "visible"
    ]
    if not visible_worksheets:
        return
    visible_worksheets[0].activate()
    visible_worksheets[0].set_first_sheet()
    for worksheet, sheet in zip(worksheets, workbook.sheets, strict=True):
        if sheet.state == "veryHidden":
            worksheet.very_hidden()
        elif sheet.state == "hidden":
            worksheet.hide()


def _write_sheet(worksheet: Worksheet, sheet: ConvertedSheet, formats: Mapping[int, Format]) -> None:
    for column in sorted({*sheet.widths, *sheet.hidden_columns}):
        width = sheet.widths.get(column)
        if width is not None:
            width = min(width, _MAX_WIDTH)
        worksheet.set_column(column, column, width, None, {"hidden": column in sheet.hidden_columns})
    for row in sorted(sheet.hidden_rows):
        worksheet.set_row(row, None, None, {"hidden": True})
    for first_row, first_column, last_row, last_column in sheet.merges:
        worksheet.merge_range(first_row, first_column, last_row, last_column, None)
    for (row, column), cell in sorted(sheet.cells.items(), key=_get_position):
        _write_cell(worksheet, row, column, cell, formats)
        if isinstance(cell.value, float) and not isfinite(cell.value):
            address = format_address(row + 1, column + 1)
            raise intake_error("bad_number", sheet=sheet.name, cell=address, value=str(cell.value))


def _get_position(item: tuple[tuple[int, int], ConvertedCell]) -> tuple[int, int]:
    return item[0]


def _write_cell(
    worksheet: Worksheet, row: int, column: int, cell: ConvertedCell, formats: Mapping[int, Format]
) -> None:
    cell_format = formats.get(cell.format_id)
    value = cell.value
    if isinstance(value, ErrorValue):
        # XlsxWriter knows an error only as the result of a formula; a typed error is the formula of itself.
        worksheet.write_formula(row, column, f"={cell.formula or value.text}", cell_format, value.text)
    elif cell.formula and not isinstance(value, datetime):
        result = "" if value is None else value
        worksheet.write_formula(row, column, f"={cell.formula}", cell_format, result)
    elif value is None or value == "":
        worksheet.write_blank(row, column, None, cell_format)
    elif isinstance(value, bool):
        worksheet.write_boolean(row, column, value, cell_format)
    elif isinstance(value, str):
        worksheet.write_string(row, column, value, cell_format)
    elif isinstance(value, datetime):
        worksheet.write_datetime(row, column, value, cell_format)
    elif isfinite(value):
        worksheet.write_number(row, column, value, cell_format)
