"""One cause, one offence: what follows from another fault is named beside it, and what is too much is counted."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from checks.diagnosis.serial_numbers import ROW_DOUBLED
from checks.model.cell_ref import CellRef
from checks.model.failing_rows import Offenders
from checks.model.violation import Offence
from checks.recognition.table import PROJECT, ROW, TOWNSHIP_FULL, Table
from checks.rules.sum_rules import Group, Stated
from contracts.form_model import Phase

REST = "rest"  # the case of the offence that counts what is not put into words
_LEAST_ROWS = 5  # of a table: in a shorter one, most rows are few
_NEARLY_ALL = 0.9
_CELLS = 200  # that one finding points at
_ROW_BY_ROW = ("completion_rate", "percentage", "serial_numbers", "unique_in_table")  # each row is looked at further on


def settled(offences: Iterable[Offence]) -> list[Offence]:
    """Join offences whose rule, or the case of it, names another (``joins``) to that rule's offence in the same row.

    An offence of a rule that stands ``instead_of`` another replaces that one's in the same cell. Row numbers that
    lack because a township's row is missing are told with that.
    """
    found = list(offences)
    replaced = _replaced(found)
    told = [one for one in found if (one.cell, one.rule.id) not in replaced]
    heads = {(*place, one.rule.id): one for one in told for place in [_row_of(one.cell)] if place}
    lost = _rows_lost(told)
    joined: dict[int, list[Offence]] = {}
    for one in told:
        head = heads.get((*(_row_of(one.cell) or ("", 0)), _joins(one))) or lost.get(id(one))
        if head is not None:
            joined.setdefault(id(head), []).append(one)
    gone = {id(one) for others in joined.values() for one in others}
    return [_cured(one, joined.get(id(one), ())) for one in told if id(one) not in gone]


def _cured(first: Offence, others: Sequence[Offence]) -> Offence:
    """Join, and take over what the row numbers tell of the remedy: that the row itself stands there twice."""
    rows = next((one.facts["rows"] for one in others if one.cure == ROW_DOUBLED), "")
    head = replace(first, cure=ROW_DOUBLED, facts={**first.facts, "rows": rows}) if rows else first
    return beside(head, others)


def _joins(offence: Offence) -> str:
    """Return the rule that an offence joins: one for the whole rule, or one for each case."""
    joins = offence.rule.arguments.get("joins", "")
    return str(joins.get(offence.case, "") if isinstance(joins, Mapping) else joins)


def _rows_lost(told: Sequence[Offence]) -> dict[int, Offence]:
    """Pair each lack in the row numbers with the townships missing from its sheet, where those may explain it."""
    missing = {one.sheet: one for one in told if one.case == "missing" and one.rule.check == "townships_as_planned"}
    lacks: dict[str, list[Offence]] = {}
    for one in told:
        if one.rule.check == "serial_numbers" and one.case in ("gap", "start") and one.sheet in missing:
            lacks.setdefault(one.sheet, []).append(one)
    return {
        id(one): missing[sheet]
        for sheet, found in lacks.items()
        if sum(map(_named, found)) <= _named(missing[sheet])
        for one in found
    }


def _named(offence: Offence) -> int:
    return len(offence.facts["missing"].split("、"))


def beside(first: Offence, others: Sequence[Offence]) -> Offence:
    """Return the first offence with the rules and cells of the others named beside its own."""
    if not others:
        return first
    also = sorted({*first.also, *(one.rule.id for one in others)} - {first.rule.id})
    cells = dict.fromkeys((*first.cells, *(cell for one in others for cell in one.cells)))
    return replace(first, also=tuple(also), cells=tuple(cells))


def _replaced(offences: Iterable[Offence]) -> set[tuple[CellRef | None, str]]:
    return {(one.cell, one.rule.arguments["instead_of"]) for one in offences if "instead_of" in one.rule.arguments}


def _row_of(cell: CellRef | None) -> tuple[str, int] | None:
    return (cell.sheet, cell.row) if cell and cell.row else None


def blamed(sums: Sequence[Offence], others: Iterable[Offence]) -> tuple[list[Offence], list[Offence]]:
    """Name beside a broken sum what rests on its cells; return the sums, and what stands by itself."""
    apart: list[Offence] = []
    resting: dict[int, list[Offence]] = {}
    held = [set(broken.cells) for broken in sums]
    for one in others:
        # a stale result is why its sum does not hold; whatever rests on several tables may be
        resting_on = one.rule.phase.rank >= Phase.ACROSS_TABLES.rank or one.rule.check == "formula_results"
        cells = set(one.cells) if resting_on and one.case != "taken" else set()
        at = next((at for at, broken in enumerate(held) if cells & broken), None) if cells else None
        if at is None:
            apart.append(one)
        else:
            resting.setdefault(at, []).append(one)
    return [beside(one, resting.get(at, ())) for at, one in enumerate(sums)], apart


def by_row(sums: Iterable[Offence]) -> list[Offence]:
    """Join what is said of several cells of a row against its plots: a plot of the wrong class, or one too few.

    It is one cause where one rule says it, or where the cells are off by the same amount.
    """
    told: list[Offence] = []
    places: dict[object, list[int]] = {}
    for one in sums:
        place = _row_of(one.cell) if one.rule.check == "equals_detail" else None
        here = places.setdefault(place or id(one), [])
        at = next((at for at in here if _same_plots(told[at], one)), None)
        if at is None:
            here.append(len(told))
            told.append(one)
        else:
            told[at] = beside(told[at], [one])
    return told


def _same_plots(first: Offence, other: Offence) -> bool:
    return first.rule.id == other.rule.id or first.difference == other.difference


def at_fault(table: Table, offences: Iterable[Offence]) -> frozenset[Group]:
    """Return the groups of a plot table in which a row is itself at fault; an unknown one spoils the whole form."""
    hard = (one for one in offences if one.sheet == table.sheet and one.rule.severity_of(one.case) == "hard")
    rows = {place[1] for one in hard for cell in one.cells for place in [_row_of(cell)] if place}
    wrong = table.body.filter(table.body[ROW].is_in(list(rows))) if rows else table.body.clear()
    name = table.form.name
    groups = {Group(name, project, township) for project, township in wrong.select(PROJECT, TOWNSHIP_FULL).rows()}
    return frozenset((*groups, Group(name))) if groups else frozenset()


def unknown_groups(form: str) -> frozenset[Group]:
    """Return what stands for fault in a plot table that cannot be told apart by group: all of its sums are silent."""
    return frozenset({Group(form, None, None)})


def is_silent(stated: Stated, spoilt: Mapping[str, frozenset[Group]]) -> bool:
    """Tell whether a sum rests on plots that are at fault themselves."""
    group = stated.rests_on
    if group is None or not spoilt.get(group.form):
        return False
    unknown = any(None in (one.project, one.township) for one in spoilt[group.form])
    return unknown or group in spoilt[group.form]


def worded(found: Iterable[Offence | Offenders], most: int, height: int = 0) -> Iterator[Offence]:
    """Let the first of each rule and case through; count the others in one offence each.

    What nearly all of the table's rows (*height*) have in one column is one cause, and one offence; of more rows than
    are put into words, the first ones are told and the others counted.
    """
    counts: Counter[tuple[str, str]] = Counter()
    last: dict[tuple[str, str], Offence | Offenders] = {}
    for one in found:
        whole = _whole_column(one, height) if not most or height <= most else None
        if whole is not None:
            yield whole
            continue
        key = (one.rule.id, one.case)
        count = one.rows.height if isinstance(one, Offenders) else 1
        room = max(0, most - counts[key]) if most else count
        yield from one.first(room) if isinstance(one, Offenders) else (one,) * min(room, 1)
        counts[key] += count
        if count > room:
            last[key] = one
    for key, one in last.items():
        offence = one.last() if isinstance(one, Offenders) else one
        if offence is not None:
            yield _rest(offence, counts[key], most)


def _whole_column(found: Offence | Offenders, height: int) -> Offence | None:
    """Return the offence of the first row for all of them, where it blocks and nearly all rows of a column have it."""
    if isinstance(found, Offence) or height < _LEAST_ROWS or found.rows.height < _NEARLY_ALL * height:
        return None
    if found.rule.severity_of(found.case) != "hard" or found.rule.check in _ROW_BY_ROW:
        return None
    first = next(iter(found.first(1)), None)
    if first is None or first.cell is None or not first.cell.row:
        return None
    cells = tuple(CellRef.from_position(first.sheet, row, first.cell.column) for row in found.rows[ROW].head(_CELLS))
    return replace(first, cells=tuple(dict.fromkeys((*first.cells, *cells))), alike=found.rows.height)


def _rest(last: Offence, total: int, most: int) -> Offence:
    """Count what is not put into words; it weighs as much as what it counts."""
    rule = replace(last.rule, severity=last.rule.severity_of(last.case), severities={})
    facts = {**last.facts, "rule": rule.id, "total": str(total), "rest": str(total - most), "shown": str(most)}
    return replace(last, rule=rule, case=REST, facts=facts, cells=(last.cell,) if last.cell else ())
