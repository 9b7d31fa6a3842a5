"""Numbers repeated or missing: misnumbered, a row lost or a row doubled; each gets its own remedy."""

from checks.findings import Finding, Refusal, Severity
from contracts.library import open_library
from tests.builders.dongchuan import SHEET_3, SHEET_DONE, Draft, submission
from workbooks.examining import examine

LIBRARY = open_library()


def serial_findings(draft: Draft) -> list[Finding]:
    """Return the findings on serial numbers."""
    report = examine(draft.bytes(), LIBRARY, LIBRARY.wording())
    assert not isinstance(report, Refusal)
    return [one for one in report.findings if one.rule == "F11"]


def test_sample_is_only_misnumbered() -> None:
    """The sums hold, so numbering anew is offered, as one repair of the serial column; nothing is applied."""
    repeat, gap = serial_findings(submission(1))
    assert (repeat.severity, repeat.cell, [one.address for one in repeat.cells]) == (
        *(Severity.HARD, "A12", ["A11", "A12"]),
    )
    assert (gap.severity, gap.cell) == (Severity.SOFT, "A9")
    for found in (repeat, gap):
        steps = [(one.cell.address, one.before, one.after) for repair in found.repairs for one in repair]
        assert steps == [("A9", "6", "5"), ("A10", "7", "6"), ("A11", "8", "7")]
        assert "只是编号有误" in found.remedy


def test_row_lost() -> None:
    """A number is missing and the rows stay below the total: a row is missing."""
    draft = submission(2)
    del draft.sheets[SHEET_DONE][5]
    (found,) = serial_findings(draft)
    assert (found.severity, found.repairs) == (Severity.SOFT, ())
    assert "漏报了序号 3 的一行" in found.remedy


def test_row_doubled() -> None:
    """The rows of a repeated number say the same: one of them is too many."""
    draft = submission(2)
    draft.sheets[SHEET_3].insert(9, list(draft.sheets[SHEET_3][8]))
    (found,) = serial_findings(draft)
    assert "第 9、10 行除序号外完全相同" in found.remedy
    assert found.repairs == ()


def test_unclear_case_keeps_the_general_remedy() -> None:
    """Where sums and numbers are both wrong, nothing is guessed."""
    draft = submission(1).put(SHEET_3, "C6", 149)
    repeat, gap = serial_findings(draft)
    assert "是否多报或错号" in repeat.remedy
    assert gap.repairs == repeat.repairs == ()
