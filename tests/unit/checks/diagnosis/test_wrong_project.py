"""A project number that is wrong, in one row or throughout a table, is one finding where it stands."""

import pytest

from tests.builders.clerk_mistakes import (
    OTHER,
    PLOTS,
    PROJECTS,
    SEED,
    SUB_PROJECTS,
    SUMMARY,
    SUPPLEMENTED,
    TAKEN_OUT,
    find_after,
    read_text,
    replace_text,
    set_cell,
)
from tests.builders.examined import reads_well

NOWHERE = "62082520240009"  # well formed, and the number of no project
FIRST, SECOND = "B4", "B8"  # where the summary has the two projects


@pytest.mark.parametrize(
    ("seed", "sheet", "wrong"),
    [
        (SEED, PLOTS, "62082520230001"),
        pytest.param(OTHER, PLOTS, "6208252024001", marks=pytest.mark.long),
        (OTHER, SUPPLEMENTED, "62082520240008"),
        (SEED, SUB_PROJECTS, NOWHERE),
        pytest.param(SEED, SUMMARY, "62082520230001", marks=pytest.mark.long),
    ],
)
def test_number_of_no_project_throughout_a_table(seed: str, sheet: str, wrong: str) -> None:
    """The finding names the number, its rows and the number that belongs there."""
    due = read_text(seed, SUMMARY, FIRST)
    (found,) = find_after(seed, replace_text([sheet], due, wrong))
    assert (found.severity.value, found.sheet, found.value, found.expected) == ("hard", sheet, wrong, due)
    assert {step.after for step in found.repairs[0]} == {due}
    assert reads_well(found.message, found.remedy)


@pytest.mark.parametrize("seed", [SEED, pytest.param(OTHER, marks=pytest.mark.long)])
@pytest.mark.parametrize("sheet", [PLOTS, SUPPLEMENTED, SUB_PROJECTS])
def test_number_of_another_project_throughout_a_table(seed: str, sheet: str) -> None:
    """The list of sub-projects or the townships of the summary show which project the rows belong to."""
    due, wrong = read_text(seed, SUMMARY, FIRST), read_text(seed, SUMMARY, SECOND)
    (found,) = find_after(seed, replace_text([sheet], due, wrong))
    assert (found.severity.value, found.sheet, found.value, found.expected) == ("hard", sheet, wrong, due)
    assert {step.after for step in found.repairs[0]} == {due}
    assert reads_well(found.message, found.remedy)


@pytest.mark.parametrize(("wrong", "rule"), [(NOWHERE, "X04"), ("", "X05")])
def test_number_wrong_in_one_row_of_the_list(wrong: str, rule: str) -> None:
    """It stands against the list of projects, or against the plots of that sub-project."""
    wrong = wrong or read_text(SEED, SUMMARY, SECOND)
    (found,) = find_after(SEED, set_cell(SUB_PROJECTS, "C4", wrong))
    assert (found.rule, found.severity.value, found.sheet, found.cell) == (rule, "hard", SUB_PROJECTS, "C4")
    assert reads_well(found.message, found.remedy)


def test_number_written_wrong_wherever_it_stands() -> None:
    """The number is wrong in the list of projects and in all tables alike: one finding in the list covers them."""
    due = read_text(SEED, SUMMARY, FIRST)
    sheets = (PROJECTS, SUMMARY, PLOTS, SUPPLEMENTED, TAKEN_OUT, SUB_PROJECTS)
    (found,) = find_after(SEED, replace_text(sheets, due, due[:-1]))
    assert (found.rule, found.sheet, found.cell, found.value) == ("C08", PROJECTS, "B4", due[:-1])
    assert all(sheet in found.remedy for sheet in sheets[1:])
    assert reads_well(found.message, found.remedy)


def test_number_wrong_in_one_plot() -> None:
    """The other plots of its sub-project and the sums show what it should be."""
    due = read_text(SEED, PLOTS, "C4")
    (found,) = find_after(SEED, set_cell(PLOTS, "C4", read_text(SEED, SUMMARY, SECOND)))
    assert (found.severity.value, found.sheet, found.cell, found.expected) == ("hard", PLOTS, "C4", due)


def test_wrong_number_with_a_wrong_plot_is_not_joined_with_it() -> None:
    """A plot that is wrong too stays a finding of its own."""
    due = read_text(SEED, SUMMARY, FIRST)
    found = find_after(SEED, replace_text([SUPPLEMENTED], due, "62082520230001"), set_cell(PLOTS, "U6", "9"))
    assert {(finding.sheet, finding.cell) for finding in found} == {(SUPPLEMENTED, "C4"), (PLOTS, "U6")}
