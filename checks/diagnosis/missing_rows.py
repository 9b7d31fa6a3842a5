"""A row that a table lost, or that its total does not count: every total is off by that row, and that is one cause.

What a row explains must agree with it everywhere: in all totals of its table, in what holds within a row, and in the
sums of the other tables that rest on it. Where it does not, nothing is joined.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import polars as pl

from checks.diagnosis.finding_grouping import beside
from checks.model.cell_ref import CellRef
from checks.model.violation import Offence
from checks.recognition.table import ROW, Table
from checks.rules.project_rules import PROJECTS
from checks.rules.sum_rules import Stated
from checks.rules.violation_builder import listed, said

LOST, UNCOUNTED, SHORT = "lost", "uncounted", "short"
_TOTALS = ("column_total", "detail_total")
_WITHIN = ("row_sum", "row_sums")
_WHOLE = (  # what a table says as a whole: with a row less it says something else
    "adjustment_ratio",
    "growth_at_least",
    "project_balance",
    "project_compare",
    "share_of_total",
    "shares_close",
)
_STRANGE = (  # what another table names and this one does not have
    ("groups_in_summary", "summary"),
    ("accepted_before_counted", "unknown"),
    ("projects_listed", "listed"),
    ("units_approved", "project"),
)
_NEARLY_ALL = 2 / 3  # of the columns: the missing row may have a 0 where all others have none
_CENT = Decimal("0.01")
_LEAST_TOTALS = 2  # that are off: a single one may as well be a slip of its own
_LEAST_UNTIED = 3  # where no rule ties the columns of a row together

Values = Mapping[CellRef, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A cause found in the rows of one table: the sums and offences that follow from it are told with *head*."""

    head: Offence
    sums: tuple[Stated, ...]
    offences: tuple[Offence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Off:
    """The totals of a table that do not hold, and by how much each exceeds its rows, by field; 0 where it holds."""

    table: Table
    totals: tuple[Stated, ...]
    by: Mapping[str, Decimal]


def rows_explain(
    tables: Iterable[Table], offences: Sequence[Offence], stated: Sequence[Stated], values: Values
) -> list[Explained]:
    """Return what a lost or uncounted row explains, table by table; *stated* holds every sum, the broken ones too."""
    gaps = {id(one): _gap(one, values) for one in stated}
    broken = [one for one in stated if abs(gaps[id(one)]) > one.relation.tolerance]
    found = (_explained(one, offences, stated, broken, gaps) for one in tables if one.total_row is not None)
    return [one for one in found if one is not None]


def _gap(stated: Stated, values: Values) -> Decimal:
    """Return by how much the cell that is the sum exceeds what it should be; nothing where a figure is missing."""
    terms = stated.relation.terms
    if not all(term.cell in values for term in terms):
        return Decimal(0)
    sign = next(term.sign for term in terms if term.cell == stated.anchor)
    return sign * (sum((term.sign * values[term.cell] for term in terms), Decimal(0)) - stated.relation.constant)


def _explained(
    table: Table,
    offences: Sequence[Offence],
    stated: Sequence[Stated],
    broken: Sequence[Stated],
    gaps: Mapping[int, Decimal],
) -> Explained | None:
    own = [one for one in stated if one.table is table and one.row == table.total_row]
    by = {one.field.name: gaps[id(one)] for one in own if one.rule.check in _TOTALS}
    wrong = [one for one in broken if one.table is table and one.row == table.total_row]
    totals = tuple(one for one in wrong if one.rule.check in _TOTALS)
    if not totals:
        return None
    off = _Off(table=table, totals=totals, by=by)
    rows = _uncounted(off) if len(totals) >= _LEAST_TOTALS else []
    if rows:
        return _of_uncounted(off, rows, broken, gaps)
    agrees = _looks_lost(off) and not any(one.rule.check in _WITHIN for one in wrong)
    return _of_lost(off, offences, broken, gaps) if agrees else None


def _may_differ(off: _Off, least: int) -> bool:
    """Tell whether enough totals are off for a row to be why; where a plan names the rows, none is lost unnoticed."""
    known = any(rule.check == "townships_as_planned" for rule in off.table.form.rules)
    return len(off.totals) >= least and not known


def _looks_lost(off: _Off) -> bool:
    """Tell whether what the totals exceed their rows by could be a row: more in nearly all columns without a 0."""
    filled = [name for name in off.by if _filled(off.table, name)]
    more = sum(1 for name in filled if off.by[name] > 0)
    if any(gap < 0 for gap in off.by.values()) or more < _NEARLY_ALL * len(filled):
        return False
    return all(_row_holds(off, rule.check, rule.arguments) for rule in off.table.form.rules)


def _filled(table: Table, name: str) -> bool:
    least = table.body[name].min()
    return isinstance(least, Decimal) and least > 0


def _row_holds(off: _Off, check: str, said_of: Mapping[str, Any]) -> bool:
    """Tell whether what holds within each plot holds of the missing ones too."""
    by = off.by
    if check == "deduction":
        gross, deducted, net = (by.get(str(said_of[one]), Decimal(0)) for one in ("gross", "deducted", "net"))
        return gross - deducted == net
    if check == "converted":
        times, over = said_of["per"]
        due = by.get(str(said_of["from"]), Decimal(0)) * times / over
        return bool(abs(by.get(str(said_of["column"]), Decimal(0)) - due) <= _CENT * off.table.body.height)
    return True


def _uncounted(off: _Off) -> list[int]:
    """Return the one row, or the last rows, that the totals leave out."""
    if not any(off.by.values()) or any(gap > 0 for gap in off.by.values()):
        return []
    names = list(off.by)
    rows = off.table.body.select(ROW, *(pl.col(name).fill_null(0) for name in names))
    alone = rows.filter(pl.all_horizontal(pl.col(name) == -off.by[name] for name in names))[ROW].to_list()
    below = rows.select(ROW, *(pl.col(name).cum_sum(reverse=True) for name in names))
    block = below.filter(pl.all_horizontal(pl.col(name) == -off.by[name] for name in names))[ROW].to_list()
    last = rows.filter(pl.col(ROW) >= block[0])[ROW].to_list() if block else []
    return alone if len(alone) == 1 else last if 0 < len(last) < rows.height else []


def _of_uncounted(off: _Off, rows: list[int], broken: Sequence[Stated], gaps: Mapping[int, Decimal]) -> Explained:
    first = off.totals[0]
    follow = _elsewhere(off, broken, lambda one, due: -due - _CENT <= gaps[id(one)] < 0)
    same = [one for one in broken if one not in off.totals and _of_total(one, off)]
    named = listed([str(row) for row in rows])
    seen = {one.field.name: off.table.totals[one.field.name][0] for one in off.totals}
    due = {name: amount - off.by[name] for name, amount in seen.items()}
    steps = listed([f"{one.anchor.address}→{said(due[one.field.name])}" for one in off.totals], 8)
    cells = [off.table.ref(name, row) for row in rows[:_CELL_ROWS] for name in off.by]
    head = replace(
        _head(off, first, UNCOUNTED, cells, rows=named, steps=steps),
        value=said(seen[first.field.name]),
        expected=said(due[first.field.name]),
        difference=said(off.by[first.field.name]),
    )
    return Explained(head=_with_sums(head, [*follow, *same]), sums=(*off.totals, *follow, *same), offences=())


def _of_total(stated: Stated, off: _Off) -> bool:
    """Tell whether a sum is about the total row of a table alone: it holds once the totals are those of all rows."""
    return stated.table is off.table and stated.row == off.table.total_row and stated.rests_on is None


_CELL_ROWS = 20  # whose cells are named


def _of_lost(
    off: _Off, offences: Sequence[Offence], broken: Sequence[Stated], gaps: Mapping[int, Decimal]
) -> Explained | None:
    numbers = [one for one in offences if _lacks_number(one, off.table)]
    if not numbers and not _may_differ(off, _LEAST_TOTALS if off.table.form.detail else _LEAST_UNTIED):
        return None
    follow = _elsewhere(off, broken, lambda one, due: 0 < gaps[id(one)] <= due + _CENT * max(1, len(numbers)))
    if any(one not in follow and _due_of(one, off) is not None for one in broken):
        return None  # what another table lacks, or has too much, is not this row
    resting = [one for one in offences if one not in numbers and _rests_on(one, off.table)]
    if numbers:
        missing = "、".join(one.facts["missing"] for one in numbers)
        count = str(len(missing.split("、")))
        head = replace(numbers[0], case=LOST, cure="", repairs=())
        facts = {**head.facts, "missing": missing, "count": count, "figures": _figures(off), "title": _title(off)}
        head = beside(replace(head, facts=facts), [*numbers[1:], *resting])
    else:
        head = beside(_head(off, off.totals[0], SHORT, ()), resting)
    sums = (*off.totals, *follow)
    return Explained(head=_with_sums(head, sums), sums=sums, offences=(*numbers, *resting))


def _lacks_number(offence: Offence, table: Table) -> bool:
    return offence.rule.check == "serial_numbers" and offence.case in ("gap", "start") and offence.sheet == table.sheet


def _rests_on(offence: Offence, table: Table) -> bool:
    """Tell whether an offence may follow from a row that a table lost: it takes the table as a whole, or misses it."""
    arguments = offence.rule.arguments
    if offence.rule.check in _WHOLE:
        return offence.sheet == table.sheet
    return (offence.rule.check, offence.case) in _STRANGE and arguments.get("form", PROJECTS) == table.form.name


def _elsewhere(off: _Off, broken: Sequence[Stated], agrees: Callable[[Stated, Decimal], bool]) -> list[Stated]:
    """Return the broken sums of other tables that rest on this one and are off by no more than the row explains."""
    found = []
    for one in broken:
        due = _due_of(one, off)
        if due is not None and agrees(one, due):
            found.append(one)
    return found


def _due_of(stated: Stated, off: _Off) -> Decimal | None:
    """Return what the missing rows would add to a sum of another table; none where it does not rest on this one."""
    rule, name = stated.rule, off.table.form.name
    if rule.check == "equals_sum_of" and rule.arguments["form"] == name:
        return abs(off.by.get(str(rule.arguments["amount"]), Decimal(0)))
    if rule.check != "equals_detail" or stated.rests_on is None or stated.rests_on.form != name:
        return None
    wanted = next(one for one in rule.arguments["sums"] if one["column"] == stated.field.name)
    times, over = map(Decimal, wanted["per"])
    return abs(off.by.get(str(wanted["amount"]), Decimal(0))) * times / over


def _head(off: _Off, first: Stated, case: str, cells: Iterable[CellRef], **facts: str) -> Offence:
    last = off.table.body[ROW].max() or off.table.header_row
    known = {"cell": first.anchor.address, "row": str(last), "figures": _figures(off), "title": _title(off)}
    return Offence(
        rule=first.rule,
        sheet=off.table.sheet,
        cell=first.anchor,
        cells=tuple(dict.fromkeys((*(one.anchor for one in off.totals), *cells))),
        case=case,
        cure=f"row_{case}",
        facts={**known, "count": str(len(off.totals)), **facts},
    )


def _with_sums(head: Offence, sums: Sequence[Stated]) -> Offence:
    also = {*head.also, *(one.rule.id for one in sums)} - {head.rule.id}
    cells = dict.fromkeys((*head.cells, *(one.anchor for one in sums)))
    return replace(head, also=tuple(sorted(also)), cells=tuple(cells))


def _figures(off: _Off) -> str:
    return listed([f"“{one.field.heading}”{said(abs(off.by[one.field.name]))}" for one in off.totals], 6)


def _title(off: _Off) -> str:
    return off.table.form.title
