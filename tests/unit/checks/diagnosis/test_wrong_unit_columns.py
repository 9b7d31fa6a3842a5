"""A column in another unit is one finding; a single figure in another unit is a finding at its cell."""

from collections.abc import Iterable

import pytest

from checks.model.finding import Finding
from tests.builders.clerk_mistakes import (
    LAND,
    PLOTS,
    SUMMARY,
    SUPPLEMENTED,
    TASKS,
    convert_figures,
    find_after,
    set_cell,
)
from tests.builders.examined import reads_well

HECTARES, METRES, MU_OF_METRES = 1 / 15, 10_000 / 15, 15 / 10_000


def find_after_conversion(
    sheet: str, columns: Iterable[int], factor: float, *, rows: tuple[int, ...] = (), base: str = "gansu"
) -> tuple[Finding, ...]:
    """Return the findings once the figures of some columns, or some rows of them, are given in another unit."""
    return find_after(base, convert_figures(sheet, columns, factor, rows=rows))


@pytest.mark.parametrize(
    ("sheet", "columns", "times", "cell", "factor"),
    [
        (PLOTS, [16], 1 / 10_000, "P4", "10000"),
        (PLOTS, [19], MU_OF_METRES, "S4", "666.6667"),
        (PLOTS, [20], METRES, "T4", "0.0015"),
        (PLOTS, [20], HECTARES, "T4", "15"),
        (PLOTS, [16, 18, 19], 1 / 10_000, "P4", "10000"),
        (SUPPLEMENTED, [11], MU_OF_METRES, "K4", "666.6667"),
        (SUPPLEMENTED, [12], METRES, "L4", "0.0015"),
        (SUMMARY, [6], HECTARES, "F4", "15"),
        (SUMMARY, [5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 17, 18, 19, 21, 22, 24, 25], HECTARES, "E4", "15"),
        (TASKS, [3], HECTARES, "C4", "15"),
        (TASKS, [4], 1 / 10_000, "D4", "10000"),
        (LAND, [3], HECTARES, "C4", "15"),
    ],
)
def test_column_in_another_unit(sheet: str, columns: list[int], times: float, cell: str, factor: str) -> None:
    """One finding names the column and the factor; it covers everything else that is off by that factor."""
    (found,) = find_after_conversion(sheet, columns, times)
    assert (found.severity.value, found.sheet, found.cell) == ("hard", sheet, cell)
    assert f"各数乘以 {factor}" in found.remedy
    assert reads_well(found.message, found.remedy)


def test_task_table_in_ten_thousand_mu() -> None:
    """The plan holds the right targets: the four columns are one finding."""
    (found,) = find_after_conversion("附件2", [3, 4, 5, 6], 1 / 10_000, base="dongchuan")
    assert "C5:C13、D5:D13、E5:E13、F5:F13 各数乘以 10000" in found.remedy


def test_one_figure_in_another_unit_is_told_at_its_cell() -> None:
    """A single figure in another unit does not accuse its column."""
    (found,) = find_after_conversion(PLOTS, [20], HECTARES, rows=(9,))
    assert (found.cell, {found.rule, *found.related_rules}) == ("T9", {"F10", "T01", "T05"})
    assert "乘以" not in found.remedy


def test_column_of_which_nothing_tells_the_unit() -> None:
    """Too many decimals all down a column are one finding, and ask whether the unit is right."""
    (found,) = find_after_conversion("完成情况（示例）", [3], HECTARES, base="dongchuan")
    assert (found.rule, found.severity.value, found.cell) == ("F10", "soft", "C4")
    assert "换算为亩" in found.remedy


def test_other_faults_of_the_table_are_told_besides() -> None:
    """A column in hectares does not hide a wrong class code."""
    found = find_after("gansu", convert_figures(PLOTS, [20], HECTARES), set_cell(PLOTS, "N6", "0201"))
    assert {finding.rule for finding in found} >= {"T05", "C09"}
