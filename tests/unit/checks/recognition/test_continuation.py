"""A second sheet of plots with other plots is a continuation; one with the same plots is a copy."""

from typing import Any

import pytest

from tests.builders.clerk_mistakes import PLOTS, find_after

SECOND = "新增耕地明细（2）"
SUMMED = (16, 18, 19, 20)


def split_plots(book: Any, total: str) -> None:
    """Write the last six plots on a sheet of their own, with totals of each sheet or one of all plots."""
    first = book[PLOTS]
    whole = [first.cell(16, column).value for column in SUMMED]
    second = book.copy_worksheet(first)
    second.title = SECOND
    first.delete_rows(10, 6)
    second.delete_rows(4, 6)
    for sheet in (first, second):
        for column in SUMMED:
            rows = range(4, sheet.max_row)
            sheet.cell(sheet.max_row, column).value = round(sum(sheet.cell(row, column).value for row in rows), 2)
    if total == "of all":
        first.delete_rows(10)
        for column, amount in zip(SUMMED, whole, strict=True):
            second.cell(second.max_row, column).value = amount


@pytest.mark.parametrize("total", ["of each", "of all"])
def test_other_plots_are_a_continuation(total: str) -> None:
    """Nothing is to be deleted, and no figure of another form is to be changed."""
    (found,) = find_after("gansu", lambda book: split_plots(book, total))
    assert (found.rule, found.severity.value, found.sheet, found.repairs) == ("F01", "hard", SECOND, ())
    assert "续表" in found.message
    assert "6 行" in found.remedy
    assert "删" not in found.remedy


def test_same_plots_are_a_copy() -> None:
    """The county says which of the two it means."""

    def copy(book: Any) -> None:
        book.copy_worksheet(book[PLOTS]).title = SECOND

    (found,) = find_after("gansu", copy)
    assert (found.rule, found.sheet) == ("F01", SECOND)
    assert "续表" not in found.message
