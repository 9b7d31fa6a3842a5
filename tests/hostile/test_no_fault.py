"""The check ends with findings or a refusal, never with a fault, whatever a clerk deletes, blanks or exchanges.

The suite tries some random changes; ``pytest -m long`` tries all columns of all forms.
"""

from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from checks.model.finding import Refusal
from checks.model.report import ValidationReport
from tests.builders.dongchuan import submission
from tests.builders.examined import warm_library, wording
from tests.builders.gansu import gansu_workbook, year_before
from workbooks.examine import validate_file

Change = Callable[[Worksheet, int], None]
"""Change a sheet at a column or a row, counted from 1."""

VALUES = ("", "见备注", "#REF!", "-", "0", "1e400", "2024年", "同上", 0, -1, 0.1, 10**15, True, "九千九百", "‘8", "８")


@cache
def base_workbook(base: str) -> bytes:
    """Return a valid submission."""
    if base == "gansu":
        return gansu_workbook()
    return submission(2).bytes()


def sheet_names(base: str) -> list[str]:
    """Return the sheets of a submission."""
    return list(openpyxl.load_workbook(BytesIO(base_workbook(base))).sheetnames)


def check_changed(base: str, sheet: str, change: Callable[[Worksheet], None]) -> ValidationReport | Refusal:
    """Check a submission after a change to one sheet."""
    book = openpyxl.load_workbook(BytesIO(base_workbook(base)))
    change(book[sheet])
    buffer = BytesIO()
    book.save(buffer)
    history = year_before() if base == "gansu" else None
    return validate_file(buffer.getvalue(), warm_library(), wording(), history=history, is_only_file=True)


def write_value(page: Worksheet, row: int, column: int, value: object) -> None:
    """Write a value into a cell; a cell that a merge covers holds none."""
    cell = page.cell(row, column)
    if isinstance(cell, Cell):
        cell.value = value  # type: ignore[assignment]


def fill_column(value: object) -> Change:
    """Return a change that writes one value into a column, headings left as they are."""

    def change(page: Worksheet, column: int) -> None:
        for row in range(5, page.max_row + 1):
            write_value(page, row, column, value)

    return change


def fill_row(value: object) -> Change:
    """Return a change that writes one value into a whole row."""

    def change(page: Worksheet, row: int) -> None:
        for column in range(1, page.max_column + 1):
            write_value(page, row, column, value)

    return change


def exchange_columns(page: Worksheet, column: int) -> None:
    """Exchange a column with the next one, headings included."""
    for row in range(1, page.max_row + 1):
        left, right = page.cell(row, column).value, page.cell(row, column + 1).value
        write_value(page, row, column, right)
        write_value(page, row, column + 1, left)


COLUMN_CHANGES: dict[str, Change] = {
    "deleted": lambda page, column: page.delete_cols(column),
    "blank": fill_column(None),
    "text": fill_column("见备注"),
    "error": fill_column("#REF!"),
    "exchanged": exchange_columns,
    "number": fill_column(12.34567),
}
ROW_CHANGES: dict[str, Change] = {
    "deleted": lambda page, row: page.delete_rows(row),
    "blank": fill_row(None),
    "text": fill_row("合计"),
    "number": fill_row(3),
}


def systematic_cases() -> Iterator[tuple[str, str, str, int]]:
    """Yield base, sheet, change and column of every column of every form."""
    for base in ("gansu", "dongchuan"):
        book = openpyxl.load_workbook(BytesIO(base_workbook(base)))
        for page in book.worksheets:
            for name in COLUMN_CHANGES:
                for column in range(1, page.max_column + 1):
                    yield base, page.title, name, column


@pytest.mark.long
def test_no_change_of_a_column_is_a_fault() -> None:
    """Every column of every form is deleted, blanked, retyped and exchanged in turn."""
    faults = []
    for base, sheet, name, column in systematic_cases():
        try:
            check_changed(base, sheet, lambda page: COLUMN_CHANGES[name](page, column))  # noqa: B023 - called at once
        except Exception as error:  # noqa: BLE001 - what is wanted here
            faults.append((base, sheet, name, column, repr(error)[:200]))
    assert faults == []


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, str, Callable[[Worksheet], None]]:
    """Draw up to three changes of cells, rows and columns of one sheet."""
    base = draw(st.sampled_from(["gansu", "dongchuan"]))
    sheet = draw(st.sampled_from(sheet_names(base)))
    steps = draw(st.lists(st.one_of(cell_steps(), line_steps()), min_size=1, max_size=3))

    def change(page: Worksheet) -> None:
        for step in steps:
            step(page)

    return base, sheet, change


@st.composite
def cell_steps(draw: st.DrawFn) -> Callable[[Worksheet], None]:
    """Draw a value for one cell."""
    row, column, value = draw(st.integers(1, 20)), draw(st.integers(1, 25)), draw(st.sampled_from(VALUES))

    def change(page: Worksheet) -> None:
        write_value(page, row, column, value)

    return change


@st.composite
def line_steps(draw: st.DrawFn) -> Callable[[Worksheet], None]:
    """Draw a change of a whole row or column."""
    kind, line = draw(st.sampled_from([COLUMN_CHANGES, ROW_CHANGES])), draw(st.integers(1, 20))
    name = draw(st.sampled_from(sorted(kind)))
    return lambda page: kind[name](page, line)


@settings(max_examples=25, deadline=None)
@given(changes())
def test_no_change_is_a_fault(drawn: tuple[str, str, Callable[[Worksheet], None]]) -> None:
    """A verdict comes out, whatever was changed."""
    assert isinstance(check_changed(*drawn), ValidationReport | Refusal)


@pytest.mark.long
@settings(max_examples=500, deadline=None)
@given(changes())
def test_no_change_of_many_is_a_fault(drawn: tuple[str, str, Callable[[Worksheet], None]]) -> None:
    """The same with more examples."""
    assert isinstance(check_changed(*drawn), ValidationReport | Refusal)
