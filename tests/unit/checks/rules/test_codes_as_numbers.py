"""Codes that a spreadsheet took for numbers, and plots written in two ways."""

from typing import Any

import pytest

from checks.model.finding import Finding
from tests.builders.clerk_mistakes import PLOTS, find_after

FIRST, LAST = 4, 15


def find_with_numbers(column: str, *rows: int) -> tuple[Finding, ...]:
    """Return what is found once the codes of some rows are typed as numbers."""

    def retype(book: Any) -> None:
        for row in rows or range(FIRST, LAST + 1):
            book[PLOTS][f"{column}{row}"] = int(book[PLOTS][f"{column}{row}"].value)

    return find_after("gansu", retype)


@pytest.mark.parametrize(("column", "restored"), [("L", "0202"), ("N", "0103"), ("K", "00000001")])
def test_column_without_its_zeros_is_one_finding(column: str, restored: str) -> None:
    """The codes are named as what they lost, not as other codes."""
    (found,) = find_with_numbers(column)
    assert (found.rule, found.severity.value, found.cell) == ("F13", "hard", f"{column}4")
    assert f"应为“{restored}”" in found.message


@pytest.mark.parametrize("rows", [(5,), ()])
def test_code_of_nineteen_digits_as_number(rows: tuple[int, ...]) -> None:
    """The finding is at the cell, and the file is checked."""
    (found,) = find_with_numbers("H", *rows)
    assert (found.rule, found.severity.value, found.cell) == ("F04", "hard", f"H{rows[0] if rows else FIRST}")
    assert "超过 15 位" in found.message


def test_rest_of_the_file_is_checked() -> None:
    """An error elsewhere is found beside the long number."""
    found = find_after("gansu", lambda book: book[PLOTS].__setitem__("H5", 6201022024000112345), _blank_acceptance)
    assert {finding.cell for finding in found} == {"H5", "Y8"}


def _blank_acceptance(book: Any) -> None:
    book[PLOTS]["Y8"] = None


@pytest.mark.parametrize("separator", ["", "-", " ", "－"])
def test_plot_in_another_spelling_is_the_same(separator: str) -> None:
    """A second row for a plot is found however its number is written."""

    def claim_again(book: Any) -> None:
        plot = book[PLOTS]["B5"].value
        book[PLOTS]["B6"] = f"{plot[:6]}{separator}{plot[6:].lower()}"

    (found,) = find_after("gansu", claim_again)
    assert (found.rule, found.cell) == ("C07", "B6")
