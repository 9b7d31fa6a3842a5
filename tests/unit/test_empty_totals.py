"""A total row that was left empty is one cause, and its finding says what the figures should be."""

from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from checks.model.finding import Finding
from tests.builders.dongchuan import submission
from tests.builders.examined import reads_well, report_of
from tests.builders.gansu import gansu_workbook

PLOTS, SUMMARY = "新增耕地明细", "核算汇总表"
SHEETS = (PLOTS, SUMMARY, "补划明细", "调出明细", "子项目清单", "任务完成对照", "增减挂钩", "土地利用结构", "项目清单")


@cache
def other_figures() -> bytes:
    """Return a submission with other figures than the examples have."""
    return gansu_workbook(20, 11)


def found_after(data: bytes, sheet: str, *changes: Callable[[Any], object]) -> tuple[Finding, ...]:
    """Return what is found once one sheet of a valid submission was changed."""
    book = load_workbook(BytesIO(data))
    for change in changes:
        change(book[sheet])
    buffer = BytesIO()
    book.save(buffer)
    return report_of(buffer.getvalue()).findings


def emptied(sheet: Any) -> list[tuple[str, float]]:
    """Take the figures out of a sheet's last row; return where they stood."""
    figures = [cell for cell in sheet[sheet.max_row] if isinstance(cell.value, int | float)]
    taken = [(cell.coordinate, cell.value) for cell in figures]
    for cell in figures:
        cell.value = None
    return taken


@pytest.mark.parametrize("sheet", SHEETS)
def test_empty_total_row_is_one_finding(sheet: str) -> None:
    """It points at every cell, and each is told with the figure that stood there."""
    taken: list[tuple[str, float]] = []
    (found,) = found_after(other_figures(), sheet, lambda one: taken.extend(emptied(one)))
    assert (found.rule, found.severity.value, found.sheet, found.cell) == ("F04", "hard", sheet, taken[0][0])
    assert [one.address for one in found.cells] == [cell for cell, _ in taken]
    assert all(f"{cell} 填 {value:g}" in found.remedy for cell, value in taken if value < 100_000)
    assert reads_well(found.message, found.remedy)


def test_empty_total_row_of_a_plan_table() -> None:
    """The four columns of targets are one finding."""
    (found,) = found_after(submission(2).bytes(), "附件2", emptied)
    assert found.remedy == "请在合计行填写各行相加的数：C14 填 1700；D14 填 3300；E14 填 2000；F14 填 7000。"


def test_single_blank_total_is_told_at_its_cell() -> None:
    """Where the other totals stand, one is a slip of its own."""
    (found,) = found_after(gansu_workbook(), PLOTS, lambda one: one.cell(one.max_row, 18).__setattr__("value", None))
    assert (found.rule, found.cell) == ("F04", "R16")
    assert "合计行" not in found.message


def test_blank_figure_of_a_row_is_told_besides() -> None:
    """What a column adds up to is not known while one of its figures lacks."""
    found = found_after(gansu_workbook(), PLOTS, emptied, lambda one: one.__setitem__("T6", None))
    remedies = {one.cell: one.remedy for one in found}
    assert remedies.keys() == {"P16", "T6"}
    assert "T16 待该栏各行改正后再相加" in remedies["P16"]
    assert "T16 填" not in remedies["P16"]


def test_wrong_figure_is_told_besides() -> None:
    """An empty total hides nothing of the rows."""
    found = found_after(gansu_workbook(), SUMMARY, emptied, lambda one: one.__setitem__("F5", 7))
    assert {(one.rule, one.cell) for one in found} >= {("F04", "E9"), ("T02", "F5")}
