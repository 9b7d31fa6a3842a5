"""A column given in another unit is one cause; a figure given in another unit is a slip of its own."""

from collections.abc import Iterable
from io import BytesIO

import pytest
from openpyxl import load_workbook

from checks.model.finding import Finding
from tests.builders.broken import valid_workbook
from tests.builders.examined import reads_well, report_of

PLOTS, SUMMARY, SUPPLEMENTED, TASKS, LAND = "新增耕地明细", "核算汇总表", "补划明细", "任务完成对照", "土地利用结构"
HECTARES, METRES, MU_OF_METRES = 1 / 15, 10_000 / 15, 15 / 10_000


def found_after(
    sheet: str, columns: Iterable[int], times: float, *, rows: tuple[int, ...] = (), base: str = "gansu"
) -> tuple[Finding, ...]:
    """Return what is found once the figures of some columns, or some rows of them, are given in another unit."""
    book = load_workbook(BytesIO(valid_workbook(base)))
    for column in columns:
        for row in rows or range(4, book[sheet].max_row + 1):
            cell = book[sheet].cell(row, column)
            if isinstance(cell.value, int | float):
                cell.value = round(cell.value * times, 6)
    buffer = BytesIO()
    book.save(buffer)
    return report_of(buffer.getvalue()).findings


@pytest.mark.parametrize(
    ("sheet", "columns", "times", "cell", "factor"),
    [
        (PLOTS, [16], 1 / 10_000, "P4", "10000"),
        (PLOTS, [19], MU_OF_METRES, "S4", "666.6667"),
        (PLOTS, [20], METRES, "T4", "0.0015"),
        (PLOTS, [20], HECTARES, "T4", "15"),
        (PLOTS, [16, 18, 19], 1 / 10_000, "P4", "10000"),
        (SUPPLEMENTED, [11], MU_OF_METRES, "K4", "666.6667"),
        (SUPPLEMENTED, [12], METRES, "L4", "0.0015"),
        (SUMMARY, [6], HECTARES, "F4", "15"),
        (SUMMARY, [5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 17, 18, 19, 21, 22, 24, 25], HECTARES, "E4", "15"),
        (TASKS, [3], HECTARES, "C4", "15"),
        (TASKS, [4], 1 / 10_000, "D4", "10000"),
        (LAND, [3], HECTARES, "C4", "15"),
    ],
)
def test_column_in_another_unit(sheet: str, columns: list[int], times: float, cell: str, factor: str) -> None:
    """One finding names the column and the factor; whatever else is off by it is told there."""
    (found,) = found_after(sheet, columns, times)
    assert (found.severity.value, found.sheet, found.cell) == ("hard", sheet, cell)
    assert f"各数乘以 {factor}" in found.remedy
    assert reads_well(found.message, found.remedy)


def test_task_table_in_ten_thousand_mu() -> None:
    """The plan knows what each target should be: the four columns are one finding."""
    (found,) = found_after("附件2", [3, 4, 5, 6], 1 / 10_000, base="dongchuan")
    assert "C5:C13、D5:D13、E5:E13、F5:F13 各数乘以 10000" in found.remedy


def test_one_figure_in_another_unit_is_told_at_its_cell() -> None:
    """A single slip says nothing of its column."""
    (found,) = found_after(PLOTS, [20], HECTARES, rows=(9,))
    assert (found.cell, {found.rule, *found.related_rules}) == ("T9", {"F10", "T05"})
    assert "乘以" not in found.remedy


def test_column_of_which_nothing_tells_the_unit() -> None:
    """Too many decimals all down a column are one finding, and ask whether the unit is right."""
    (found,) = found_after("完成情况（示例）", [3], HECTARES, base="dongchuan")
    assert (found.rule, found.severity.value, found.cell) == ("F10", "soft", "C4")
    assert "换算为亩" in found.remedy


def test_other_faults_of_the_table_are_told_besides() -> None:
    """A column in hectares does not hide a wrong class code."""
    book = load_workbook(BytesIO(valid_workbook("gansu")))
    for row in range(4, book[PLOTS].max_row + 1):
        book[PLOTS].cell(row, 20).value = round(float(str(book[PLOTS].cell(row, 20).value)) / 15, 4)
    book[PLOTS]["N6"] = "0201"
    buffer = BytesIO()
    book.save(buffer)
    assert {one.rule for one in report_of(buffer.getvalue()).findings} >= {"T05", "C09"}
