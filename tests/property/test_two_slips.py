"""Two slips at once: what explains one of them never hides the other."""

from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.model.finding import Finding
from tests.builders.slips import (
    LAND,
    PLOTS,
    SUMMARY,
    SUPPLEMENTED,
    TAKEN_OUT,
    TASKS,
    Slip,
    added,
    columns_exchanged,
    found_after,
    rows_exchanged,
    set_to,
    text_at,
    written_as,
)

SEED = "7"
# What is told in one place, by the sheet that the clerk slipped in.
EXPLAINED: dict[str, tuple[str, Slip]] = {
    "name": (PLOTS, written_as([PLOTS], text_at(SEED, SUMMARY, "D6"), "某名镇")),
    "rows": (SUMMARY, rows_exchanged(SUMMARY, (4, 6), range(5, 26))),
    "columns": (SUMMARY, columns_exchanged(SUMMARY, (16, 17), 4)),
    "land": (LAND, columns_exchanged(LAND, (4, 5), 4)),
    "project": (SUPPLEMENTED, written_as([SUPPLEMENTED], text_at(SEED, SUMMARY, "B4"), "62082520230001")),
    "total": (TAKEN_OUT, lambda book: [set_to(TAKEN_OUT, cell, None)(book) for cell in ("I9", "J9")]),
}
# Plain errors, each with the cells of which one must be told.
PLAIN: dict[str, tuple[str, set[str], Slip]] = {
    "grade": (PLOTS, {"U6"}, set_to(PLOTS, "U6", "9")),
    "class": (PLOTS, {"N7"}, set_to(PLOTS, "N7", "0201")),
    "mu": (PLOTS, {"T5"}, added(PLOTS, "T5", 3)),
    "new": (SUMMARY, {"F5"}, added(SUMMARY, "F5", 30)),
    "taken out": (TAKEN_OUT, {"J5"}, added(TAKEN_OUT, "J5", 2)),
    "rate": (TASKS, {"E5"}, added(TASKS, "E5", 7)),
    "end": (LAND, {"F7"}, added(LAND, "F7", 40)),
    "negative": (SUPPLEMENTED, {"K6"}, set_to(SUPPLEMENTED, "K6", -5)),
}


def assert_both_told(explained: str, plain: str) -> None:
    """Hold what is found after two slips to both: the plain one at its cell, the other at all in its sheet."""
    sheet, _ = EXPLAINED[explained]
    place, cells, error = PLAIN[plain]
    found = found_after(SEED, EXPLAINED[explained][1], error)
    others = [one for one in found if (one.sheet, one.cell) != place_alone(explained)]
    assert any(_names(one, place, cells) for one in others if one.severity.value == "hard"), (explained, plain)
    assert any(not _names(one, place, cells) and _is_in(one, sheet) for one in found), (explained, plain)


@cache
def place_alone(explained: str) -> tuple[str, str | None]:
    """Return where the only finding of a slip points."""
    (found,) = found_after(SEED, EXPLAINED[explained][1])
    return found.sheet, found.cell


def _names(finding: Finding, sheet: str, cells: set[str]) -> bool:
    told = {finding.cell} if finding.sheet == sheet else set()
    return bool(cells & (told | {one.address for one in finding.cells if one.sheet == sheet}))


def _is_in(finding: Finding, sheet: str) -> bool:
    return finding.sheet == sheet or any(one.sheet == sheet for one in finding.cells)


@settings(max_examples=4)
@given(explained=st.sampled_from(sorted(EXPLAINED)), plain=st.sampled_from(sorted(PLAIN)))
def test_second_error_is_told_besides(explained: str, plain: str) -> None:
    """Whatever slip is told in one place, an error beside it is told too."""
    assert_both_told(explained, plain)


@pytest.mark.long
@pytest.mark.parametrize(("explained", "plain"), list(product(sorted(EXPLAINED), sorted(PLAIN))))
def test_every_second_error_is_told_besides(explained: str, plain: str) -> None:
    """Every slip with every error."""
    assert_both_told(explained, plain)


@pytest.mark.long
@pytest.mark.parametrize(
    ("first", "second"),
    [(one, other) for one, other in product(sorted(EXPLAINED), repeat=2) if EXPLAINED[one][0] < EXPLAINED[other][0]],
)
def test_two_explained_slips_are_both_told(first: str, second: str) -> None:
    """Two slips in two sheets: each has a finding that points into its own."""
    (sheet, slip), (other, further) = EXPLAINED[first], EXPLAINED[second]
    found = found_after(SEED, slip, further)
    assert {one.sheet for one in found} >= {sheet, other}
