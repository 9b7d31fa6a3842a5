"""Rules on areas and shares, row by row: exact integers, rounded half up once, at the comparison. (phase: table)"""

from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from checks.model.violation import Violation
from checks.rules.row_rules import ConditionsByVariant, RowCheck, RowFailure
from checks.rules.violation_builder import format_value
from contracts.form_model import Field, Form, Rule

TEN_THOUSANDTHS = 10**4  # amounts are compared in ten-thousandths: a figure with more decimals has a rule of its own
HUNDREDTHS = 10**2  # what is derived has two decimals


def in_ten_thousandths(column: str) -> pl.Expr:
    """Return an amount as a whole number of ten-thousandths."""
    return (pl.col(column) * TEN_THOUSANDTHS).cast(pl.Int64, strict=False)


def divide_half_up(numerator: pl.Expr, denominator: pl.Expr | int) -> pl.Expr:
    """Return a quotient of whole numbers (not negative), rounded half up; null where there is nothing to divide by."""
    return (numerator * 2 + denominator) // (denominator * 2)


def _get_net_column(form: Form, rule: Rule) -> tuple[Field, ...]:
    return (form.get_field(rule.arguments["net"]),)


def _get_named_column(form: Form, rule: Rule) -> tuple[Field, ...]:
    return (form.get_field(rule.arguments["column"]),)


def _compute_deducted_area(rule: Rule) -> pl.Expr:
    """Gross area by coefficient, in cents."""
    return divide_half_up(
        in_ten_thousandths(rule.arguments["gross"]) * in_ten_thousandths(rule.arguments["ratio"]),
        TEN_THOUSANDTHS * TEN_THOUSANDTHS // HUNDREDTHS,
    )


def _check_deduction(field: Field, rule: Rule) -> ConditionsByVariant:
    gross, deducted = in_ten_thousandths(rule.arguments["gross"]), in_ten_thousandths(rule.arguments["deducted"])
    right = deducted == _compute_deducted_area(rule) * (TEN_THOUSANDTHS // HUNDREDTHS)
    return {"": right & (in_ten_thousandths(field.name) == gross - deducted)}


def _explain_deduction(failure: RowFailure) -> Violation:
    names = [failure.rule.arguments[one] for one in ("gross", "ratio", "deducted", "net")]
    cells = tuple(failure.table.get_cell_ref(one, failure.row) for one in names)
    row = failure.table.get_typed_row(failure.row)
    deducted = Decimal(row.select(_compute_deducted_area(failure.rule)).item()) / HUNDREDTHS
    due = row[failure.rule.arguments["gross"]][0] - deducted
    return failure.build_violation(cells, deducted=format_value(deducted), expected=format_value(due))


def _compute_converted_area(rule: Rule) -> pl.Expr:
    times, over = rule.arguments["per"]
    return divide_half_up(in_ten_thousandths(rule.arguments["from"]) * times, over * TEN_THOUSANDTHS // HUNDREDTHS)


def _check_converted(field: Field, rule: Rule) -> ConditionsByVariant:
    return {"": in_ten_thousandths(field.name) == _compute_converted_area(rule) * (TEN_THOUSANDTHS // HUNDREDTHS)}


def _explain_converted(failure: RowFailure) -> Violation:
    return _explain_expected_value(failure, _compute_converted_area(failure.rule), failure.rule.arguments["from"])


def _compute_share(rule: Rule) -> pl.Expr:
    return divide_half_up(
        in_ten_thousandths(rule.arguments["part"]) * TEN_THOUSANDTHS, in_ten_thousandths(rule.arguments["whole"])
    )


def _check_percentage(field: Field, rule: Rule) -> ConditionsByVariant:
    return {"": in_ten_thousandths(field.name) == _compute_share(rule) * (TEN_THOUSANDTHS // HUNDREDTHS)}


def _explain_share(failure: RowFailure) -> Violation:
    return _explain_expected_value(
        failure, _compute_share(failure.rule), failure.rule.arguments["part"], failure.rule.arguments["whole"]
    )


def _check_completion_rate(field: Field, rule: Rule) -> ConditionsByVariant:
    none_due = pl.col(rule.arguments["whole"]) == 0
    right = (in_ten_thousandths(field.name) == _compute_share(rule) * (TEN_THOUSANDTHS // HUNDREDTHS)).fill_null(
        value=False
    )
    return {"": none_due | right, "none_due": ~none_due | pl.col(field.name).is_null()}


def _explain_completion_rate(failure: RowFailure) -> Violation:
    return failure.build_violation() if failure.variant else _explain_share(failure)


def _explain_expected_value(failure: RowFailure, expected: pl.Expr, *source_columns: str) -> Violation:
    cells = (failure.cell, *(failure.table.get_cell_ref(one, failure.row) for one in source_columns))
    cents = failure.table.get_typed_row(failure.row).select(expected).item()
    return failure.build_violation(cells, expected=format_value(Decimal(cents) / HUNDREDTHS))


def _check_at_most(field: Field, rule: Rule) -> ConditionsByVariant:
    return {"": pl.col(field.name) <= pl.col(rule.arguments["limit"])}


def _explain_at_most(failure: RowFailure) -> Violation:
    limit = failure.rule.arguments["limit"]
    cells = (failure.cell, failure.table.get_cell_ref(limit, failure.row))
    return failure.build_violation(cells, limit=failure.table.get_stripped_text(limit, failure.row))


def _check_reason_given(field: Field, rule: Rule) -> ConditionsByVariant:
    return {"": (pl.col(field.name) == 0) | pl.col(rule.arguments["reason"]).is_not_null()}


def _explain_reason(failure: RowFailure) -> Violation:
    reason = failure.rule.arguments["reason"]
    cells = (
        failure.cell,
        *([failure.table.get_cell_ref(reason, failure.row)] if reason in failure.table.columns else []),
    )
    return failure.build_violation(cells)


def _check_years_at_most(_: Field, rule: Rule) -> ConditionsByVariant:
    years = pl.col(rule.arguments["until"]) - pl.col(rule.arguments["from"]) + 1
    too_long = years > rule.arguments["most"]
    return {"": ~too_long, "long": too_long | (years <= rule.arguments["usual"])}


def _get_until_column(form: Form, rule: Rule) -> tuple[Field, ...]:
    return (form.get_field(rule.arguments["until"]),)


def _explain_years(failure: RowFailure) -> Violation:
    first = failure.rule.arguments["from"]
    row = failure.table.get_typed_row(failure.row)
    years = row[failure.field.name][0] - row[first][0] + 1
    limit = failure.rule.arguments["usual" if failure.variant else "most"]
    cells = (failure.cell, failure.table.get_cell_ref(first, failure.row))
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
