"""The lists that a county gets beside its findings: what changed since its last version, what was read otherwise."""

from collections.abc import Sequence

from checks.model.cell_ref import CellRef
from checks.model.finding import Finding, Severity
from checks.versions.version_diff import Changes, Edit, Kind
from contracts.messages import Wording
from filing.book.plain_list import Listing

CHANGE_COLUMNS = ("kind", "form", "row", "heading", "before", "after", "cell")
NORMALISED_COLUMNS = ("sheet", "cell", "written", "reading", "rule")
_CHANGE_WIDTHS = (10, 34, 18, 16, 26, 26, 12)
_NORMALISED_WIDTHS = (24, 12, 24, 60, 10)


def changes_list(changes: Changes, words: Wording, most: int) -> Listing:
    """Return what changed as a list: first the submission, then the findings."""
    lines = [
        *((_edit_line(one, words), one.cell) for one in changes.edits),
        *(_finding_line("mended", one, words) for one in changes.mended),
        *(_finding_line("fresh", one, words) for one in changes.fresh),
        *(_finding_line("left", one, words) for one in changes.left),
    ]
    return Listing(
        name=words("marks.changes_name"),
        title=words("changes.title"),
        note=changes_summary(changes, words) + capped(len(lines), most, words),
        headings=tuple(words(f"changes.column.{one}") for one in CHANGE_COLUMNS),
        widths=_CHANGE_WIDTHS,
        rows=tuple(texts for texts, _ in lines[:most]),
        places=tuple(place for _, place in lines[:most]),
        link=CHANGE_COLUMNS.index("cell"),
    )


def changes_summary(changes: Changes, words: Wording) -> str:
    """Count what changed in one line."""
    counts = {kind.value: changes.count(kind) for kind in Kind}
    found = {"mended": len(changes.mended), "fresh": len(changes.fresh), "left": len(changes.left)}
    return words("changes.summary", since=changes.since, **counts, **found)


def capped(total: int, most: int, words: Wording) -> str:
    """Say how many there are in all, where not all are listed."""
    return words("marks.listing_capped", total=total, shown=most) if total > most else ""


def normalised_list(findings: Sequence[Finding], words: Wording, most: int) -> Listing:
    """Return what was read otherwise than it was written, from the findings that only inform."""
    found = [one for one in findings if one.severity is Severity.REPORT and one.cell]
    note = words("normalised.note", total=len(found)) + capped(len(found), most, words)
    return Listing(
        name=words("marks.normalised_name"),
        title=words("normalised.title"),
        note=note if found else words("normalised.none"),
        headings=tuple(words(f"normalised.column.{one}") for one in NORMALISED_COLUMNS),
        widths=_NORMALISED_WIDTHS,
        rows=tuple((one.sheet, one.cell or "", one.value or "", one.message, one.rule) for one in found[:most]),
        places=tuple(CellRef(one.sheet, one.cell or "") for one in found[:most]),
        link=NORMALISED_COLUMNS.index("cell"),
    )


def _edit_line(edit: Edit, words: Wording) -> tuple[str, ...]:
    before, after = (_shown(edit, text, words) for text in (edit.before, edit.after))
    place = edit.cell.address if edit.cell else words("marks.not_applicable")
    return words(f"changes.kind.{edit.kind}"), edit.form, edit.row, edit.heading, before, after, place


def _shown(edit: Edit, text: str, words: Wording) -> str:
    if edit.kind is Kind.MOVED:
        return words("changes.place", row=text)
    return text or (words("marks.blank") if edit.kind is Kind.CHANGED else words("marks.not_applicable"))


def _finding_line(kind: str, finding: Finding, words: Wording) -> tuple[tuple[str, ...], CellRef | None]:
    """A finding that is mended leads nowhere: its cell may be another by now."""
    stands = kind != "mended" and finding.cell is not None
    spot = finding.spot.row if finding.spot else ""
    texts = (
        words(f"changes.kind.{kind}"),
        finding.sheet,
        spot,
        finding.rule,
        finding.message if kind == "mended" else "",
        finding.message if kind != "mended" else "",
        finding.cell if stands and finding.cell else words("marks.not_applicable"),
    )
    return texts, CellRef(finding.sheet, finding.cell or "") if stands else None
