"""A figure that is wrong by the same amount in its row and in the total is one finding."""

import pytest

from tests.builders.clerk_mistakes import (
    LAND,
    OTHER,
    SEED,
    SUMMARY,
    add_to_cell,
    combine,
    find_after,
    locations,
)
from tests.builders.examined import reads_well


@pytest.mark.parametrize(
    ("base", "sheet", "cell", "total", "amount"),
    [
        ("dongchuan", "附件2", "C6", "C14", 90),
        ("dongchuan", "附件3", "D9", "D14", 9),
        (SEED, SUMMARY, "E5", "E9", 18),
        (OTHER, SUMMARY, "P6", "P9", 1.8),
        pytest.param(OTHER, SUMMARY, "G5", "G9", 2.7, marks=pytest.mark.long),
        pytest.param(SEED, LAND, "D6", "D13", 45, marks=pytest.mark.long),
    ],
)
def test_figure_wrong_in_its_row_and_in_the_total(base: str, sheet: str, cell: str, total: str, amount: float) -> None:
    """The column adds up; row and total break the same other sums."""
    (found,) = find_after(base, combine(add_to_cell(sheet, cell, amount), add_to_cell(sheet, total, amount)))
    assert (found.sheet, cell[1:] in str(found.cell)) == (sheet, True)
    assert total in found.remedy or "合计行差同样的数" in found.remedy
    assert {cell, total} <= {cell.address for cell in found.cells}
    assert reads_well(found.message, found.remedy)


def test_rows_and_total_that_are_off_by_other_amounts_are_apart() -> None:
    """Two wrong rows and the total of both: none of the rows alone is why."""
    found = find_after(
        "dongchuan", add_to_cell("附件2", "C6", 90), add_to_cell("附件2", "C9", 9), add_to_cell("附件2", "C14", 99)
    )
    assert locations(found) == {("附件2", "C6"), ("附件2", "C9"), ("附件2", "C14")}
