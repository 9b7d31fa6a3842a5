"""Tables and sums validated by pandera: its report says which rows fail, one select says by which rule and cell.

The schemas here hold no columns, so that pandera copies none of them; `form_schema` builds the published ones.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Self

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData
from pandera.backends.register_checks import register_default_check_backends
from pandera.constants import CHECK_OUTPUT_KEY
from pandera.errors import SchemaErrors

from checks.localisation.linear_constraint import LinearConstraint
from checks.model.failing_rows import FailingRows
from checks.model.violation import Violation
from checks.parsing.short_columns import is_short
from checks.recognition.column_names import ROW
from checks.recognition.column_types import AMOUNT_TYPE
from checks.recognition.table import TOWNSHIP_FULL, Table
from checks.rules.registry import ROW_CHECKS
from checks.rules.row_rules import RowFailure, get_figure_columns
from checks.schemas.row_conditions import RowCondition, compile_row_conditions
from contracts.form_model import Form, Rule

_MIN_SIMILAR_ROWS = 3  # failing rows of a column that may be one finding

register_default_check_backends(pl.LazyFrame)  # loads its parts now, not within the first validation


@dataclass(frozen=True, slots=True)
class RowValidation:
    """Row conditions and the pandera schema made from them."""

    conditions: tuple[RowCondition, ...]
    schema: pa.DataFrameSchema

    @classmethod
    def from_rules(cls, form: Form, rules: Sequence[Rule]) -> Self:
        """Compile the row rules among *rules*."""
        conditions = compile_row_conditions(form, rules)
        return cls(conditions, build_row_schema(conditions))


@lru_cache(maxsize=256)
def compile_form_validation(form: Form) -> tuple[RowValidation, RowValidation]:
    """Return the validation of a form's rows, and that of its total rows; compiled once a form and process."""
    return _compile_rules(form, form.rules)


def _compile_rules(form: Form, rules: Sequence[Rule]) -> tuple[RowValidation, RowValidation]:
    figure_rules = [rule for rule in rules if _is_figure_rule(rule)]
    return RowValidation.from_rules(form, rules), RowValidation.from_rules(form, figure_rules)


def find_failing_rows(table: Table, rules: Sequence[Rule]) -> Iterator[FailingRows | Violation]:
    """Yield the rows that fail each row rule; rules on figures apply to the total row too.

    If most rows of a column fail a rule for one reason, one violation reports the column, its total included.
    """
    compiled = compile_form_validation(table.form) if rules is table.form.rules else _compile_rules(table.form, rules)
    body_validation, total_validation = compiled
    reported_columns: set[tuple[str, str]] = set()
    for condition, rows in iter_failures(table.body, body_validation):
        violation = _merge_column_failures(table, condition, rows)
        if violation is not None:
            reported_columns.add((condition.rule.id, condition.field.name))
        yield violation or _build_failing_rows(table, condition, rows)
    for condition, rows in iter_failures(table.totals, total_validation):
        if (condition.rule.id, condition.field.name) not in reported_columns:
            yield _build_failing_rows(table, condition, rows)


def _is_figure_rule(rule: Rule) -> bool:
    check = ROW_CHECKS.get(rule.check)
    return check is not None and check.get_anchor_fields is get_figure_columns


def build_row_schema(conditions: Sequence[RowCondition]) -> pa.DataFrameSchema:
    """Return a schema with one check: a row is valid if it meets all conditions. Null counts as met."""
    expressions = [condition.expression.alias(condition.name) for condition in conditions]
    fast_expressions = [condition.fast_expression.alias(condition.name) for condition in conditions]

    def judge_rows(rows: pl.DataFrame) -> pl.DataFrame:
        # The prechecks of a short table cost more than they save.
        return rows.select(expressions if is_short(rows.height) else fast_expressions)

    return pa.DataFrameSchema(checks=_build_check("rows", judge_rows))


def _build_check(name: str, judge_rows: Callable[[pl.DataFrame], pl.DataFrame]) -> pa.Check:
    """Return a check that a row passes if no column of its verdicts is false; null counts as true.

    Where all rows pass, pandera gets one verdict for all of them: for one on each row it copies the whole table.
    """

    def judge(data: PolarsData) -> pl.LazyFrame | bool:
        verdicts = judge_rows(data.lazyframe.collect())
        if all(column.all() for column in verdicts.get_columns()):
            return True
        return verdicts.lazy().select(pl.all_horizontal(pl.lit(value=True), pl.all()))

    return pa.Check(judge, name=name, n_failure_cases=1)


