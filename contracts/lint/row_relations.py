"""The relations that the rules of a form state of the figures of one row, as linear rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import inf
from typing import Any

from contracts.lint.form_views import FormView, RuleView
from contracts.lint.problems import Path

_YEAR_COLUMNS = ("#1", "#2")  # the columns of a plan's years behave alike: two stand for all


@dataclass(frozen=True, slots=True, kw_only=True)
class RowRelation:
    """A weighted sum of columns that lies between two bounds, stated by one rule at *path*."""

    rule: RuleView
    path: Path
    coefficients: Mapping[str, float]
    lower: float = 0.0
    upper: float = 0.0

    @property
    def is_equation(self) -> bool:
        """Whether the sum has one value only."""
        return self.lower == self.upper


def list_relations(form: FormView) -> tuple[RowRelation, ...]:
    """Return the relations of the rules of a form that has no mistakes of argument."""
    relations: list[RowRelation] = []
    for rule in form.rules:
        build = _BUILDERS.get(rule.check)
        if build is not None:
            relations += build(form, rule)
    return tuple(relations)


def _build_row_sums(_: FormView, rule: RuleView) -> Iterator[RowRelation]:
    for position, definition in enumerate(rule.arguments["sums"]):
        coefficients: dict[str, float] = {}
        for sign, names in (
            (1.0, definition["plus"]),
            (-1.0, definition.get("minus", ())),
            (-1.0, [definition["total"]]),
        ):
            for name in names:
                coefficients[name] = coefficients.get(name, 0.0) + sign
        yield RowRelation(rule=rule, path=_place(rule, "sums", position), coefficients=coefficients)


def _build_row_sum(form: FormView, rule: RuleView) -> Iterator[RowRelation]:
    parts, total = rule.arguments["parts"], rule.arguments["total"]
    names = [parts]
    if form.fields[parts].is_per_year:
        names = [parts + suffix for suffix in _YEAR_COLUMNS]
    coefficients = {**dict.fromkeys(names, 1.0), total: -1.0}
    yield RowRelation(rule=rule, path=_place(rule), coefficients=coefficients)


def _build_converted(_: FormView, rule: RuleView) -> Iterator[RowRelation]:
    numerator, denominator = rule.arguments["per"]
    coefficients = {rule.arguments["from"]: float(numerator), rule.arguments["column"]: -float(denominator)}
    if len(coefficients) > 1:
        yield RowRelation(rule=rule, path=_place(rule), coefficients=coefficients)


def _build_deduction(_: FormView, rule: RuleView) -> Iterator[RowRelation]:
    names = [str(rule.arguments[name]) for name in ("gross", "deducted", "net")]
    if len(set(names)) == len(names):
        yield RowRelation(rule=rule, path=_place(rule), coefficients=dict(zip(names, (1.0, -1.0, -1.0), strict=True)))


def _build_at_most(_: FormView, rule: RuleView) -> Iterator[RowRelation]:
    column, limit = rule.arguments["column"], rule.arguments["limit"]
    if column != limit:
        yield RowRelation(rule=rule, path=_place(rule), coefficients={column: 1.0, limit: -1.0}, lower=-inf)


def _build_parts_within(_: FormView, rule: RuleView) -> Iterator[RowRelation]:
    for position, pair in enumerate(rule.arguments["pairs"]):
        if pair["part"] != pair["whole"]:
            coefficients = {pair["part"]: 1.0, pair["whole"]: -1.0}
            yield RowRelation(rule=rule, path=_place(rule, "pairs", position), coefficients=coefficients, lower=-inf)


def _build_ranges(_: FormView, rule: RuleView) -> Iterator[RowRelation]:
    """Yield the limits that no value may pass; those that are only unusual to pass are no relation."""
    for column, limits in rule.arguments["columns"].items():
        lower, upper = _read_limit(limits, "least", -inf), _read_limit(limits, "most", inf)
        if lower > -inf or upper < inf:
            yield RowRelation(
                rule=rule, path=_place(rule, "columns", column), coefficients={column: 1.0}, lower=lower, upper=upper
            )


def _build_not_negative(form: FormView, rule: RuleView) -> Iterator[RowRelation]:
    for field in form.list_fields_by_role("figure"):
        names = [field.name]
        if field.is_per_year:
            names = [field.name + suffix for suffix in _YEAR_COLUMNS]
        for name in names:
            yield RowRelation(rule=rule, path=_place(rule), coefficients={name: 1.0}, upper=inf)


def _read_limit(limits: Mapping[str, Any], name: str, default: float) -> float:
    if name not in limits:
        return default
    return float(Decimal(str(limits[name])))


def _place(rule: RuleView, *steps: str | int) -> Path:
    return (*rule.path, "implementation", *steps)


_BUILDERS = {
    "row_sums": _build_row_sums,
    "row_sum": _build_row_sum,
    "converted": _build_converted,
    "deduction": _build_deduction,
    "at_most": _build_at_most,
    "part_within_whole": _build_parts_within,
    "in_range": _build_ranges,
    "not_negative": _build_not_negative,
}
