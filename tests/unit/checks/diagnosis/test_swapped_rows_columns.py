"""Two rows or columns that were swapped are one finding; what a swap does not explain exactly is left alone."""

import pytest

from tests.builders.clerk_mistakes import (
    LAND,
    OTHER,
    PLOTS,
    SEED,
    SUMMARY,
    SUPPLEMENTED,
    TASKS,
    add_to_cell,
    find_after,
    locations,
    set_cell,
    swap_columns,
    swap_rows,
)
from tests.builders.examined import reads_well


@pytest.mark.parametrize(
    ("base", "sheet", "rows", "columns", "cell"),
    [
        (SEED, SUMMARY, (4, 6), [3, 4], "D4"),
        pytest.param(OTHER, SUMMARY, (5, 7), range(5, 26), "D5", marks=pytest.mark.long),
        (OTHER, SUMMARY, (5, 7), [4], "D5"),
        pytest.param(SEED, TASKS, (4, 6), [2], "B4", marks=pytest.mark.long),
        ("dongchuan", "附件2", (6, 7), [2], "B6"),
        ("dongchuan", "附件3", (6, 9), range(3, 7), "B6"),
    ],
)
def test_two_rows_exchanged(base: str, sheet: str, rows: tuple[int, int], columns: list[int], cell: str) -> None:
    """Names or figures stand in each other's row: one finding names both."""
    (found,) = find_after(base, swap_rows(sheet, rows, columns))
    assert (found.sheet, found.cell) == (sheet, cell)
    assert all(f"第{row}行" in found.message for row in rows)
    assert len(found.repairs) == 1
    assert reads_well(found.message, found.remedy)


@pytest.mark.parametrize(
    ("base", "sheet", "columns", "first"),
    [
        (SEED, SUMMARY, (16, 17), 4),
        pytest.param(OTHER, SUMMARY, (7, 9), 4, marks=pytest.mark.long),
        pytest.param(SEED, LAND, (3, 6), 4, marks=pytest.mark.long),
        (OTHER, LAND, (4, 5), 4),
        pytest.param(SEED, TASKS, (3, 4), 4, marks=pytest.mark.long),
        (OTHER, PLOTS, (16, 19), 4),
        (SEED, PLOTS, (19, 20), 4),
        pytest.param(OTHER, SUPPLEMENTED, (11, 12), 4, marks=pytest.mark.long),
        ("dongchuan", "附件2", (3, 4), 5),
        ("dongchuan", "附件3", (4, 6), 5),
    ],
)
def test_two_columns_exchanged(base: str, sheet: str, columns: tuple[int, int], first: int) -> None:
    """Figures stand under each other's heading: one finding names both columns."""
    (found,) = find_after(base, swap_columns(sheet, columns, first))
    left, right = (chr(64 + column) for column in columns)
    assert (found.sheet, found.cell, found.severity.value) == (sheet, f"{left}{first}", "hard")
    assert f"（{left}{first}:{left}" in found.message
    assert f"（{right}{first}:{right}" in found.message
    assert reads_well(found.message, found.remedy)


def test_wrong_figure_in_an_exchanged_row_is_not_hidden() -> None:
    """Where not all fits once exchanged, nothing is joined."""
    found = find_after("dongchuan", swap_rows("附件2", (6, 7), range(3, 7)), add_to_cell("附件2", "D6", 30))
    assert len(found) > 1
    assert {"D6", "D7"} & {cell.address for finding in found for cell in finding.cells}
    assert not any("互相" in finding.message for finding in found)


def test_wrong_figure_elsewhere_is_told_besides() -> None:
    """Two mistakes are two findings, each at its place."""
    found = find_after("dongchuan", swap_rows("附件2", (6, 7), range(3, 7)), add_to_cell("附件3", "D9", 30))
    assert locations(found) == {("附件2", "B6"), ("附件3", "D9")}
    (figure,) = (finding for finding in found if finding.sheet == "附件3")
    assert {step.cell.sheet for step in figure.repairs[0]} == {"附件3"}


def test_two_pairs_of_rows_are_two_findings() -> None:
    """What one exchange leaves is looked at anew."""
    mistakes = (swap_rows("附件2", (6, 7), [2]), swap_rows("附件3", (6, 9), [2]))
    assert locations(find_after("dongchuan", *mistakes)) == {("附件2", "B6"), ("附件3", "B6")}


def test_wrong_code_of_a_plot_is_told_beside_exchanged_columns() -> None:
    """A class that is no farmland stays a finding of its own."""
    found = find_after(SEED, swap_columns(SUMMARY, (16, 17), 4), set_cell(PLOTS, "U6", "9"))
    assert (PLOTS, "U6") in locations(found)
    assert (SUMMARY, "P4") in locations(found)
