"""The lists that a county gets besides its findings: changes since its last version, and normalised values."""

from collections.abc import Iterator, Sequence
from operator import itemgetter

from checks.model.cell_ref import CellRef
from checks.model.finding import Finding, Severity
from checks.versions.version_diff import CellChange, ChangeKind, VersionChanges
from contracts.messages import Messages
from filing.book.plain_list import PlainList

CHANGE_COLUMNS = ("kind", "form", "row", "heading", "before", "after", "cell")
NORMALISED_COLUMNS = ("sheet", "cell", "written", "reading", "rule")
ListEntry = tuple[tuple[str, ...], CellRef | None]
"""The texts of a row, and the cell that the row links to."""
_CHANGE_WIDTHS = (10, 34, 18, 16, 26, 26, 12)
_NORMALISED_WIDTHS = (24, 12, 24, 60, 10)


def build_changes_list(changes: VersionChanges, messages: Messages, max_rows: int) -> PlainList:
    """Return the list of changes: those of the submission, then those of the findings; at most *max_rows* rows."""
    entries = list(_list_change_entries(changes, messages))
    shown_entries = entries[:max_rows]
    return PlainList(
        sheet_name=messages("marks.changes_name"),
        title=messages("changes.title"),
        note=format_changes_summary(changes, messages) + format_cap_note(len(entries), max_rows, messages),
        headings=_list_titles("changes", CHANGE_COLUMNS, messages),
        widths=_CHANGE_WIDTHS,
        rows=tuple(map(itemgetter(0), shown_entries)),
        link_targets=tuple(map(itemgetter(1), shown_entries)),
        link_column=CHANGE_COLUMNS.index("cell"),
    )


def _list_titles(group: str, columns: Sequence[str], messages: Messages) -> tuple[str, ...]:
    return tuple(messages(f"{group}.column.{column}") for column in columns)


def _list_change_entries(changes: VersionChanges, messages: Messages) -> Iterator[ListEntry]:
    for change in changes.cell_changes:
        yield _build_change_row(change, messages), change.cell
    for kind, findings in (
        ("mended", changes.resolved_findings),
        ("fresh", changes.new_findings),
        ("left", changes.remaining_findings),
    ):
        for finding in findings:
            yield _build_finding_row(kind, finding, messages)


def format_changes_summary(changes: VersionChanges, messages: Messages) -> str:
    """Return the numbers of changes and findings in one line."""
    change_counts = {kind.value: changes.count_changes(kind) for kind in ChangeKind}
    finding_counts = {
        "mended": len(changes.resolved_findings),
        "fresh": len(changes.new_findings),
        "left": len(changes.remaining_findings),
    }
    return messages("changes.summary", since=changes.since_version, **change_counts, **finding_counts)


def format_cap_note(total: int, max_rows: int, messages: Messages) -> str:
    """Return the note that only *max_rows* of *total* rows are listed, empty if all are."""
    if total <= max_rows:
        return ""
    return messages("marks.listing_capped", total=total, shown=max_rows)


def build_normalised_list(findings: Sequence[Finding], messages: Messages, max_rows: int) -> PlainList:
    """Return the list of values that were normalised on reading: the findings of severity 提示 with a cell."""
    normalised = [finding for finding in findings if finding.severity is Severity.REPORT and finding.cell]
    entries = [_build_normalised_entry(finding) for finding in normalised[:max_rows]]
    note = messages("normalised.none")
    if normalised:
        total = len(normalised)
        note = messages("normalised.note", total=total) + format_cap_note(total, max_rows, messages)
    return PlainList(
        sheet_name=messages("marks.normalised_name"),
        title=messages("normalised.title"),
        note=note,
        headings=_list_titles("normalised", NORMALISED_COLUMNS, messages),
        widths=_NORMALISED_WIDTHS,
        rows=tuple(map(itemgetter(0), entries)),
        link_targets=tuple(map(itemgetter(1), entries)),
        link_column=NORMALISED_COLUMNS.index("cell"),
    )


def _build_normalised_entry(finding: Finding) -> ListEntry:
    cell = finding.cell or ""
    return (finding.sheet, cell, finding.value or "", finding.message, finding.rule), CellRef(finding.sheet, cell)


def _build_change_row(change: CellChange, messages: Messages) -> tuple[str, ...]:
    before, after = _format_value(change, change.before, messages), _format_value(change, change.after, messages)
    address = messages("marks.not_applicable")
    if change.cell is not None:
        address = change.cell.address
    return messages(f"changes.kind.{change.kind}"), change.form, change.row, change.heading, before, after, address


def _format_value(change: CellChange, text: str, messages: Messages) -> str:
    if change.kind is ChangeKind.MOVED:
        return messages("changes.place", row=text)
    if text:
        return text
    if change.kind is ChangeKind.CHANGED:
        return messages("marks.blank")
    return messages("marks.not_applicable")


def _build_finding_row(kind: str, finding: Finding, messages: Messages) -> ListEntry:
    """Return the entry of a finding; a resolved one has no link, because its cell may have moved since."""
    before, after = "", finding.message
    if kind == "mended":
        before, after = finding.message, ""
    cell, target = "", None
    if kind != "mended" and finding.cell is not None:
        cell, target = finding.cell, CellRef(finding.sheet, finding.cell)
    texts = (
        messages(f"changes.kind.{kind}"),
        finding.sheet,
        finding.logical_location.row if finding.logical_location else "",
        finding.rule,
        before,
        after,
        cell or messages("marks.not_applicable"),
    )
    return texts, target
