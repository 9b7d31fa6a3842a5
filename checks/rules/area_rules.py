"""Row rules on areas and shares, in exact integers: rounded half up once, when they are compared. (phase: table)"""

from collections.abc import Mapping
from decimal import Decimal

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
_YEAR_LIMIT_BY_VARIANT: Mapping[str, str] = {"": "most", "long": "usual"}


def in_ten_thousandths(column: str) -> pl.Expr:
    """Return an amount as a whole number of ten-thousandths."""
    return (pl.col(column) * TEN_THOUSANDTHS).cast(pl.Int64, strict=False)


def divide_half_up(numerator: pl.Expr, denominator: pl.Expr | int) -> pl.Expr:
    """Return the quotient of two non-negative whole numbers, rounded half up; null if the denominator is 0."""
    return (numerator * 2 + denominator) // (denominator * 2)


def _get_net_column(form: Form, rule: Rule) -> tuple[Field, ...]:
    return (form.get_field(rule.arguments["net"]),)


def _get_named_column(form: Form, rule: Rule) -> tuple[Field, ...]:
    return (form.get_field(rule.arguments["column"]),)


def _get_until_column(form: Form, rule: Rule) -> tuple[Field, ...]:
    return (form.get_field(rule.arguments["until"]),)


def _is_rounded_value(field: Field, expected_hundredths: pl.Expr) -> pl.Expr:
    """Compare a column with what is expected there, given in hundredths."""
    return in_ten_thousandths(field.name) == expected_hundredths * (TEN_THOUSANDTHS // HUNDREDTHS)


def _list_row_cells(failure: RowFailure, *columns: str) -> tuple[CellRef, ...]:
    return tuple(failure.table.get_cell_ref(column, failure.row) for column in columns)


def _compute_deducted_area(rule: Rule) -> pl.Expr:
    """Multiply the gross area by the deduction coefficient; the result is in hundredths."""
    return divide_half_up(
        in_ten_thousandths(rule.arguments["gross"]) * in_ten_thousandths(rule.arguments["ratio"]),
        TEN_THOUSANDTHS * TEN_THOUSANDTHS // HUNDREDTHS,
    )


def _check_deduction(field: Field, rule: Rule) -> ConditionsByVariant:
    gross = in_ten_thousandths(rule.arguments["gross"])
    deducted = in_ten_thousandths(rule.arguments["deducted"])
    is_deducted_right = deducted == _compute_deducted_area(rule) * (TEN_THOUSANDTHS // HUNDREDTHS)
    return {"": is_deducted_right & (in_ten_thousandths(field.name) == gross - deducted)}


def _explain_deduction(failure: RowFailure) -> Violation:
    arguments = failure.rule.arguments
    cells = _list_row_cells(failure, arguments["gross"], arguments["ratio"], arguments["deducted"], arguments["net"])
    row = failure.table.get_typed_row(failure.row)
    deducted = Decimal(row.select(_compute_deducted_area(failure.rule)).item()) / HUNDREDTHS
    expected = row[arguments["gross"]][0] - deducted
    return failure.build_violation(cells, deducted=format_value(deducted), expected=format_value(expected))


def _compute_converted_area(rule: Rule) -> pl.Expr:
    """Convert an area by the rule's factor, given as numerator and denominator; the result is in hundredths."""
    numerator, denominator = rule.arguments["per"]
    return divide_half_up(
        in_ten_thousandths(rule.arguments["from"]) * numerator, denominator * TEN_THOUSANDTHS // HUNDREDTHS
    )


def _check_converted(field: Field, rule: Rule) -> ConditionsByVariant:
    return {"": _is_rounded_value(field, _compute_converted_area(rule))}


def _explain_converted(failure: RowFailure) -> Violation:
    return _explain_expected_value(failure, _compute_converted_area(failure.rule), failure.rule.arguments["from"])


def _compute_share(rule: Rule) -> pl.Expr:
    """Divide the part by the whole; the result is in hundredths of a percent."""
    return divide_half_up(
        in_ten_thousandths(rule.arguments["part"]) * TEN_THOUSANDTHS, in_ten_thousandths(rule.arguments["whole"])
    )


def _check_percentage(field: Field, rule: Rule) -> ConditionsByVariant:
    return {"": _is_rounded_value(field, _compute_share(rule))}


def _explain_share(failure: RowFailure) -> Violation:
    part, total = failure.rule.arguments["part"], failure.rule.arguments["whole"]
    return _explain_expected_value(failure, _compute_share(failure.rule), part, total)


def _check_completion_rate(field: Field, rule: Rule) -> ConditionsByVariant:
    """A blank rate fails if there was a task; a rate is not judged beside a figure that cannot be read."""
    has_no_task = pl.col(rule.arguments["whole"]) == 0
    share = _compute_share(rule)
    is_right = _is_rounded_value(field, share).fill_null(value=False) | share.is_null()
    return {"": has_no_task | is_right, "none_due": ~has_no_task | pl.col(field.name).is_null()}


def _explain_completion_rate(failure: RowFailure) -> Violation:
    if failure.variant:
        return failure.build_violation()
    return _explain_share(failure)


def _explain_expected_value(failure: RowFailure, expected: pl.Expr, *source_columns: str) -> Violation:
    cells = (failure.cell, *_list_row_cells(failure, *source_columns))
    hundredths = failure.table.get_typed_row(failure.row).select(expected).item()
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
