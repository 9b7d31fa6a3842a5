"""Changes are listed by township and column, not by position."""

from checks.model.finding import Refusal
from checks.versions.row_identity import build_form_snapshots
from checks.versions.version_diff import CellChange, ChangeKind, compare_findings, compare_forms
from contracts.contract_library import open_library
from tests.builders.dongchuan import SHEET_2, SHEET_3, Draft, submission
from workbooks.examine import validate_file
from workbooks.reader.read_workbook import read_workbook

LIBRARY = open_library()
WORDS = LIBRARY.get_messages()


def edits(before: Draft, after: Draft) -> list[tuple[str, str, str, str, str]]:
    """Return what changed in the tables, the cover aside."""
    books = [read_workbook(draft.bytes(), WORDS) for draft in (before, after)]
    old, new = (build_form_snapshots(book, LIBRARY, WORDS) for book in books if not isinstance(book, Refusal))
    return [_told(form) for form in compare_forms(old, new) if form.form != "封面" and "封面" not in form.form]


def _told(edit: CellChange) -> tuple[str, str, str, str, str]:
    return edit.kind.value, edit.row, edit.heading, edit.before, edit.after


def test_same_figures_are_no_change() -> None:
    """Two equal versions have no change."""
    assert edits(submission(2), submission(2)) == []


def test_changed_cell_names_row_heading_and_both_values() -> None:
    """A changed figure is listed once."""
    assert edits(submission(2), submission(2).put(SHEET_2, "C6", 77)) == [
        ("changed", "碧谷街道", "2024年", "200", "77"),
    ]


def test_moved_row_is_not_a_row_of_changes() -> None:
    """A township that changed its place is listed as moved, and its figures as unchanged."""
    moved = submission(2)
    rows = moved.sheets[SHEET_3]
    rows.insert(4, rows.pop(8))
    for at, row in enumerate(rows[4:13], start=1):
        row[0] = at
    told = edits(submission(2), moved)
    assert [item for item in told if item[0] == "moved"] == [("moved", "汤丹镇", "", "9", "5")]
    assert {item[2] for item in told if item[0] == "changed"} == {"序号"}


def test_rows_added_and_gone() -> None:
    """A row is known by its township, so the rows below it did not change."""
    fewer = submission(2)
    del fewer.sheets[SHEET_2][8]
    assert [edit[:2] for edit in edits(submission(2), fewer)] == [("gone", "汤丹镇")]
    assert [edit[:2] for edit in edits(fewer, submission(2))] == [("added", "汤丹镇")]


def test_findings_mended_new_and_left() -> None:
    """A finding is the same while rule and township are, wherever its cell went."""
    reports = [
        validate_file(draft.bytes(), LIBRARY, WORDS)
        for draft in (
            submission(1).put(SHEET_2, "C6", 77),
            submission(2).put(SHEET_2, "C6", 78).put(SHEET_3, "C6", 1),
        )
    ]
    before, after = (report.findings for report in reports if not isinstance(report, Refusal))
    mended, fresh, left = compare_findings(before, after)
    assert [finding.rule for finding in mended] == ["F11", "F11"]
    assert [item.sheet for item in fresh] == [SHEET_3]
    assert [item.sheet for item in left] == [SHEET_2]


def test_kinds_are_counted() -> None:
    """Each kind has its word in the list of changes."""
    assert all(WORDS.has_key(f"changes.kind.{kind}") for kind in ChangeKind)
