"""Workbooks written without any look: whatever rows a test hands over, wherever its headings went."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import xlsxwriter

from tests.builders.dongchuan import Draft, Rows


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell with a formula and the result that the file holds of it."""

    text: str
    cached: str | float


def plain_bytes(sheets: Mapping[str, Rows], *, hidden: tuple[str, ...] = ()) -> bytes:
    """Return a workbook of plain cells; the same input gives the same bytes within a day."""
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for at, row in enumerate(rows):
                for column, value in enumerate(row):
                    _write(sheet, at, column, value)
    return buffer.getvalue()


def plain(draft: Draft) -> bytes:
    """Return a draft as a workbook of plain cells."""
    return plain_bytes(draft.sheets)


def _write(sheet: Any, row: int, column: int, value: object) -> None:
    if isinstance(value, Formula):
        sheet.write_formula(row, column, value.text, None, value.cached)
    elif value is not None:
        sheet.write(row, column, value)
