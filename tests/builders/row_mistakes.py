"""Mistakes that a clerk makes with a whole row, in any table of a submission."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.builders.clerk_mistakes import Mistake

_TOTALS = ("合计", "总计")
_MAX_HEADER_ROW = 8


def find_rows(page: Any) -> range:
    """Return the rows of a table between its headings and its total, none if a sheet holds no table with a total."""
    labels = {row: page.cell(row, 1).value for row in range(1, page.max_row + 1)}
    headers = [row for row, label in labels.items() if label == "序号" and row <= _MAX_HEADER_ROW]
    totals = [row for row, label in labels.items() if label in _TOTALS]
    if not headers or not totals:
        return range(0)
    return range(headers[0] + 1, totals[0])


def copy_rows(sheet: str, first: int, count: int = 1, *, renumbers: bool = False) -> Mistake:
    """Paste rows again below themselves; the clerk may number the table anew."""

    def mistake(book: Any) -> None:
        page = book[sheet]
        columns = range(1, page.max_column + 1)
        copies = [[page.cell(first + offset, column).value for column in columns] for offset in range(count)]
        page.insert_rows(first + count, count)
        for offset, texts in enumerate(copies):
            for column, text in enumerate(texts, start=1):
                page.cell(first + count + offset, column).value = text
        if renumbers:
            number_rows(page)

    return mistake


def number_rows(page: Any) -> None:
    """Number the rows of a table from 1."""
    for number, row in enumerate(find_rows(page), start=1):
        page.cell(row, 1).value = number


def insert_row(sheet: str, row: int, *texts: object) -> Mistake:
    """Insert a row with some texts, from the first column on."""

    def mistake(book: Any) -> None:
        book[sheet].insert_rows(row)
        for column, text in enumerate(texts, start=1):
            book[sheet].cell(row, column).value = text

    return mistake


def write_number(sheet: str, row: int, text: object) -> Mistake:
    """Type something else as the number of a row."""

    def mistake(book: Any) -> None:
        book[sheet].cell(row, 1).value = text

    return mistake


ROW_MISTAKES: Mapping[str, Callable[[str, int], Mistake]] = {
    "copied": copy_rows,
    "copied and numbered": lambda sheet, row: copy_rows(sheet, row, renumbers=True),
    "heading": lambda sheet, row: insert_row(sheet, row, "一、北部片区"),
    "heading beside": lambda sheet, row: insert_row(sheet, row, None, "（一）北部片区"),
    "text beside": lambda sheet, row: insert_row(sheet, row, None, "北部片区"),
    "note": lambda sheet, row: insert_row(sheet, row, "注：以下为二期工程。"),
    "blank mark": lambda sheet, row: insert_row(sheet, row, None, "以下空白"),
    "column numbers": lambda sheet, row: insert_row(sheet, row, "甲", "乙", 1, 2, 3),
    "number lost": lambda sheet, row: write_number(sheet, row, None),
    "number 200": lambda sheet, row: write_number(sheet, row, 200),
    "number a dash": lambda sheet, row: write_number(sheet, row, "—"),
}
