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
class Line:
    """One row: its own name, Excel's number of it, and its texts by column."""

    key: str
    row: int
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Content:
    """One form as it was filled in; *columns* are the letters of its columns."""

    form: Form
    sheet: str
    columns: Mapping[str, str]
    lines: tuple[Line, ...]

    def cell(self, line: Line, column: str) -> CellRef:
        """Return where a value stands."""
        return CellRef(self.sheet, f"{self.columns[column]}{line.row}")


class Kind(StrEnum):
    """What happened to a cell or a row."""

    CHANGED = "changed"
    ADDED = "added"
    GONE = "gone"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change; *row* and *heading* are the words people use, *cell* is where it stands in the newer version."""

    kind: Kind
    form: str
    row: str
    heading: str = ""
    before: str = ""
    after: str = ""
    cell: CellRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All that changed since version *since*: in the submission, and in what is wrong with it."""

    since: int
    edits: tuple[Edit, ...]
    mended: tuple[Finding, ...]
    fresh: tuple[Finding, ...]
    left: tuple[Finding, ...]

    def count(self, kind: Kind) -> int:
        """Return how many changes there are of one kind."""
        return sum(1 for one in self.edits if one.kind is kind)


def edits_between(before: Mapping[str, Content], after: Mapping[str, Content]) -> tuple[Edit, ...]:
    """Return every change of every form, in the order of the forms."""
    names = [*after, *(name for name in before if name not in after)]
    return tuple(edit for name in names for edit in _form_edits(before.get(name), after.get(name)))


def findings_between(
    before: Sequence[Finding], after: Sequence[Finding]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[Finding, ...]]:
    """Return the findings mended, new and left; a finding is the same while rule and spot are."""
    old, new = ({_identity(one) for one in findings} for findings in (before, after))
    return (
        tuple(one for one in before if _identity(one) not in new),
        tuple(one for one in after if _identity(one) not in old),
        tuple(one for one in after if _identity(one) in old),
    )


def _identity(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.spot or (finding.sheet, finding.cell)


def _form_edits(before: Content | None, after: Content | None) -> Iterator[Edit]:
    old, new = _by_key(before), _by_key(after)
    places = {key: at for at, key in enumerate(old)}
    kept = [key for key in new if key in old]
    strayed = {kept[at] for at in _out_of_order([places[key] for key in kept])}
    for key, line in new.items():
        if key in strayed:
            yield _row_edit(Kind.MOVED, after, line, was=str(old[key].row))
        if key in old:
            yield from _cell_edits(before, after, old[key], line)
        else:
            yield _row_edit(Kind.ADDED, after, line)
    yield from (_row_edit(Kind.GONE, before, line) for key, line in old.items() if key not in new)


def _by_key(content: Content | None) -> dict[str, Line]:
    return {line.key: line for line in content.lines} if content else {}


def _row_edit(kind: Kind, content: Content | None, line: Line, *, was: str = "") -> Edit:
    if content is None:
        raise ValueError("expected the form that the row stands in, got none")
    figures = "，".join(
        f"{one.heading} {line.texts[one.name]}"
        for one in content.form.fields
        if one.role is Role.FIGURE and line.texts.get(one.name)
    )
    first = next(iter(content.columns))
    return Edit(
        kind=kind,
        form=content.form.title,
        row=line.key,
        before=was or (figures if kind is Kind.GONE else ""),
        after=str(line.row) if kind is Kind.MOVED else figures if kind is Kind.ADDED else "",
        cell=None if kind is Kind.GONE else content.cell(line, first),
    )


def _cell_edits(before: Content | None, after: Content | None, old: Line, new: Line) -> Iterator[Edit]:
    if before is None or after is None:
        return
    for field in after.form.fields:
        was, now = old.texts.get(field.name, ""), new.texts.get(field.name, "")
        if field.name in after.columns and not _same(was, now):
            yield Edit(
                kind=Kind.CHANGED,
                form=after.form.title,
                row=new.key,
                heading=field.heading,
                before=was,
                after=now,
                cell=after.cell(new, field.name),
            )


def _same(one: str, other: str) -> bool:
    """Tell whether two texts say the same; 8.0 is 8."""
    if one == other:
        return True
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False


def _out_of_order(places: Sequence[int]) -> Iterable[int]:
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
