"""A row that stands twice is one finding: no total and no figure of another table is to be changed."""

from typing import Any

import pytest

from tests.builders.clerk_mistakes import LAND, PLOTS, PROJECTS, SUB_PROJECTS, SUMMARY, SUPPLEMENTED, find_after
from tests.builders.row_mistakes import copy_rows


@pytest.mark.parametrize("sheet", [PROJECTS, SUMMARY, PLOTS, SUPPLEMENTED, SUB_PROJECTS, LAND])
@pytest.mark.parametrize("renumbers", [False, True])
def test_copied_row_is_one_finding(sheet: str, renumbers: bool) -> None:  # noqa: FBT001 - a case of the test
    """Sums, balances and comparisons that the copy spoils are not told besides, and the remedy deletes a copy."""
    (found,) = find_after("gansu", copy_rows(sheet, 5, 1, renumbers=renumbers))
    assert found.severity.value == "hard"
    assert "第 5、6 行" in found.remedy
    assert "删去一行" in found.remedy
    assert found.repairs == ()


@pytest.mark.parametrize("sheet", [PLOTS, SUB_PROJECTS])
def test_copied_block_names_all_its_rows(sheet: str) -> None:
    """Three rows that were pasted twice."""
    (found,) = find_after("gansu", copy_rows(sheet, 5, 3, renumbers=False))
    assert "5—8、6—9、7—10" in found.remedy


def test_row_of_one_plot_with_other_figures_is_not_called_a_copy() -> None:
    """The number stands twice, the figures differ: which row is right is not known."""

    def mistake(book: Any) -> None:
        copy_rows(PLOTS, 5, 1, renumbers=False)(book)
        book[PLOTS]["P6"].value += 100

    found = find_after("gansu", mistake)
    assert all("完全相同" not in finding.remedy for finding in found)
