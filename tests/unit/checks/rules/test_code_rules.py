"""Codes of townships, villages and places that do not agree are found at the code that is wrong."""

import pytest

from tests.builders.clerk_mistakes import (
    PLOTS,
    SEED,
    find_after,
    set_cell,
)


@pytest.mark.parametrize(("wrong", "told"), [("G", {"G"}), ("H", {"H"}), ("GH", {"G", "H"})])
def test_code_that_is_not_of_the_one_above(wrong: str, told: set[str]) -> None:
    """A wrong code between two that agree is the only finding; each further wrong code is a finding too."""
    codes = {"G": "620825999201", "H": "6208258882010000000"}
    found = find_after(SEED, *(set_cell(PLOTS, f"{column}5", codes[column]) for column in wrong))
    assert {(finding.rule, finding.cell) for finding in found} == {("C06", f"{column}5") for column in told}
