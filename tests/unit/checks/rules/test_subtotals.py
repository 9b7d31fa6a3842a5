"""A subtotal adds up the rows of its group; one that does not is one finding, at the subtotal."""

import pytest

from tests.builders.dongchuan import SHEET_2, Draft, submission
from tests.builders.examined import briefs, report_of

COLUMNS = slice(2, 6)


def with_subtotals(*sizes: int, leading: bool = False) -> Draft:
    """Return the submission with a subtotal for each group of townships, below them or above."""
    draft = submission(2)
    rows = draft.sheets[SHEET_2]
    at = 4
    for size in sizes:
        group = rows[at : at + size]
        sums = [sum(figures) for figures in zip(*(row[COLUMNS] for row in group), strict=True)]
        rows.insert(at if leading else at + size, ["小计", None, *sums])
        at += size + 1
    return draft


@pytest.mark.parametrize("leading", [True, False])
def test_subtotals_that_add_up(leading: bool) -> None:  # noqa: FBT001 - a case of the test
    """Nothing is found, wherever they stand."""
    assert briefs(report_of(with_subtotals(2, 7, leading=leading).bytes())) == []


@pytest.mark.parametrize("address", ["C7", "E15"])
def test_wrong_subtotal_is_one_finding(address: str) -> None:
    """It is at the subtotal, and names the sum of the rows."""
    draft = with_subtotals(2, 7)
    sound = draft.get(SHEET_2, address)
    (found,) = report_of(draft.put(SHEET_2, address, sound + 100).bytes()).findings  # type: ignore[operator]
    assert (found.rule, found.cell, found.expected) == ("T13", address, str(sound))


def test_wrong_township_is_not_told_of_its_subtotal() -> None:
    """If the total is off by as much as the subtotal, the row is the cause."""
    draft = with_subtotals(2, 7)
    figure = draft.get(SHEET_2, "C5")
    report = report_of(draft.put(SHEET_2, "C5", figure + 10).bytes())  # type: ignore[operator]
    assert [finding.rule for finding in report.findings] != []
    assert "T13" not in {finding.rule for finding in report.findings}
