"""Rows under a wrong township, and a figure wrong in row and total alike, are one finding each."""

from typing import Any

import pytest

from checks.model.finding import Finding
from tests.builders.examined import reads_well
from tests.builders.slips import (
    LAND,
    PLOTS,
    SUMMARY,
    Slip,
    added,
    found_after,
    text_at,
)

SEED, OTHER = "7", "19"


def places(findings: tuple[Finding, ...]) -> set[tuple[str, str | None]]:
    """Return where findings point."""
    return {(one.sheet, one.cell) for one in findings}


def both(*slips: Slip) -> Slip:
    """Do one thing after the other."""
    return lambda book: [slip(book) for slip in slips]


def place_of_other(row: int, columns: range) -> Slip:
    """Write the first plot's place that is another than its own into a row."""

    def slip(book: Any) -> None:
        sheet = book[PLOTS]
        own = [sheet.cell(row, column).value for column in columns]
        other = next(one for one in range(4, sheet.max_row) if sheet.cell(one, 6).value != sheet.cell(row, 6).value)
        for column, _ in zip(columns, own, strict=True):
            sheet.cell(row, column).value = sheet.cell(other, column).value

    return slip


@pytest.mark.parametrize("seed", [SEED, pytest.param(OTHER, marks=pytest.mark.long)])
def test_plot_with_the_name_of_another_township(seed: str) -> None:
    """Its code tells whose it is, and so do the sums."""
    due = text_at(seed, PLOTS, "F8")
    (found,) = found_after(seed, place_of_other(8, range(6, 7)))
    assert (found.rule, found.sheet, found.cell, found.expected) == ("C03", PLOTS, "F8", due)
    assert reads_well(found.message, found.remedy)


@pytest.mark.parametrize("seed", [SEED, pytest.param(OTHER, marks=pytest.mark.long)])
def test_plot_with_name_and_codes_of_another_township(seed: str) -> None:
    """The sums alone tell where it belongs; what its village is there is not made up."""
    due = text_at(seed, PLOTS, "F8")
    (found,) = found_after(seed, place_of_other(8, range(5, 9)))
    assert (found.severity.value, found.sheet, found.cell, found.expected) == ("hard", PLOTS, "F8", due)
    assert found.repairs == ()
    assert reads_well(found.message, found.remedy)


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
    """The column adds up; what the row breaks the total breaks alike."""
    (found,) = found_after(base, both(added(sheet, cell, amount), added(sheet, total, amount)))
    assert (found.sheet, cell[1:] in str(found.cell)) == (sheet, True)
    assert total in found.remedy or "合计行差同样的数" in found.remedy
    assert {cell, total} <= {one.address for one in found.cells}
    assert reads_well(found.message, found.remedy)


def test_rows_and_total_that_are_off_by_other_amounts_are_apart() -> None:
    """Two wrong rows and the total of both: none of the rows alone is why."""
    found = found_after("dongchuan", added("附件2", "C6", 90), added("附件2", "C9", 9), added("附件2", "C14", 99))
    assert places(found) == {("附件2", "C6"), ("附件2", "C9"), ("附件2", "C14")}
