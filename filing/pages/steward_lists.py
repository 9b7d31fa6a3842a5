"""The lists that a county gets beside its findings: what changed since its last version, what was read otherwise."""

from collections.abc import Sequence

from checks.model.cell_ref import CellRef
from checks.model.finding import Finding, Severity
from checks.versions.version_diff import CellChange, ChangeKind, VersionChanges
from contracts.messages import Messages
from filing.book.plain_list import PlainList

CHANGE_COLUMNS = ("kind", "form", "row", "heading", "before", "after", "cell")
NORMALISED_COLUMNS = ("sheet", "cell", "written", "reading", "rule")
_CHANGE_WIDTHS = (10, 34, 18, 16, 26, 26, 12)
_NORMALISED_WIDTHS = (24, 12, 24, 60, 10)


def build_changes_list(changes: VersionChanges, messages: Messages, max_rows: int) -> PlainList:
    """Return what changed as a list: first the submission, then the findings."""
    lines = [
        *((_build_change_row(one, messages), one.cell) for one in changes.cell_changes),
        *(_build_finding_row("mended", one, messages) for one in changes.resolved_findings),
        *(_build_finding_row("fresh", one, messages) for one in changes.new_findings),
        *(_build_finding_row("left", one, messages) for one in changes.remaining_findings),
    ]
    return PlainList(
        sheet_name=messages("marks.changes_name"),
        title=messages("changes.title"),
        note=format_changes_summary(changes, messages) + format_cap_note(len(lines), max_rows, messages),
        headings=tuple(messages(f"changes.column.{one}") for one in CHANGE_COLUMNS),
        widths=_CHANGE_WIDTHS,
        rows=tuple(texts for texts, _ in lines[:max_rows]),
        link_targets=tuple(place for _, place in lines[:max_rows]),
        link_column=CHANGE_COLUMNS.index("cell"),
    )


def format_changes_summary(changes: VersionChanges, messages: Messages) -> str:
    """Count what changed in one line."""
    counts = {kind.value: changes.count_changes(kind) for kind in ChangeKind}
    found = {
        "mended": len(changes.resolved_findings),
        "fresh": len(changes.new_findings),
        "left": len(changes.remaining_findings),
    }
    return messages("changes.summary", since=changes.since_version, **counts, **found)


def format_cap_note(total: int, max_rows: int, messages: Messages) -> str:
    """Say how many there are in all, where not all are listed."""
    return messages("marks.listing_capped", total=total, shown=max_rows) if total > max_rows else ""


def build_normalised_list(findings: Sequence[Finding], messages: Messages, max_rows: int) -> PlainList:
    """Return what was read otherwise than it was written, from the findings that only inform."""
    found = [one for one in findings if one.severity is Severity.REPORT and one.cell]
    note = messages("normalised.note", total=len(found)) + format_cap_note(len(found), max_rows, messages)
    return PlainList(
        sheet_name=messages("marks.normalised_name"),
        title=messages("normalised.title"),
        note=note if found else messages("normalised.none"),
        headings=tuple(messages(f"normalised.column.{one}") for one in NORMALISED_COLUMNS),
        widths=_NORMALISED_WIDTHS,
        rows=tuple((one.sheet, one.cell or "", one.value or "", one.message, one.rule) for one in found[:max_rows]),
        link_targets=tuple(CellRef(one.sheet, one.cell or "") for one in found[:max_rows]),
        link_column=NORMALISED_COLUMNS.index("cell"),
    )


def _build_change_row(change: CellChange, messages: Messages) -> tuple[str, ...]:
    before, after = (_format_value(change, text, messages) for text in (change.before, change.after))
    place = change.cell.address if change.cell else messages("marks.not_applicable")
    return messages(f"changes.kind.{change.kind}"), change.form, change.row, change.heading, before, after, place


def _format_value(change: CellChange, text: str, messages: Messages) -> str:
    if change.kind is ChangeKind.MOVED:
        return messages("changes.place", row=text)
    return text or (messages("marks.blank") if change.kind is ChangeKind.CHANGED else messages("marks.not_applicable"))


def _build_finding_row(kind: str, finding: Finding, messages: Messages) -> tuple[tuple[str, ...], CellRef | None]:
    """A finding that is mended leads nowhere: its cell may be another by now."""
    stands = kind != "mended" and finding.cell is not None
    spot = finding.logical_location.row if finding.logical_location else ""
    texts = (
        messages(f"changes.kind.{kind}"),
        finding.sheet,
        spot,
        finding.rule,
        finding.message if kind == "mended" else "",
        finding.message if kind != "mended" else "",
        finding.cell if stands and finding.cell else messages("marks.not_applicable"),
    )
    return texts, CellRef(finding.sheet, finding.cell or "") if stands else None
