"""The workbook that goes back to a county is its own, with every finding marked."""

from io import BytesIO
from zipfile import ZipFile

import pytest
import xlsxwriter

from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep, Severity
from tests.builders.marked_workbooks import (
    HARD,
    LISTED,
    REPORT,
    SOFT,
    WORDS,
    fill,
    finding,
    opened,
    parts,
    plan_table,
    sheet_of,
)
from workbooks.marking.findings_text import MESSAGE_KEYS
from workbooks.marking.mark_workbook import mark_workbook


def test_words_of_the_tests_are_those_needed() -> None:
    """Every word that the marking uses is named in the list of words it needs."""
    assert set(WORDS) == MESSAGE_KEYS


def test_untouched_parts_keep_their_bytes_and_order() -> None:
    """What no finding concerns stays byte for byte, in the old order and with the old dates."""
    before = plan_table()
    after = mark_workbook(before, [finding("任务表", "B4")], WORDS)
    old, new = parts(before), parts(after)
    touched = {name for name in old if old[name] != new[name]}
    assert touched == {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/worksheets/sheet1.xml",
    }
    assert list(new)[: len(old)] == list(old)
    with ZipFile(BytesIO(after)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_cells_are_coloured_and_keep_the_rest_of_their_looks() -> None:
    """A marked cell changes its fill and nothing else."""
    cells = (
        CellRef("任务表", "B2"),
        CellRef("任务表", "B4"),
        CellRef("任务表", "C3"),
        CellRef("任务表", "A9"),
    )
    found = [
        finding("任务表", "B4", Severity.SOFT, cells=cells),
        finding("任务表", "B2", Severity.HARD),
        finding("任务表", "B3", Severity.REPORT),
    ]
    sheet = sheet_of(opened(mark_workbook(plan_table(), found, WORDS)), "任务表")
    assert [fill(sheet, cell) for cell in ("B2", "B3", "B4", "C3", "A9", "A2")] == [
        HARD,
        REPORT,
        SOFT,
        SOFT,
        SOFT,
        None,
    ]
    marked, other = sheet["B2"], sheet_of(opened(plan_table()), "任务表")["B2"]
    assert marked.number_format == "0.00"
    for looks in ("border", "font", "alignment", "protection"):
        assert repr(getattr(marked, looks)) == repr(getattr(other, looks))


def test_formulas_and_cached_values_survive() -> None:
    """A formula stays a formula and shows the value it had."""
    after = mark_workbook(plan_table(), [finding("任务表", "B4")], WORDS)
    assert sheet_of(opened(after), "任务表")["B4"].value == "=SUM(B2:B3)"
    assert sheet_of(opened(after, values=True), "任务表")["B4"].value == 990


def test_blank_cells_take_the_looks_of_their_column() -> None:
    """A blank cell that is marked keeps the number format of the column it stands in."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("表")
        sheet.set_column("C:C", 20, book.add_format({"num_format": "0.0000"}))
        sheet.set_row(4, 20, book.add_format({"num_format": "0.000"}))
        sheet.write("A1", 1)
    found = [finding("表", "C3"), finding("表", "C5")]
    sheet = sheet_of(opened(mark_workbook(target.getvalue(), found, WORDS)), "表")
    assert [sheet["C3"].number_format, sheet["C5"].number_format] == ["0.0000", "0.000"]
    assert fill(sheet, "C3") == fill(sheet, "C5") == HARD


def test_comment_names_rule_message_and_remedy_of_every_finding_of_the_cell() -> None:
    """All findings of one cell stand in one comment."""
    found = [finding("任务表", "B4"), finding("任务表", "B4", Severity.SOFT, rule="R0200", related_rules=("R0201",))]
    comment = sheet_of(opened(mark_workbook(plan_table(), found, WORDS)), "任务表")["B4"].comment
    assert comment is not None
    assert comment.author == "核算"
    assert comment.text == (
        "【强制】R0102\n合计 990 与各乡镇之和 1000 不符，差 10。\n请核对 F12，或将其改为 1000。\n\n"
        "【核实】R0200、R0201\n合计 990 与各乡镇之和 1000 不符，差 10。\n请核对 F12，或将其改为 1000。"
    )


def test_marks_in_merged_cells_go_where_they_are_seen() -> None:
    """A finding on a covered cell of merged ones is shown on the first of them."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.add_worksheet("表").merge_range("B2:D3", "某县")
    sheet = sheet_of(opened(mark_workbook(target.getvalue(), [finding("表", "C3")], WORDS)), "表")
    assert fill(sheet, "B2") == HARD
    assert sheet["B2"].comment is not None


def test_only_the_findings_sheet_is_selected() -> None:
    """Typing into one sheet must not write into another that is selected with it."""
    book = opened(mark_workbook(plan_table(), [], WORDS))
    assert book.active is book[LISTED]
    assert [sheet_of(book, name).sheet_view.tabSelected for name in book.sheetnames] == [True, None, None]


def test_marking_twice_replaces_the_findings_sheet() -> None:
    """A file marked in an earlier round gets a new list, not a second one, and its comments renewed."""
    once = mark_workbook(plan_table(), [finding("任务表", "B4"), finding("任务表", "B2")], WORDS)
    twice = mark_workbook(once, [finding("任务表", "B4", message="仍不符。")], WORDS)
    book = opened(twice)
    assert book.sheetnames == [LISTED, "任务表", "说明页", WORDS["memory_name"]]
    assert [row[5] for row in sheet_of(book, LISTED).iter_rows(min_row=4, values_only=True)] == ["仍不符。"]
    comment = sheet_of(book, "任务表")["B4"].comment
    assert comment is not None
    assert comment.text.count("R0102") == 1
    assert len(parts(twice)) == len(parts(once))


def test_same_input_gives_same_bytes() -> None:
    """Marking is a function of the file and its findings alone."""
    found = [finding("任务表", "B4"), finding("任务表", "A7", Severity.SOFT)]
    table = plan_table()  # made once: a spreadsheet library writes the second into each
    assert mark_workbook(table, found, WORDS) == mark_workbook(table, found, WORDS)


@pytest.mark.parametrize("cell", [None, "B0", "A1:B2", "XFE1", "A1048577", "合计"])
def test_finding_without_a_cell_is_only_listed(cell: str | None) -> None:
    """What points at no single cell leaves the sheets alone and has no link."""
    before = plan_table()
    after = mark_workbook(before, [finding("任务表", cell), finding("无此表", "A1")], WORDS)
    assert parts(after)["xl/worksheets/sheet2.xml"] == parts(before)["xl/worksheets/sheet2.xml"]
    listed = sheet_of(opened(after), LISTED)
    assert listed.max_row == 5
    assert [listed[place].hyperlink for place in ("D4", "D5")] == [None, None]


def test_repairs_are_written_out() -> None:
    """The first repair is listed step by step, followed by the number of others."""
    step = RepairStep(CellRef("任务表", "C5"), "201", "200")
    other = RepairStep(CellRef("表二", "D6"), "", "7")
    found = [
        finding("任务表", "B4", repairs=((step, other), (other,))),
        finding("任务表", "B2", repairs=((step,),)),
    ]
    listed = sheet_of(opened(mark_workbook(plan_table(), found, WORDS)), LISTED)
    assert listed["L4"].value == "C5：201→200\n表二!D6：空→7\n共 2 种同样小的改法"
    assert listed["L5"].value == "C5：201→200"


def test_only_suspects_of_a_broken_sum_are_coloured() -> None:
    """Where one cell would mend a sum, the cells that it is added to stay as they are."""
    cells = tuple(CellRef("任务表", cell) for cell in ("B2", "B3", "B4"))
    repairs = ((RepairStep(CellRef("任务表", "B3"), "300", "290"),),)
    found = [finding("任务表", "B3", cells=cells, difference="10", repairs=repairs)]
    sheet = sheet_of(opened(mark_workbook(plan_table(), found, WORDS)), "任务表")
    assert [fill(sheet, cell) == HARD for cell in ("B2", "B3", "B4")] == [False, True, False]
