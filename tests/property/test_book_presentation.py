"""What a book shows is taken from the book; read from its file, it is the same."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.messages import Messages
from filing.book.workbook_model import Cell, CellStyle, Chart, ChartSeries, FilingBook, FilingSheet
from filing.context.filing_context import FilingContext
from filing.filing_books import build_city_book, build_county_book, build_province_book, build_receipt_book
from tests.builders.filing_contexts import AS_OF, load_messages
from tests.builders.full_filing import make_full_context
from workbooks.signed_content.presentation import read_presentation
from workbooks.writer.write_book import write_book, write_presented_book

Values = st.SearchStrategy[str | int | Decimal | None]
SHEET_NAMES = ("甲 表", "汇总", "A'b", "2024年", "a-1", "表(一)")
TEXTS: Values = st.sampled_from(
    ("", "甲", "=1+1", "<r>甲</r>", "<r></r>", "a b", "7", "1.50", "行\n行", "%41", "𠮷", "@x", "_x000a_")
)
FIGURES: Values = st.sampled_from((0, 7, Decimal("1.5"), Decimal("-0.05"), 10**14))
VALUES: Values = TEXTS | FIGURES | st.none()
LINKS = st.sampled_from(tuple("'" + name.replace("'", "''") + "'!B2" for name in SHEET_NAMES))
SOURCE_LINKS = st.sampled_from(("../530113/某 件.xlsx#'汇总 表'!A1", "a.xlsx", "页.html", "b/c.xlsx#'A''b'!C3"))
CHOICES = st.lists(st.sampled_from(("甲", "乙 丙", '"丁"', "=戊")), max_size=3).map(tuple)


@st.composite
def cells(draw: st.DrawFn) -> Cell:
    """Draw a cell of any style: plain, computed, linked or with choices."""
    value, style, span = draw(VALUES), draw(st.sampled_from(CellStyle)), draw(st.integers(1, 3))
    decimals, kind = draw(st.integers(0, 3)), draw(st.sampled_from(("plain", "formula", "link", "source", "choices")))
    if kind == "formula":
        return Cell(value, style, formula="=SUM(1, 2)", decimals=decimals, span=span)
    if kind == "link":
        return Cell(value, style, decimals=decimals, span=span, link=draw(LINKS))
    if kind == "source":
        return Cell(value, style, decimals=decimals, span=span, source_link=draw(SOURCE_LINKS))
    if kind == "choices":
        return Cell(value, style, decimals=decimals, choices=draw(CHOICES))
    return Cell(value, style, decimals=decimals, span=span)


@st.composite
def books(draw: st.DrawFn) -> FilingBook:
    """Draw a book that has all sheets that its links lead to, with charts, headers and groups of columns."""
    sheets = []
    for name in SHEET_NAMES:
        rows = tuple(map(tuple, draw(st.lists(st.lists(cells(), max_size=4), max_size=4))))
        header_rows = draw(st.sampled_from((None, (1, 1), (1, len(rows)))))
        if not rows:
            header_rows = None
        groups = draw(st.sampled_from(((), (2, 2))))
        charts = (make_chart(name),) * draw(st.integers(0, 1))
        sheets.append(
            FilingSheet(
                name=name,
                rows=rows,
                widths=(10.0, 20.0, 8.0, 8.0),
                header_rows=header_rows,
                column_group_sizes=groups,
                title_column_count=1,
                charts=charts,
                is_locked=draw(st.booleans()),
            )
        )
    return FilingBook(
        title=draw(st.sampled_from(("书", "a & b"))),
        subject=draw(st.sampled_from(("年", ""))),
        created_at=AS_OF,
        sheets=tuple(sheets),
        footer=draw(st.sampled_from(("", "台账 9f&2e"))),
        page_number=load_messages()("filing.page_number"),
    )


def make_chart(sheet: str) -> Chart:
    """Make a chart of the first cells of a sheet."""
    reference = "'" + sheet.replace("'", "''") + "'!"
    series = tuple(ChartSeries(name, f"{reference}$B${row}:$D${row}") for name, row in (("计划", 1), ("完成", 2)))
    label_range = f"{reference}$A$1:$A$4"
    return Chart(title="图", label_range=label_range, series=series, first_row=9, width_mm=90, height_mm=60)


@given(book=books())
def test_the_presentation_of_a_book_is_that_of_its_file(book: FilingBook) -> None:
    """Looks, merged cells, links, choices, printed ranges, footers, properties and charts."""
    presented = write_presented_book(book)
    assert presented.data == write_book(book)
    assert presented.presentation == read_presentation(presented.data)


@pytest.mark.parametrize("build", [build_province_book, build_city_book, build_county_book, build_receipt_book])
def test_the_presentation_of_a_filing_is_that_of_its_file(
    build: Callable[[FilingContext, Messages], FilingBook],
) -> None:
    """The workbooks of a filing with all that it can hold."""
    presented = write_presented_book(build(make_full_context(), load_messages()))
    assert presented.presentation == read_presentation(presented.data)
