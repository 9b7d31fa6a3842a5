"""The list of findings can be read, followed, printed and filled in."""

from io import BytesIO
from zipfile import ZipFile

import pytest
import xlsxwriter
from lxml import etree

from checks.model.cell_ref import CellRef
from checks.model.finding import Finding, Severity
from tests.builders.marked_workbooks import HARD, LISTED, REPORT, SOFT, WORDS, fill, finding, opened, parts, sheet_of
from workbooks.marking.mark_workbook import mark_workbook
from workbooks.ooxml.cell_edits import WORKSHEET_ORDER

HEADINGS = tuple(word for key, word in WORDS.items() if key.startswith("column_"))


def book_of(*names: str) -> bytes:
    """Make a workbook with a sheet of each name."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for name in names:
            book.add_worksheet(name).write("A1", "甲")
    return target.getvalue()


def cells(sheet: str, count: int) -> list[CellRef]:
    """Return the first cells of a column."""
    return [CellRef(sheet, f"A{row}") for row in range(1, count + 1)]


def listed(*found: Finding) -> bytes:
    """Mark a workbook of one sheet with these findings."""
    return mark_workbook(book_of("表"), found, WORDS)


def test_list_is_first_and_tells_every_finding_gravest_first() -> None:
    """The list opens the workbook: title, counts, headings, then a line for each finding."""
    soft = finding("表", "A2", Severity.SOFT, value="201", expected="200", difference="1", related_rules=("R0103",))
    data = listed(finding("表", "A3", Severity.REPORT), soft, finding("表", "A1", trial=True), finding("表", "A4"))
    book = opened(data)
    rows = list(sheet_of(book, LISTED).iter_rows(values_only=True))
    assert book.sheetnames[0] == LISTED
    assert rows[0][0] == "报送数据问题清单"
    assert rows[1][0] == "共 4 条：强制 1 条，核实 1 条，提示 2 条。"
    assert rows[2] == HEADINGS
    assert [row[1] for row in rows[3:]] == ["强制", "核实", "提示", "试行提示"]
    assert rows[4] == (
        *(
            "2",
            "核实",
            "表",
            "A2",
            None,
            "合计 990 与各乡镇之和 1000 不符，差 10。",
            "请核对 F12，或将其改为 1000。",
            None,
        ),
        *("201", "200", "1", None, "办法第十二条", "R0102、R0103", None),
    )


def test_severity_shows_as_word_and_colour() -> None:
    """A severity is never shown by colour alone."""
    sheet = sheet_of(opened(listed(*(finding("表", "A1", severity) for severity in Severity))), LISTED)
    shown = [(sheet[f"B{row}"].value, fill(sheet, f"B{row}")) for row in (4, 5, 6)]
    assert shown == [("强制", HARD), ("核实", SOFT), ("提示", REPORT)]


def test_explanation_may_be_filled_in_and_nothing_else() -> None:
    """Only the cells for the county's explanation are open, and what is typed there stays text."""
    sheet = sheet_of(opened(listed(finding("表", "A1"))), LISTED)
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    assert (sheet["H4"].protection.locked, sheet["G4"].protection.locked) == (False, True)
    assert sheet["H4"].number_format == "@"
    assert fill(sheet, "H4") == "FFFFFFE0"


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("任务表", "'任务表'!A1"),
        ("附表 1-1（县）", "'附表 1-1（县）'!A1"),
        ("O'Brien's \"x\" & <y>", "'O''Brien''s \"x\" & <y>'!A1"),
        ("2024", "'2024'!A1"),
    ],
)
def test_link_leads_to_the_cell_whatever_the_name_of_its_sheet(name: str, target: str) -> None:
    """A sheet's name may hold spaces, quotes and Chinese."""
    after = mark_workbook(book_of("首", name), [finding(name, "A1")], WORDS)
    link = sheet_of(opened(after), LISTED)["D4"].hyperlink
    assert link is not None
    assert (link.location, link.target) == (target, None)
    assert fill(sheet_of(opened(after), name), "A1") == HARD


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "{=1}", "http://example.com", "'", " 甲 "])
def test_text_stays_text(text: str) -> None:
    """No text of a finding becomes a formula or a link."""
    after = listed(finding("表", "A1", value=text, message=text, remedy=text))
    sheet = sheet_of(opened(after), LISTED)
    assert [(sheet[place].value, sheet[place].hyperlink) for place in ("I4", "F4", "G4")] == [(text, None)] * 3
    assert b"<f>" not in parts(after)["xl/worksheets/sheet2.xml"]


def test_unfit_characters_are_left_out() -> None:
    """Control characters, halves of characters and marks that turn the writing do not reach the file."""
    after = listed(finding("表", "A1", message="甲\x00\x0b\ud800\ufffe\u202e乙\r\n丙", value="_x0041_"))
    sheet = sheet_of(opened(after), LISTED)
    assert sheet["F4"].value == "甲乙\n丙"
    assert "_x005F_x0041_" in parts(after)["xl/worksheets/sheet2.xml"].decode()


def test_too_long_text_is_cut_visibly() -> None:
    """A text that a cell cannot hold ends with an ellipsis."""
    value = sheet_of(opened(listed(finding("表", "A1", message="长" * 40_000))), LISTED)["F4"].value
    assert value == "长" * 32_766 + "…"


def test_nothing_found_is_said() -> None:
    """An empty list says that nothing was found."""
    assert sheet_of(opened(listed()), LISTED)["A2"].value == "未发现问题。"


def test_amount_that_does_not_apply_differs_from_a_blank_one() -> None:
    """A blank figure shows as blank, one that a rule does not have as a dash."""
    sheet = sheet_of(opened(listed(finding("表", "A1", value="", expected=None))), LISTED)
    assert (sheet["I4"].value, sheet["J4"].value) == (None, "—")


def test_list_prints_on_pages_of_one_width_with_headings_repeated() -> None:
    """A clerk can print the list: A4 landscape, all columns on one page, headings on each."""
    sheet = sheet_of(opened(listed(finding("表", "A1"))), LISTED)
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$3:$3"
    assert sheet.freeze_panes == "A4"
    assert sheet.auto_filter.ref == "A3:N4"


def test_rows_are_high_enough_for_wrapped_text() -> None:
    """A long message gets the lines it needs."""
    sheet = sheet_of(opened(listed(finding("表", "A1", message="长" * 160), finding("表", "A1"))), LISTED)
    long, short = (sheet.row_dimensions[row].height for row in (4, 5))
    assert long is not None
    assert short is not None
    assert long > 10 * 14 > short


def test_involved_cells_are_named_where_none_is_at_fault() -> None:
    """A finding without a single cell names those involved, with the sheet where it is another."""
    from_both = finding("表", None, cells=tuple(cells("表", 1) + cells("别表", 1)))
    sheet = sheet_of(opened(listed(from_both, finding("表", None, cells=tuple(cells("表", 9))))), LISTED)
    assert sheet["D4"].value == "A1、别表!A1"
    assert sheet["D5"].value == "A1、A2、A3、A4 等 9 格"


def test_elements_stand_in_the_order_of_the_schema() -> None:
    """Excel calls a sheet damaged whose elements stand in another order."""
    with ZipFile(BytesIO(listed(finding("表", "A1")))) as archive:
        root = etree.fromstring(archive.read("xl/worksheets/sheet2.xml"))
    names = [etree.QName(element).localname for element in root]
    assert names == sorted(names, key=WORKSHEET_ORDER.split().index)
