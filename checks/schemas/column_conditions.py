"""The rules on whole columns as polars expressions, for the published schema of a form.

`column_rules` reports the same rows with everything that a finding needs. Two parts of these rules are not here,
because a typed table does not hold them: whether a long code is stored as a number, and whether a project number that
is wrong also stands in another table.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

import polars as pl

from checks.recognition.table import TOWNSHIP_FULL
from checks.schemas.row_conditions import RowCondition
from contracts.form_model import Field, Form, Role, Rule
from contracts.registers import TOWNSHIP_SUFFIXES, County

ExpressionsByColumn = Iterator[tuple[str, str, pl.Expr]]
"""Column, variant and expression of each condition of a rule."""


def compile_column_conditions(form: Form, rules: Sequence[Rule], county: County | None) -> tuple[RowCondition, ...]:
    """Compile those of *rules* that are rules on columns.

    Rules that need the register of divisions are left out if *county* is None.
    """
    conditions = []
    for rule in rules:
        build = COLUMN_CONDITIONS.get(rule.check)
        if build is None or (county is None and rule.check in REGISTER_CHECKS):
            continue
        for column, variant, expression in build(form, rule, county):
            field = form.get_field(column)
            conditions.append(RowCondition(field, rule, variant, expression, depends_on_other_rows=True))
    return tuple(conditions)


def _check_code_length(_: Form, rule: Rule, __: County | None) -> ExpressionsByColumn:
    for column, length in rule.arguments["columns"].items():
        yield column, "", pl.col(column).str.contains(f"^[0-9]{{{length}}}$")


def _check_not_dragged(_: Form, rule: Rule, __: County | None) -> ExpressionsByColumn:
    """The first row of a run of equal steps fails."""
    for column in rule.arguments["columns"]:
        step = pl.col(column).diff()
        run = step.rle_id()
        is_first = run != run.shift()
        is_run = (step != 0) & (pl.len().over(run) >= rule.arguments["rows"] - 1)
        yield column, "", ~(is_first & is_run)


def _check_township_code(_: Form, rule: Rule, county: County | None) -> ExpressionsByColumn:
    column = rule.arguments["column"]
    townships = dict(county.townships) if county else {}
    expected_name = pl.col(column).replace_strict(townships, default=None, return_dtype=pl.String)
    yield column, "", expected_name == pl.col(TOWNSHIP_FULL)
    yield column, "unknown", pl.col(column).is_null() | expected_name.is_not_null()


def _check_township_unambiguous(_: Form, rule: Rule, county: County | None) -> ExpressionsByColumn:
    column = rule.arguments["column"]
    ambiguous_names = _list_ambiguous_names(county) if county else []
    yield column, "", pl.col(TOWNSHIP_FULL).is_not_null() | ~pl.col(column).is_in(ambiguous_names)


def _list_ambiguous_names(county: County) -> list[str]:
    """Return the short names that stand for several townships of the county, with and without the county's name."""
    short_names = Counter(_strip_suffix(name) for name in county.townships.values())
    names = []
    for short_name, count in short_names.items():
        if count > 1:
            names += [short_name, county.name + short_name]
    return [name for name in names if len(county.resolve_township(name)) > 1]


def _strip_suffix(name: str) -> str:
    for suffix in TOWNSHIP_SUFFIXES:
        if name.endswith(suffix):
            return name.removesuffix(suffix)
    return name


def _check_project_code(_: Form, rule: Rule, county: County | None) -> ExpressionsByColumn:
    column = rule.arguments["column"]
    code = county.code if county else ""
    yield column, "", pl.col(column).str.contains(f"^{code}(19|20)[0-9]{{6}}$")


def _check_unique_rows(form: Form, rule: Rule, _: County | None) -> ExpressionsByColumn:
    keys = [_get_key_column(form.get_field(name)) for name in rule.arguments["columns"]]
    is_complete = pl.all_horizontal(pl.col(keys).is_not_null())
    yield rule.arguments["columns"][-1], "", ~(is_complete & pl.struct(keys).is_duplicated())


def _get_key_column(field: Field) -> str:
    if field.role is Role.TOWNSHIP:
        return TOWNSHIP_FULL
    return field.name


def _check_shares_close(form: Form, rule: Rule, _: County | None) -> ExpressionsByColumn:
    """The last row fails if the percentages do not add up to 100."""
    column = rule.arguments["column"]
    share = pl.col(column)
    tolerance = share.count().cast(pl.Float64) * _compute_rounding_tolerance(form.get_field(column))
    is_last = pl.int_range(pl.len()) == pl.len() - 1
    is_off = (share.sum().cast(pl.Float64) - 100).abs() > tolerance
    yield column, "", ~(is_last & is_off & (share.count() > 0))


def _check_share_of_total(form: Form, rule: Rule, _: County | None) -> ExpressionsByColumn:
    column, part = rule.arguments["column"], pl.col(rule.arguments["part"]).cast(pl.Float64)
    exact_share = part * 100 / part.sum()
    tolerance = _compute_rounding_tolerance(form.get_field(column))
    is_close = (exact_share - pl.col(column).cast(pl.Float64)).abs() <= tolerance
    yield column, "", is_close | (part.sum() == 0)


def _compute_rounding_tolerance(field: Field) -> float:
    """Return half a unit of the last decimal of a field, and what binary fractions may add to it."""
    return float(Decimal(1).scaleb(-field.decimals) / 2) + _BINARY_ERROR


_BINARY_ERROR = 1e-9

COLUMN_CONDITIONS: Mapping[str, Callable[[Form, Rule, County | None], ExpressionsByColumn]] = {
    "code_length": _check_code_length,
    "not_dragged": _check_not_dragged,
    "project_code": _check_project_code,
    "share_of_total": _check_share_of_total,
    "shares_close": _check_shares_close,
    "township_code": _check_township_code,
    "township_unambiguous": _check_township_unambiguous,
    "unique_rows": _check_unique_rows,
}
REGISTER_CHECKS = frozenset({"project_code", "township_code", "township_unambiguous"})
"""Checks that need the county's entry in the register of divisions."""
