"""An explanation stays with the finding that it explains, lapses when the value changes, and must say something."""

from dataclasses import replace
from io import BytesIO

import openpyxl
import pytest

from checks.model.filing_history import FilingHistory, collect_explanations
from checks.model.finding import Refusal, Severity
from checks.model.report import ACCEPTED, FLAGGED, ValidationReport
from checks.reporting.json_codec import decode_report, encode_finding, encode_report
from checks.versions.explanations import carry_explanations, find_explanation_fault
from checks.versions.finding_key import FindingKey, format_finding_key, parse_finding_key
from checks.versions.returned_sheets import list_returned_sheet_names
from contracts.contract_library import open_library
from tests.builders.broken import valid_workbook
from tests.builders.clerk_mistakes import PLOTS
from tests.builders.dongchuan import SHEET_3, Draft, submission
from workbooks.examine import validate_file
from workbooks.marking.mark_workbook import mark_workbook

LIBRARY = open_library()
WORDS = LIBRARY.get_messages()
POLICY = LIBRARY.get_return_policy()
REASON = "汤丹镇之前的一行并入铜都街道，序号沿用计划附件的编号"
EXPLANATION = 8  # the column 说明
KEY = 15  # the hidden column 标识


def gap_only() -> Draft:
    """Make a submission whose only fault is a gap in the numbering, which may be explained."""
    return submission(2, serials=(1, 2, 3, 4, 6, 7, 8, 9, 10))


def report_on(data: bytes) -> ValidationReport:
    """Check a workbook that is not refused."""
    report = validate_file(data, LIBRARY, WORDS)
    assert not isinstance(report, Refusal)
    return report


def marked(data: bytes, report: ValidationReport | None = None) -> bytes:
    """Mark a workbook with its findings."""
    return mark_workbook(
        data, (report or report_on(data)).findings, WORDS.get_group("marks"), limits=POLICY.max_list_lengths
    )


def answered(data: bytes, text: str) -> bytes:
    """Write an explanation beside every soft finding, as a clerk would, and save with another program's hands."""
    book = openpyxl.load_workbook(BytesIO(data))
    sheet = book[WORDS("marks.sheet_name")]
    for row in range(4, sheet.max_row + 1):
        if "核实" in str(sheet.cell(row, 2).value):
            sheet.cell(row, EXPLANATION).value = text
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def test_explained_soft_finding_is_accepted() -> None:
    """The county's own marked file, explained and sent back, is accepted; the finding still stands there."""
    report = report_on(answered(marked(gap_only().bytes()), REASON))
    assert [(finding.rule, finding.severity, finding.is_explained) for finding in report.findings] == [
        ("F11", Severity.SOFT, True)
    ]
    assert (report.outcome, report.explanation_count, report.count_findings(Severity.SOFT)) == (ACCEPTED, 1, 1)


def test_returned_sheets_are_no_tables_of_the_submission() -> None:
    """Marking adds sheets, checking leaves them aside: the findings are those of the file as first sent."""
    for version in (1, 2):
        data = submission(version).bytes()
        first, again = report_on(data), report_on(marked(data))
        assert [encode_finding(finding) for finding in again.findings if finding.severity is Severity.HARD] == [
            encode_finding(finding) for finding in first.findings if finding.severity is Severity.HARD
        ]
        assert len(first.findings) == len(again.findings)
        assert not list_returned_sheet_names(WORDS) & {finding.sheet for finding in again.findings}


@pytest.mark.parametrize(("text", "fault"), [("", "empty"), ("  ", "empty"), ("属实", "idle"), ("编号如此", "short")])
def test_idle_explanation_leaves_the_finding_unexplained_and_says_why(text: str, fault: str) -> None:
    """The remedy says so when a list comes back without an explanation."""
    report = report_on(answered(marked(gap_only().bytes()), text))
    (found,) = report.findings
    assert (report.outcome, found.is_explained) == (FLAGGED, False)
    assert WORDS(f"explanation.{fault}", text=text.strip(), least=POLICY.min_length) in found.full_remedy
    assert encode_finding(found)["remedy"] == found.full_remedy


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("核实无误", "idle"),
        ("核实无误，核实无误，核实无误。", "idle"),
        ("经核实，我县填报数据情况属实", "idle"),
        ("无", "idle"),
        ("同上", "idle"),
        ("……", "empty"),
        ("已核实", "idle"),
        ("经我县核实，该数据与实际相符，填报一致", "idle"),
        ("N/A", "idle"),
        ("数据按实际情况填报，同上年", "idle"),
        ("已核实已核实已核实已核实", "idle"),
        ("。。。！！", "empty"),
        ("啊啊啊啊啊啊啊啊啊啊啊啊", "idle"),
        ("123456789012345", "idle"),
        ("因民镇并入", "short"),
        ("图斑分割，图斑分割，图斑分割", "short"),
        (REASON, ""),
        ("2号地块因雨季停工，实测面积较设计少三分之一", ""),
    ],
)
def test_explanation_must_say_something(text: str, fault: str) -> None:
    """Ten characters at least, and not only the words that everybody writes."""
    assert find_explanation_fault(text, POLICY) == fault


def test_explanation_survives_a_new_upload() -> None:
    """A new file without the list of findings keeps the explanations of the version before."""
    before = report_on(answered(marked(gap_only().bytes()), REASON))
    after = carry_explanations(report_on(gap_only().bytes()), before, POLICY, WORDS)
    assert after.outcome == ACCEPTED
    listed = openpyxl.load_workbook(BytesIO(marked(gap_only().bytes(), after)))[WORDS("marks.sheet_name")]
    assert (listed["B4"].value, listed.cell(4, EXPLANATION).value) == ("核实（已说明）", REASON)


