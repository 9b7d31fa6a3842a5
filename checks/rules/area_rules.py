"""Row rules on areas and shares, in exact integers: rounded once, when they are compared. (phase: table)

A rule rounds half up; with ``rounding: [half_up, half_even]`` a half may also be rounded to the even digit, as GB/T
8170 does.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import cast

import polars as pl

from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.rules.row_rules import ConditionsByVariant, RowCheck, RowFailure
from checks.rules.violation_builder import format_value
from contracts.form_model import Field, Form, Rule

# Amounts are compared in ten-thousandths; another rule reports figures with more decimals than that.
TEN_THOUSANDTHS = 10**4
# Computed figures have two decimals.
HUNDREDTHS = 10**2
HALF_EVEN = "half_even"
Quotient = tuple[pl.Expr, pl.Expr | int]
"""Numerator and denominator, whole and not negative."""
_YEAR_LIMIT_BY_VARIANT: Mapping[str, str] = {"": "most", "long": "usual"}


def in_ten_thousandths(column: str) -> pl.Expr:
    """Return an amount as a whole number of ten-thousandths."""
    return (pl.col(column) * TEN_THOUSANDTHS).cast(pl.Int64, strict=False)


def divide_half_up(numerator: pl.Expr, denominator: pl.Expr | int) -> pl.Expr:
    """Return the quotient of two non-negative whole numbers, rounded half up; null if the denominator is 0."""
    return (numerator * 2 + denominator) // (denominator * 2)


def rounds_half_even(arguments: Mapping[str, object]) -> bool:
    """Return whether a rule also accepts a half that is rounded to the even digit (GB/T 8170, 3.2)."""
    return HALF_EVEN in cast("list[str]", arguments.get("rounding", ()))


def _round_down_half(numerator: pl.Expr, denominator: pl.Expr | int, rule: Rule) -> pl.Expr:
    """Return the quotient with a half rounded to the even digit if the rule accepts that, else rounded half up."""
    quotient = divide_half_up(numerator, denominator)
    if not rounds_half_even(rule.arguments):
        return quotient
    is_half = (numerator * 2 + denominator) % (denominator * 2) == 0
    return quotient - (is_half & (quotient % 2 == 1)).cast(pl.Int64)


def _get_net_column(form: Form, rule: Rule) -> tuple[Field, ...]:
    return (form.get_field(rule.arguments["net"]),)


def _get_named_column(form: Form, rule: Rule) -> tuple[Field, ...]:
    return (form.get_field(rule.arguments["column"]),)


def _get_until_column(form: Form, rule: Rule) -> tuple[Field, ...]:
    return (form.get_field(rule.arguments["until"]),)


def _is_rounded_value(column: str, quotient: Quotient, rule: Rule) -> pl.Expr:
    """Compare a column with a quotient in hundredths, rounded in any way that the rule accepts."""
    unit = TEN_THOUSANDTHS // HUNDREDTHS
    actual = in_ten_thousandths(column)
    is_right = actual == divide_half_up(*quotient) * unit
    if not rounds_half_even(rule.arguments):
        return is_right
    return is_right | (actual == _round_down_half(*quotient, rule) * unit)


def _list_row_cells(failure: RowFailure, *columns: str) -> tuple[CellRef, ...]:
    return tuple(failure.table.get_cell_ref(column, failure.row) for column in columns)


def _divide_deducted_area(rule: Rule) -> Quotient:
    """Multiply the gross area by the deduction coefficient; the quotient is in hundredths."""
    product = in_ten_thousandths(rule.arguments["gross"]) * in_ten_thousandths(rule.arguments["ratio"])
    return product, TEN_THOUSANDTHS * TEN_THOUSANDTHS // HUNDREDTHS


def _check_deduction(field: Field, rule: Rule) -> ConditionsByVariant:
    gross = in_ten_thousandths(rule.arguments["gross"])
    deducted = in_ten_thousandths(rule.arguments["deducted"])
    is_deducted_right = _is_rounded_value(rule.arguments["deducted"], _divide_deducted_area(rule), rule)
    return {"": is_deducted_right & (in_ten_thousandths(field.name) == gross - deducted)}


def _explain_deduction(failure: RowFailure) -> Violation:
    arguments = failure.rule.arguments
    cells = _list_row_cells(failure, arguments["gross"], arguments["ratio"], arguments["deducted"], arguments["net"])
    row = failure.table.get_typed_row(failure.row)
    deducted = Decimal(row.select(divide_half_up(*_divide_deducted_area(failure.rule))).item()) / HUNDREDTHS
    expected = row[arguments["gross"]][0] - deducted
    return failure.build_violation(cells, deducted=format_value(deducted), expected=format_value(expected))


def _divide_converted_area(rule: Rule) -> Quotient:
    """Convert an area by the rule's factor, given as numerator and denominator; the quotient is in hundredths."""
    numerator, denominator = rule.arguments["per"]
    return in_ten_thousandths(rule.arguments["from"]) * numerator, denominator * TEN_THOUSANDTHS // HUNDREDTHS


