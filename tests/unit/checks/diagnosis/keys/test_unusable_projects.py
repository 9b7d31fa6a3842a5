"""A project number of the summary that cannot be used is one finding at the number; no figure is to be changed."""

from typing import Any

import pytest

from tests.builders.clerk_mistakes import PLOTS, PROJECTS, SUMMARY, Mistake, combine, find_after, set_cell, swap_rows

FIRST, SECOND = "62082520240001", "62082520240002"
ROWS = range(4, 9)


@pytest.mark.parametrize("text", ["6208252024000l", "同上", "〃", None, "62082520240009", "6208252024", SECOND])
def test_wrong_number_is_one_finding_at_the_number(text: str | None) -> None:
    """Mistyped, a ditto mark, blank, of no project, or of another project."""
    (found,) = find_after("gansu", set_cell(SUMMARY, "B5", text))
    assert (found.severity.value, found.sheet, found.cell, found.expected) == ("hard", SUMMARY, "B5", FIRST)
    assert [(step.cell.address, step.after) for step in found.repairs[0]] == [("B5", FIRST)]


def lost_digits(book: Any) -> None:
    """Keep the numbers as Excel shows them: 6.20825E+13."""
    for row in ROWS:
        book[SUMMARY].cell(row, 2).value = 6.20825e13


def test_column_that_lost_its_digits_is_one_finding() -> None:
    """The townships and their plots tell the project of each row."""
    (found,) = find_after("gansu", lost_digits)
    assert (found.cell, len(found.cells)) == ("B4", 5)
    assert [step.after for step in found.repairs[0]] == [FIRST, FIRST, FIRST, SECOND, SECOND]


@pytest.mark.parametrize(
    ("other", "cell"), [(set_cell(SUMMARY, "K6", 3000), "K6"), (set_cell(PLOTS, "X7", "乱写"), "X7")]
)
def test_other_errors_are_still_found(other: Mistake, cell: str) -> None:
    """All rules are evaluated with the number that is meant."""
    found = find_after("gansu", combine(set_cell(SUMMARY, "B5", "〃"), other))
    assert {finding.cell for finding in found} == {"B5", cell}


@pytest.mark.parametrize("address", ["C5:D5", "D5:E5"])
def test_township_under_a_merge_is_one_finding(address: str) -> None:
    """The code beside it tells the township, if it is left."""
    found = find_after("gansu", lambda book: book[SUMMARY].merge_cells(address))
    assert address in found[0].message
    assert "D5" not in {step.cell.address for finding in found for repair in finding.repairs for step in repair}


def test_blank_township_is_told_by_its_code() -> None:
    """What follows from it is not told."""
    (found,) = find_after("gansu", set_cell(SUMMARY, "D6", None))
    assert (found.rule, found.cell, found.expected) == ("C02", "D6", "柳梁镇")


def test_number_that_is_missing_in_the_list_of_projects() -> None:
    """The list is wrong, not the two rows of the summary that agree with the plots."""
    (found,) = find_after("gansu", set_cell(PROJECTS, "B5", "6208252024O002"))
    assert (found.sheet, found.cell) == (PROJECTS, "B5")


@pytest.mark.parametrize("code", ["620825999", "620825111", "6208251"])
def test_wrong_code_of_a_township_is_one_finding(code: str) -> None:
    """The village's code, which no longer fits it, is right."""
    (found,) = find_after("gansu", set_cell(PLOTS, "E6", code))
    assert (found.rule, found.cell) == ("C03", "E6")


@pytest.mark.parametrize(("columns", "cell"), [([2], "B5"), ([2, 3], "B5"), ([4], "D5")])
def test_keys_of_two_rows_exchanged_are_one_finding(columns: list[int], cell: str) -> None:
    """Numbers, numbers and codes, or names: what was exchanged is told, not what disagrees with it."""
    (found,) = find_after("gansu", swap_rows(SUMMARY, (5, 7), columns))
    assert (found.sheet, found.cell) == (SUMMARY, cell)