def test_explanation_goes_with_its_township_not_with_its_cell() -> None:
    """Rows that change places take their explanations along."""
    before = report_on(answered(marked(gap_only().bytes()), REASON))
    moved = gap_only()
    rows = moved.sheets[SHEET_3]
    rows[8], rows[10] = rows[10], rows[8]
    report = carry_explanations(report_on(moved.bytes()), before, POLICY, WORDS)
    assert [(finding.cell, finding.is_explained) for finding in report.findings] == [("A11", True)]


def test_explanation_lapses_when_the_value_changes() -> None:
    """An explanation of a 6 does not cover a 7."""
    before = report_on(answered(marked(gap_only().bytes()), REASON))
    other = submission(2, serials=(1, 2, 3, 4, 7, 8, 9, 10, 11))
    report = carry_explanations(report_on(other.bytes()), before, POLICY, WORDS)
    (found,) = report.findings
    assert (report.outcome, found.is_explained, found.explanation and found.explanation.text) == (FLAGGED, False, "")
    assert "A9 由 6 改为 7" in found.full_remedy
    assert REASON in found.full_remedy


def entered_early(accepted_on: str) -> bytes:
    """Make a submission with a plot that the survey included before the year of its acceptance: two cells disagree."""
    book = openpyxl.load_workbook(BytesIO(valid_workbook("gansu")))
    book[PLOTS]["AA5"].value = 2023
    book[PLOTS]["Z5"].value = accepted_on
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def test_explanation_lapses_when_another_cell_of_the_finding_changes() -> None:
    """The finding stands where it stood with the same value; the cell beside it changed, and the county is told so."""
    first = entered_early("2024-10-03")
    before = report_on(answered(marked(first), REASON))
    (found,) = before.findings
    assert (found.rule, found.is_explained, [item.cell.address for item in found.explained_cells]) == (
        "X06",
        True,
        ["AA5", "Z5"],
    )
    assert carry_explanations(report_on(first), before, POLICY, WORDS).outcome == ACCEPTED
    after = carry_explanations(report_on(entered_early("2024-11-20")), before, POLICY, WORDS)
    (again,) = after.findings
    assert (again.value, again.cell, again.is_explained) == (found.value, found.cell, False)
    assert "Z5 已经改变" in again.full_remedy
    assert REASON in again.full_remedy


def test_explanation_lapses_when_the_rule_is_revised() -> None:
    """What was explained under another threshold is explained anew."""
    before = report_on(answered(marked(gap_only().bytes()), REASON))
    (found,) = before.findings
    revised = replace(found, explanation=None, rule_digest="00000000")
    (again,) = carry_explanations(replace(before, explanations=(), findings=(revised,)), before, POLICY, WORDS).findings
    assert (again.is_explained, "规则 F11 已经修订" in again.full_remedy) == (False, True)


def test_last_year_stands_beside() -> None:
    """What was said of the same thing last year is told beside the finding, and explains nothing by itself."""
    before = report_on(answered(marked(gap_only().bytes()), REASON))
    explanations = collect_explanations(before)
    history = FilingHistory(year=2023, explanations=explanations)
    report = validate_file(gap_only().bytes(), LIBRARY, WORDS, history=history)
    assert not isinstance(report, Refusal)
    (found,) = [finding for finding in report.findings if finding.rule == "F11"]
    assert not found.is_explained
    assert f"上年对同一处的说明：“{REASON}”" in found.full_remedy
    listed = openpyxl.load_workbook(BytesIO(marked(gap_only().bytes(), report)))[WORDS("marks.sheet_name")]
    assert any(REASON in str(cell.value) for row in listed.iter_rows() for cell in row)
    assert decode_report(encode_report(report)) == report


def test_identity_in_the_list_holds_every_cell_and_the_rule() -> None:
    """What the hidden column carries is what an explanation is bound to."""
    (found,) = report_on(gap_only().bytes()).findings
    key = parse_finding_key(format_finding_key(found))
    assert key == FindingKey.from_finding(found)
    assert key is not None
    assert (len(key.cell_digests), bool(key.rule_digest)) == (len(found.explained_cells), True)


def test_blank_line_takes_nothing_back() -> None:
    """An older blank list does not delete later explanations; a newer explanation replaces an older one."""
    before = report_on(answered(marked(gap_only().bytes()), REASON))
    blank = carry_explanations(report_on(marked(gap_only().bytes())), before, POLICY, WORDS)
    assert blank.outcome == ACCEPTED
    newer = carry_explanations(
        report_on(answered(marked(gap_only().bytes()), REASON + "，附会议纪要")), before, POLICY, WORDS
    )
    assert [finding.explanation and finding.explanation.text for finding in newer.findings] == [REASON + "，附会议纪要"]


def test_hard_finding_is_not_explained_away() -> None:
    """Only what asks for an explanation is settled by one."""
    report = report_on(answered(marked(submission(1).bytes()), REASON))
    assert [(finding.severity, finding.is_explained) for finding in report.findings] == [
        (Severity.HARD, False),
        (Severity.SOFT, True),
    ]
    assert report.outcome == FLAGGED


def test_report_is_kept_whole() -> None:
    """What is stored between check and marking loses nothing."""
    report = report_on(answered(marked(gap_only().bytes()), "属实"))
    assert decode_report(encode_report(report)) == report


def test_list_that_was_tampered_with_is_read_as_far_as_it_goes() -> None:
    """A broken identity is passed over; the rest of the list still counts."""
    book = openpyxl.load_workbook(BytesIO(answered(marked(submission(1).bytes()), REASON)))
    sheet = book[WORDS("marks.sheet_name")]
    sheet.cell(4, KEY).value = "[1, 2"
    target = BytesIO()
    book.save(target)
    assert [finding.is_explained for finding in report_on(target.getvalue()).findings] == [False, True]
