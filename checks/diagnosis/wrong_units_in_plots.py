"""The units in which the columns of a plot table are given: those with which nearly all rows are right."""

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
from checks.diagnosis.table_columns import get_columns, list_rules
from checks.recognition.table import Table
from contracts.form_model import Rule

# A unit for each column that the rules on a plot relate.
ColumnUnits = Mapping[str, str]


def find_plot_unit_mismatches(table: Table, tables: Sequence[Table]) -> Iterator[UnitMismatch]:
    """Yield the columns of plots that are given in another unit: the fewest with which nearly all rows are right."""
    conversion_rule, deduction_rule = _find_rule(table, "converted"), _find_rule(table, "deduction")
    if conversion_rule is None or table.body.height < MIN_MATCHING_FIGURES:
        return
    source, column = get_columns(conversion_rule, "from", "column")
    summary_unit = _infer_unit_from_summary(table, conversion_rule, tables=tables)
    agrees_with_summary = summary_unit in ("", table.form.get_field(source).unit)
    if agrees_with_summary and _has_expected_units(table, conversion_rule, deduction_rule=deduction_rule):
        # The usual case: a few mistakes in columns whose units are right.
        return
    units = _choose_units(table, conversion_rule, deduction_rule=deduction_rule, summary_unit=summary_unit)
    for name in _find_wrong_columns(table, units):
        rule = conversion_rule
        if deduction_rule and name not in (source, column):
            rule = deduction_rule
        yield UnitMismatch(
            table=table,
            field=table.form.get_field(name),
            actual_unit=units[name],
            matching_count=table.body.height,
            figure_count=table.body.height,
            rule=rule,
        )


def _find_rule(table: Table, check: str) -> Rule | None:
    return next(iter(list_rules(table, check)), None)


def _choose_units(
    table: Table, conversion_rule: Rule, *, deduction_rule: Rule | None, summary_unit: str
) -> ColumnUnits:
    """Return the units with which nearly all rows are right and the fewest columns are wrong, or none if none fit.

    Units that agree with the summary take precedence.
    """
    (source,) = get_columns(conversion_rule, "from")
    agreeing: list[ColumnUnits] = []
    others: list[ColumnUnits] = []
    for units in _enumerate_unit_combinations(table, conversion_rule, deduction_rule=deduction_rule):
        if summary_unit in ("", units[source]):
            agreeing.append(units)
        others.append(units)
    if not summary_unit:
        # Figures that are all larger by one factor agree with each other: a missing deduction is no evidence.
        agreeing = [units for units in agreeing if not _are_all_areas_wrong(table, units, deduction_rule)]
        others = []
    return min(agreeing or others, key=lambda units: len(_find_wrong_columns(table, units)), default={})


def _are_all_areas_wrong(table: Table, units: ColumnUnits, deduction_rule: Rule | None) -> bool:
    """Return whether no column, the deducted area apart, is in the unit of the contract."""
    columns = set(units)
    if deduction_rule is not None:
        columns -= set(get_columns(deduction_rule, "deducted"))
    return columns <= set(_find_wrong_columns(table, units))


def _find_wrong_columns(table: Table, units: ColumnUnits) -> list[str]:
    return [name for name, unit in units.items() if unit != table.form.get_field(name).unit]


def _has_expected_units(table: Table, conversion_rule: Rule, *, deduction_rule: Rule | None) -> bool:
    """Return whether nearly all rows are right in the units of the contract."""
    columns = get_columns(conversion_rule, "from", "column")
    if deduction_rule:
        columns += get_columns(deduction_rule, "gross", "deducted")
    units = {column: table.form.get_field(column).unit for column in columns}
    if not _fits_conversion(table, conversion_rule, units=units):
        return False
    return deduction_rule is None or _fits_deduction(table, deduction_rule, net=columns[0], units=units)


def _enumerate_unit_combinations(
    table: Table, conversion_rule: Rule, *, deduction_rule: Rule | None
) -> Iterator[dict[str, str]]:
    """Yield the units of the columns with which nearly all rows are right."""
    source, column = get_columns(conversion_rule, "from", "column")
    for source_unit, column_unit in product(AREA_UNIT_SIZES, repeat=2):
        units = {source: source_unit, column: column_unit}
        if _fits_conversion(table, conversion_rule, units=units):
            if deduction_rule is None:
                yield units
            else:
                yield from _add_deduction_units(table, deduction_rule, source=source, units=units)


