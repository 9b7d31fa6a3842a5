"""Short tables, which are read text by text, are typed as long ones are, which polars reads."""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from typing import TypeVar

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from checks.model.finding import Refusal
from checks.model.raw_workbook import CellKind, RawSheet
from checks.parsing import short_columns
from checks.parsing.dates import normalise_day_expr, parse_date_expr, parse_day, standardise_day
from checks.parsing.text_normalisation import normalise_text, normalise_text_expr, parse_number, parse_number_expr
from checks.recognition.locate_tables import TableLocation
from checks.recognition.table import Table, build_table
from checks.validation import validate_workbook
from contracts.registers import County
from tests.benchmarks.plots import subjects_in
from tests.builders.examined import warm_library, wording
from tests.builders.gansu import gansu_workbook
from workbooks.reader.read_workbook import read_workbook

FIGURES = st.text("0123456789.,，．０９+-－−–—ー万亩平方米公顷 \u3000\u200b①²eE\n", max_size=8)
DAYS = st.one_of(
    st.text("0123456789年月日号-/.〇零一二三四五六七八九十廿卅元T:Z(周)٢ ", max_size=12),
    st.dates().map(str),
    st.builds(
        "{}{}{}{}{}".format,
        st.integers(0, 9999),
        st.sampled_from("-/.年"),
        st.integers(0, 13),
        st.sampled_from("-月"),
        st.integers(0, 32),
    ),
    st.integers(10_000, 90_000).map(str),
)
WORDS = (
    *(
        "合计",
        "小计",
        "其中：",
        "全县合计",
        "庄浪县",
        "注：",
        "水洛",
        "水洛镇",
        "良邑镇",
        "620825001",
        "1 ",
        "#REF!",
        "0.0",
    ),
    *("123456789012345678", "1-11", "甲", "序号", "地块编号", "62082520240001-111", "0101", "101", "是"),
)
CELLS = st.one_of(
    st.none(),
    FIGURES,
    DAYS,
    st.text(max_size=5).filter(lambda text: text.isprintable()),
    st.sampled_from(WORDS),
)
T = TypeVar("T")
LONG = -1  # no table is short then


@cache
def locations() -> tuple[tuple[TableLocation, ...], County | None]:
    """Return where the tables of a sound workbook are, and its county."""
    book = read_workbook(gansu_workbook(), wording())
    assert not isinstance(book, Refusal)
    subjects = [subject for subject in subjects_in(book) if subject.table is not None]
    found = [subject.search.location for subject in subjects if subject.search.location is not None]
    return tuple(found), subjects[0].county


@st.composite
def damaged_locations(draw: st.DrawFn) -> TableLocation:
    """Draw a table with up to eight cells below its header replaced."""
    location = draw(st.sampled_from(locations()[0]))
    sheet, columns = location.sheet, sorted(location.columns.values())
    has_rows = sheet.text.height > location.header_row
    for _ in range(draw(st.integers(0, 8)) if has_rows else 0):
        column = draw(st.sampled_from(columns)) - 1
        row = draw(st.integers(location.header_row, sheet.text.height - 1))
        sheet = put(sheet, row, column, draw(CELLS), draw(st.sampled_from(CellKind)))
    return replace(location, sheet=sheet)


def put(sheet: RawSheet, row: int, column: int, text: str | None, kind: CellKind) -> RawSheet:
    """Return the sheet with another cell; both numbers count from 0."""
    name = sheet.text.columns[column]
    texts = sheet.text.with_columns(sheet.text[name].scatter(row, text))
    kinds = sheet.kinds.with_columns(sheet.kinds[name].scatter(row, int(kind if text is not None else 0)))
    return replace(sheet, text=texts, kinds=kinds)


def with_limit(limit: int, build: Callable[[], T]) -> T:
    """Return what is built while columns up to *limit* texts are short."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(short_columns, "MAX_TEXTS", limit)
        return build()


def assert_same_tables(table: Table, other: Table) -> None:
    """Hold two tables to the same frames, types included, and the same attributes."""
    for item in fields(Table):
        value, expected = getattr(table, item.name), getattr(other, item.name)
        if isinstance(value, pl.DataFrame):
            assert_frame_equal(value, expected)
        else:
            assert value == expected


@settings(max_examples=120, deadline=None)
@given(damaged_locations())
def test_short_table_is_typed_as_a_long_one(location: TableLocation) -> None:
    """Whatever stands in the cells, both ways give the same rows, types, totals and subtotals."""
    county = locations()[1]
    short = build_table(location, county)
    assert_same_tables(short, with_limit(LONG, lambda: build_table(location, county)))


@settings(max_examples=300, deadline=None)
@given(st.one_of(FIGURES, CELLS), st.sampled_from(["", "亩", "平方米"]))
def test_one_figure_is_read_as_in_a_column(text: str | None, unit: str) -> None:
    """A text is the same number, and the same normalised text, alone and in a column."""
    column = pl.Series("text", [text], dtype=pl.String).to_frame()
    number, normalised = column.select(
        parse_number_expr(pl.col("text"), unit), short=normalise_text_expr(pl.col("text"))
    ).row(0)
    assert number == (None if text is None else parse_number(text, unit))
    assert normalised == (None if text is None else normalise_text(text) or None)


@settings(max_examples=300, deadline=None)
@given(DAYS, st.booleans(), st.booleans())
def test_one_day_is_read_as_in_a_column(text: str, is_bare_number: bool, uses_1904_dates: bool) -> None:  # noqa: FBT001
    """A text is the same date alone, in a short column and in a long one."""
    text = normalise_text(text)
    column = pl.DataFrame({"text": [text]})
    day = parse_date_expr(pl.col("text")).dt.to_string("%Y-%m-%d")
    standard = normalise_day_expr(pl.col("text"), pl.lit(is_bare_number), uses_1904_dates=uses_1904_dates)
    expected = (parse_day(text), standardise_day(text, is_bare_number=is_bare_number, uses_1904_dates=uses_1904_dates))
    for limit in (LONG, short_columns.MAX_TEXTS):
        assert with_limit(limit, lambda: column.select(day, standard.alias("standard")).row(0)) == expected


@pytest.mark.parametrize("limit", [LONG, 5])
def test_findings_do_not_depend_on_the_length(limit: int) -> None:
    """A workbook has one report, whichever of its tables count as short."""
    book = read_workbook(gansu_workbook(), wording())
    assert not isinstance(book, Refusal)
    sheet = next(sheet for sheet in book.sheets if sheet.name == "新增耕地明细")
    damaged = put(put(sheet, 5, 18, "１，234亩", CellKind.TEXT), 6, 25, "二〇二四年九月三十日", CellKind.TEXT)
    book = replace(book, sheets=tuple(damaged if item is sheet else item for item in book.sheets))
    report = with_limit(limit, lambda: validate_workbook(book, warm_library(), wording()))
    assert not isinstance(report, Refusal)
    assert report.findings
    assert report == validate_workbook(book, warm_library(), wording())
