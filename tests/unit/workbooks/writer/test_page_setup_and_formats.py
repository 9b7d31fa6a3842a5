"""Pages, screens, row heights and cell styles are set as the filing asks."""

import pytest

from filing.book.workbook_model import Cell, CellStyle
from tests.builders.written_books import make_book, open_sheet
from workbooks.writer.cell_formats import MAX_ROW_HEIGHT, STYLE_FORMATS, count_lines, estimate_height
from workbooks.writer.write_book import write_book


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
