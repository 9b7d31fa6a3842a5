"""What is wrong alike in several rows is one finding, explained or corrected once for all of them."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from checks.model.finding import Finding, Severity
from checks.model.report import ACCEPTED, FLAGGED, ValidationReport
from checks.reporting.json_codec import decode_report, encode_report
from checks.versions.explanations import carry_explanations
from tests.builders.broken import valid_workbook
from tests.builders.clerk_mistakes import PLOTS, find_after, set_cell
from tests.builders.examined import report_of, warm_library, wording
from workbooks.marking.findings_text import FINDING_COLUMNS
from workbooks.marking.mark_workbook import mark_workbook

SLOPE, STEEP = 21, "5"
REASON = "均为历史梯田，已由县级专家组逐块踏勘确认可以稳定耕种"
POLICY = warm_library().get_return_policy()


def with_slopes(rows: range) -> bytes:
    """Return the submission with steep slopes in some rows."""
    book = openpyxl.load_workbook(BytesIO(valid_workbook("gansu")))
    for row in rows:
        book[PLOTS].cell(row, SLOPE).value = STEEP
    return saved(book)


def saved(book: Any) -> bytes:
    """Return a workbook as a file."""
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def explained(data: bytes) -> ValidationReport:
    """Return the report on the returned file with a reason beside every soft finding."""
    messages = wording()
    marked = mark_workbook(data, report_of(data).findings, messages.get_group("marks"), limits=POLICY.max_list_lengths)
    book = openpyxl.load_workbook(BytesIO(marked))
    sheet = book[messages("marks.sheet_name")]
    for row in range(4, sheet.max_row + 1):
        if sheet.cell(row, 2).value == messages("marks.severity_soft"):
            sheet.cell(row, FINDING_COLUMNS.index("explanation") + 1).value = REASON
    return report_of(saved(book))


def steep(report: ValidationReport) -> list[Finding]:
    """Return the findings on slopes."""
    return [finding for finding in report.findings if finding.rule == "C12"]


def after(data: bytes, before: ValidationReport) -> ValidationReport:
    """Return the report on a new version of the file, with what was explained before."""
    return carry_explanations(report_of(data), before, POLICY, wording())


def test_twelve_slopes_are_one_finding_with_its_members() -> None:
    """Each member has its cell and its row: township, project and plot."""
    (found,) = report_of(with_slopes(range(4, 16))).findings
    assert (found.severity, found.cell, found.member_count) == (Severity.SOFT, "U4", 12)
    assert [member.cell.address for member in found.members] == [f"U{row}" for row in range(4, 16)]
    assert len({member.place.plot for member in found.members}) == 12
    assert "U4:U15" in found.message


def test_two_rows_are_told_by_themselves() -> None:
    """Two sentences are no burden."""
    assert [finding.cell for finding in report_of(with_slopes(range(4, 6))).findings] == ["U4", "U5"]


def test_one_explanation_counts_for_all_members() -> None:
    """The county writes one text, and the file is accepted."""
    report = explained(with_slopes(range(4, 16)))
    assert (report.outcome, [finding.is_explained for finding in steep(report)]) == (ACCEPTED, [True])
    assert decode_report(encode_report(report)) == report


def test_explanation_goes_on_for_fewer_members() -> None:
    """What is left of a group stays explained, as a group or row by row."""
    before = explained(with_slopes(range(4, 16)))
    for rows in (range(4, 10), range(7, 9)):
        report = after(with_slopes(rows), before)
        assert (report.outcome, {finding.is_explained for finding in steep(report)}) == (ACCEPTED, {True})


@pytest.mark.parametrize("rows", [range(4, 16), range(6, 9)])
def test_added_member_opens_the_finding_again(rows: range) -> None:
    """A text says nothing about a row that was not among its members."""
    report = after(with_slopes(rows), explained(with_slopes(range(7, 12))))
    assert (report.outcome, {finding.is_explained for finding in steep(report)}) == (FLAGGED, {False})


def test_changed_value_of_a_member_opens_the_finding_again() -> None:
    """The slopes are explained as they were: another figure, or one that is read otherwise, is not."""
    before = explained(with_slopes(range(4, 9)))
    (found,) = steep(before)
    changed = replace(found, members=(*found.members[1:], replace(found.members[0], value="4")))
    (again,) = steep(carry_explanations(replace(before, findings=(changed,)), before, POLICY, wording()))
    assert (found.is_explained, again.is_explained) == (True, False)


@pytest.mark.parametrize(("cells", "is_explained"), [("U4", True), ("U4:U15", True), ("U4、U5", False)])
def test_form_of_explanations_names_the_cells(cells: str, is_explained: bool) -> None:  # noqa: FBT001 - a case
    """The first cell stands for the group as listed; a row that names some cells explains those."""
    data = with_slopes(range(4, 16))
    book = openpyxl.load_workbook(BytesIO(data))
    for column, value in enumerate((1, "C12", PLOTS, cells, None, REASON), start=1):
        book["核实说明"].cell(4, column).value = value
    assert [finding.is_explained for finding in steep(report_of(saved(book)))] == [is_explained]


def test_list_shows_the_rows_of_the_members() -> None:
    """The list of findings names cell, township and plot of each member, within the first screen."""
    data, messages = with_slopes(range(4, 16)), wording()
    marked = mark_workbook(data, report_of(data).findings, messages.get_group("marks"))
    sheet = openpyxl.load_workbook(BytesIO(marked))[messages("marks.sheet_name")]
    place = sheet.cell(4, FINDING_COLUMNS.index("place") + 1).value
    lines = str(place).splitlines()
    assert (len(lines), lines[0]) == (12, "U4 良邑镇 6208252024X000001")
    widths = [sheet.column_dimensions[column].width for column in "ABCDEFGH"]
    assert sum(widths) < 150
    assert sheet["H3"].value == messages("marks.column_explanation")


@pytest.mark.parametrize(
    ("column", "entry", "rule"),
    [
        ("X", "别的来源", "C16"),
        ("L", "9999", "C16"),
        ("Z", "不详", "F04"),
        ("E", "620102999", "C03"),
        ("U", "9", "C11"),
    ],
)
@pytest.mark.parametrize("count", [3, 6])
def test_same_wrong_entry_in_several_rows_is_one_finding(column: str, entry: str, rule: str, count: int) -> None:
    """It blocks, and names every cell; the remedy goes for all of them."""
    rows = range(4, 4 + count)
    (finding,) = find_after("7", *(set_cell(PLOTS, f"{column}{row}", entry) for row in rows))
    assert (finding.rule, finding.severity, finding.cell, finding.member_count) == (rule, "hard", f"{column}4", count)
    assert {member.value for member in finding.members} == {entry}
    assert f"{column}4:{column}{rows[-1]}" in finding.message
    assert {cell.address for cell in finding.cells} >= {f"{column}{row}" for row in rows}


def test_two_wrong_entries_are_two_findings() -> None:
    """What is to be corrected otherwise is told apart; two rows are no group."""
    entries = {4: "别的", 5: "另外", 6: "别的", 7: "另外", 8: "别的", 9: "再有", 10: "再有"}
    findings = find_after("7", *(set_cell(PLOTS, f"X{row}", entry) for row, entry in entries.items()))
    counts = {finding.cell: finding.member_count for finding in findings}
    assert counts == {"X4": 3, "X5": 0, "X7": 0, "X9": 0, "X10": 0}