def _check_converted(field: Field, rule: Rule) -> ConditionsByVariant:
    return {"": _is_rounded_value(field.name, _divide_converted_area(rule), rule)}


def _explain_converted(failure: RowFailure) -> Violation:
    return _explain_expected_value(failure, _divide_converted_area(failure.rule), failure.rule.arguments["from"])


def _divide_share(rule: Rule) -> Quotient:
    """Divide the part by the whole; the quotient is in hundredths of a percent."""
    return in_ten_thousandths(rule.arguments["part"]) * TEN_THOUSANDTHS, in_ten_thousandths(rule.arguments["whole"])


def _check_percentage(field: Field, rule: Rule) -> ConditionsByVariant:
    return {"": _is_rounded_value(field.name, _divide_share(rule), rule)}


def _explain_share(failure: RowFailure) -> Violation:
    part, total = failure.rule.arguments["part"], failure.rule.arguments["whole"]
    return _explain_expected_value(failure, _divide_share(failure.rule), part, total)


def _check_completion_rate(field: Field, rule: Rule) -> ConditionsByVariant:
    """A blank rate fails if there was a task; a rate is not judged beside a figure that cannot be read."""
    has_no_task = pl.col(rule.arguments["whole"]) == 0
    share = _divide_share(rule)
    is_right = _is_rounded_value(field.name, share, rule).fill_null(value=False) | divide_half_up(*share).is_null()
    return {"": has_no_task | is_right, "none_due": ~has_no_task | pl.col(field.name).is_null()}


def _explain_completion_rate(failure: RowFailure) -> Violation:
    if failure.variant:
        return failure.build_violation()
    return _explain_share(failure)


def _explain_expected_value(failure: RowFailure, quotient: Quotient, *source_columns: str) -> Violation:
    cells = (failure.cell, *_list_row_cells(failure, *source_columns))
    hundredths = failure.table.get_typed_row(failure.row).select(divide_half_up(*quotient)).item()
    return failure.build_violation(cells, expected=format_value(Decimal(hundredths) / HUNDREDTHS))


def _check_at_most(field: Field, rule: Rule) -> ConditionsByVariant:
    return {"": pl.col(field.name) <= pl.col(rule.arguments["limit"])}


def _explain_at_most(failure: RowFailure) -> Violation:
    limit_column = failure.rule.arguments["limit"]
    cells = (failure.cell, *_list_row_cells(failure, limit_column))
    return failure.build_violation(cells, limit=failure.table.get_stripped_text(limit_column, failure.row))


def _check_reason_given(field: Field, rule: Rule) -> ConditionsByVariant:
    return {"": (pl.col(field.name) == 0) | pl.col(rule.arguments["reason"]).is_not_null()}


def _explain_reason(failure: RowFailure) -> Violation:
    reason_column = failure.rule.arguments["reason"]
    if reason_column not in failure.table.columns:
        return failure.build_violation()
    return failure.build_violation((failure.cell, *_list_row_cells(failure, reason_column)))


def _check_years_at_most(_: Field, rule: Rule) -> ConditionsByVariant:
    years = pl.col(rule.arguments["until"]) - pl.col(rule.arguments["from"]) + 1
    is_too_long = years > rule.arguments["most"]
    return {"": ~is_too_long, "long": is_too_long | (years <= rule.arguments["usual"])}


def _explain_years(failure: RowFailure) -> Violation:
    from_column = failure.rule.arguments["from"]
    row = failure.table.get_typed_row(failure.row)
    years = row[failure.field.name][0] - row[from_column][0] + 1
    limit = failure.rule.arguments[_YEAR_LIMIT_BY_VARIANT[failure.variant]]
    cells = (failure.cell, *_list_row_cells(failure, from_column))
    return failure.build_violation(cells, years=format_value(years), limit=str(limit))


AREA_CHECKS: Mapping[str, RowCheck] = {
    "at_most": RowCheck(_get_named_column, _check_at_most, _explain_at_most),
    "completion_rate": RowCheck(_get_named_column, _check_completion_rate, _explain_completion_rate),
    "converted": RowCheck(_get_named_column, _check_converted, _explain_converted),
    "deduction": RowCheck(_get_net_column, _check_deduction, _explain_deduction),
    "percentage": RowCheck(_get_named_column, _check_percentage, _explain_share),
    "reason_given": RowCheck(_get_named_column, _check_reason_given, _explain_reason),
    "years_at_most": RowCheck(_get_until_column, _check_years_at_most, _explain_years),
}
