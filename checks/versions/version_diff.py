"""What changed from one version of a submission to the next: by what a row is, not by where it stands."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from checks.model.cell_ref import CellRef
from checks.model.finding import Finding
from contracts.form_model import Form, Role


@dataclass(frozen=True, slots=True)
class RowSnapshot:
    """One row: its own name, Excel's number of it, and its texts by column."""

    key: str
    row: int
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FormSnapshot:
    """One form as it was filled in; *columns* are the letters of its columns."""

    form: Form
    sheet: str
    columns: Mapping[str, str]
    rows: tuple[RowSnapshot, ...]

    def get_cell(self, row: RowSnapshot, column: str) -> CellRef:
        """Return where a value stands."""
        return CellRef(self.sheet, f"{self.columns[column]}{row.row}")


class ChangeKind(StrEnum):
    """What happened to a cell or a row."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "gone"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellChange:
    """One change; *row* and *heading* are the words people use, *cell* is where it stands in the newer version."""

    kind: ChangeKind
    form: str
    row: str
    heading: str = ""
    before: str = ""
    after: str = ""
    cell: CellRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionChanges:
    """All that changed since version *since*: in the submission, and in what is wrong with it."""

    since_version: int
    cell_changes: tuple[CellChange, ...]
    resolved_findings: tuple[Finding, ...]
    new_findings: tuple[Finding, ...]
    remaining_findings: tuple[Finding, ...]

    def count_changes(self, kind: ChangeKind) -> int:
        """Return how many changes there are of one kind."""
        return sum(1 for one in self.cell_changes if one.kind is kind)


def compare_forms(before: Mapping[str, FormSnapshot], after: Mapping[str, FormSnapshot]) -> tuple[CellChange, ...]:
    """Return every change of every form, in the order of the forms."""
    names = [*after, *(name for name in before if name not in after)]
    return tuple(edit for name in names for edit in _compare_form(before.get(name), after.get(name)))


def compare_findings(
    before: Sequence[Finding], after: Sequence[Finding]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[Finding, ...]]:
    """Return the findings mended, new and left; a finding is the same while rule and spot are."""
    old, new = ({_get_finding_identity(one) for one in findings} for findings in (before, after))
    return (
        tuple(one for one in before if _get_finding_identity(one) not in new),
        tuple(one for one in after if _get_finding_identity(one) not in old),
        tuple(one for one in after if _get_finding_identity(one) in old),
    )


def _get_finding_identity(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.logical_location or (finding.sheet, finding.cell)


def _compare_form(before: FormSnapshot | None, after: FormSnapshot | None) -> Iterator[CellChange]:
    old, new = _map_rows_by_key(before), _map_rows_by_key(after)
    places = {key: at for at, key in enumerate(old)}
    kept = [key for key in new if key in old]
    strayed = {kept[at] for at in _find_out_of_order([places[key] for key in kept])}
    for key, line in new.items():
        if key in strayed:
            yield _build_row_change(ChangeKind.MOVED, after, line, previous_row=str(old[key].row))
        if key in old:
            yield from _compare_cells(before, after, old[key], line)
        else:
            yield _build_row_change(ChangeKind.ADDED, after, line)
    yield from (_build_row_change(ChangeKind.REMOVED, before, line) for key, line in old.items() if key not in new)


def _map_rows_by_key(snapshot: FormSnapshot | None) -> dict[str, RowSnapshot]:
    return {line.key: line for line in snapshot.rows} if snapshot else {}


def _build_row_change(
    kind: ChangeKind, snapshot: FormSnapshot | None, row: RowSnapshot, *, previous_row: str = ""
) -> CellChange:
    if snapshot is None:
        raise ValueError("expected the form that the row stands in, got none")
    figures = "，".join(
        f"{one.heading} {row.texts[one.name]}"
        for one in snapshot.form.fields
        if one.role is Role.FIGURE and row.texts.get(one.name)
    )
    first = next(iter(snapshot.columns))
    return CellChange(
        kind=kind,
        form=snapshot.form.title,
        row=row.key,
        before=previous_row or (figures if kind is ChangeKind.REMOVED else ""),
        after=str(row.row) if kind is ChangeKind.MOVED else figures if kind is ChangeKind.ADDED else "",
        cell=None if kind is ChangeKind.REMOVED else snapshot.get_cell(row, first),
    )


def _compare_cells(
    before: FormSnapshot | None, after: FormSnapshot | None, old_row: RowSnapshot, new_row: RowSnapshot
) -> Iterator[CellChange]:
    if before is None or after is None:
        return
    for field in after.form.fields:
        was, now = old_row.texts.get(field.name, ""), new_row.texts.get(field.name, "")
        if field.name in after.columns and not _is_same_value(was, now):
            yield CellChange(
                kind=ChangeKind.CHANGED,
                form=after.form.title,
                row=new_row.key,
                heading=field.heading,
                before=was,
                after=now,
                cell=after.get_cell(new_row, field.name),
            )


def _is_same_value(first: str, second: str) -> bool:
    """Tell whether two texts say the same; 8.0 is 8."""
    if first == second:
        return True
    try:
        return Decimal(first) == Decimal(second)
    except InvalidOperation:
        return False


def _find_out_of_order(places: Sequence[int]) -> Iterable[int]:
    """Return the fewest positions that must be taken out for the rest to be in rising order."""
    tails: list[int] = []  # the last place of the best run of each length, and where it stands
    ends: list[int] = []
    before: list[int] = []
    for at, place in enumerate(places):
        length = bisect_left(tails, place)
        tails[length : length + 1] = [place]
        before.append(ends[length - 1] if length else -1)
        ends[length : length + 1] = [at]
    kept, at = set(), ends[-1] if ends else -1
    while at >= 0:
        kept.add(at)
        at = before[at]
    return [at for at in range(len(places)) if at not in kept]
