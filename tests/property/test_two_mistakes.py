"""Two mistakes at once: the explanation of one never hides the other."""

from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.model.finding import Finding
from tests.builders.clerk_mistakes import (
    LAND,
    PLOTS,
    SEED,
    SUMMARY,
    SUPPLEMENTED,
    TAKEN_OUT,
    TASKS,
    Mistake,
    add_to_cell,
    find_after,
    read_text,
    replace_text,
    set_cell,
    swap_columns,
    swap_rows,
)

# What is told in one place, by the sheet that the clerk slipped in.
EXPLAINED: dict[str, tuple[str, Mistake]] = {
    "name": (PLOTS, replace_text([PLOTS], read_text(SEED, SUMMARY, "D6"), "某名镇")),
    "rows": (SUMMARY, swap_rows(SUMMARY, (4, 6), range(5, 26))),
    "columns": (SUMMARY, swap_columns(SUMMARY, (16, 17), 4)),
    "land": (LAND, swap_columns(LAND, (4, 5), 4)),
    "project": (SUPPLEMENTED, replace_text([SUPPLEMENTED], read_text(SEED, SUMMARY, "B4"), "62082520230001")),
    "total": (TAKEN_OUT, lambda book: [set_cell(TAKEN_OUT, cell, None)(book) for cell in ("I9", "J9")]),
}
# Plain errors, each with the cells of which one must be told.
PLAIN: dict[str, tuple[str, set[str], Mistake]] = {
    "grade": (PLOTS, {"U6"}, set_cell(PLOTS, "U6", "9")),
    "class": (PLOTS, {"N7"}, set_cell(PLOTS, "N7", "0201")),
    "mu": (PLOTS, {"T5"}, add_to_cell(PLOTS, "T5", 3)),
    "new": (SUMMARY, {"F5"}, add_to_cell(SUMMARY, "F5", 30)),
    "taken out": (TAKEN_OUT, {"J5"}, add_to_cell(TAKEN_OUT, "J5", 2)),
    "rate": (TASKS, {"E5"}, add_to_cell(TASKS, "E5", 7)),
    "end": (LAND, {"F7"}, add_to_cell(LAND, "F7", 40)),
    "negative": (SUPPLEMENTED, {"K6"}, set_cell(SUPPLEMENTED, "K6", -5)),
}


def assert_both_told(explained: str, plain: str) -> None:
    """Hold what is found after two mistakes to both: the plain one at its cell, the other at all in its sheet."""
    sheet, _ = EXPLAINED[explained]
    place, cells, error = PLAIN[plain]
    found = find_after(SEED, EXPLAINED[explained][1], error)
    others = [finding for finding in found if (finding.sheet, finding.cell) != place_alone(explained)]
    assert any(_names(other, place, cells) for other in others if other.severity.value == "hard"), (explained, plain)
    assert any(not _names(item, place, cells) and _is_in(item, sheet) for item in found), (explained, plain)


@cache
def place_alone(explained: str) -> tuple[str, str | None]:
    """Return where the only finding of a mistake points."""
    (found,) = find_after(SEED, EXPLAINED[explained][1])
    return found.sheet, found.cell


def _names(finding: Finding, sheet: str, cells: set[str]) -> bool:
    told = {finding.cell} if finding.sheet == sheet else set()
    return bool(cells & (told | {cell.address for cell in finding.cells if cell.sheet == sheet}))


def _is_in(finding: Finding, sheet: str) -> bool:
    return finding.sheet == sheet or any(cell.sheet == sheet for cell in finding.cells)


@settings(max_examples=4)
@given(explained=st.sampled_from(sorted(EXPLAINED)), plain=st.sampled_from(sorted(PLAIN)))
def test_second_error_is_told_besides(explained: str, plain: str) -> None:
    """Whatever mistake is reported as one finding, an error beside it is reported too."""
    assert_both_told(explained, plain)


@pytest.mark.long
@pytest.mark.parametrize(("explained", "plain"), list(product(sorted(EXPLAINED), sorted(PLAIN))))
def test_every_second_error_is_told_besides(explained: str, plain: str) -> None:
    """Every mistake with every error."""
    assert_both_told(explained, plain)


@pytest.mark.long
@pytest.mark.parametrize(
    ("first", "second"),
    [(item, other) for item, other in product(sorted(EXPLAINED), repeat=2) if EXPLAINED[item][0] < EXPLAINED[other][0]],
)
def test_two_explained_slips_are_both_told(first: str, second: str) -> None:
    """Two mistakes in two sheets: each has a finding that points into its own."""
    (sheet, mistake), (other, further) = EXPLAINED[first], EXPLAINED[second]
    found = find_after(SEED, mistake, further)
    assert {finding.sheet for finding in found} >= {sheet, other}
