"""A heading with another unit over figures in that unit is one finding, with the conversion."""

from typing import Any

import pytest

from tests.builders.clerk_mistakes import PLOTS, SUMMARY, Mistake, find_after


def in_unit(sheet: str, column: int, heading: str, factor: float) -> Mistake:
    """Give a column in another unit, and say so in its heading."""

    def mistake(book: Any) -> None:
        page = book[sheet]
        page.cell(3, column).value = heading
        for row in range(4, page.max_row + 1):
            cell = page.cell(row, column)
            if cell.value is not None:
                cell.value = round(cell.value * factor, 6)

    return mistake


@pytest.mark.parametrize(
    ("sheet", "column", "heading", "factor", "back"),
    [
        (PLOTS, 16, "图斑面积（公顷）", 0.0001, "乘以 10000"),
        (PLOTS, 16, "图斑面积/亩", 0.0015, "乘以 666.6667"),
        (SUMMARY, 6, "本年新增耕地(公顷)", 1 / 15, "乘以 15"),
    ],
)
def test_heading_and_figures_are_one_finding(sheet: str, column: int, heading: str, factor: float, back: str) -> None:
    """Both are to be put right at once."""
    (found,) = find_after("gansu", in_unit(sheet, column, heading, factor))
    assert (found.severity.value, found.sheet) == ("hard", sheet)
    assert back in found.remedy
    assert "标题" in found.remedy


def test_heading_alone_is_told_as_that() -> None:
    """Figures in the unit of the contract stay as they are."""
    (found,) = find_after("gansu", in_unit(PLOTS, 16, "图斑面积（亩）", 1))
    assert (found.rule, found.cell) == ("F03", "A2")
