"""What a book of values becomes as a spreadsheet file, read back by another library."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from filing.book.workbook_model import Cell, CellStyle, FilingBook, FilingSheet
from workbooks.writer.cell_formats import MAX_ROW_HEIGHT, STYLE_FORMATS, count_lines, estimate_height
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


def make_book(*rows: tuple[Cell, ...], **settings: object) -> FilingBook:
    """Make a book of one sheet 汇总 with *rows* and any setting of a sheet replaced."""
    sheet = FilingSheet(name="汇总", rows=rows, widths=(20, 12, 12))
    return FilingBook(
        title="核算备案",
        subject="2024年度",
        created_at="2024-03-25",
        sheets=(replace(sheet, **settings),),  # type: ignore[arg-type]
    )


def open_book(written: bytes, *, cached: bool = False) -> Workbook:
    """Read a workbook as another library does, with formulas or with their cached values."""
    return load_workbook(BytesIO(written), data_only=cached)


def open_sheet(book: FilingBook, *, cached: bool = False) -> Worksheet:
    """Write *book* and read its first sheet back."""
    sheet = open_book(write_book(book), cached=cached).worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def read_part(written: bytes, name: str) -> str:
    """Read one part of the file as text."""
    with ZipFile(BytesIO(written)) as parts:
        return parts.read(name).decode()


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


def test_span_below_one_is_refused() -> None:
    """A cell that takes no column is a mistake of the caller."""
    with pytest.raises(ValueError, match="one column or more, got 0"):
        write_book(make_book((Cell("甲", span=0),)))


@pytest.mark.parametrize("cell", [Cell("见此"), Cell(5, CellStyle.FIGURE), Cell("=1+1"), Cell("跨", span=2)])
def test_links_lead_inside_the_book(cell: Cell) -> None:
    """A link goes to a place of the same book and leaves the cell's value and look alone."""
    plain, linked = (open_sheet(make_book((each,)))["A1"] for each in (cell, replace(cell, link="'汇总'!A1")))
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


@pytest.mark.parametrize(
    "link", ["http://example.org", "'无此表'!A1", "汇总", "", "external:a.xlsx#汇总!A1", "'汇总'!A0"]
)
def test_links_that_lead_nowhere_are_refused(link: str) -> None:
    """A link out of the book or to a sheet that is not there is refused."""
    with pytest.raises(ValueError, match="a link names a cell of this book"):
        write_book(make_book((Cell("甲", link=link),)))


def test_portrait_page_is_set_up_for_filing() -> None:
    """A portrait sheet prints on A4 with the margins of official documents, one page wide, pages numbered."""
    sheet = open_sheet(
        make_book((Cell("头", CellStyle.HEADER), Cell("头")), (Cell(1), Cell(2), Cell(3)), header_rows=(1, 1))
    )
    setup, margins = sheet.page_setup, sheet.page_margins
    assert (setup.paperSize, setup.orientation, setup.fitToHeight) == (9, "portrait", 0)
    assert sheet.sheet_properties.pageSetUpPr is not None
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    sides = (margins.top, margins.left, margins.right, margins.bottom)
    assert [round(side * 25.4) for side in sides] == [37, 28, 26, 35]
    assert (sheet.print_title_rows, sheet.print_area) == ("$1:$1", "'汇总'!$A$1:$C$2")
    assert sheet.oddFooter is not None
    assert sheet.oddFooter.center is not None
    assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
    assert sheet.print_options.horizontalCentered


def test_landscape_page() -> None:
    """A wide sheet lies across, with narrower margins."""
    sheet = open_sheet(make_book((Cell(1),), landscape=True))
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert round(sheet.page_margins.left * 25.4) == 20
    assert round(sheet.page_margins.top * 25.4) == 25


def test_screen_is_set_up_for_reading() -> None:
    """Header rows stay in sight, the program's own grid does not, and widths are as asked."""
    rows = tuple((Cell(number),) for number in range(6))
    sheet = open_sheet(make_book(*rows, header_rows=(2, 3)))
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A4", "$2:$3")
    assert not sheet.sheet_view.showGridLines
    assert 20 <= sheet.column_dimensions["A"].width < 21


@pytest.mark.parametrize("rows", [(0, 1), (2, 1), (1, 3)])
def test_header_rows_outside_the_sheet_are_refused(rows: tuple[int, int]) -> None:
    """Header rows that the sheet does not have are a mistake of the caller."""
    with pytest.raises(ValueError, match="header rows"):
        write_book(make_book((Cell(1),), (Cell(2),), header_rows=rows))


