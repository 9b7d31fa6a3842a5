"""Cells whose format, colour, stroke or size hides or changes their value are found."""

from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.colors import Color
from openpyxl.workbook import Workbook

from checks.model.finding import Finding
from tests.builders.dongchuan import SHEET_2, SHEET_3, submission
from tests.builders.examined import report_of
from tests.hostile.generator.package import SHEET, good


def _told(change: Callable[[Workbook], object]) -> list[Finding]:
    book = openpyxl.load_workbook(BytesIO(submission(2).bytes()), rich_text=True)
    change(book)
    buffer = BytesIO()
    book.save(buffer)
    return [finding for finding in report_of(buffer.getvalue()).findings if finding.rule == "F17"]


def _font(sheet: str, area: str, font: Font, fill: PatternFill | None = None) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        for row in book[sheet][area]:
            for cell in row:
                cell.font, cell.fill = font, fill or PatternFill()

    return change


GROUND = PatternFill("solid", fgColor="FF1F4E78")
UNSEEN = {
    "white": _font(SHEET_3, "C5:C14", Font(color="FFFFFFFF")),
    "nearly white": _font(SHEET_3, "C5:C14", Font(color="00FDFDFD")),
    "white of the theme": _font(SHEET_3, "C5:C14", Font(color=Color(theme=0))),
    "white by number": _font(SHEET_3, "C5:C14", Font(color=Color(indexed=9))),
    "colour of the ground": _font(SHEET_3, "C5:C14", Font(color="FF1F4E79"), GROUND),
    "black on black": _font(SHEET_3, "C5:C14", Font(), PatternFill("solid", fgColor="FF000000")),
    "size of 1": _font(SHEET_3, "C5:C14", Font(size=1)),
}


@pytest.mark.hostile(77)
@pytest.mark.parametrize("how", UNSEEN)
def test_what_nobody_sees_is_one_finding_that_names_the_range(how: str) -> None:
    """A column written in the colour of its ground is one soft finding; its figures count all the same."""
    (found,) = _told(UNSEEN[how])
    assert (found.severity.value, found.sheet, found.cell, len(found.cells)) == ("soft", SHEET_3, "C5", 10)
    assert "看不见" in found.message
    assert "（C5:C14）" in found.message


SEEN = {
    "white on a dark ground": _font(SHEET_3, "A4:F5", Font(color="FFFFFFFF"), GROUND),
    "red": _font(SHEET_3, "C5:C14", Font(color="FFFF0000")),
    "grey": _font(SHEET_3, "C5:C14", Font(color=Color(theme=0, tint=-0.35))),
    "white heading": _font(SHEET_3, "A4:F4", Font(color="FFFFFFFF")),
    "struck heading": _font(SHEET_3, "A1:F1", Font(strike=True)),
}


@pytest.mark.hostile(77)
@pytest.mark.parametrize("how", SEEN)
def test_what_is_seen_is_not_told(how: str) -> None:
    """Colours that can be read, and whatever is done outside the table, are no finding."""
    assert _told(SEEN[how]) == []


@pytest.mark.hostile(77)
def test_strokes_are_told_by_rectangle() -> None:
    """A row that is crossed out, township and all, is one finding with its range; parts of a text count as well."""
    (found,) = _told(_font(SHEET_2, "A6:F6", Font(strike=True)))
    assert (found.cell, "（A6:F6）" in found.message) == ("A6", True)

    def partly(book: Workbook) -> None:
        book[SHEET_2]["B7"] = CellRichText(TextBlock(InlineFont(strike=True), "乌龙"), "镇")

    (found,) = _told(partly)
    assert (found.cell, "删除线" in found.message) == ("B7", True)


@pytest.mark.hostile(77)
def test_looks_of_two_kinds_and_of_the_cover_are_told_apart() -> None:
    """Each way of hiding is a finding of its own; the cover is checked too."""

    def change(book: Workbook) -> None:
        book[SHEET_2]["C5"].number_format = "0.00%"
        book[SHEET_2]["D6"].number_format = ";;;"
        book[SHEET_2]["B6"].number_format = "0.00%"  # of a word it changes nothing
        book["封面"]["B8"].font = Font(strike=True)

    told = sorted((finding.sheet, finding.cell, [cell.address for cell in finding.cells]) for finding in _told(change))
    assert told == [("封面", "B8", ["B8"]), (SHEET_2, "C5", ["C5"]), (SHEET_2, "D6", ["D6"])]


@pytest.mark.hostile(47)
def test_what_has_no_height_or_width_is_hidden() -> None:
    """A row of height 0 and a column of width 0 are as hidden as those that say so."""
    row = good().swap(SHEET, '<row r="6"', '<row ht="0" customHeight="1" r="6"').zipped()
    column = good().swap(SHEET, "<cols>", '<cols><col min="3" max="3" width="0" customWidth="1"/>', 1)
    told = [(finding.rule, finding.cell) for data in (row, column.zipped()) for finding in report_of(data).findings]
    assert told == [("F08", "A6"), ("F08", "C4")]
