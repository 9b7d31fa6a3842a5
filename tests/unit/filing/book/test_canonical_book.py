"""The canonical values of a workbook are the same whatever program saved it."""

from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filing.book.canonical_book import collect_canonical_values
from filing.book.canonical_values import (
    encode_formula,
    encode_number,
    encode_value,
    format_canonical_value,
    is_same_value,
)
from filing.book.workbook_model import Cell, CellStyle, FilingBook, FilingSheet
from filing.context.filing_context import CITY, COUNTY, Area
from filing.filing_books import build_city_book, build_county_book, build_province_book, build_receipt_book
from tests.builders.filing_contexts import AS_OF, HEAD, load_messages
from tests.builders.full_filing import make_full_context
from workbooks.signed_content.cell_values import UnreadableWorkbookError, read_values
from workbooks.writer.write_book import write_book


def made_of(*cells: Cell) -> FilingBook:
    """Make a book of one row."""
    sheet = FilingSheet(name="甲 表", rows=(cells,), widths=tuple(10.0 for _ in cells))
    return FilingBook(title="t", subject="s", created_at=AS_OF, sheets=(sheet,))


@pytest.mark.parametrize("kind", ["province", "city", "county", "receipt"])
def test_values_of_a_book_are_those_of_its_file(kind: str) -> None:
    """What is recorded of every kind of filing is what stands in the file that was written."""
    context = make_full_context()
    city = context.restrict_to(Area(CITY, "530100", "昆明市"), ledger_head=HEAD, as_of=AS_OF)
    county = context.restrict_to(Area(COUNTY, "530113", "东川区"), ledger_head=HEAD, as_of=AS_OF)
    book = {
        "province": lambda: build_province_book(context, load_messages()),
        "city": lambda: build_city_book(city, load_messages()),
        "county": lambda: build_county_book(county, load_messages()),
        "receipt": lambda: build_receipt_book(county, load_messages()),
    }[kind]()
    recorded, found = collect_canonical_values(book), read_values(write_book(book))
    assert list(recorded) == list(found)
    for sheet, cells in recorded.items():
        assert cells == found[sheet], sheet
    assert sum(map(len, recorded.values())) > 15


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=30))
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    """Markup, blanks at the ends, quotes, formulas: a text is the same after the file."""
    book = made_of(Cell(text), Cell("甲"))
    assert collect_canonical_values(book) == read_values(write_book(book))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**10), max_value=10**10))
def test_any_figure_is_read_back_as_it_was(figure: Decimal) -> None:
    """A figure is the same after the file, however many zeros it was written with."""
    book = made_of(Cell(figure, CellStyle.FIGURE, decimals=2), Cell(1))
    assert collect_canonical_values(book) == read_values(write_book(book))


def test_a_formula_is_one_formula_however_it_is_written() -> None:
    """Blanks, capitals and quotes round a sheet's name make no other formula; a quoted text stays as it is."""
    assert encode_formula("='分 表'!C5", "n:1") == encode_formula("=分 表!c5", "n:1")
    assert encode_formula('=IF( A1=0 ,"— a",Sum(A1:A2))', "") == encode_formula('=IF(A1=0,"— a",SUM(A1:A2))', "")
    assert encode_formula('=IF(A1=0,"— a",1)', "") != encode_formula('=IF(A1=0,"—a",1)', "")


def test_what_agrees_and_what_does_not() -> None:
    """A sum computed anew may differ in its last binary digit; a changed value, formula or kind is a change."""
    shown = encode_formula("=SUM(A1:A2)", "n:0.3")
    assert is_same_value(shown, encode_formula("=SUM(A1:A2)", encode_number("0.30000000000000004")))
    assert is_same_value(
        shown, encode_formula("=SUM(A1:A2)", "")
    )  # a program that computes nothing leaves nothing to compare
    assert not is_same_value(shown, encode_formula("=SUM(A1:A2)", "n:0.31"))
    assert not is_same_value(shown, encode_formula("=SUM(A1:A3)", "n:0.3"))
    assert not is_same_value(shown, "n:0.3")
    assert not is_same_value("n:1", "t:1")
    assert not is_same_value("n:0.3", "n:0.30000001")


def test_canonical_values_are_told_to_people() -> None:
    """A value is shown without its mark, a formula with its result."""
    assert format_canonical_value(encode_value("甲")) == "甲"
    assert format_canonical_value(encode_number("17.50")) == "17.5"
    assert format_canonical_value(encode_formula("=A1+1", "n:3")) == "=A1+1（3）"
    assert encode_value(None) == encode_value("") == ""
    assert encode_number("0.0") == encode_number("-0") == "n:0"


def test_formulas_shared_by_cells_are_told_apart() -> None:
    """A program that writes one formula for a whole column says the same as one that writes each."""
    book = made_of(Cell(1), Cell(2), Cell(3, formula="=A1+B1"))
    data = write_book(book)
    workbook = openpyxl.load_workbook(BytesIO(data))
    store = BytesIO()
    workbook.save(store)
    again = read_values(store.getvalue())["甲 表"]
    assert all(is_same_value(item, again[cell]) for cell, item in read_values(data)["甲 表"].items())


def test_what_is_no_workbook_is_told() -> None:
    """Bytes that are no zip, and a zip that is no workbook, are not readable."""
    for data in (b"", b"PK\x03\x04nothing", b"x" * 100):
        with pytest.raises(UnreadableWorkbookError):
            read_values(data)
