"""Mistakes that a clerk makes in a sound submission, and what the check finds after them."""

from collections.abc import Callable, Iterable
from functools import cache
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from checks.model.finding import Finding
from tests.builders.broken import valid_workbook
from tests.builders.examined import report_of
from tests.builders.gansu import gansu_workbook

PLOTS, SUMMARY, SUPPLEMENTED, TAKEN_OUT = "新增耕地明细", "核算汇总表", "补划明细", "调出明细"
TASKS, LAND, SUB_PROJECTS, PROJECTS = "任务完成对照", "土地利用结构", "子项目清单", "项目清单"

SEED, OTHER = "7", "19"  # two sound submissions with different figures

Mistake = Callable[[Any], object]  # what is done to a workbook


@cache
def sound_submission(base: str) -> bytes:
    """Return a sound submission: Dongchuan's, the Gansu sample, or one of a Gansu county with figures from a seed."""
    return valid_workbook(base) if base in ("dongchuan", "gansu") else gansu_workbook(14, int(base))


def find_after(base: str | bytes, *mistakes: Mistake) -> tuple[Finding, ...]:
    """Return the findings after some mistakes in a sound submission, which is given by name or as a file."""
    book = load_workbook(BytesIO(sound_submission(base) if isinstance(base, str) else base))
    for mistake in mistakes:
        mistake(book)
    buffer = BytesIO()
    book.save(buffer)
    return report_of(buffer.getvalue()).findings


def locations(findings: Iterable[Finding]) -> set[tuple[str, str | None]]:
    """Return the sheet and cell of each finding."""
    return {(finding.sheet, finding.cell) for finding in findings}


def combine(*mistakes: Mistake) -> Mistake:
    """Make several mistakes, one after the other."""
    return lambda book: [mistake(book) for mistake in mistakes]


def on_sheet(name: str, *changes: Callable[[Any], object]) -> Mistake:
    """Change one sheet of the workbook."""
    return lambda book: [change(book[name]) for change in changes]


def set_cell(sheet: str, address: str, value: object) -> Mistake:
    """Type something else into a cell."""
    return lambda book: book[sheet].__setitem__(address, value)


def add_to_cell(sheet: str, address: str, amount: float) -> Mistake:
    """Mistype a figure by some amount."""
    return lambda book: book[sheet].__setitem__(address, round(book[sheet][address].value + amount, 4))


def swap_rows(sheet: str, rows: tuple[int, int], columns: Iterable[int]) -> Mistake:
    """Write some columns of two rows into each other's row."""

    def mistake(book: Any) -> None:
        for column in columns:
            _swap(book[sheet].cell(rows[0], column), book[sheet].cell(rows[1], column))

    return mistake


def swap_columns(sheet: str, columns: tuple[int, int], first: int) -> Mistake:
    """Write two columns under each other's heading, from row *first* to the total."""

    def mistake(book: Any) -> None:
        for row in range(first, book[sheet].max_row + 1):
            _swap(*(book[sheet].cell(row, column) for column in columns))

    return mistake


def convert_figures(sheet: str, columns: Iterable[int], factor: float, *, rows: Iterable[int] = ()) -> Mistake:
    """Give the figures of some columns in another unit, in all rows from the fourth on or in some."""

    def mistake(book: Any) -> None:
        for row in rows or range(4, book[sheet].max_row + 1):
            for column in columns:
                cell = book[sheet].cell(row, column)
                if isinstance(cell.value, int | float):
                    cell.value = round(cell.value * factor, 6)

    return mistake


def _swap(value: Any, other: Any) -> None:
    value.value, other.value = other.value, value.value


def replace_text(sheets: Iterable[str], text: str, other: str) -> Mistake:
    """Write *other* wherever some sheets have *text*."""

    def mistake(book: Any) -> None:
        for row in (row for name in sheets for row in book[name].iter_rows()):
            for cell in row:
                if cell.value == text:
                    cell.value = other

    return mistake


def read_text(base: str, sheet: str, address: str) -> str:
    """Return what stands in a cell of the sound submission."""
    return str(load_workbook(BytesIO(sound_submission(base)))[sheet][address].value)
