"""Cells merged across columns are one finding that names the merge."""

import pytest

from tests.builders.clerk_mistakes import PLOTS, SUMMARY, find_after


@pytest.mark.parametrize("area", ["J4:K4", "E4:F4", "E4:G6", "R5:S5", "W4:Y9"])
def test_merge_is_named(area: str) -> None:
    """Whatever the columns hold, and over one row or several."""
    (found,) = find_after("gansu", lambda book: book[PLOTS].merge_cells(area))
    assert (found.severity.value, found.cell) == ("hard", area.partition(":")[0])
    assert area in found.message
    assert "取消" in found.remedy


def test_label_of_the_total_may_be_merged() -> None:
    """合计 over the columns of labels is how tables are drawn."""
    assert find_after("gansu", lambda book: book[SUMMARY].merge_cells("A9:D9")) == ()


@pytest.mark.parametrize("text", ["一、农用地整理", "永宁镇", "62082520240001", "2024年度新增耕地明细表（续）"])
def test_merged_title_among_the_plots_is_no_row(text: str) -> None:
    """A title over the whole width stands between two rows."""

    def mistake(book: object) -> None:
        sheet = book[PLOTS]  # type: ignore[index]
        sheet.insert_rows(7)
        sheet.cell(7, 1).value = text
        sheet.merge_cells(start_row=7, end_row=7, start_column=1, end_column=33)

    assert find_after("gansu", mistake) == ()