def _add_deduction_units(
    table: Table, deduction_rule: Rule, *, source: str, units: ColumnUnits
) -> Iterator[dict[str, str]]:
    gross, deducted = get_columns(deduction_rule, "gross", "deducted")
    for gross_unit, deducted_unit in product(AREA_UNIT_SIZES, repeat=2):
        all_units = {**units, gross: gross_unit, deducted: deducted_unit}
        if _fits_deduction(table, deduction_rule, net=source, units=all_units):
            yield all_units


def _fits_conversion(table: Table, conversion_rule: Rule, *, units: ColumnUnits) -> bool:
    """Return whether nearly all rows have the same area in both columns of the conversion."""
    source, column = get_columns(conversion_rule, "from", "column")
    expected, actual = (
        _convert_to_base_unit(table, source, units=units),
        _convert_to_base_unit(table, column, units=units),
    )
    slack = _compute_rounding(table, column, units=units) + _compute_rounding(table, source, units=units)
    return _has_matching_rows(actual, expected, slack=slack)


def _fits_deduction(table: Table, deduction_rule: Rule, *, net: str, units: ColumnUnits) -> bool:
    """Return whether nearly all rows have the net area in a column that the deduction leaves of the gross area."""
    gross, deducted = get_columns(deduction_rule, "gross", "deducted")
    expected = _convert_to_base_unit(table, net, units=units)
    actual = _convert_to_base_unit(table, gross, units=units) - _convert_to_base_unit(table, deducted, units=units)
    slack = _compute_rounding(table, gross, units=units) + _compute_rounding(table, net, units=units)
    return _has_matching_rows(actual, expected, slack=slack)


def _convert_to_base_unit(table: Table, column: str, *, units: ColumnUnits) -> pl.Series:
    return table.body[column].cast(pl.Float64).fill_null(0) * AREA_UNIT_SIZES[units[column]]


def _compute_rounding(table: Table, column: str, *, units: ColumnUnits) -> float:
    """Return by how much rounding may change a figure of a column, in the base unit."""
    return AREA_UNIT_SIZES[units[column]] * 10.0 ** -table.form.get_field(column).decimals / 2


def _has_matching_rows(actual: pl.Series, expected: pl.Series, *, slack: float) -> bool:
    """Return whether nearly all rows are equal within the relative tolerance or the slack for rounding."""
    difference = (actual - expected).abs()
    matching = (difference <= expected.abs() * float(RELATIVE_TOLERANCE)) | (difference <= slack)
    return bool(matching.sum() >= float(MIN_MATCHING_SHARE) * len(matching))


def _infer_unit_from_summary(table: Table, conversion_rule: Rule, *, tables: Sequence[Table]) -> str:
    """Return the unit in which the plots add up to the figure of the summary, or "" if there is none."""
    (source,) = get_columns(conversion_rule, "from")
    amount, expected = _sum_column(table, source), _find_summary_total(table, source, tables=tables)
    if not amount or expected is None:
        return ""
    for unit in AREA_UNIT_SIZES:
        factor = compute_conversion_factor(unit, table.form.get_field(source).unit)
        if abs(amount * factor - expected) <= expected * RELATIVE_TOLERANCE:
            return unit
    return ""


def _find_summary_total(table: Table, column: str, *, tables: Sequence[Table]) -> Decimal | None:
    """Return the total of a column as the summary has it, in the unit of the column, or None if it has none."""
    for summary in tables:
        for detail_sum in _iter_detail_sums(summary, table):
            if detail_sum["amount"] == column and "where" not in detail_sum:
                numerator, denominator = map(Decimal, detail_sum["per"])
                return _sum_column(summary, detail_sum["column"]) * denominator / numerator
    return None


def _sum_column(table: Table, column: str) -> Decimal:
    return Decimal(table.body[column].sum() or 0)


def _iter_detail_sums(summary: Table, table: Table) -> Iterator[Mapping[str, Any]]:
    """Yield the entries of the summary's rules that sum a column of a plot table."""
    for rule in list_rules(summary, "equals_detail"):
        for detail_sum in rule.arguments["sums"]:
            if detail_sum["form"] == table.form.name:
                yield detail_sum
