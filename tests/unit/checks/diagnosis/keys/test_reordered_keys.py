"""Codes, names or units that were sorted by themselves are one finding with the order that fits."""

from typing import Any

import pytest

from tests.builders.clerk_mistakes import PLOTS, PROJECTS, SUMMARY, Mistake, find_after


def sort_column(sheet: str, column: int, rows: range, *, descending: bool) -> Mistake:
    """Sort one column without the rest of its table."""

    def mistake(book: Any) -> None:
        page = book[sheet]
        texts = sorted((page.cell(row, column).value for row in rows), reverse=descending)
        for row, text in zip(rows, texts, strict=True):
            page.cell(row, column).value = text

    return mistake


@pytest.mark.parametrize(
    ("sheet", "column", "rows", "descending"),
    [
        (PROJECTS, 2, range(4, 6), True),
        (PROJECTS, 4, range(4, 6), True),
        (SUMMARY, 3, range(4, 9), True),
        (SUMMARY, 3, range(4, 9), False),
        (SUMMARY, 4, range(4, 9), True),
        (PLOTS, 5, range(4, 16), True),
    ],
    ids=["projects", "units", "codes down", "codes up", "townships", "codes of plots"],
)
def test_sorted_keys_are_one_finding(sheet: str, column: int, rows: range, descending: bool) -> None:  # noqa: FBT001
    """The repair restores the column; figures that did not move are not told."""
    kept: dict[int, object] = {}

    def mistake(book: Any) -> None:
        kept.update({row: book[sheet].cell(row, column).value for row in rows})
        sort_column(sheet, column, rows, descending=descending)(book)

    (found,) = [finding for finding in find_after("gansu", mistake) if finding.severity.value != "report"]
    assert {step.cell.row: step.after for step in found.repairs[0]}.items() <= kept.items()
    assert {step.cell.column for step in found.repairs[0]} == {column}
