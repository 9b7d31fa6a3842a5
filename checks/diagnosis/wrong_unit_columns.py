"""A whole column given in another unit than its own: told once, with the factor that mends it.

Every relation that a column takes part in says what each of its figures should be. Where nearly all of them are off by
the factor between two units of area, the unit is mistaken; where a few are, they are slips of their own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from checks.diagnosis.area_units import LEAST, METRES, NEARLY_ALL, SLACK, Slip, factor
from checks.diagnosis.wrong_units_in_plots import slips_within_rows
from checks.model.cell_ref import CellRef
from checks.model.finding import Severity
from checks.model.violation import Offence, Phrase
from checks.parsing.decimal_amounts import count_decimals
from checks.recognition.table import ROW, Table
from checks.rules.sum_rules import Stated
from checks.rules.violation_builder import said
from contracts.form_model import Field, Role, Rule

UNIT = "column_unit"
_SHOWN: Final = 200  # cells of a column that a finding points at
SUSPECT: Final = ("completion_rate", "converted", "deduction", "percentage", "unit_plausible")
_TOTALS: Final = ("column_total", "detail_total")
_RATIOS: Final = ("completion_rate", "percentage")
_WHOLE: Final = (
    "growth_at_least",
    "project_balance",
    "project_compare",
    "share_of_total",
    "unit_plausible",
    "within_plan",
)
_FOLLOWS: Final = (  # what a mistaken unit breaks besides
    *_RATIOS,
    "adjustment_ratio",
    "at_least_assigned",
    "at_most",
    "converted",
    "decimals_at_most",
    "deduction",
    "text_figures",
    *_WHOLE,
)

Values = Mapping[CellRef, Decimal]


def unit_slips(
    tables: Sequence[Table], offences: Sequence[Offence], broken: Sequence[Stated], values: Values
) -> list[Slip]:
    """Return the columns that are given in another unit, by the broken sums and by what holds within a row."""
    within = {one.sheet for one in offences if one.rule.check in ("converted", "deduction")}
    found = [slip for one in tables if one.sheet in within for slip in slips_within_rows(one, tables)]
    spoilt = {one.table.form.name for one in found}
    sound = [one for one in broken if one.rests_on is None or one.rests_on.form not in spoilt]
    votes = [*_votes_of_sums(tables, sound, values), *_votes_of_ratios(tables, offences)]
    return _with_odd([*found, *_voted(votes, values)], offences, values)


def _with_odd(slips: list[Slip], offences: Sequence[Offence], values: Values) -> list[Slip]:
    """Add the columns beside them that nothing else tells of: those of which most figures have too many decimals.

    Where most columns of a table are given in a unit, all of them are.
    """
    odd = {cell for one in offences if one.rule.check == "decimals_at_most" for cell in one.cells}
    found = list(slips)
    for first in {(one.table.form.name, one.field.unit, one.unit): one for one in slips}.values():
        table = first.table
        alike = [one for one in table.form.of_role(Role.FIGURE) if one.unit == first.field.unit]
        known = [one.field for one in slips if one.table is table]
        told = [*known, *(one for one in alike if one not in known and _is_odd(table, one, odd, values))]
        all_of_them = len(known) >= LEAST and len(told) * 2 > len(alike)
        wrong = alike if all_of_them else told
        added = [one for one in wrong if one not in known] if not table.form.detail else []
        found += [replace(first, field=one, agree=0, count=0) for one in added]
    return found


def _is_odd(table: Table, field: Field, odd: set[CellRef], values: Values) -> bool:
    cells = [table.ref(field.name, row) for row in table.body[ROW]]
    filled = [cell for cell in cells if values.get(cell)]
    return len(odd.intersection(filled)) * 2 >= len(filled) > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vote:
    """What one relation says of one figure: the unit in which it would be right, none where no unit would do."""

    table: Table
    field: Field
    row: int
    unit: str
    rule: Rule


def _unit_of(seen: Decimal, due: Decimal, field: Field) -> str:
    """Return the unit that a figure seems to be given in, give or take what rounding in that unit explains."""
    places = max(field.decimals, count_decimals(seen))
    near: dict[str, Decimal] = {}
    for unit in METRES if field.unit in METRES and seen > 0 else ():
        times = factor(unit, field.unit)
        off = abs(seen * times - due)
        if unit != field.unit and off <= max(abs(due) * SLACK, times * Decimal(1).scaleb(-places) / 2):
            near[unit] = off
    return min(near, key=lambda one: near[one], default="")


def _votes_of_sums(tables: Sequence[Table], broken: Sequence[Stated], values: Values) -> Iterator[_Vote]:
    columns: dict[tuple[str, int], list[tuple[Table, str]]] = defaultdict(list)
    for table in sorted(tables, key=lambda one: -one.header_row):
        for name, at in table.columns.items():
            columns[table.sheet, at].append((table, name))
    for one in broken:
        off = sum((term.sign * values[term.cell] for term in one.relation.terms), Decimal(0)) - one.relation.constant
        for term in one.relation.terms if one.rule.check not in _TOTALS else ():
            sheet, (row, column) = term.cell.sheet, term.cell.position
            table, name = next(found for found in columns[sheet, column] if found[0].header_row < row)
            field, seen = table.form.field(name), values[term.cell]
            unit = _unit_of(seen, seen - term.sign * off, field)
            yield _Vote(table=table, field=field, row=row, unit=unit, rule=one.rule)


def _votes_of_ratios(tables: Sequence[Table], offences: Iterable[Offence]) -> Iterator[_Vote]:
    by_sheet = {one.sheet: one for one in tables}
    for one in offences:
        if one.rule.check in _RATIOS and one.sheet in by_sheet and one.cell and not one.case:
            table, names = by_sheet[one.sheet], one.rule.arguments
            row = one.cell.row
            share, part, whole = (table.typed(row)[str(names[name])][0] for name in ("column", "part", "whole"))
            for name, seen, due in _dues(share, part, whole):
                field = table.form.field(str(names[name]))
                yield _Vote(table=table, field=field, row=row, unit=_unit_of(seen, due, field), rule=one.rule)


def _dues(share: Decimal | None, part: Decimal | None, whole: Decimal | None) -> Iterator[tuple[str, Decimal, Decimal]]:
    if share and part and whole:
        yield "part", part, share * whole / 100
        yield "whole", whole, part * 100 / share


def _voted(votes: Iterable[_Vote], values: Values) -> list[Slip]:
    """Return the columns of which nearly all figures are off by one factor; few figures count beside other columns."""
    found = list(_agreeing(votes, values))
    sure = {(one.table.form.name, one.unit) for one in found if one.agree >= LEAST}
    return [one for one in found if (one.table.form.name, one.unit) in sure]


def _agreeing(votes: Iterable[_Vote], values: Values) -> Iterator[Slip]:
    by_column: dict[tuple[str, str], list[_Vote]] = defaultdict(list)
    for one in votes:
        if one.unit:
            by_column[one.table.form.name, one.field.name].append(one)
    for column in by_column.values():
        table, field = column[0].table, column[0].field
        ((unit, _),) = Counter(unit for _, unit in {(one.row, one.unit) for one in column}).most_common(1)
        rows = {row for row in table.body[ROW] if values.get(table.ref(field.name, row))}
        agree = rows & {one.row for one in column if one.unit == unit}
        if agree and len(agree) >= NEARLY_ALL * len(rows):
            rule = min((one.rule for one in column), key=_weight)
            yield Slip(table=table, field=field, unit=unit, agree=len(agree), count=len(rows), rule=rule)


def _weight(rule: Rule) -> tuple[int, int, str]:
    """The gravest rule speaks for a column, of several the first."""
    return (_rank(rule.severity), rule.phase.rank, rule.id)


def told(slips: Sequence[Slip], offences: Sequence[Offence]) -> tuple[list[Offence], list[Offence]]:
    """Return one offence for the slips of each table, what follows from it named beside; and what stands by itself."""
    by_table: dict[str, list[Slip]] = defaultdict(list)
    for one in slips:
        by_table[one.table.form.name].append(one)
    heads: list[Offence] = []
    left = list(offences)
    for several in by_table.values():
        cells = {cell for slip in several for cell in slip.cells}
        follow = [one for one in left if _follows(one, several[0].table, cells)]
        left = [one for one in left if not any(one is other for other in follow)]
        heads.append(_head(several, follow))
    return heads, left


def resting_on(stated: Stated, slips: Sequence[Slip], cells: frozenset[CellRef]) -> bool:
    """Tell whether a sum takes in a column that is given in another unit."""
    plots = stated.rests_on.form if stated.rests_on else ""
    return any(one.table.form.name == plots for one in slips) or any(one.cell in cells for one in stated.relation.terms)


def _follows(offence: Offence, table: Table, cells: set[CellRef]) -> bool:
    if offence.rule.check not in _FOLLOWS:
        return False
    whole = offence.sheet == table.sheet and (table.form.detail or offence.rule.check in _WHOLE)
    of_plots = offence.rule.arguments.get("detail") == table.form.name
    return whole or of_plots or bool(cells & {*offence.cells, *([offence.cell] if offence.cell else [])})


def _head(unordered: Sequence[Slip], follow: Sequence[Offence]) -> Offence:
    slips = sorted(unordered, key=lambda one: one.table.columns[one.field.name])
    first = min(slips, key=lambda one: _weight(one.rule))
    facts = {
        "title": first.table.form.title,
        "agree": str(sum(one.agree for one in slips)),
        "count": str(sum(one.count for one in slips)),
    }
    phrases = {"parts": tuple(_parts(slips)), "steps": tuple(_steps(slips))}
    cells = tuple(cell for one in slips for cell in one.cells[:_SHOWN])
    grave = min((one.rule.severity_of(one.case) for one in follow), key=_rank, default="report")
    rule = replace(first.rule, severity=min(first.rule.severity, grave, key=_rank), severities={})
    head = Offence(rule=rule, sheet=cells[0].sheet, cell=cells[0], cells=cells, case=UNIT, facts=facts)
    also = {one for other in follow for one in (other.rule.id, *other.also)} | {one.rule.id for one in slips}
    return replace(head, phrases=phrases, also=tuple(sorted(also - {rule.id})))


def _rank(severity: str) -> int:
    return Severity(severity).rank


def _parts(slips: Sequence[Slip]) -> Iterator[Phrase]:
    for given, due in dict.fromkeys((one.unit, one.field.unit) for one in slips):
        named = [one for one in slips if (one.unit, one.field.unit) == (given, due)]
        columns = "、".join(f"“{one.field.heading}”{_range(one)}" for one in named)
        yield Phrase("other_unit", {"columns": columns, "given": given, "due": due})


def _steps(slips: Sequence[Slip]) -> Iterator[Phrase]:
    for times in dict.fromkeys(one.factor for one in slips):
        ranges = "、".join(_range(one) for one in slips if one.factor == times)
        yield Phrase("multiply", {"cells": ranges, "factor": said(times.quantize(Decimal("0.0001")))})


def _range(slip: Slip) -> str:
    rows = slip.table.body[ROW]
    return f"{slip.table.ref(slip.field.name, rows[0]).address}:{slip.table.ref(slip.field.name, rows[-1]).address}"
