"""The two readings of a sheet are held against each other in one way, whether the sheet counts as small or not."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from workbooks.gate.intake_fault import IntakeError, IntakeFault
from workbooks.reader import cross_check
from workbooks.reader.cross_check import SheetFrames
from workbooks.sheet_scan.markup_values import PLAIN_NUMBER_PATTERN, MarkupValues

WRITTEN = st.one_of(
    st.integers(-99, 99_999).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(-1e5, 1e5).map(lambda number: f"{number:.17g}"),
    st.sampled_from(["0", "-0", "00.10", "1e2", "45292", "45292.5", "0.30000000000000004", "1e-40", "2958466", "9e7"]),
)
DAYS = st.sampled_from(
    ["2024-01-01", "2024-01-01 12:00:00", "1904-01-01", "-0001-01-01", "+10000-01-01", "2024-02-30", "x"]
)


@st.composite
def readings(draw: st.DrawFn) -> tuple[pl.DataFrame, MarkupValues]:
    """Draw the library's reading of a sheet and the numbers of its markup, in which few things differ."""
    height, width = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    columns: dict[str, list[str | None]] = {}
    numbers: list[tuple[int, str, str]] = []
    for letters in "ABC"[:width]:
        columns[letters] = []
        for row in range(1, height + 1):
            cell = draw(st.sampled_from(["number", "number", "text", "blank", "differs"]))
            written = draw(WRITTEN)
            read: str | None = {"text": "文字", "blank": None, "differs": draw(st.none() | DAYS | WRITTEN)}.get(
                cell, f"{float(written):.15g}" if draw(st.booleans()) else written
            )
            columns[letters].append(read)
            if cell in ("number", "differs"):
                numbers.append((row, letters, written))
    if draw(st.integers(0, 9)) == 0:
        numbers.append((draw(st.integers(1, 6)), draw(st.sampled_from("ABD")), "1"))
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)), build_markup(columns, numbers)


def build_markup(columns: dict[str, list[str | None]], numbers: list[tuple[int, str, str]]) -> MarkupValues:
    """Return the markup's reading of a sheet that holds these numbers and the texts besides."""
    frame = pl.DataFrame(
        numbers, schema={"row": pl.Int32, "column": pl.String, "text": pl.String}, orient="row"
    ).with_columns(plain=pl.col("text").str.contains(PLAIN_NUMBER_PATTERN))
    places = {(row, letters) for row, letters, _ in numbers}
    texts = [
        (row, letters)
        for letters, values in columns.items()
        for row, value in enumerate(values, start=1)
        if value is not None and (row, letters) not in places
    ]
    return MarkupValues(numbers=frame, typed_cells=(), text_count=len(texts), first_column=1)


def compare(
    frame: pl.DataFrame, markup: MarkupValues, limit: int, *, since_1904: bool
) -> SheetFrames | IntakeFault | str:
    """Return the cells of a sheet, or the fault, while sheets of up to *limit* numbers and rows are small."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cross_check, "MAX_NUMBERS", limit)
        patch.setattr(cross_check, "MAX_ROWS", limit)
        try:
            return cross_check.cross_check("表", frame, markup, since_1904=since_1904)
        except IntakeError as error:
            return error.fault
        except ValueError as error:  # a date that the library never writes; the file is refused as unreadable
            return str(error)


@settings(max_examples=250, deadline=None)
@given(readings(), st.booleans())
def test_small_and_large_sheets_are_compared_alike(
    reading: tuple[pl.DataFrame, MarkupValues],
    since_1904: bool,  # noqa: FBT001 - drawn
) -> None:
    """Both ways give the same cells and kinds, or the same fault at the same cell."""
    small, large = (compare(*reading, limit, since_1904=since_1904) for limit in (1_000, -1))
    if not isinstance(small, SheetFrames) or not isinstance(large, SheetFrames):
        assert not isinstance(small, SheetFrames)
        assert not isinstance(large, SheetFrames)
        assert small == large or isinstance(small, str) or isinstance(large, str)
        return
    assert_frame_equal(small.text, large.text)
    assert_frame_equal(small.kinds, large.kinds)


@pytest.mark.parametrize("limit", [1_000, -1])
def test_control_characters_are_refused_at_their_cell(limit: int) -> None:
    """A text that no workbook may hold is refused, however small its sheet."""
    frame = pl.DataFrame({"A": ["好", "坏\x01"]})
    markup = build_markup({"A": ["好", "坏\x01"]}, [])
    fault = compare(frame, markup, limit, since_1904=False)
    assert isinstance(fault, IntakeFault)
    assert fault.code == "control_character"
