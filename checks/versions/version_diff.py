"""Compare two versions of a submission; rows are matched by their name, not by their position."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from checks.model.cell_ref import CellRef
from checks.model.finding import Finding
from checks.recognition.continued_sheets import JoinedSheet, restore_cell
from contracts.form_model import Form, Role


@dataclass(frozen=True, slots=True)
class RowSnapshot:
    """One row: its own name, Excel's row number, and its texts by field name."""

    key: str
    row: int
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FormSnapshot:
    """One form as filled in; *columns* maps each field name to the letters of its column.

    *joined* are the further sheets whose rows follow those of the first one.
    """

    form: Form
    sheet: str
    columns: Mapping[str, str]
    rows: tuple[RowSnapshot, ...]
    joined: tuple[JoinedSheet, ...] = ()

    def get_cell(self, row: RowSnapshot, column: str) -> CellRef:
        """Return the cell of a field in a row."""
        return restore_cell(CellRef(self.sheet, f"{self.columns[column]}{row.row}"), self.joined)


class ChangeKind(StrEnum):
    """What happened to a cell (CHANGED) or to a row (ADDED, REMOVED, MOVED)."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "gone"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellChange:
    """One change; *row* and *heading* are names that people use, *cell* is the cell in the newer version, if any."""

    kind: ChangeKind
    form: str
    row: str
    heading: str = ""
    before: str = ""
    after: str = ""
    cell: CellRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionChanges:
    """All changes since an earlier version, in the submission and in its findings."""

    since_version: int
    cell_changes: tuple[CellChange, ...]
    resolved_findings: tuple[Finding, ...]
    new_findings: tuple[Finding, ...]
    remaining_findings: tuple[Finding, ...]

    def count_changes(self, kind: ChangeKind) -> int:
        """Return the number of changes of one kind."""
        return sum(change.kind is kind for change in self.cell_changes)


def compare_forms(before: Mapping[str, FormSnapshot], after: Mapping[str, FormSnapshot]) -> tuple[CellChange, ...]:
    """Return every change of every form: the forms of *after* in their order, then those that only *before* has."""
    changes: list[CellChange] = []
    for name in dict.fromkeys((*after, *before)):
        changes.extend(_compare_form(before.get(name), after.get(name)))
    return tuple(changes)


def compare_findings(
    before: Sequence[Finding], after: Sequence[Finding]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[Finding, ...]]:
    """Return the resolved, the new and the remaining findings; rule and location identify a finding."""
    old_identities = set(map(_get_finding_identity, before))
    new_identities = set(map(_get_finding_identity, after))
    resolved = tuple(finding for finding in before if _get_finding_identity(finding) not in new_identities)
    new: list[Finding] = []
    remaining: list[Finding] = []
    for finding in after:
        if _get_finding_identity(finding) in old_identities:
            remaining.append(finding)
        else:
            new.append(finding)
    return resolved, tuple(new), tuple(remaining)


def _get_finding_identity(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.logical_location or (finding.sheet, finding.cell)


def _compare_form(before: FormSnapshot | None, after: FormSnapshot | None) -> Iterator[CellChange]:
    old_rows, new_rows = _map_rows_by_key(before), _map_rows_by_key(after)
    moved_keys = _find_moved_keys(list(old_rows), list(new_rows))
    for key, row in new_rows.items():
        if key in moved_keys:
            yield _build_row_change(ChangeKind.MOVED, after, row, previous_row=str(old_rows[key].row))
        if key in old_rows:
            yield from _compare_cells(before, after, old_rows[key], row)
        else:
            yield _build_row_change(ChangeKind.ADDED, after, row)
    for key, row in old_rows.items():
        if key not in new_rows:
            yield _build_row_change(ChangeKind.REMOVED, before, row)


def _map_rows_by_key(snapshot: FormSnapshot | None) -> dict[str, RowSnapshot]:
    if snapshot is None:
        return {}
    return {row.key: row for row in snapshot.rows}


def _find_moved_keys(old_keys: Sequence[str], new_keys: Sequence[str]) -> set[str]:
    """Return the fewest keys that must be left out so that the others keep their order."""
    old_positions = dict(zip(old_keys, range(len(old_keys)), strict=True))
    common_keys = [key for key in new_keys if key in old_positions]
    positions = [old_positions[key] for key in common_keys]
    return {common_keys[index] for index in _find_out_of_order(positions)}


def _build_row_change(
    kind: ChangeKind, snapshot: FormSnapshot | None, row: RowSnapshot, *, previous_row: str = ""
) -> CellChange:
    """Describe a row that was added, removed or moved; *previous_row* is the old row number of a moved row.

    Raise `ValueError` if there is no *snapshot*.
    """
    if snapshot is None:
        raise ValueError("expected the form that contains the row, got None")
    title = snapshot.form.title
    if kind is ChangeKind.REMOVED:
        return CellChange(kind=kind, form=title, row=row.key, before=_format_figures(snapshot, row))
    cell = snapshot.get_cell(row, next(iter(snapshot.columns)))
    if kind is ChangeKind.MOVED:
        return CellChange(kind=kind, form=title, row=row.key, before=previous_row, after=str(row.row), cell=cell)
    return CellChange(kind=kind, form=title, row=row.key, after=_format_figures(snapshot, row), cell=cell)


def _format_figures(snapshot: FormSnapshot, row: RowSnapshot) -> str:
    figures: list[str] = []
    for field in snapshot.form.fields:
        text = row.texts.get(field.name)
        if field.role is Role.FIGURE and text:
            figures.append(f"{field.heading} {text}")
    return "，".join(figures)


def _compare_cells(
    before: FormSnapshot | None, after: FormSnapshot | None, old_row: RowSnapshot, new_row: RowSnapshot
) -> Iterator[CellChange]:
    if before is None or after is None:
        return
    for field in after.form.fields:
        old_text, new_text = old_row.texts.get(field.name, ""), new_row.texts.get(field.name, "")
        if field.name in after.columns and not _is_same_value(old_text, new_text):
            yield CellChange(
                kind=ChangeKind.CHANGED,
                form=after.form.title,
                row=new_row.key,
                heading=field.heading,
                before=old_text,
                after=new_text,
                cell=after.get_cell(new_row, field.name),
            )


def _is_same_value(first: str, second: str) -> bool:
    """Return whether two texts mean the same; 8.0 is the same as 8."""
    if first == second:
        return True
    try:
        return Decimal(first) == Decimal(second)
    except InvalidOperation:
        return False


def _find_out_of_order(positions: Sequence[int]) -> Iterable[int]:
    """Return the fewest indices that must be left out so that the remaining positions rise.

    The rest is a longest increasing subsequence, found by patience sorting in O(n log n).
    """
    # The smallest last position of an increasing run of each length from 1, and the index of that position for each
    # length from 0 (-1 for the empty run).
    tails: list[int] = []
    tail_indices = [-1]
    # The index that precedes each index in its run, -1 for none.
    previous: list[int] = []
    for index, position in enumerate(positions):
        length = bisect_left(tails, position)
        tails[length : length + 1] = [position]
        previous.append(tail_indices[length])
        tail_indices[length + 1 : length + 2] = [index]
    in_order = set()
    index = tail_indices[-1]
    while index >= 0:
        in_order.add(index)
        index = previous[index]
    return [index for index in range(len(positions)) if index not in in_order]
