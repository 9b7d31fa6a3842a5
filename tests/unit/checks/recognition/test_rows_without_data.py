"""Headings, notes, column numbers, marks, empty rows and what stands below the total are no rows of data."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.builders.broken import valid_workbook
from tests.builders.clerk_mistakes import PLOTS, SUMMARY
from tests.builders.dongchuan import SHEET_2, submission
from tests.builders.examined import briefs, report_of

FIRST_ROW, TOTAL_ROW = 4, 13  # positions in the rows of annex 2
NUMBERINGS = (
    ["甲", "乙", "1", "2", "3", "4=1+2+3"],
    ["甲", "乙", 1, 2, 3, 4],
    ["栏次", None, "1", "2", "3", "4"],
    ["（1）", "（2）", "（3）", "（4）", "（5）", "（6）=（3）+（4）+（5）"],
    ["①", "②", "③", "④", "⑤", "⑥"],
    ["A", "B", "C", "D", "E", "F"],
)
IN_THE_TABLE = (
    ["（以下空白）"],
    [None, "以下空白"],
    ["注：本表含跨年度项目"],
    ["一、街道部分"],
    ["（二）乡镇部分"],
    [None, "说明：含跨年度项目"],
    ["—"] * 6,
    [10],
)
BELOW_THE_TOTAL = (
    ["联系电话", 13888888888],
    ["联系电话", None, 13888888888],
    [13888888888],
    ["填表人", "张三", "审核人", "李四", "电话", 13888888888],
    ["比上年增长", None, "12.5%", "3%", "1%", "2%"],
    ["比上年增长", None, 0.125, 0.03, 0.01, 0.02],
    ["折合公顷", None, 73.33, 160, 100, 333.33],
    [None, "折合公顷", 73.33, 160, 100, 333.33],
    ["完成任务较好的乡镇数", None, 3, 4, 5, 6],
)


def find_with_row(at: int, cells: list[Any]) -> list[tuple[str, str, str, str | None]]:
    """Return what is found once a row is inserted into annex 2."""
    draft = submission(2)
    draft.sheets[SHEET_2].insert(at, [*cells, *[None] * (6 - len(cells))])
    return briefs(report_of(draft.bytes()))


@pytest.mark.parametrize("cells", NUMBERINGS)
def test_row_that_numbers_the_columns(cells: list[Any]) -> None:
    """It may stand below the headings, whatever its notation."""
    assert find_with_row(FIRST_ROW, cells) == []


@pytest.mark.parametrize("cells", IN_THE_TABLE)
@pytest.mark.parametrize("at", [6, TOTAL_ROW])
def test_row_in_the_table(cells: list[Any], at: int) -> None:
    """Headings, notes, marks and rows with a number alone hold nothing to check."""
    assert find_with_row(at, cells) == []


@pytest.mark.parametrize("cells", BELOW_THE_TOTAL)
def test_row_below_the_total(cells: list[Any]) -> None:
    """Telephones, rates of growth and other units are not added."""
    assert find_with_row(TOTAL_ROW + 1, cells) == []


@pytest.mark.parametrize("sheet", [PLOTS, SUMMARY])
def test_rows_of_a_template_left_untouched(sheet: str) -> None:
    """Rows with nothing but their numbers are empty, however many."""
    book = load_workbook(BytesIO(valid_workbook("gansu")))
    page = book[sheet]
    total = page.max_row
    page.move_range(f"A{total}:AZ{total}", rows=12)
    for row in range(total, total + 12):
        page.cell(row, 1).value = row - 3
    buffer = BytesIO()
    book.save(buffer)
    assert report_of(buffer.getvalue()).findings == ()


def test_township_with_a_wrong_name_is_still_a_row() -> None:
    """A row with figures is not dropped for its label."""
    draft = submission(2).put(SHEET_2, "B6", "铜都街到")
    assert {rule for rule, *_ in briefs(report_of(draft.bytes()))} >= {"C02"}
