"""In which units the columns of a plot table are given: those with which nearly all rows are right."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import Any

import polars as pl

from checks.diagnosis.area_units import (
    AREA_UNIT_SIZES,
    MIN_MATCHING_FIGURES,
    MIN_MATCHING_SHARE,
    RELATIVE_TOLERANCE,
    UnitMismatch,
    compute_conversion_factor,
)
from checks.recognition.table import Table
from contracts.form_model import Rule


def find_plot_unit_mismatches(table: Table, tables: Sequence[Table]) -> Iterator[UnitMismatch]:
    """Yield the columns of plots that are given in another unit: the fewest with which all rows are right."""
    converted, deduction = (_find_rule(table, one) for one in ("converted", "deduction"))
    if converted is None or table.body.height < MIN_MATCHING_FIGURES:
        return
    source, count = str(converted.arguments["from"]), table.body.height
    known = _infer_unit_from_summary(table, converted, tables)
    if known in ("", table.form.get_field(source).unit) and _has_expected_units(table, converted, deduction):
        return  # the usual case: a few slips in columns whose units are right
    ordered = sorted(
        _enumerate_unit_combinations(table, converted, deduction), key=lambda one: len(_find_wrong_columns(table, one))
    )
    best = next((one for one in ordered if known in ("", one[source])), next(iter(ordered), {}))
    for name in _find_wrong_columns(table, best):
        own = deduction if deduction and name not in (source, converted.arguments["column"]) else converted
        yield UnitMismatch(
            table=table,
            field=table.form.get_field(name),
            actual_unit=best[name],
            matching_count=count,
            figure_count=count,
            rule=own,
        )


def _find_rule(table: Table, check: str) -> Rule | None:
    return next((one for one in table.form.rules if one.check == check), None)


def _find_wrong_columns(table: Table, units: Mapping[str, str]) -> list[str]:
    return [name for name, unit in units.items() if unit != table.form.get_field(name).unit]


def _has_expected_units(table: Table, conversion_rule: Rule, deduction_rule: Rule | None) -> bool:
    """Tell whether nearly all rows are right in the units that are due."""
    columns = [str(conversion_rule.arguments[one]) for one in ("from", "column")]
    columns += [str(deduction_rule.arguments[one]) for one in ("gross", "deducted")] if deduction_rule else []
    units = [table.form.get_field(one).unit for one in columns]
    metres = [_convert_to_base_unit(table, name, unit) for name, unit in zip(columns, units, strict=True)]
    due, given = metres[0], list(zip(columns, units, strict=True))
    if not _has_matching_rows(table, metres[1], due, given[1], given[0]):
        return False
    return deduction_rule is None or _has_matching_rows(table, metres[2] - metres[3], due, given[2], given[0])


def _enumerate_unit_combinations(
    table: Table, conversion_rule: Rule, deduction_rule: Rule | None
) -> Iterator[dict[str, str]]:
    """Yield the units of the columns with which nearly all rows are right."""
    source, column = str(conversion_rule.arguments["from"]), str(conversion_rule.arguments["column"])
    for unit, other in product(AREA_UNIT_SIZES, AREA_UNIT_SIZES):
        seen, due = _convert_to_base_unit(table, column, other), _convert_to_base_unit(table, source, unit)
        if not _has_matching_rows(table, seen, due, (column, other), (source, unit)):
            continue
        units = {source: unit, column: other}
        if deduction_rule is None:
            yield units
            continue
        gross, deducted = (str(deduction_rule.arguments[one]) for one in ("gross", "deducted"))
        for first, second in product(AREA_UNIT_SIZES, AREA_UNIT_SIZES):
            whole = _convert_to_base_unit(table, gross, first) - _convert_to_base_unit(table, deducted, second)
            if _has_matching_rows(table, whole, due, (gross, first), (source, unit)):
                yield {**units, gross: first, deducted: second}


def _convert_to_base_unit(table: Table, field_name: str, unit: str) -> pl.Series:
    return table.body[field_name].cast(pl.Float64).fill_null(0) * AREA_UNIT_SIZES[unit]


def _has_matching_rows(table: Table, actual: pl.Series, expected: pl.Series, *column_units: tuple[str, str]) -> bool:
    """Tell whether nearly all rows are the same, give or take what rounding in the units given explains."""
    slack = sum(AREA_UNIT_SIZES[unit] * 10.0 ** -table.form.get_field(name).decimals / 2 for name, unit in column_units)
    off = (actual - expected).abs()
    same = (off <= expected.abs() * float(RELATIVE_TOLERANCE)) | (off <= slack)
    return bool(same.sum() >= float(MIN_MATCHING_SHARE) * len(same))


def _infer_unit_from_summary(table: Table, conversion_rule: Rule, tables: Sequence[Table]) -> str:
    """Return the unit in which the plots would add up to the summary's figure, nothing where none would."""
    source = table.form.get_field(str(conversion_rule.arguments["from"]))
    amount = _sum_column(table, source.name)
    for other in tables:
        for wanted in _find_summary_sums(other, table):
            if wanted["amount"] == source.name and "where" not in wanted and amount:
                times, over = map(Decimal, wanted["per"])
                due = _sum_column(other, wanted["column"]) * over / times
                units = [
                    one
                    for one in AREA_UNIT_SIZES
                    if abs(amount * compute_conversion_factor(one, source.unit) - due) <= due * RELATIVE_TOLERANCE
                ]
                return next(iter(units), "")
    return ""


def _sum_column(table: Table, field_name: str) -> Decimal:
    return Decimal(table.body[field_name].sum() or 0)


def _find_summary_sums(summary: Table, table: Table) -> Iterator[Mapping[str, Any]]:
    for rule in summary.form.rules:
        if rule.check == "equals_detail":
            yield from (one for one in rule.arguments["sums"] if one["form"] == table.form.name)
