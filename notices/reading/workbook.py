"""A notice as a workbook (.xlsx)."""

from collections.abc import Iterator
from io import BytesIO

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from notices.content.document import RawBlock


def read_workbook(data: bytes) -> list[RawBlock]:
    """Return the blocks of every sheet: a row with one text is a paragraph, other rows belong to a table."""
    book = openpyxl.load_workbook(BytesIO(data), data_only=True)
    return [block for sheet in book.worksheets for block in _read_sheet(sheet)]


def _read_sheet(sheet: Worksheet) -> Iterator[RawBlock]:
    table: list[list[str]] = []
    for values in sheet.iter_rows(values_only=True):
        cells = ["" if value is None else str(value).strip() for value in values]
        filled = [cell for cell in cells if cell]
        if len(filled) > 1:
            table.append(cells)
            continue
        if table:
            yield table
            table = []
        yield from filled
    if table:
        yield table
