"""Cells merged down a column: text counts for every row, a figure is asked for."""

from typing import Any

import pytest

from tests.builders.clerk_mistakes import PLOTS, find_after


def merge(area: str) -> Any:
    """Merge cells of the plots, whose other values are lost."""
    return lambda book: book[PLOTS].merge_cells(area)


@pytest.mark.parametrize("area", ["C4:C5", "F7:F8", "W4:W15", "AA4:AA15"])
def test_text_counts_for_all_rows(area: str) -> None:
    """The column is named once, and nothing is missing."""
    (found,) = find_after("gansu", merge(area))
    assert (found.rule, found.severity.value, found.cell) == ("F05", "report", area.partition(":")[0])
    assert area in found.message


@pytest.mark.parametrize("area", ["A4:A5", "P4:P5"])
def test_figure_is_asked_for_once(area: str) -> None:
    """What the rows have is not known, so that the merge is the finding."""
    (found,) = find_after("gansu", merge(area))
    assert (found.rule, found.severity.value, found.cell) == ("F04", "hard", area.partition(":")[0])
    assert area in found.message
    assert "取消合并" in found.remedy
