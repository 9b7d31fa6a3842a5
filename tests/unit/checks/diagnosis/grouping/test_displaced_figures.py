"""Figures sorted, shifted or exchanged by themselves are one finding; obeying it gives the true figures back."""

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.builders.clerk_mistakes import PLOTS, SUMMARY, Mistake, find_after, sound_submission, swap_rows
from tests.builders.dongchuan import SHEET_2

Rows = list[list[Any]]
Order = Callable[[Rows], Rows]


def in_order(sheet: str, columns: Sequence[int], rows: range, order: Order) -> Mistake:
    """Write the figures of a block in another order of rows."""

    def mistake(book: Any) -> None:
        block = [[book[sheet].cell(row, column).value for column in columns] for row in rows]
        for row, figures in zip(rows, order(block), strict=True):
            for column, figure in zip(columns, figures, strict=True):
                book[sheet].cell(row, column).value = figure

    return mistake


def sort_rows(block: Rows) -> Rows:
    """Sort a block by its first column."""
    return sorted(block, key=lambda figures: figures[0])


def shift_rows(block: Rows) -> Rows:
    """Move each row of a block one down, the last to the top."""
    return [block[-1], *block[:-1]]


@pytest.mark.parametrize(
    ("base", "sheet", "columns", "rows", "order"),
    [
        ("gansu", SUMMARY, [6], range(4, 9), sort_rows),
        ("gansu", SUMMARY, [6], range(4, 9), shift_rows),
        ("gansu", PLOTS, [16], range(4, 16), sort_rows),
        ("dongchuan", SHEET_2, [3], range(5, 14), sort_rows),
        ("dongchuan", SHEET_2, [3, 4, 5, 6], range(5, 14), sort_rows),
        ("dongchuan", SHEET_2, [3, 4, 5, 6], range(5, 14), shift_rows),
    ],
)
def test_known_figures_are_put_back(base: str, sheet: str, columns: list[int], rows: range, order: Order) -> None:
    """The one repair writes each figure where it was."""
    (found,) = find_after(base, in_order(sheet, columns, rows, order))
    sound = load_workbook(BytesIO(sound_submission(base)))[sheet]
    assert found.severity.value == "hard"
    assert found.repairs
    for step in found.repairs[0]:
        assert float(step.after) == float(sound[step.cell.address].value)


def test_two_exchanged_figures_are_one_finding() -> None:
    """In a first year, in which two columns are equal, too."""
    (found,) = find_after("gansu", swap_rows(SUMMARY, (5, 7), [6]))
    assert {step.cell.address for step in found.repairs[0]} == {"F5", "F7"}


@pytest.mark.parametrize("order", [sort_rows, shift_rows])
def test_plots_with_the_figures_of_others(order: Order) -> None:
    """Only the sums by township disagree: the plots are named, and no figure of the summary is to be changed."""
    (found,) = find_after("gansu", in_order(PLOTS, range(16, 21), range(4, 16), order))
    assert (found.sheet, found.repairs) == (PLOTS, ())
    assert "F4" in found.message


def test_block_moved_down_by_a_row() -> None:
    """The blank row that it leaves is not told besides."""
    (found,) = find_after("gansu", lambda book: book[PLOTS].move_range("P4:T14", rows=1))
    assert (found.sheet, found.repairs) == (PLOTS, ())


def test_two_errors_that_do_not_exchange_figures_are_no_reordering() -> None:
    """Figures that stand nowhere else in the column were mistyped."""

    def mistake(book: Any) -> None:
        book[SHEET_2]["C5"], book[SHEET_2]["C7"] = 210, 230

    assert all("错了行" not in finding.message for finding in find_after("dongchuan", mistake))
