"""A row that is missing from a table, or that its total leaves out, is one finding wherever it shows."""

from collections.abc import Callable
from typing import Any

import pytest

from checks.model.finding import Finding
from tests.builders.clerk_mistakes import (
    LAND,
    PLOTS,
    SUB_PROJECTS,
    SUMMARY,
    SUPPLEMENTED,
    add_to_cell,
    find_after,
    on_sheet,
    set_cell,
)
from tests.builders.dongchuan import SHEET_2, submission
from tests.builders.examined import reads_well, report_of


def find_after_change(sheet: str, change: Callable[[Any], object]) -> tuple[Finding, ...]:
    """Return the findings after a change in one sheet of the Gansu sample."""
    return find_after("gansu", on_sheet(sheet, change))


def without(*rows: int) -> Callable[[Any], None]:
    """Return a change that deletes rows."""

    def change(sheet: Any) -> None:
        for row in sorted(rows, reverse=True):
            sheet.delete_rows(row)

    return change


def leave_out(count: int) -> Callable[[Any], None]:
    """Return a change that takes the last rows out of the total, as a formula over too short a range does."""

    def change(sheet: Any) -> None:
        total = sheet.max_row
        for cell in sheet[total]:
            if isinstance(cell.value, int | float):
                lost = sum(sheet.cell(total - 1 - at, cell.column).value or 0 for at in range(count))
                cell.value = round(cell.value - lost, 2)

    return change


@pytest.mark.parametrize(
    ("sheet", "also"),
    [
        (PLOTS, {"T01", "X01", "X03"}),
        (SUPPLEMENTED, {"T01", "X02"}),
        (SUMMARY, {"B01", "T01", "X04", "X07"}),
        (SUB_PROJECTS, {"T01", "X05"}),
        (LAND, {"T01", "T06", "T07"}),
    ],
)
def test_row_lost_in_the_middle(sheet: str, also: set[str]) -> None:
    """The missing number is where the row is to be put; totals and other tables that are short of it follow."""
    (found,) = find_after_change(sheet, without(6))
    assert (found.rule, found.severity.value, found.sheet, found.cell) == ("F11", "hard", sheet, "A6")
    assert set(found.related_rules) == also
    assert reads_well(found.message, found.remedy)
    assert "序号 3 " in found.remedy


def test_two_rows_lost() -> None:
    """Both numbers stand in one sentence."""
    (found,) = find_after_change(PLOTS, without(6, 9))
    assert found.message.startswith("序号缺 3、6，")


@pytest.mark.parametrize("sheet", [PLOTS, SUPPLEMENTED, SUMMARY, SUB_PROJECTS, LAND])
def test_last_row_lost(sheet: str) -> None:
    """No number is missing; the totals are too much by what only a row can be."""
    (found,) = find_after_change(sheet, lambda page: page.delete_rows(page.max_row - 1))
    assert (found.rule, found.severity.value, found.sheet) == ("T01", "hard", sheet)
    assert "可能漏报了一行" in found.message
    assert reads_well(found.message, found.remedy)


@pytest.mark.parametrize(("sheet", "count"), [(PLOTS, 1), (PLOTS, 3), (SUMMARY, 1), (LAND, 1), ("增减挂钩", 1)])
def test_total_leaves_rows_out(sheet: str, count: int) -> None:
    """The totals are too small by just those rows: one finding names them and says what the totals would be."""
    (found,) = find_after_change(sheet, leave_out(count))
    assert (found.rule, found.severity.value, found.sheet) == ("T01", "hard", sheet)
    assert "没有计入" in found.message
    assert reads_well(found.message, found.remedy)


def test_only_row_lost() -> None:
    """A table whose only row is gone keeps its total: the finding points at the total."""
    found = find_after_change("增减挂钩", without(4))
    assert [(finding.rule, finding.cell) for finding in found] == [("T01", "D4")]


def test_what_does_not_agree_is_not_joined() -> None:
    """A row is gone and a total is mistyped too: the shortfalls make no row, so each is reported."""

    def change(sheet: Any) -> None:
        sheet.delete_rows(6)
        sheet.cell(sheet.max_row, 16).value += 111

    found = find_after_change(PLOTS, change)
    assert [finding.rule for finding in found if finding.sheet == PLOTS] == ["T01"] * 4 + ["F11"]


def test_one_figure_too_small_is_no_row() -> None:
    """A serial number that is missing, and a figure that is wrong in one column, are two causes."""
    found = find_after("gansu", set_cell(SUB_PROJECTS, "A6", 30), add_to_cell(SUB_PROJECTS, "P6", -1))
    assert {finding.rule for finding in found} == {"F11", "T01"}


def test_total_of_a_plan_table_leaves_a_row_out() -> None:
    """Every total, and the plan's own, leaves out the last township: that is one finding, not one a column."""
    draft = submission(2)
    for column in "CDEF":
        draft.put(
            SHEET_2,
            f"{column}14",
            int(str(draft.get(SHEET_2, f"{column}14"))) - int(str(draft.get(SHEET_2, f"{column}13"))),
        )
    (found,) = report_of(draft.bytes()).findings
    assert (found.rule, found.sheet, "第 13 行" in found.message) == ("T01", SHEET_2, True)


def test_block_pasted_a_row_too_low_is_no_lost_row() -> None:
    """The totals look short by a row, yet some townships have too much: that is no row."""

    def change(sheet: Any) -> None:
        for row in range(12, 5, -1):
            for column in (16, 17, 18, 19, 20):
                sheet.cell(row, column).value = sheet.cell(row - 1, column).value

    assert not any("漏报" in finding.message for finding in find_after_change(PLOTS, change))


@pytest.mark.parametrize(
    ("column", "value", "rule"), [(1, None, "F04"), (22, None, "F16"), (28, "√", "C16"), (11, 7, "F13")]
)
def test_what_a_whole_column_has_is_one_finding(column: int, value: object, rule: str) -> None:
    """A column that is blank or wrong throughout is one finding at its first row."""

    def change(sheet: Any) -> None:
        for row in range(4, sheet.max_row):
            sheet.cell(row, column).value = value

    (found,) = find_after_change(PLOTS, change)
    assert (found.rule, found.cell, len(found.cells)) == (
        rule,
        f"{'' if column < 27 else 'A'}{chr(64 + (column - 1) % 26 + 1)}4",
        12,
    )
    assert reads_well(found.message, found.remedy)
    assert {"F13": "12 个代码"}.get(rule, "12 行如此") in found.message
