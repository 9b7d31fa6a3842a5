"""Marks are removed again: the county sees marked only what is still wrong."""

from io import BytesIO

import openpyxl
import pytest
from openpyxl.styles import PatternFill

from checks.model.cell_ref import CellRef
from checks.model.finding import Severity
from tests.builders.foreign_workbooks import full_workbook
from tests.builders.marked_workbooks import HARD, WORDS, fill, finding, opened, parts, plan_table, sheet_of
from workbooks.marking.mark_workbook import mark_workbook
from workbooks.marking.unmark_workbook import remove_marks
from workbooks.ooxml.zip_package import ZipPackage

CHANGED = ("xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml")


def unmarked(data: bytes) -> bytes:
    """Take the marks off a workbook; one that has none comes back as it is."""
    package = ZipPackage.load(data)
    return package.to_bytes() if remove_marks(package, WORDS) else data


def saved_again(data: bytes, change: object = None) -> bytes:
    """Open and save a workbook with another program's hands, which write every part anew."""
    book = opened(data)
    if callable(change):
        change(book)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def test_sheets_are_the_same_bytes_again() -> None:
    """A marked workbook that nobody saved in between gives its own sheets back."""
    found = [finding("任务表", "A2"), finding("任务表", "B9", Severity.SOFT), finding("封面", "A1")]
    before, after = (
        parts(full_workbook()),
        parts(unmarked(mark_workbook(full_workbook(), found, WORDS))),
    )
    assert before.keys() == after.keys()
    looks = ("xl/comments", "xl/drawings/vml")
    same = [name for name in before if name not in CHANGED and not name.startswith(looks)]
    sheets = [name for name in same if "worksheets/sheet" in name]
    assert {name for name in same if before[name] != after[name] and not name.endswith(".rels")} <= set(sheets)
    for name in sheets:
        assert after[name].count(b"<c ") == before[name].count(b"<c ")


def test_values_looks_and_comments_come_back() -> None:
    """Cell by cell, figures, formulas, looks and comments are those that were there before."""
    found = [finding("任务表", cell) for cell in ("A2", "A3", "B2", "A1")]
    before, after = (
        opened(full_workbook()),
        opened(unmarked(mark_workbook(full_workbook(), found, WORDS))),
    )
    assert after.sheetnames == before.sheetnames
    for name in before.sheetnames:
        for row in sheet_of(before, name).iter_rows():
            for item in row:
                other = sheet_of(after, name)[item.coordinate]
                assert (item.value, item.fill.fill_type, item.number_format) == (
                    *(other.value, other.fill.fill_type, other.number_format),
                )
                assert (item.font.name, item.font.b, item.border.left.style) == (
                    *(other.font.name, other.font.b, other.border.left.style),
                )
                assert (item.comment and item.comment.text) == (other.comment and other.comment.text)


def test_mended_cell_is_no_longer_marked() -> None:
    """In the next round only what is still wrong is coloured and commented on."""
    once = mark_workbook(plan_table(), [finding("任务表", "B4"), finding("任务表", "B2")], WORDS)
    sheet = sheet_of(opened(mark_workbook(once, [finding("任务表", "B4")], WORDS)), "任务表")
    assert (fill(sheet, "B4"), sheet["B2"].fill.fill_type) == (HARD, None)
    assert (sheet["B4"].comment is None, sheet["B2"].comment) == (False, None)


def test_marks_come_off_a_file_that_another_program_saved() -> None:
    """Styles and parts are renumbered by every program; the marks are found all the same."""
    once = mark_workbook(plan_table(), [finding("任务表", "B4"), finding("任务表", "B2")], WORDS)
    sheet = sheet_of(opened(unmarked(saved_again(once))), "任务表")
    assert [sheet[cell].fill.fill_type for cell in ("B2", "B4")] == [None, None]
    assert [sheet[cell].comment for cell in ("B2", "B4")] == [None, None]
    assert sheet["B2"].number_format == "0.00"


def test_marks_come_off_cells_that_moved() -> None:
    """A row put in above takes the colours down with it; they are found in their column."""

    def insert(book: openpyxl.Workbook) -> None:
        sheet_of(book, "任务表").insert_rows(2)

    once = mark_workbook(plan_table(), [finding("任务表", "B4"), finding("任务表", "B2")], WORDS)
    sheet = sheet_of(opened(unmarked(saved_again(once, insert))), "任务表")
    assert [sheet[f"B{row}"].fill.fill_type for row in range(1, 7)] == [None] * 6


def test_own_fill_comes_back() -> None:
    """A cell that had a colour of its own has it again."""

    def paint(book: openpyxl.Workbook) -> None:
        sheet_of(book, "任务表")["B2"].fill = PatternFill("solid", fgColor="FF00FF00")

    once = mark_workbook(saved_again(plan_table(), paint), [finding("任务表", "B2")], WORDS)
    for data in (once, saved_again(once)):
        assert fill(sheet_of(opened(unmarked(data)), "任务表"), "B2") == "FF00FF00"


def test_file_without_marks_comes_back_as_it_is() -> None:
    """Nothing is rewritten where nothing is ours."""
    data = full_workbook()
    assert unmarked(data) == data


@pytest.mark.parametrize("count", [3, 5])
def test_cells_coloured_for_one_finding_are_bounded(count: int) -> None:
    """A sum over a long column does not turn all of it red; the cell at fault comes first."""
    cells = tuple(CellRef("任务表", f"A{row}") for row in range(1, 50))
    data = mark_workbook(plan_table(), [finding("任务表", "B4", cells=cells)], WORDS, limits={"painted": count})
    sheet = sheet_of(opened(data), "任务表")
    assert fill(sheet, "B4") == HARD
    assert sum(fill(sheet, f"A{row}") == HARD for row in range(1, 50)) == count - 1
