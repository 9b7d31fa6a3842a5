"""What a clerk does to a submission in which nothing was wrong."""

from collections.abc import Callable, Iterable
from functools import cache
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from checks.model.finding import Finding
from tests.builders.dongchuan import submission
from tests.builders.examined import report_of
from tests.builders.gansu import gansu_workbook

PLOTS, SUMMARY, SUPPLEMENTED, TAKEN_OUT = "新增耕地明细", "核算汇总表", "补划明细", "调出明细"
TASKS, LAND, SUB_PROJECTS, PROJECTS = "任务完成对照", "土地利用结构", "子项目清单", "项目清单"

Slip = Callable[[Any], object]  # what is done to a workbook


@cache
def submitted(base: str) -> bytes:
    """Return a sound submission: Dongchuan's, or that of a Gansu county with figures drawn from a seed."""
    return submission(2).bytes() if base == "dongchuan" else gansu_workbook(14, int(base))


def found_after(base: str, *slips: Slip) -> tuple[Finding, ...]:
    """Return what is found once the clerk has slipped."""
    book = load_workbook(BytesIO(submitted(base)))
    for slip in slips:
        slip(book)
    buffer = BytesIO()
    book.save(buffer)
    return report_of(buffer.getvalue()).findings


def set_to(sheet: str, address: str, value: object) -> Slip:
    """Type something else into a cell."""
    return lambda book: book[sheet].__setitem__(address, value)


def added(sheet: str, address: str, amount: float) -> Slip:
    """Mistype a figure by some amount."""
    return lambda book: book[sheet].__setitem__(address, round(book[sheet][address].value + amount, 4))


def rows_exchanged(sheet: str, rows: tuple[int, int], columns: Iterable[int]) -> Slip:
    """Write some columns of two rows into each other's row."""

    def slip(book: Any) -> None:
        for column in columns:
            _exchange(book[sheet].cell(rows[0], column), book[sheet].cell(rows[1], column))

    return slip


def columns_exchanged(sheet: str, columns: tuple[int, int], first: int) -> Slip:
    """Write two columns under each other's heading, from row *first* to the total."""

    def slip(book: Any) -> None:
        for row in range(first, book[sheet].max_row + 1):
            _exchange(*(book[sheet].cell(row, column) for column in columns))

    return slip


def _exchange(one: Any, other: Any) -> None:
    one.value, other.value = other.value, one.value


def written_as(sheets: Iterable[str], text: str, other: str) -> Slip:
    """Write *other* wherever some sheets have *text*."""

    def slip(book: Any) -> None:
        for cell in (one for name in sheets for row in book[name].iter_rows() for one in row):
            if cell.value == text:
                cell.value = other

    return slip


def text_at(base: str, sheet: str, address: str) -> str:
    """Return what stands in a cell of the sound submission."""
    return str(load_workbook(BytesIO(submitted(base)))[sheet][address].value)
