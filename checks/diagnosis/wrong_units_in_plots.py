"""In which units the columns of a plot table are given: those with which nearly all rows are right."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import Any

import polars as pl

from checks.diagnosis.area_units import LEAST, METRES, NEARLY_ALL, SLACK, Slip, factor
from checks.recognition.table import Table
from contracts.form_model import Rule


def slips_within_rows(table: Table, tables: Sequence[Table]) -> Iterator[Slip]:
    """Yield the columns of plots that are given in another unit: the fewest with which all rows are right."""
    converted, deduction = (_rule(table, one) for one in ("converted", "deduction"))
    if converted is None or table.body.height < LEAST:
        return
    source, count = str(converted.arguments["from"]), table.body.height
    known = _said_by_summary(table, converted, tables)
    if known in ("", table.form.field(source).unit) and _as_due(table, converted, deduction):
        return  # the usual case: a few slips in columns whose units are right
    ordered = sorted(_solutions(table, converted, deduction), key=lambda one: len(_wrong(table, one)))
    best = next((one for one in ordered if known in ("", one[source])), next(iter(ordered), {}))
    for name in _wrong(table, best):
        own = deduction if deduction and name not in (source, converted.arguments["column"]) else converted
        yield Slip(table=table, field=table.form.field(name), unit=best[name], agree=count, count=count, rule=own)


def _rule(table: Table, check: str) -> Rule | None:
    return next((one for one in table.form.rules if one.check == check), None)


def _wrong(table: Table, units: Mapping[str, str]) -> list[str]:
    return [name for name, unit in units.items() if unit != table.form.field(name).unit]


def _as_due(table: Table, converted: Rule, deduction: Rule | None) -> bool:
    """Tell whether nearly all rows are right in the units that are due."""
    columns = [str(converted.arguments[one]) for one in ("from", "column")]
    columns += [str(deduction.arguments[one]) for one in ("gross", "deducted")] if deduction else []
    units = [table.form.field(one).unit for one in columns]
    metres = [_in_metres(table, name, unit) for name, unit in zip(columns, units, strict=True)]
    due, given = metres[0], list(zip(columns, units, strict=True))
    if not _agree(table, metres[1], due, given[1], given[0]):
        return False
    return deduction is None or _agree(table, metres[2] - metres[3], due, given[2], given[0])


def _solutions(table: Table, converted: Rule, deduction: Rule | None) -> Iterator[dict[str, str]]:
    """Yield the units of the columns with which nearly all rows are right."""
    source, column = str(converted.arguments["from"]), str(converted.arguments["column"])
    for unit, other in product(METRES, METRES):
        seen, due = _in_metres(table, column, other), _in_metres(table, source, unit)
        if not _agree(table, seen, due, (column, other), (source, unit)):
            continue
        units = {source: unit, column: other}
        if deduction is None:
            yield units
            continue
        gross, deducted = (str(deduction.arguments[one]) for one in ("gross", "deducted"))
        for first, second in product(METRES, METRES):
            whole = _in_metres(table, gross, first) - _in_metres(table, deducted, second)
            if _agree(table, whole, due, (gross, first), (source, unit)):
                yield {**units, gross: first, deducted: second}


def _in_metres(table: Table, name: str, unit: str) -> pl.Series:
    return table.body[name].cast(pl.Float64).fill_null(0) * METRES[unit]


def _agree(table: Table, seen: pl.Series, due: pl.Series, *given: tuple[str, str]) -> bool:
    """Tell whether nearly all rows are the same, give or take what rounding in the units given explains."""
    slack = sum(METRES[unit] * 10.0 ** -table.form.field(name).decimals / 2 for name, unit in given)
    off = (seen - due).abs()
    same = (off <= due.abs() * float(SLACK)) | (off <= slack)
    return bool(same.sum() >= float(NEARLY_ALL) * len(same))


def _said_by_summary(table: Table, converted: Rule, tables: Sequence[Table]) -> str:
    """Return the unit in which the plots would add up to the summary's figure, nothing where none would."""
    source = table.form.field(str(converted.arguments["from"]))
    amount = _total(table, source.name)
    for other in tables:
        for wanted in _resting(other, table):
            if wanted["amount"] == source.name and "where" not in wanted and amount:
                times, over = map(Decimal, wanted["per"])
                due = _total(other, wanted["column"]) * over / times
                units = [one for one in METRES if abs(amount * factor(one, source.unit) - due) <= due * SLACK]
                return next(iter(units), "")
    return ""


def _total(table: Table, name: str) -> Decimal:
    return Decimal(table.body[name].sum() or 0)


def _resting(other: Table, table: Table) -> Iterator[Mapping[str, Any]]:
    for rule in other.form.rules:
        if rule.check == "equals_detail":
            yield from (one for one in rule.arguments["sums"] if one["form"] == table.form.name)
