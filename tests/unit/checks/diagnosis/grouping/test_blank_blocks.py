"""A block left blank is one finding, whatever rules ask for its cells."""

from typing import Any

import pytest

from tests.builders.clerk_mistakes import PLOTS, SUMMARY, Mistake, combine, find_after, set_cell


def blank(sheet: str, rows: range, columns: range) -> Mistake:
    """Empty a block of cells."""

    def mistake(book: Any) -> None:
        for row in rows:
            for column in columns:
                book[sheet].cell(row, column).value = None

    return mistake


@pytest.mark.parametrize(
    ("sheet", "rows", "columns", "area", "count"),
    [
        (PLOTS, range(6, 9), range(16, 21), "P6:T8", 15),
        (PLOTS, range(6, 7), range(16, 21), "P6:T6", 5),
        (PLOTS, range(6, 10), range(16, 17), "P6:P9", 4),
        (PLOTS, range(6, 9), range(8, 29), "H6:H8、K6:L8、N6:N8、P6:W8、Y6:AA8", 45),
        (SUMMARY, range(5, 7), range(5, 12), "E5:K6", 14),
    ],
)
def test_block_is_one_finding(sheet: str, rows: range, columns: range, area: str, count: int) -> None:
    """Figures and texts, one row or several; what is computed from the blanks is not told besides."""
    (found,) = find_after("gansu", blank(sheet, rows, columns))
    assert found.severity.value == "hard"
    assert area in found.message
    assert f"共 {count} 格" in found.message
    assert area in found.remedy


def test_blanks_apart_are_two_findings() -> None:
    """Two rows that do not touch are two things to fill in."""
    found = find_after("gansu", set_cell(PLOTS, "P6", None), set_cell(PLOTS, "P9", None))
    assert [finding.cell for finding in found] == ["P6", "P9"]


def test_other_errors_are_told_beside_a_block() -> None:
    """A wrong code in a row of the block is another finding."""
    mistake = combine(blank(PLOTS, range(6, 9), range(16, 21)), set_cell(PLOTS, "X7", "乱写"))
    assert {finding.cell for finding in find_after("gansu", mistake)} == {"P6", "X7"}
