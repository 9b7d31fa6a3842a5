"""What a book of values becomes as a spreadsheet file, read back by another library."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest

from filing.book.workbook_model import Cell, CellStyle
from tests.builders.written_books import make_book, open_book, open_sheet, read_part
from workbooks.writer.write_book import write_book


def test_values_survive() -> None:
    """Text, whole numbers, decimals and empty cells are read back as they were given."""
    row = (
        Cell("甲县"),
        Cell(12, CellStyle.FIGURE),
        Cell(Decimal("1234.50"), CellStyle.FIGURE, decimals=2),
        Cell(None),
        Cell(""),
    )
    sheet = open_sheet(make_book(row))
    assert [cell.value for cell in sheet[1]] == ["甲县", 12, 1234.5, None, None]


@pytest.mark.parametrize("text", ["0.1", "0.000012345", "123456789012.345", "99999999999999.9", "-0.07", "1E+3"])
def test_figures_are_exact_in_the_file(text: str) -> None:
    """The digits in the file are the digits of the decimal, without binary noise."""
    part = read_part(write_book(make_book((Cell(Decimal(text), CellStyle.FIGURE),))), "xl/worksheets/sheet1.xml")
    inside = part.split("<v>")[1].split("</v>")[0]
    assert Decimal(inside) == Decimal(text)


def test_empty_cells_keep_their_frame() -> None:
    """A figure still missing stands as an empty bordered cell with the column's number format."""
    cell = open_sheet(make_book((Cell(None, CellStyle.FIGURE, decimals=2),)))["A1"]
    assert (cell.value, cell.number_format, cell.border.left.style) == (None, "0.00", "thin")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (Cell(5, CellStyle.FIGURE), "0"),
        (Cell(Decimal("5.25"), CellStyle.FIGURE, decimals=2), "0.00"),
        (Cell(Decimal("0.1234"), CellStyle.PERCENT), "0.00%"),
        (Cell(Decimal("0.1234"), CellStyle.TOTAL_PERCENT), "0.00%"),
        (Cell(Decimal("5.1"), CellStyle.CENTRE, decimals=1), "0.0"),
        (Cell("甲县"), "General"),
    ],
)
def test_number_formats(cell: Cell, expected: str) -> None:
    """A figure prints with the decimals of its column and a percentage always with two."""
    assert open_sheet(make_book((cell,)))["A1"].number_format == expected


def test_formulas_are_live_and_cached() -> None:
    """A formula stays a formula, and a viewer that does not calculate shows its value all the same."""
    total = Cell(Decimal("3.50"), CellStyle.TOTAL_FIGURE, formula="=SUM(A1:B1)", decimals=2)
    word = Cell("相符", formula='=IF(A2=3.5,"相符","a|b[c]")')
    book = make_book((Cell(Decimal("1.5")), Cell(2)), (total, word, Cell(None, formula="=A9")))
    assert [cell.value for cell in open_sheet(book)[2]] == [total.formula, word.formula, "=A9"]
    assert [cell.value for cell in open_sheet(book, cached=True)[2]] == [3.5, "相符", None]


def test_text_cached_by_a_formula_stays_text() -> None:
    """A formula that yields a code of digits is cached as text, so that its zeros are kept."""
    sheet = open_sheet(make_book((Cell("00012", formula='="00012"'),)), cached=True)
    assert sheet["A1"].value == "00012"


def test_spans_merge_and_are_framed_all_round() -> None:
    """A cell over several columns is merged, and the next cell stands after it."""
    sheet = open_sheet(make_book((Cell("合计", span=3), Cell(Decimal("0.5"), decimals=1, span=2), Cell("末"))))
    assert sorted(str(area) for area in sheet.merged_cells.ranges) == ["A1:C1", "D1:E1"]
    assert (sheet["A1"].value, sheet["D1"].value, sheet["F1"].value) == ("合计", 0.5, "末")
    assert [sheet.cell(1, column).border.bottom.style for column in range(1, 6)] == ["thin"] * 5


def test_merged_formulas_stay_formulas() -> None:
    """A formula over merged cells is live as any other."""
    book = make_book((Cell(7, CellStyle.TOTAL_FIGURE, formula="=3+4", span=2),))
    assert open_sheet(book)["A1"].value == "=3+4"
    assert open_sheet(book, cached=True)["A1"].value == 7


@pytest.mark.parametrize("cell", [Cell("见此"), Cell(5, CellStyle.FIGURE), Cell("=1+1"), Cell("跨", span=2)])
def test_links_lead_inside_the_book(cell: Cell) -> None:
    """A link goes to a place of the same book and leaves the cell's value and look alone."""
    plain, linked = (open_sheet(make_book((item,)))["A1"] for item in (cell, replace(cell, link="'汇总'!A1")))
    assert linked.hyperlink is not None
    assert (linked.hyperlink.location, linked.hyperlink.target) == ("'汇总'!A1", None)
    assert (linked.value, linked.number_format) == (plain.value, plain.number_format)
    assert (linked.font.name, linked.font.u, linked.font.color) == ("宋体", None, plain.font.color)


def test_empty_cells_can_be_links() -> None:
    """A link may sit on a cell that shows nothing."""
    part = read_part(write_book(make_book((Cell(None, link="'汇总'!A1"),))), "xl/worksheets/sheet1.xml")
    assert "<hyperlink " in part
    assert "<v>" not in part


def test_link_to_a_sheet_with_an_odd_name() -> None:
    """A sheet's name with a quote or a hash sign can still be linked to."""
    book = make_book((Cell("甲", link="'a''b #1'!$B$2"),), name="a'b #1")
    assert open_sheet(book)["A1"].hyperlink.location == "'a''b #1'!$B$2"


def test_same_book_gives_same_bytes() -> None:
    """Written twice, a book is the same file; its properties come from the book, not from a clock."""
    book = make_book((Cell("甲"), Cell(Decimal("1.50"), decimals=2), Cell(1, formula="=1", link="'汇总'!A1")))
    assert write_book(book) == write_book(book)
    properties = open_book(write_book(book)).properties
    assert (properties.title, properties.subject) == ("核算备案", "2024年度")
    assert str(properties.created) == "2024-03-25 00:00:00"


def test_created_may_carry_a_time_zone() -> None:
    """A moment with a zone is written in universal time, wherever the machine stands."""
    book = replace(make_book((Cell("甲"),)), created_at="2024-03-25T06:30:00+08:00")
    assert str(open_book(write_book(book)).properties.created) == "2024-03-24 22:30:00"


def test_equal_figures_give_the_same_bytes() -> None:
    """Two books that compare equal are the same file, however their zeros were written."""
    short, long = (make_book((Cell(Decimal(text), CellStyle.FIGURE, decimals=2),)) for text in ("1.5", "1.500"))
    assert short == long
    assert write_book(short) == write_book(long)


def test_file_names_no_system_and_no_time() -> None:
    """No part of the file shows on which system or when it was packed."""
    with ZipFile(BytesIO(write_book(make_book((Cell("甲"),))))) as parts:
        assert {(part.create_system, part.date_time) for part in parts.infolist()} == {(0, (1980, 1, 1, 0, 0, 0))}


def test_sheets_keep_their_order_and_names() -> None:
    """Several sheets stand in the order of the book."""
    book = make_book((Cell("甲"),))
    book = replace(book, sheets=(*book.sheets, replace(book.sheets[0], name="封面", rows=())))
    assert open_book(write_book(book)).sheetnames == ["汇总", "封面"]
