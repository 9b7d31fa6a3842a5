"""What a workbook says, whatever program saved it."""

from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filing.book.canonical_book import values_of
from filing.book.canonical_values import agree, live, number, said, typed
from filing.book.workbook_model import Cell, FilingBook, Look, Sheet
from filing.context.filing_context import CITY, COUNTY, Area, FilingScene, Receipt
from filing.filing_books import city_book, county_book, province_book, receipt_book
from tests.unit.test_filing import AS_OF, HEAD, load_words, make_filed, make_scene
from workbooks.signed_content.cell_values import NotReadable, read_values
from workbooks.writer.write_book import write_book


def made_of(*cells: Cell) -> FilingBook:
    """Make a book of one row."""
    sheet = Sheet(name="甲 表", rows=(cells,), widths=tuple(10.0 for _ in cells))
    return FilingBook(title="t", subject="s", created=AS_OF, sheets=(sheet,))


def whole_scene() -> FilingScene:
    """Make the sample's scene, with a receipt and a copy of the county's own file."""
    filed = make_filed()
    receipt = Receipt("2024-530113-1-0a1b2c3d", 12, "0a1b2c3d" * 8, AS_OF)
    return make_scene(
        type(filed)(
            due=filed.due,
            standing=filed.standing,
            report=filed.report,
            plan=filed.plan,
            earlier=filed.earlier,
            receipt=receipt,
            own="530113/530113-2024-第2版-报送原件.xlsx",
        )
    )


@pytest.mark.parametrize("kind", ["province", "city", "county", "receipt"])
def test_values_of_a_book_are_those_of_its_file(kind: str) -> None:
    """What is recorded of every kind of filing is what stands in the file that was written."""
    scene = whole_scene()
    city = scene.within(Area(CITY, "530100", "昆明市"), head=HEAD, as_of=AS_OF)
    county = scene.within(Area(COUNTY, "530113", "东川区"), head=HEAD, as_of=AS_OF)
    book = {
        "province": lambda: province_book(scene, load_words()),
        "city": lambda: city_book(city, load_words()),
        "county": lambda: county_book(county, load_words()),
        "receipt": lambda: receipt_book(county, load_words()),
    }[kind]()
    recorded, found = values_of(book), read_values(write_book(book))
    assert list(recorded) == list(found)
    for sheet, cells in recorded.items():
        assert cells == found[sheet], sheet
    assert sum(map(len, recorded.values())) > 15


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=30))
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    """Markup, blanks at the ends, quotes, formulas: a text is the same after the file."""
    book = made_of(Cell(text), Cell("甲"))
    assert values_of(book) == read_values(write_book(book))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**10), max_value=10**10))
def test_any_figure_is_read_back_as_it_was(figure: Decimal) -> None:
    """A figure is the same after the file, however many zeros it was written with."""
    book = made_of(Cell(figure, Look.FIGURE, decimals=2), Cell(1))
    assert values_of(book) == read_values(write_book(book))


def test_a_formula_is_one_formula_however_it_is_written() -> None:
    """Blanks, capitals and quotes round a sheet's name make no other formula; a quoted text stays as it is."""
    assert live("='分 表'!C5", "n:1") == live("=分 表!c5", "n:1")
    assert live('=IF( A1=0 ,"— a",Sum(A1:A2))', "") == live('=IF(A1=0,"— a",SUM(A1:A2))', "")
    assert live('=IF(A1=0,"— a",1)', "") != live('=IF(A1=0,"—a",1)', "")


def test_what_agrees_and_what_does_not() -> None:
    """A sum computed anew may differ in its last binary digit; a changed value, formula or kind is a change."""
    shown = live("=SUM(A1:A2)", "n:0.3")
    assert agree(shown, live("=SUM(A1:A2)", number("0.30000000000000004")))
    assert agree(shown, live("=SUM(A1:A2)", ""))  # a program that computes nothing leaves nothing to compare
    assert not agree(shown, live("=SUM(A1:A2)", "n:0.31"))
    assert not agree(shown, live("=SUM(A1:A3)", "n:0.3"))
    assert not agree(shown, "n:0.3")
    assert not agree("n:1", "t:1")
    assert not agree("n:0.3", "n:0.30000001")


def test_canonical_values_are_told_to_people() -> None:
    """A value is told without its mark, a live cell with what it shows."""
    assert said(typed("甲")) == "甲"
    assert said(number("17.50")) == "17.5"
    assert said(live("=A1+1", "n:3")) == "=A1+1（3）"
    assert typed(None) == typed("") == ""
    assert number("0.0") == number("-0") == "n:0"


def test_formulas_shared_by_cells_are_told_apart() -> None:
    """A program that writes one formula for a whole column says the same as one that writes each."""
    book = made_of(Cell(1), Cell(2), Cell(3, formula="=A1+B1"))
    data = write_book(book)
    workbook = openpyxl.load_workbook(BytesIO(data))
    store = BytesIO()
    workbook.save(store)
    again = read_values(store.getvalue())["甲 表"]
    assert all(agree(one, again[cell]) for cell, one in read_values(data)["甲 表"].items())


def test_what_is_no_workbook_is_told() -> None:
    """Bytes that are no zip, and a zip that is no workbook, are not readable."""
    for data in (b"", b"PK\x03\x04nothing", b"x" * 100):
        with pytest.raises(NotReadable):
            read_values(data)
