"""A row with one text is a heading if it is numbered as one, else one finding that leaves both readings open."""

from typing import Any

import pytest

from tests.builders.clerk_mistakes import PLOTS, PROJECTS, SUB_PROJECTS, SUMMARY, Mistake, find_after


def insert_text(sheet: str, text: str) -> Mistake:
    """Insert a row with a text in its second column."""

    def mistake(book: Any) -> None:
        book[sheet].insert_rows(5)
        book[sheet]["B5"] = text

    return mistake


@pytest.mark.parametrize("sheet", [PROJECTS, SUMMARY, PLOTS, SUB_PROJECTS])
@pytest.mark.parametrize("text", ["（一）北片", "二、南部各乡镇", "第二批"])
def test_numbered_heading_is_no_row(sheet: str, text: str) -> None:
    """Wherever among the naming columns it stands."""
    assert find_after("gansu", insert_text(sheet, text)) == ()


@pytest.mark.parametrize("sheet", [PROJECTS, SUMMARY, PLOTS, SUB_PROJECTS])
def test_other_text_is_one_finding(sheet: str) -> None:
    """It may be a heading or a row that is not filled in; no 0 is to be entered before that is clear."""
    (found,) = find_after("gansu", insert_text(sheet, "北部片区"))
    assert (found.sheet, found.cell, found.value) == (sheet, "B5", "北部片区")
    assert "分组标题" in found.remedy
    assert "移到表格之外" in found.remedy


def test_row_of_a_township_is_a_row() -> None:
    """Its figures are missing, and asked for."""

    def mistake(book: Any) -> None:
        for cell in book[SUMMARY][5][4:]:
            cell.value = None

    found = find_after("gansu", mistake)
    assert all("分组标题" not in finding.remedy for finding in found)
