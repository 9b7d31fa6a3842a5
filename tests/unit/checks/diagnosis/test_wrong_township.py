"""Rows under a wrong township are one finding that names the township they belong to."""

from typing import Any

import pytest

from tests.builders.clerk_mistakes import (
    OTHER,
    PLOTS,
    SEED,
    Mistake,
    find_after,
    read_text,
)
from tests.builders.examined import reads_well


def place_of_other(row: int, columns: range) -> Mistake:
    """Write the first plot's place that is another than its own into a row."""

    def mistake(book: Any) -> None:
        sheet = book[PLOTS]
        own = [sheet.cell(row, column).value for column in columns]
        other = next(
            index for index in range(4, sheet.max_row) if sheet.cell(index, 6).value != sheet.cell(row, 6).value
        )
        for column, _ in zip(columns, own, strict=True):
            sheet.cell(row, column).value = sheet.cell(other, column).value

    return mistake


@pytest.mark.parametrize("seed", [SEED, pytest.param(OTHER, marks=pytest.mark.long)])
def test_plot_with_the_name_of_another_township(seed: str) -> None:
    """The code and the sums show which township the plot belongs to."""
    due = read_text(seed, PLOTS, "F8")
    (found,) = find_after(seed, place_of_other(8, range(6, 7)))
    assert (found.rule, found.sheet, found.cell, found.expected) == ("C03", PLOTS, "F8", due)
    assert reads_well(found.message, found.remedy)


@pytest.mark.parametrize("seed", [SEED, pytest.param(OTHER, marks=pytest.mark.long)])
def test_plot_with_name_and_codes_of_another_township(seed: str) -> None:
    """Only the sums show where the plot belongs; its village there is not guessed."""
    due = read_text(seed, PLOTS, "F8")
    (found,) = find_after(seed, place_of_other(8, range(5, 9)))
    assert (found.severity.value, found.sheet, found.cell, found.expected) == ("hard", PLOTS, "F8", due)
    assert found.repairs == ()
    assert reads_well(found.message, found.remedy)
