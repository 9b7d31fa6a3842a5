"""Smallest and largest values of figures, percentages, coefficients and years. (phase: table)

``in_range`` takes for each column any of: *least* and *most*, beyond which a value is impossible; *usual_least* and
*usual_most*, beyond which it needs an explanation; *whole* for counts; *fraction* for percentages, where 0.95 may have
been typed for 95. ``years_in_range`` takes for each column *earliest* and *latest*, counted from the accounting year,
and for the rule *least*, the first year that is possible at all.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import polars as pl

from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import Table
from checks.rules.plausibility.value_groups import build_value_violations, has_columns
from contracts.form_model import Rule

# Variant, name of the limit, and whether a value fails below it (otherwise above it); the gravest limits come first.
_LIMITS: Final = (
    ("low", "least", True),
    ("high", "most", False),
    ("unusual_low", "usual_least", True),
    ("unusual_high", "usual_most", False),
)


def check_in_range(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report values beyond the limits of their column, that are not whole, or that may be fractions of a percentage."""
    table = subject.table
    if table is None:
        return
    for column, limits in rule.arguments["columns"].items():
        if has_columns(table, column):
            yield from _check_column(table, rule, column, limits)


def _check_column(table: Table, rule: Rule, column: str, limits: Mapping[str, Any]) -> Iterator[Violation]:
    facts = {name: str(limits.get(name, "")) for _, name, _ in _LIMITS}
    facts["unit"] = _get_unit(table, column)
    remaining_rows = table.body.select(ROW, column).drop_nulls()
    for variant, is_failing in _build_conditions(column, limits):
        rows = remaining_rows.filter(is_failing)
        remaining_rows = remaining_rows.filter(~is_failing)
        yield from build_value_violations(table, rule, column, rows=rows, variant=variant, **facts)


def _get_unit(table: Table, column: str) -> str:
    return table.form.get_field(column).unit


def _build_conditions(column: str, limits: Mapping[str, Any]) -> Iterator[tuple[str, pl.Expr]]:
    """Yield variant and condition of each way in which a value may fail; a value is reported for the first one."""
    value = pl.col(column)
    if limits.get("whole"):
        yield "not_whole", value != value.round(0)
    if limits.get("fraction"):
        yield "fraction", _is_fraction(value)
    for variant, name, is_lower in _LIMITS:
        if name in limits:
            limit = Decimal(str(limits[name]))
            yield variant, (value < limit) if is_lower else (value > limit)


def _is_fraction(value: pl.Expr) -> pl.Expr:
    """A value between 0 and 1; 1 itself only if no value is larger, since it is then 100 % typed as a fraction."""
    are_all_small = (value <= 1).all()
    return (value > 0) & ((value < 1) | ((value == 1) & are_all_small))


def check_years_in_range(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report years that are no year at all or lie in the future, and years that lie unusually far back."""
    table, accounting_year = subject.table, subject.submission.year
    if table is None:
        return
    least = int(rule.arguments["least"])
    for column, offsets in rule.arguments["columns"].items():
        if not has_columns(table, column):
            continue
        earliest, latest = accounting_year + offsets["earliest"], accounting_year + offsets["latest"]
        year = pl.col(column)
        is_impossible = (year < least) | (year > latest) | (year != year.round(0))
        rows = table.body.select(ROW, column).drop_nulls()
        facts = {"least": str(least), "most": str(latest), "usual": str(earliest)}
        yield from build_value_violations(table, rule, column, rows=rows.filter(is_impossible), **facts)
        early_rows = rows.filter(~is_impossible & (year < earliest))
        yield from build_value_violations(table, rule, column, rows=early_rows, variant="early", **facts)