def find_unbalanced_sums(sums: Sequence[tuple[LinearConstraint, Decimal]]) -> list[int]:
    """Return the positions of the constraints that do not hold; each comes with the sum of its signed cells."""
    rows = [(amount, constraint.constant, constraint.tolerance) for constraint, amount in sums]
    frame = pl.DataFrame(
        rows, schema={"actual": AMOUNT_TYPE, "expected": AMOUNT_TYPE, "tolerance": AMOUNT_TYPE}, orient="row"
    )
    return find_failing_positions(_SUM_SCHEMA, frame).to_list()


_IS_BALANCED = (pl.col("actual") - pl.col("expected")).abs() <= pl.col("tolerance")
_SUM_SCHEMA = pa.DataFrameSchema(checks=_build_check("balanced", lambda sums: sums.select(_IS_BALANCED)))


def find_failing_positions(schema: pa.DataFrameSchema, frame: pl.DataFrame) -> pl.Series:
    """Return the positions, from 0, of the rows that pandera reports as failing a schema with one check.

    Raises `RuntimeError` if the check could not be evaluated: the frame does not fit its own contract.
    """
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as error:
        verdict = error.schema_errors[0].check_output
        if verdict is None:
            raise RuntimeError("the typed frame does not fit the schema made from the same contract") from error
        failed: pl.Series = ~verdict[CHECK_OUTPUT_KEY]
        return failed.arg_true()
    return pl.Series([], dtype=pl.UInt32)


def iter_failures(rows: pl.DataFrame, validation: RowValidation) -> Iterator[tuple[RowCondition, pl.DataFrame]]:
    """Yield each condition that fails with its failing rows, in the order of the conditions."""
    if rows.is_empty() or not validation.conditions:
        return
    positions = find_failing_positions(validation.schema, rows)
    if positions.is_empty():
        return
    failing_rows = rows[positions]
    verdicts = _judge_rows(rows, positions, validation.conditions)
    for condition in validation.conditions:
        failed = ~verdicts[condition.name]
        if failed.any():
            columns = (ROW, condition.field.name, *({TOWNSHIP_FULL} & set(rows.columns)))
            yield condition, failing_rows.filter(failed).select(columns)


def _judge_rows(rows: pl.DataFrame, positions: pl.Series, conditions: Sequence[RowCondition]) -> pl.DataFrame:
    """Return, for the rows at *positions*, one column per condition that tells whether the row meets it."""
    by_row = [_name_verdict(condition) for condition in conditions if not condition.depends_on_other_rows]
    by_column = [_name_verdict(condition) for condition in conditions if condition.depends_on_other_rows]
    verdicts = rows[positions].select(pl.col(ROW), *by_row)
    if by_column:
        return verdicts.hstack(rows.select(by_column)[positions])
    return verdicts


def _name_verdict(condition: RowCondition) -> pl.Expr:
    # A row that cannot be judged passes: the rule on blank or unreadable cells reports it.
    return condition.fast_expression.fill_null(value=True).alias(condition.name)


def _merge_column_failures(table: Table, condition: RowCondition, rows: pl.DataFrame) -> Violation | None:
    """Return one violation for the column if the check has one for most of its rows; None if it has not."""
    check = ROW_CHECKS[condition.rule.check]
    if check.explain_column is None or rows.height < _MIN_SIMILAR_ROWS or rows.height * 2 < table.body.height:
        return None
    first_row = int(rows[ROW][0])
    return check.explain_column(_build_failure(table, condition, rows, first_row))


def _build_failing_rows(table: Table, condition: RowCondition, rows: pl.DataFrame) -> FailingRows:
    check = ROW_CHECKS[condition.rule.check]
    reported_rows = rows
    if check.representative_filter is not None:
        reported_rows = rows.filter(check.representative_filter(condition.field))
    return FailingRows(
        rule=condition.rule,
        variant=condition.variant,
        rows=reported_rows.select(ROW),
        build_violation=lambda row: check.explain_row(_build_failure(table, condition, rows, row)),
    )


def _build_failure(table: Table, condition: RowCondition, rows: pl.DataFrame, row: int) -> RowFailure:
    return RowFailure(
        table=table,
        rule=condition.rule,
        field=condition.field,
        variant=condition.variant,
        row=row,
        similar_rows=rows,
    )
