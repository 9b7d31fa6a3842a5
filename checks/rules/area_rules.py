"""Rules on areas and shares, row by row: exact integers, rounded half up once, at the comparison. (phase: table)"""

from collections.abc import Mapping
from decimal import Decimal

import polars as pl

from checks.model.violation import Offence
from checks.rules.row_rules import Cases, Failure, RowCheck
from checks.rules.violation_builder import said
from contracts.form_model import Field, Form, Rule

FINE = 10**4  # amounts are compared in ten-thousandths: a figure with more decimals has a rule of its own
CENT = 10**2  # what is derived has two decimals


def fine(column: str) -> pl.Expr:
    """Return an amount as a whole number of ten-thousandths."""
    return (pl.col(column) * FINE).cast(pl.Int64, strict=False)


def half_up(numerator: pl.Expr, denominator: pl.Expr | int) -> pl.Expr:
    """Return a quotient of whole numbers (not negative), rounded half up; null where there is nothing to divide by."""
    return (numerator * 2 + denominator) // (denominator * 2)


def _net(_: Form, rule: Rule) -> tuple[Field, ...]:
    return (_.field(rule.arguments["net"]),)


def _named(form: Form, rule: Rule) -> tuple[Field, ...]:
    return (form.field(rule.arguments["column"]),)


def _deducted_due(rule: Rule) -> pl.Expr:
    """Gross area by coefficient, in cents."""
    return half_up(fine(rule.arguments["gross"]) * fine(rule.arguments["ratio"]), FINE * FINE // CENT)


def _deduction(field: Field, rule: Rule) -> Cases:
    gross, deducted = fine(rule.arguments["gross"]), fine(rule.arguments["deducted"])
    right = deducted == _deducted_due(rule) * (FINE // CENT)
    return {"": right & (fine(field.name) == gross - deducted)}


def _explain_deduction(failure: Failure) -> Offence:
    names = [failure.rule.arguments[one] for one in ("gross", "ratio", "deducted", "net")]
    cells = tuple(failure.table.ref(one, failure.row) for one in names)
    row = failure.table.typed(failure.row)
    deducted = Decimal(row.select(_deducted_due(failure.rule)).item()) / CENT
    due = row[failure.rule.arguments["gross"]][0] - deducted
    return failure.offence(cells, deducted=said(deducted), expected=said(due))


def _converted_due(rule: Rule) -> pl.Expr:
    times, over = rule.arguments["per"]
    return half_up(fine(rule.arguments["from"]) * times, over * FINE // CENT)


def _converted(field: Field, rule: Rule) -> Cases:
    return {"": fine(field.name) == _converted_due(rule) * (FINE // CENT)}


def _explain_converted(failure: Failure) -> Offence:
    return _explain_due(failure, _converted_due(failure.rule), failure.rule.arguments["from"])


def _share_due(rule: Rule) -> pl.Expr:
    return half_up(fine(rule.arguments["part"]) * FINE, fine(rule.arguments["whole"]))


def _percentage(field: Field, rule: Rule) -> Cases:
    return {"": fine(field.name) == _share_due(rule) * (FINE // CENT)}


def _explain_share(failure: Failure) -> Offence:
    return _explain_due(
        failure, _share_due(failure.rule), failure.rule.arguments["part"], failure.rule.arguments["whole"]
    )


def _completion_rate(field: Field, rule: Rule) -> Cases:
    none_due = pl.col(rule.arguments["whole"]) == 0
    right = (fine(field.name) == _share_due(rule) * (FINE // CENT)).fill_null(value=False)
    return {"": none_due | right, "none_due": ~none_due | pl.col(field.name).is_null()}


def _explain_rate(failure: Failure) -> Offence:
    return failure.offence() if failure.case else _explain_share(failure)


def _explain_due(failure: Failure, due: pl.Expr, *sources: str) -> Offence:
    cells = (failure.cell, *(failure.table.ref(one, failure.row) for one in sources))
    cents = failure.table.typed(failure.row).select(due).item()
    return failure.offence(cells, expected=said(Decimal(cents) / CENT))


def _at_most(field: Field, rule: Rule) -> Cases:
    return {"": pl.col(field.name) <= pl.col(rule.arguments["limit"])}


def _explain_at_most(failure: Failure) -> Offence:
    limit = failure.rule.arguments["limit"]
    cells = (failure.cell, failure.table.ref(limit, failure.row))
    return failure.offence(cells, limit=failure.table.written(limit, failure.row))


def _reason_given(field: Field, rule: Rule) -> Cases:
    return {"": (pl.col(field.name) == 0) | pl.col(rule.arguments["reason"]).is_not_null()}


def _explain_reason(failure: Failure) -> Offence:
    reason = failure.rule.arguments["reason"]
    cells = (failure.cell, *([failure.table.ref(reason, failure.row)] if reason in failure.table.columns else []))
    return failure.offence(cells)


def _years_at_most(_: Field, rule: Rule) -> Cases:
    years = pl.col(rule.arguments["until"]) - pl.col(rule.arguments["from"]) + 1
    too_long = years > rule.arguments["most"]
    return {"": ~too_long, "long": too_long | (years <= rule.arguments["usual"])}


def _until(form: Form, rule: Rule) -> tuple[Field, ...]:
    return (form.field(rule.arguments["until"]),)


def _explain_years(failure: Failure) -> Offence:
    first = failure.rule.arguments["from"]
    row = failure.table.typed(failure.row)
    years = row[failure.field.name][0] - row[first][0] + 1
    limit = failure.rule.arguments["usual" if failure.case else "most"]
    cells = (failure.cell, failure.table.ref(first, failure.row))
    return failure.offence(cells, years=said(years), limit=str(limit))


AREA_CHECKS: Mapping[str, RowCheck] = {
    "at_most": RowCheck(_named, _at_most, _explain_at_most),
    "completion_rate": RowCheck(_named, _completion_rate, _explain_rate),
    "converted": RowCheck(_named, _converted, _explain_converted),
    "deduction": RowCheck(_net, _deduction, _explain_deduction),
    "percentage": RowCheck(_named, _percentage, _explain_share),
    "reason_given": RowCheck(_named, _reason_given, _explain_reason),
    "years_at_most": RowCheck(_until, _years_at_most, _explain_years),
}
