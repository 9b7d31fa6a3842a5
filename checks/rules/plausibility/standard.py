"""The rules that the Open Data Contract Standard defines: metrics of its library, and options of a type.

(phase: table) Their sentences are ``any.<variant>``, since a contract names such a rule as it likes.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import polars as pl

from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import Table
from checks.rules.plausibility.value_groups import build_value_violations, has_columns
from checks.rules.violation_builder import build_violation_at, format_value
from contracts.form_model import Rule

_VARIANTS: Final = {
    "nullValues": "standard_empty",
    "missingValues": "standard_empty",
    "duplicateValues": "standard_repeated",
    "invalidValues": "standard_invalid",
}
_ROW_COUNT: Final = "rowCount"


def check_standard_metric(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report the rows that a metric counts, if their number or share is not what the rule asks for."""
    table = subject.table
    if table is None or not has_columns(table, *rule.arguments["columns"]):
        return
    if rule.arguments["metric"] == _ROW_COUNT:
        yield from _check_row_count(table, rule)
        return
    failing = sorted(_find_counted_rows(table, rule))
    measured = Decimal(len(failing))
    if rule.arguments.get("is_percent") and table.body.height:
        measured = measured * 100 / table.body.height
    if _holds(rule, measured):
        return
    column = rule.arguments["columns"][-1]
    rows = table.body.filter(pl.col(ROW).is_in(failing)).select(ROW, column)
    facts = {"count": str(len(failing)), "description": rule.description}
    variant = _VARIANTS[rule.arguments["metric"]]
    yield from build_value_violations(table, rule, column, rows=rows, variant=variant, **facts)


def _check_row_count(table: Table, rule: Rule) -> Iterator[Violation]:
    height = table.body.height
    if not _holds(rule, Decimal(height)):
        row = int(table.body[ROW][-1]) if height else table.header_row
        column, count = next(iter(table.columns)), str(height)
        yield build_violation_at(
            table, rule, column, row=row, variant="standard_rows", count=count, description=rule.description
        )


def _find_counted_rows(table: Table, rule: Rule) -> set[int]:
    columns, metric = rule.arguments["columns"], rule.arguments["metric"]
    if metric == "duplicateValues":
        rows = table.body.drop_nulls(list(columns))
        return set(rows.filter(rows.select(columns).is_duplicated())[ROW].to_list())
    counted: set[int] = set()
    for row in table.body[ROW].to_list():
        text = table.get_stripped_text(columns[-1], row)
        if _is_counted(text, rule.arguments):
            counted.add(row)
    return counted


def _is_counted(text: str, arguments: Mapping[str, Any]) -> bool:
    """Tell whether a metric counts the text of a cell; an empty cell is missing and not invalid."""
    if arguments["metric"] != "invalidValues":
        return not text or text in map(str, arguments.get("missingValues", ()))
    if not text:
        return False
    if "validValues" in arguments and text not in map(str, arguments["validValues"]):
        return True
    return "pattern" in arguments and re.search(str(arguments["pattern"]), text) is None


def _holds(rule: Rule, measured: Decimal) -> bool:
    value = rule.arguments["value"]
    return _OPERATORS[rule.arguments["operator"]](measured, value)


def _is_between(measured: Decimal, bounds: Any) -> bool:  # noqa: ANN401 - two numbers of the contract
    lowest, highest = (Decimal(str(bound)) for bound in bounds)
    return lowest <= measured <= highest


def _to_decimal(value: object) -> Decimal:
    return Decimal(str(value))


_OPERATORS: Final[Mapping[str, Callable[[Decimal, Any], bool]]] = {
    "mustBe": lambda measured, value: measured == _to_decimal(value),
    "mustNotBe": lambda measured, value: measured != _to_decimal(value),
    "mustBeGreaterThan": lambda measured, value: measured > _to_decimal(value),
    "mustBeGreaterOrEqualTo": lambda measured, value: measured >= _to_decimal(value),
    "mustBeLessThan": lambda measured, value: measured < _to_decimal(value),
    "mustBeLessOrEqualTo": lambda measured, value: measured <= _to_decimal(value),
    "mustBeBetween": _is_between,
    "mustNotBeBetween": lambda measured, value: not _is_between(measured, value),
}


def check_standard_options(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report the values of a column beyond the options of its type: limits, lengths, pattern."""
    table = subject.table
    if table is None:
        return
    for column, options in rule.arguments["columns"].items():
        if has_columns(table, column):
            yield from _check_options(table, rule, column, options)


def _check_options(table: Table, rule: Rule, column: str, options: Mapping[str, Any]) -> Iterator[Violation]:
    rows = table.body.select(ROW, column).drop_nulls()
    remaining = rows
    for name, limit in options.items():
        failing = [row for row, value in remaining.rows() if not _FULFILS[name](value, limit)]
        facts = {"option": name, "limit": format_value(limit), "description": rule.description}
        failing_rows = remaining.filter(pl.col(ROW).is_in(failing))
        remaining = remaining.filter(~pl.col(ROW).is_in(failing))
        yield from build_value_violations(table, rule, column, rows=failing_rows, variant="standard_option", **facts)


_FULFILS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "minimum": lambda value, limit: _to_decimal(value) >= _to_decimal(limit),
    "maximum": lambda value, limit: _to_decimal(value) <= _to_decimal(limit),
    "exclusiveMinimum": lambda value, limit: _to_decimal(value) > _to_decimal(limit),
    "exclusiveMaximum": lambda value, limit: _to_decimal(value) < _to_decimal(limit),
    "multipleOf": lambda value, limit: _to_decimal(value) % _to_decimal(limit) == 0,
    "minLength": lambda value, limit: len(str(value)) >= int(limit),
    "maxLength": lambda value, limit: len(str(value)) <= int(limit),
    "pattern": lambda value, limit: re.search(str(limit), str(value)) is not None,
}
