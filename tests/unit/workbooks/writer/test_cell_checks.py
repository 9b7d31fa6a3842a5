"""What a spreadsheet would change, drop or run is refused; text stays text."""

from dataclasses import replace
from decimal import Decimal

import pytest

from filing.book.workbook_model import Cell, CellStyle
from tests.builders.written_books import make_book, open_sheet, read_part
from workbooks.writer.write_book import write_book

INJECTIONS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1:A2)",
    "http://example.org/a",
    "https://example.org/a",
    "ftp://example.org/a",
    "file:///etc/passwd",
    "mailto:a@example.org",
    "internal:'汇总'!A1",
    "external:a.xlsx",
    "{=1}",
    "cmd|'/c calc'!A0",
    "=cmd|'/c calc'!A0",
    "<r><t>x</t></r>",
    "</t></si><si><t>",
    "1e5",
    "00012",
    "#REF!",
    "TRUE",
    "&amp; <b> \"'",
    "  two blanks  ",
    "first line\nsecond\tline",
]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("SUM(A1)", 1),
        ("{=SUM(A1)}", 1),
        ("=[1]Sheet1!A1", 1),
        ("=cmd|'/c calc'!A0", 1),
        ("=" + "1+" * 5000 + "1", 1),
        ("=A1", "#REF!"),
    ],
)
def test_formulas_that_reach_out_or_fail_are_refused(formula: str, value: str | int) -> None:
    """No formula leads out of the book, starts a program, or shows an error as its value."""
    with pytest.raises(ValueError, match=r"sheet '汇总', cell A1: a formula"):
        write_book(make_book((Cell(value, formula=formula),)))


@pytest.mark.hostile(66)
@pytest.mark.parametrize("text", INJECTIONS)
def test_text_stays_text(text: str) -> None:
    """Whatever a text begins with, it is neither a formula, nor a link, nor a number, nor markup."""
    for look in CellStyle:
        cell = open_sheet(make_book((Cell(text, look),)))["A1"]
        assert (cell.value, cell.hyperlink, cell.data_type) == (text, None, "s")
    written = write_book(make_book((Cell(text),)))
    part = read_part(written, "xl/worksheets/sheet1.xml")
    assert ' t="s"' in part
    assert "<f" not in part
    assert "yperlink" not in part


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_formula_like_text_is_marked(text: str) -> None:
    """Text that looks like a formula carries the mark that keeps it text when its cell is edited."""
    marked, plain = (
        read_part(write_book(make_book((cell,))), "xl/styles.xml").count('quotePrefix="1"')
        for cell in (Cell(text), Cell(1, formula="=1"))
    )
    assert (marked, plain) == (1, 0)


def test_long_text_is_kept_whole_or_refused() -> None:
    """Text up to the format's limit is written whole; one character more is refused, never cut."""
    longest = "核" * 32_767
    assert open_sheet(make_book((Cell(longest),)))["A1"].value == longest
    with pytest.raises(ValueError, match=r"cell A1: a text has at most 32767 characters, got 32768"):
        write_book(make_book((Cell(longest + "a"),)))


def test_length_is_counted_as_spreadsheets_count() -> None:
    """A rare character outside the basic plane counts twice, as it does in the file format."""
    with pytest.raises(ValueError, match="got 32768"):
        write_book(make_book((Cell("𠮷" * 16_384),)))


@pytest.mark.parametrize("bad", ["\ud800", "\x00", "\x01", "\x0b", "\r", "\x1b", "\x7f", "\x85", "\uffff"])
def test_unwritable_characters_are_refused(bad: str) -> None:
    """A control character or half a character is refused with its place, wherever it would be written."""
    with pytest.raises(ValueError, match=rf"cell B1: U\+{ord(bad):04X} cannot be written"):
        write_book(make_book((Cell("甲"), Cell(f"乙{bad}"))))
    with pytest.raises(ValueError, match="the book's title"):
        write_book(replace(make_book((Cell("甲"),)), title=bad))
    with pytest.raises(ValueError, match="a sheet's name"):
        write_book(make_book((Cell("甲"),), name=f"汇总{bad}"))


@pytest.mark.hostile(73)
def test_rare_characters_survive() -> None:
    """Characters outside the basic plane, and text that looks like an escape, are kept."""
    sheet = open_sheet(make_book((Cell("𠮷𡈽县"), Cell("〇"), Cell("\u200b乡"))))
    assert [cell.value for cell in sheet[1]] == ["𠮷𡈽县", "〇", "\u200b乡"]


@pytest.mark.parametrize(
    "figure",
    [
        Decimal("NaN"),
        Decimal("-Infinity"),
        Decimal("1234567890123.456"),
        Decimal(410101199001011234),
        Decimal("1E+15"),
        Decimal("1E-400"),
        10**15,
    ],
)
def test_figures_a_spreadsheet_would_change_are_refused(figure: Decimal | int) -> None:
    """A figure that would lose digits or is no number is refused, also as the value of a formula."""
    with pytest.raises(ValueError, match="cell A1"):
        write_book(make_book((Cell(figure, CellStyle.FIGURE),)))
    with pytest.raises(ValueError, match="cell A1"):
        write_book(make_book((Cell(figure, CellStyle.FIGURE, formula="=A2"),)))


@pytest.mark.parametrize("value", [True, 1.5])
def test_other_types_are_refused(value: object) -> None:
    """A binary fraction or a truth value is not quietly turned into a figure."""
    with pytest.raises(TypeError, match="text, int, Decimal or None"):
        write_book(make_book((Cell(value),)))  # type: ignore[arg-type]


def test_span_below_one_is_refused() -> None:
    """A cell that takes no column is a mistake of the caller."""
    with pytest.raises(ValueError, match="one column or more, got 0"):
        write_book(make_book((Cell("甲", span=0),)))


@pytest.mark.parametrize(
    "link", ["http://example.org", "'无此表'!A1", "汇总", "", "external:a.xlsx#汇总!A1", "'汇总'!A0"]
)
def test_links_that_lead_nowhere_are_refused(link: str) -> None:
    """A link out of the book or to a sheet that is not there is refused."""
    with pytest.raises(ValueError, match="a link names a cell of this book"):
        write_book(make_book((Cell("甲", link=link),)))


@pytest.mark.parametrize("name", ["a/b", "名" * 32, "'汇总"])
def test_impossible_sheet_names_are_refused(name: str) -> None:
    """A name that a spreadsheet does not allow is refused with the reason."""
    with pytest.raises(ValueError, match="cannot have this name"):
        write_book(make_book((Cell("甲"),), name=name))


def test_same_sheet_name_twice_is_refused() -> None:
    """Two sheets of one name cannot stand in a book."""
    book = make_book((Cell("甲"),))
    with pytest.raises(ValueError, match="cannot have this name"):
        write_book(replace(book, sheets=book.sheets * 2))


def test_book_without_sheets_is_refused() -> None:
    """A book of nothing would become a sheet nobody asked for."""
    with pytest.raises(ValueError, match="at least one sheet"):
        write_book(replace(make_book(), sheets=()))


def test_writes_outside_a_sheet_are_refused() -> None:
    """A cell past the last column is reported, where the library would only drop it."""
    with pytest.raises(ValueError, match="could not be written"):
        write_book(make_book((Cell("甲", span=16_384), Cell("乙"))))