def test_row_heights_are_given_or_estimated() -> None:
    """A height that was asked for is kept; a row of long text grows by itself; an empty row is left alone."""
    book = make_book((Cell("短"),), (), (Cell("长文字" * 40, span=2),), (Cell("甲"),), row_heights={4: 60})
    heights = [open_sheet(book).row_dimensions[row].height for row in (1, 2, 3, 4)]
    assert heights[0] == 20.25
    assert heights[1] is None
    assert heights[2] is not None
    assert heights[2] > 110
    assert heights[3] == 60


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("", 10, 1),
        ("核算核算核", 10, 1),
        ("核算核算核算", 10, 2),
        ("a\n\nb", 10, 3),
        ("ab" * 10, 10, 2),
        ("核算核算 1234.50", 10, 2),
        ("甲" * 5 + "0123456789abc", 10, 3),
        ("核算", 0.5, 2),
    ],
)
def test_lines_are_counted_with_chinese_twice_as_wide(text: str, room: float, lines: int) -> None:
    """A Chinese character takes two places, a Latin word or a figure is not broken unless it must be."""
    assert count_lines(text, room) == lines


def test_estimated_height_has_a_ceiling() -> None:
    """The tallest row is the tallest that the format allows; what does not wrap stays one line."""
    assert estimate_height((Cell("核" * 30_000),), (10,)) == MAX_ROW_HEIGHT
    assert estimate_height((Cell("单位：亩" * 20, CellStyle.UNIT),), (4,)) == 20
    assert estimate_height((), (10,)) == 0
    assert estimate_height((Cell("核算" * 8),), ()) > 20


def test_every_look_is_drawn() -> None:
    """Each look has a style of its own kind, with a Chinese font except for hashes."""
    assert set(STYLE_FORMATS) == set(CellStyle)
    sheet = open_sheet(make_book(tuple(Cell("字", look) for look in CellStyle)))
    fonts = {look: sheet.cell(1, column).font for column, look in enumerate(CellStyle, start=1)}
    assert (fonts[CellStyle.TITLE].name, fonts[CellStyle.TITLE].sz, fonts[CellStyle.TITLE].b) == ("宋体", 20, True)
    assert (fonts[CellStyle.HEADER].name, fonts[CellStyle.NOTE].sz, fonts[CellStyle.HASH].name) == (
        "黑体",
        10.5,
        "Consolas",
    )
    assert {font.scheme for font in fonts.values()} == {None}
    assert all(font.b == (look is CellStyle.TITLE or "total" in look) for look, font in fonts.items())


@pytest.mark.parametrize(
    ("look", "colour"),
    [
        (CellStyle.HARD, "FFFFC7CE"),
        (CellStyle.SOFT, "FFFFEB9C"),
        (CellStyle.REPORT, "FFDDEBF7"),
        (CellStyle.HEADER, "FFF2F2F2"),
    ],
)
def test_fills(look: CellStyle, colour: str) -> None:
    """Findings and headers carry the colours that go with their words."""
    cell = open_sheet(make_book((Cell("强制", look),)))["A1"]
    assert (cell.fill.fgColor.rgb, cell.border.top.style) == (colour, "thin")


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
    """No part of the file tells on which system or when it was packed."""
    with ZipFile(BytesIO(write_book(make_book((Cell("甲"),))))) as parts:
        assert {(part.create_system, part.date_time) for part in parts.infolist()} == {(0, (1980, 1, 1, 0, 0, 0))}


def test_sheets_keep_their_order_and_names() -> None:
    """Several sheets stand in the order of the book."""
    book = make_book((Cell("甲"),))
    book = replace(book, sheets=(*book.sheets, replace(book.sheets[0], name="封面", rows=())))
    assert open_book(write_book(book)).sheetnames == ["汇总", "封面"]


@pytest.mark.parametrize("name", ["a/b", "名" * 32, "'汇总"])
def test_impossible_sheet_names_are_refused(name: str) -> None:
    """A name that a spreadsheet does not allow is refused with the reason."""
    with pytest.raises(ValueError, match="cannot bear this name"):
        write_book(make_book((Cell("甲"),), name=name))


def test_same_sheet_name_twice_is_refused() -> None:
    """Two sheets of one name cannot stand in a book."""
    book = make_book((Cell("甲"),))
    with pytest.raises(ValueError, match="cannot bear this name"):
        write_book(replace(book, sheets=book.sheets * 2))


def test_book_without_sheets_is_refused() -> None:
    """A book of nothing would become a sheet nobody asked for."""
    with pytest.raises(ValueError, match="at least one sheet"):
        write_book(replace(make_book(), sheets=()))


def test_writes_outside_a_sheet_are_refused() -> None:
    """A cell past the last column is reported, where the library would only drop it."""
    with pytest.raises(ValueError, match="could not be written"):
        write_book(make_book((Cell("甲", span=16_384), Cell("乙"))))
