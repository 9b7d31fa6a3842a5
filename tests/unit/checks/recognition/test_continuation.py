"""A table that goes on on a second sheet is read as one table; a second sheet with the same rows is a copy."""

from typing import Any

import pytest

from tests.builders.clerk_mistakes import (
    LAND,
    PLOTS,
    PROJECTS,
    SUB_PROJECTS,
    SUMMARY,
    SUPPLEMENTED,
    TASKS,
    find_after,
)
from tests.builders.row_mistakes import find_rows

SECOND = "（续）"
SPLIT = (PROJECTS, SUMMARY, PLOTS, SUPPLEMENTED, SUB_PROJECTS, TASKS, LAND)


def split_table(book: Any, sheet: str, *, numbers_anew: bool = False, totals: str = "last") -> Any:
    """Move the second half of a table to a sheet of its own; the total stands on the *last* sheet, the first or each.

    "each" gives the first sheet a total of its own rows, "own" gives it to both.
    """
    first = book[sheet]
    second = book.copy_worksheet(first)
    second.title = sheet + SECOND
    rows = find_rows(first)
    kept = len(rows) // 2
    moved = len(rows) - kept
    second.delete_rows(rows.start, kept)
    first.delete_rows(rows.start + kept, moved)
    if totals == "last":
        first.delete_rows(rows.start + kept)
    if totals == "first":
        second.delete_rows(rows.start + moved)
    if totals in ("each", "own"):
        _add_up(first)
    if totals == "own":
        _add_up(second)
    if numbers_anew:
        for number in range(1, moved + 1):
            second.cell(rows.start + number - 1, 1).value = number
    return second


def _add_up(page: Any) -> None:
    rows = find_rows(page)
    for column in range(1, page.max_column + 1):
        total = page.cell(rows.stop, column)
        if isinstance(total.value, int | float):
            total.value = round(sum(page.cell(row, column).value for row in rows), 2)


@pytest.mark.parametrize("sheet", SPLIT)
def test_table_on_two_sheets_is_one(sheet: str) -> None:
    """Row numbers may go on; no other table misses a row, and the total is that of all rows."""
    assert find_after("gansu", lambda book: split_table(book, sheet)) == ()


@pytest.mark.parametrize("totals", ["last", "first", "each"])
def test_totals_may_stand_on_either_sheet(totals: str) -> None:
    """Row numbers may begin again; a total of the first sheet's own rows is that of a page."""
    assert find_after("gansu", lambda book: split_table(book, PLOTS, numbers_anew=True, totals=totals)) == ()


def test_error_on_the_second_sheet_is_told_there() -> None:
    """Sheet, cell, row number and proposal are those of the file."""

    def mistake(book: Any) -> None:
        split_table(book, PLOTS)["T5"] = 999

    (found,) = find_after("gansu", mistake)
    assert (found.rule, found.sheet, found.cell) == ("T05", PLOTS + SECOND, "T5")
    assert "第5行" in found.message
    assert [(step.cell.sheet, step.cell.address) for step in found.repairs[0]] == [(PLOTS + SECOND, "T5")]
    assert found.place.plot
    assert {cell.sheet for cell in found.cells} <= {PLOTS, PLOTS + SECOND, SUMMARY, SUB_PROJECTS}


def test_place_on_the_other_sheet_has_its_name() -> None:
    """A plot number that stands on both sheets makes the second one a copy of a row, told with both places."""

    def mistake(book: Any) -> None:
        second = split_table(book, SUMMARY)
        second["F5"].value += 30

    (found,) = find_after("gansu", mistake)
    assert (found.sheet, found.cell) == (SUMMARY + SECOND, "F5")
    assert [step.cell.sheet for step in found.repairs[0]] == [SUMMARY + SECOND]


def test_totals_of_each_sheet_alone_are_told() -> None:
    """There is no total of all rows; nothing is to be deleted, and no figure of another form is to be changed."""
    (found,) = find_after("gansu", lambda book: split_table(book, PLOTS, totals="own"))
    assert (found.rule, found.severity.value, found.sheet, found.repairs) == ("F01", "hard", PLOTS + SECOND, ())
    assert "续表" in found.message
    assert "删" not in found.remedy


def test_same_plots_are_a_copy() -> None:
    """The county says which of the two it means."""

    def copy(book: Any) -> None:
        book.copy_worksheet(book[PLOTS]).title = PLOTS + SECOND

    (found,) = find_after("gansu", copy)
    assert (found.rule, found.sheet) == ("F01", PLOTS + SECOND)
    assert "续表" not in found.message
