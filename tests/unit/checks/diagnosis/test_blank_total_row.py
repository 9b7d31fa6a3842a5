"""A blank total row is one finding that names the figures that belong there."""

from functools import cache
from typing import Any

import pytest

from tests.builders.clerk_mistakes import (
    LAND,
    PLOTS,
    PROJECTS,
    SUB_PROJECTS,
    SUMMARY,
    SUPPLEMENTED,
    TAKEN_OUT,
    TASKS,
    find_after,
    on_sheet,
    set_cell,
)
from tests.builders.examined import reads_well
from tests.builders.gansu import gansu_workbook

SHEETS = (PLOTS, SUMMARY, SUPPLEMENTED, TAKEN_OUT, SUB_PROJECTS, TASKS, "增减挂钩", LAND, PROJECTS)


@cache
def other_figures() -> bytes:
    """Return a submission with other figures than the examples have."""
    return gansu_workbook(20, 11)


def empty_total_row(sheet: Any) -> list[tuple[str, float]]:
    """Take the figures out of a sheet's last row; return where they stood."""
    figures = [cell for cell in sheet[sheet.max_row] if isinstance(cell.value, int | float)]
    taken = [(cell.coordinate, cell.value) for cell in figures]
    for cell in figures:
        cell.value = None
    return taken


@pytest.mark.parametrize("sheet", SHEETS)
def test_empty_total_row_is_one_finding(sheet: str) -> None:
    """The finding points at every blank cell and names the figure that belongs there."""
    taken: list[tuple[str, float]] = []
    (found,) = find_after(other_figures(), on_sheet(sheet, lambda page: taken.extend(empty_total_row(page))))
    assert (found.rule, found.severity.value, found.sheet, found.cell) == ("F04", "hard", sheet, taken[0][0])
    assert [cell.address for cell in found.cells] == [cell for cell, _ in taken]
    assert all(f"{cell} 填 {value:g}" in found.remedy for cell, value in taken if value < 100_000)
    assert reads_well(found.message, found.remedy)


def test_empty_total_row_of_a_plan_table() -> None:
    """The four columns of targets are one finding."""
    (found,) = find_after("dongchuan", on_sheet("附件2", empty_total_row))
    assert found.remedy == "请在合计行填写各行相加的数：C14 填 1700；D14 填 3300；E14 填 2000；F14 填 7000。"


def test_single_blank_total_is_told_at_its_cell() -> None:
    """A single blank total is a finding at its own cell."""
    (found,) = find_after("gansu", set_cell(PLOTS, "R16", None))
    assert (found.rule, found.cell) == ("F04", "R16")
    assert "合计行" not in found.message


def test_blank_figure_of_a_row_is_told_besides() -> None:
    """The sum of a column is unknown while one of its figures is missing."""
    found = find_after("gansu", on_sheet(PLOTS, empty_total_row), set_cell(PLOTS, "T6", None))
    remedies = {finding.cell: finding.remedy for finding in found}
    assert remedies.keys() == {"P16", "T6"}
    assert "T16 待该栏各行改正后再相加" in remedies["P16"]
    assert "T16 填" not in remedies["P16"]


def test_wrong_figure_is_told_besides() -> None:
    """A blank total row hides no finding in the rows."""
    found = find_after("gansu", on_sheet(SUMMARY, empty_total_row), set_cell(SUMMARY, "F5", 7))
    assert {(finding.rule, finding.cell) for finding in found} >= {("F04", "E9"), ("T02", "F5")}
