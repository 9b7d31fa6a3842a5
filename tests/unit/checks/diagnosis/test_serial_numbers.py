"""Row numbers repeated or missing: misnumbered, a missing row or a doubled row, each with its own remedy."""

from io import BytesIO

from openpyxl import load_workbook

from checks.model.finding import Finding, Refusal, Severity
from contracts.contract_library import open_library
from tests.builders.dongchuan import SHEET_3, SHEET_DONE, Draft, submission
from tests.builders.gansu import gansu_workbook
from workbooks.examine import validate_file

LIBRARY = open_library()


def findings_of(draft: Draft, rule: str) -> list[Finding]:
    """Return the findings of one rule, F11 being that on serial numbers."""
    return findings_in(draft.bytes(), rule)


def findings_in(data: bytes, rule: str) -> list[Finding]:
    """Return the findings of one rule on a workbook."""
    report = validate_file(data, LIBRARY, LIBRARY.get_messages())
    assert not isinstance(report, Refusal)
    return [finding for finding in report.findings if finding.rule == rule]


def test_sample_is_only_misnumbered() -> None:
    """The sums hold, so numbering anew is offered, as one repair of the serial column; nothing is applied."""
    repeat, gap = findings_of(submission(1), "F11")
    assert (repeat.severity, repeat.cell, [cell.address for cell in repeat.cells]) == (
        *(Severity.HARD, "A12", ["A11", "A12"]),
    )
    assert (gap.severity, gap.cell) == (Severity.SOFT, "A9")
    for found in (repeat, gap):
        steps = [(step.cell.address, step.before, step.after) for repair in found.repairs for step in repair]
        assert steps == [("A9", "6", "5"), ("A10", "7", "6"), ("A11", "8", "7")]
        assert "只是编号有误" in found.remedy


def test_row_lost() -> None:
    """A number is missing and the rows stay below the total: that is one cause, and it blocks as the total does."""
    book = load_workbook(BytesIO(gansu_workbook()))
    book["任务完成对照"].delete_rows(5)
    data = BytesIO()
    book.save(data)
    (found,) = findings_in(data.getvalue(), "F11")
    assert (found.severity, found.related_rules, found.repairs) == (Severity.HARD, ("T01",), ())
    assert ("所缺 1 行" in found.message, "补报序号 2 的行" in found.remedy) == (True, True)
    assert findings_in(data.getvalue(), "T01") == []


def test_row_lost_of_a_township_that_is_known() -> None:
    """The finding names the township; the row number that is missing with it is no second finding."""
    draft = submission(2)
    del draft.sheets[SHEET_DONE][5]
    assert findings_of(draft, "F11") == []
    (found,) = findings_of(draft, "X04")
    assert ("乌龙镇" in found.message, found.related_rules) == (True, ("F11",))


def test_row_doubled() -> None:
    """The rows of a repeated number say the same: one of them is too many, and one finding says so."""
    draft = submission(2)
    draft.sheets[SHEET_3].insert(9, list(draft.sheets[SHEET_3][8]))
    assert findings_of(draft, "F11") == []
    (found,) = findings_of(draft, "C15")
    assert "第 9、10 行除序号外完全相同" in found.remedy
    assert (found.related_rules, found.repairs) == (("F11",), ())


def test_unclear_case_keeps_the_general_remedy() -> None:
    """Where sums and numbers are both wrong, nothing is guessed."""
    draft = submission(1).put(SHEET_3, "C6", 149)
    repeat, gap = findings_of(draft, "F11")
    assert "是否多报或错号" in repeat.remedy
    assert gap.repairs == repeat.repairs == ()
