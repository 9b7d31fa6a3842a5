"""Impossible and unlikely values: one finding each, hard if they cannot be true, soft if they can."""

from typing import Any

import pytest

from checks.model.finding import Finding
from tests.builders.clerk_mistakes import find_after, set_cell

PLOTS, SUB_PROJECTS, PROJECTS, SUMMARY = "新增耕地明细", "子项目清单", "项目清单", "核算汇总表"
PROGRESS, LINKAGE, TASKS, IN, COVER = "完成情况（示例）", "增减挂钩", "任务完成对照", "补划明细", "封面"


def find_changed(base: str, *changes: tuple[str, dict[str, Any]]) -> tuple[Finding, ...]:
    """Return the findings of a valid workbook after its cells were changed."""
    cells = [set_cell(sheet, address, value) for sheet, values in changes for address, value in values.items()]
    return find_after(base, *cells)


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "expected"),
    [
        (PLOTS, "AA5", 2204, ("R01", "hard")),
        (PLOTS, "AA5", 24, ("R01", "hard")),
        (PLOTS, "AA5", 2024.5, ("R01", "hard")),
        (PROJECTS, "J4", 1994, ("R01", "soft")),
        (PROJECTS, "G4", 20240, ("R01", "hard")),
        (PROJECTS, "H4", 20260, ("R01", "hard")),
        (PROJECTS, "J4", 204, ("R01", "hard")),
        (PROJECTS, "F4", "2204-03-15", ("R02", "hard")),
        (SUB_PROJECTS, "I4", "2042-04-01", ("R02", "hard")),
        (SUB_PROJECTS, "I4", "1924-04-01", ("R02", "soft")),
        (SUB_PROJECTS, "M4", "2042-09-20", ("R02", "hard")),
        (SUB_PROJECTS, "T4", -5, ("R06", "hard")),
        (SUB_PROJECTS, "T4", 100.01, ("R06", "hard")),
        (SUB_PROJECTS, "P4", 1200000, ("T01", "hard")),
        (SUMMARY, "M4", 0, ("R06", "hard")),
        (SUMMARY, "N4", 98, ("R06", "hard")),
        (PLOTS, "Q5", 5, ("T04", "hard")),
        (PLOTS, "Q5", -0.1, ("T04", "hard")),
        (COVER, "B13", "2015-01-10", ("R09", "soft")),
        (COVER, "B13", "2204-01-10", ("R09", "soft")),
    ],
)
def test_value_is_one_finding_at_its_cell(sheet: str, cell: str, value: object, expected: tuple[str, str]) -> None:
    """Whatever else does not fit an impossible value follows from it."""
    (finding,) = find_changed("gansu", (sheet, {cell: value}))
    assert (finding.rule, finding.severity.value, finding.sheet, finding.cell) == (*expected, sheet, cell)


@pytest.mark.parametrize(
    ("sheet", "cell", "value"),
    [
        (PLOTS, "AA5", 2025),
        (PROJECTS, "J4", 2012),
        (PROJECTS, "F4", "2023-12-31"),
        (SUB_PROJECTS, "J4", "2024-04-01"),
        (SUB_PROJECTS, "T4", 0),
        (SUB_PROJECTS, "T4", 1),
        (SUB_PROJECTS, "T4", 37.5),
        (COVER, "B13", "2026-11-30"),
    ],
)
def test_possible_value_is_no_finding(sheet: str, cell: str, value: object) -> None:
    """Values at the limits, and one that is merely rare, are taken as they are."""
    assert find_changed("gansu", (sheet, {cell: value})) == ()


def test_percentages_typed_as_fractions_are_one_finding() -> None:
    """A column in which every 100 % is a 1 was filled in in one way."""
    (finding,) = find_changed("gansu", (SUB_PROJECTS, {f"T{row}": 1 for row in range(4, 9)}))
    assert (finding.rule, finding.severity.value, len(finding.cells)) == ("R06", "soft", 5)


def test_equal_years_are_one_finding() -> None:
    """A year that was drawn down wrongly is told once, with its cells."""
    (finding,) = find_changed("gansu", (PLOTS, {"AA5": 20240, "AA6": 20240, "AA7": 20240}))
    assert [cell.address for cell in finding.cells] == ["AA5", "AA6", "AA7"]


def test_survey_of_a_plot_after_its_acceptance_is_no_finding() -> None:
    """The survey of the next year may record a plot that was accepted late in the year."""
    assert find_changed("gansu", (PLOTS, {"Z5": "2024-12-30", "AA5": 2025})) == ()


def test_day_of_filling_in_that_is_impossible_is_not_compared() -> None:
    """The cover is wrong, not each of the plots that were accepted after that day."""
    (finding,) = find_changed("gansu", (COVER, {"B13": "2012-01-10"}))
    assert finding.sheet == COVER


def test_column_of_done_areas_in_ten_thousand_mu() -> None:
    """All rows far below their target have one cause, which is the unit."""
    done = {f"C{row}": value for row, value in zip(range(4, 13), (1.5, 2, 2, 3, 2, 1, 2, 2, 1), strict=True)}
    (finding,) = find_changed("dongchuan", (PROGRESS, {**done, "C13": 16.5}))
    assert (finding.rule, finding.severity.value, finding.cell) == ("R07", "soft", "C4")
    assert "9 行" in finding.message


def test_figures_of_two_columns_are_two_findings() -> None:
    """New farmland and linkage quotas of a township do not depend on each other."""
    changes = {"C4": 98186.5, "C13": 99654.6, "D5": 1384, "D13": 1630.2}
    assert [finding.cell for finding in find_changed("dongchuan", (PROGRESS, changes))] == ["C4", "D5"]


def test_amount_that_breaks_its_total_is_the_broken_total() -> None:
    """The sum knows what the figure should be, so it speaks."""
    (finding,) = find_changed("dongchuan", (PROGRESS, {"C4": 98186.5}))
    assert (finding.rule, finding.cell, finding.related_rules) == ("T01", "C4", ("R07", "R08"))


def test_sub_project_far_ahead_of_its_plan() -> None:
    """Money spent is compared with the money planned."""
    (finding,) = find_changed("gansu", (SUB_PROJECTS, {"Q4": 1200, "Q9": 2190}))
    assert (finding.rule, finding.cell) == ("R07", "Q4")


def test_sub_project_that_has_just_begun_is_no_finding() -> None:
    """Little of the money of a plan over several years is spent in the first one."""
    assert find_changed("gansu", (SUB_PROJECTS, {"Q4": 5, "Q9": 995})) == ()
