"""Text stays text: no sheet of ours holds a formula, an outside link or markup that a county wrote."""

from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest
from lxml import etree

from checks.model.cell_ref import CellRef
from checks.model.finding import Explanation, LogicalLocation, Severity
from checks.versions.version_diff import CellChange, ChangeKind, VersionChanges
from contracts.contract_library import open_library
from filing.pages.steward_lists import build_changes_list, build_normalised_list
from tests.builders.marked_workbooks import finding, parts, plan_table
from tests.builders.markup_texts import HOSTILE
from workbooks.marking.mark_workbook import mark_workbook
from workbooks.ooxml.cell_edits import WORKSHEET_ORDER

WORDING = open_library().get_messages()
WORDS = WORDING.get_group("marks")
DANGEROUS = (*HOSTILE, "=1+1", "+1", "-2", "@SUM(A1)", "=cmd|'/c calc'!A0", "\t=1", "http://example.com", "]]><x/>")


def marked(text: str) -> bytes:
    """Mark a workbook with the text in every place that a county's words can reach."""
    spot, cell = LogicalLocation(text, text, text), CellRef("任务表", "B2")
    said = finding(
        "任务表", "B2", Severity.SOFT, value=text, message=text, logical_location=spot, explanation=Explanation(text)
    )
    read = finding("任务表", "A2", Severity.REPORT, value=text, message=text, logical_location=spot)
    edit = CellChange(kind=ChangeKind.CHANGED, form=text, row=text, heading=text, before=text, after=text, cell=cell)
    changes = VersionChanges(
        since_version=1,
        cell_changes=(edit,),
        resolved_findings=(said,),
        new_findings=(read,),
        remaining_findings=(said,),
    )
    listings = [build_changes_list(changes, WORDING, 100), build_normalised_list([said, read], WORDING, 100)]
    return mark_workbook(plan_table(), [said, read], WORDS, listings=listings)


@pytest.mark.hostile(66)
@pytest.mark.parametrize("text", DANGEROUS)
def test_nothing_written_becomes_a_formula_or_a_link(text: str) -> None:
    """Every cell of our sheets is text, and every link stays inside the workbook."""
    data = marked(text)
    book = openpyxl.load_workbook(BytesIO(data))
    ours = [name for name in book.sheetnames if name in set(WORDS.values())]
    assert len(ours) == 4
    for name in ours:
        cells = [cell for row in book[name].iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s"}
        links = [cell.hyperlink for cell in cells if cell.hyperlink]
        assert all(link.target is None and str(link.location).startswith("'任务表'!") for link in links)
    before = {name for name in parts(plan_table()) if name.endswith(".rels")}
    after = parts(data)
    assert b'TargetMode="External"' not in b"".join(part for name, part in after.items() if name.endswith(".rels"))
    assert before <= after.keys()


def test_our_sheets_stand_in_the_order_of_the_schema() -> None:
    """Excel calls a sheet damaged whose elements, rows or cells stand in another order."""
    with ZipFile(BytesIO(marked("某文本"))) as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(names) == 6
        for name in names:
            root = etree.fromstring(archive.read(name))
            order = [WORKSHEET_ORDER.split().index(etree.QName(item).localname) for item in root]
            assert order == sorted(order)
            rows = [int(row.get("r", "0")) for row in root.iter("{*}row")]
            assert rows == sorted(set(rows))


def test_list_states_how_many_there_are_where_it_lists_the_first() -> None:
    """A list that is cut states the true total, in the findings and elsewhere."""
    found = [finding("任务表", "B2") for _ in range(7)]
    edit = CellChange(kind=ChangeKind.REMOVED, form="表", row="甲乡")
    listing = build_changes_list(
        VersionChanges(
            since_version=1, cell_changes=(edit,) * 9, resolved_findings=(), new_findings=(), remaining_findings=()
        ),
        WORDING,
        4,
    )
    data = mark_workbook(plan_table(), found, WORDS, listings=[listing], limits={"listed": 5})
    book = openpyxl.load_workbook(BytesIO(data))
    listed = book[WORDS["sheet_name"]]
    assert listed.max_row == 3 + 5
    assert "共 7 条" in str(listed["A2"].value)
    assert "只列出前 5 条" in str(listed["A2"].value)
    assert book[WORDS["changes_name"]].max_row == 3 + 4
    assert "共 9 项，只列出前 4 项" in str(book[WORDS["changes_name"]]["A2"].value)
