"""pandera at the gate of every table: the contract's rules compiled to a schema, its failing rows read back."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandera.polars as pa
import polars as pl
from pandera.backends.register_checks import register_default_check_backends
from pandera.errors import SchemaErrors

from checks.localisation.linear_constraint import LinearConstraint
from checks.model.failing_rows import FailingRows
from checks.model.violation import Violation
from checks.recognition.table import AMOUNT_TYPE, ROW, TOWNSHIP_FULL, Table
from checks.rules.registry import ROW_CHECKS
from checks.rules.row_rules import RowFailure, get_figure_columns
from checks.rules.violation_builder import build_violation_at
from contracts.form_model import Field, Form, Role, Rule

_MIN_SIMILAR_ROWS = 3  # rows of a column that fail alike

register_default_check_backends(pl.LazyFrame)  # loads its parts now, not within the first validation


@dataclass(frozen=True, slots=True)
class RowCondition:
    """What one case of a rule asks of one column: true where a row is right, null where it cannot say."""

    field: Field
    rule: Rule
    variant: str
    expression: pl.Expr


@dataclass(frozen=True, slots=True)
class RuleEvaluation:
    """All conditions on a table in one pass; what each of them said is kept, for naming the rows where one failed."""

    conditions: tuple[RowCondition, ...]
    results: list[pl.DataFrame] = dataclasses.field(default_factory=list)

    def evaluate_rows(self, data: pa.PolarsData) -> pl.LazyFrame:
        """Tell of each row whether all is right."""
        # A row that cannot say (null) passes: the rule on blank or unreadable cells has spoken already.
        each = [one.expression.fill_null(value=True).alias(str(at)) for at, one in enumerate(self.conditions)]
        self.results.append(data.lazyframe.select(each).collect())
        return self.results[-1].lazy().select(pl.all_horizontal(pl.all()))

    def iter_failing_conditions(self) -> Iterator[tuple[RowCondition, pl.Series]]:
        """Yield each condition that failed and the positions of the rows, from 0, in the order of the columns."""
        for at, one in enumerate(self.conditions):
            right = self.results[-1][str(at)]
            if not right.all():
                yield one, (~right).arg_true()


def compile_conditions(form: Form, rules: Sequence[Rule]) -> tuple[RowCondition, ...]:
    """Compile the row rules of a form; one across columns sits on an anchor column, so that a failing cell is named."""
    found = [
        RowCondition(field, rule, case, holds)
        for rule in rules
        for check in [ROW_CHECKS[rule.check]]
        for field in check.get_anchor_fields(form, rule)
        for case, holds in check.build_conditions(field, rule).items()
    ]
    places = {field.name: at for at, field in enumerate(form.fields)}
    return tuple(sorted(found, key=lambda one: places[one.field.name]))


def build_table_schema(fields: Sequence[Field], *checks: pa.Check) -> pa.DataFrameSchema:
    """Compile the types of some fields; *checks* look at the whole frame and anchor on the first of them."""
    first, *others = fields
    columns = {field.name: pa.Column(_get_dtype(field), nullable=True) for field in others}
    return pa.DataFrameSchema({first.name: pa.Column(_get_dtype(first), list(checks), nullable=True), **columns})


def find_failing_rows(table: Table, rules: Sequence[Rule]) -> Iterator[FailingRows | Violation]:
    """Return the rows that each rule finds wrong; what is asked of each figure is asked of total rows too.

    Where most rows of a column fail a rule and that is one cause, one offence tells of the column, its total included.
    """
    whole: set[tuple[str, str]] = set()
    for one, found in _find_failing_rows_in(table.body, table, rules, table.form.fields):
        column = _merge_column_failures(table, one, found.rows)
        whole |= {(one.rule.id, one.field.name)} if column else set()
        yield column or found
    on_figures = [rule for rule in rules if ROW_CHECKS[rule.check].get_anchor_fields is get_figure_columns]
    for one, found in _find_failing_rows_in(
        table.totals, table, on_figures, table.form.get_fields_by_role(Role.FIGURE)
    ):
        if (one.rule.id, one.field.name) not in whole:
            yield found


def _merge_column_failures(table: Table, condition: RowCondition, rows: pl.DataFrame) -> Violation | None:
    check = ROW_CHECKS[condition.rule.check]
    if check.explain_column is None or rows.height < _MIN_SIMILAR_ROWS or rows.height * 2 < table.body.height:
        return None
    rule, field, row = condition.rule, condition.field, int(rows[ROW][0])
    return check.explain_column(
        RowFailure(table=table, rule=rule, field=field, variant=condition.variant, row=row, similar_rows=rows)
    )


def _find_failing_rows_in(
    rows: pl.DataFrame, table: Table, rules: Sequence[Rule], fields: Sequence[Field]
) -> Iterator[tuple[RowCondition, FailingRows]]:
    """Yield what some rules find in some rows; their conditions stand on these *fields*."""
    look = RuleEvaluation(compile_conditions(table.form, rules))
    if rows.is_empty() or not look.conditions:
        return
    # one failing row is enough to know: which they are is told from what the look kept. A schema copies its checks
    # deeply, a bound method's object too, but not what a function closes over.
    all_right = pa.Check(lambda data: look.evaluate_rows(data), error="all", n_failure_cases=1)  # noqa: PLW0108
    if _find_failing_positions(build_table_schema(fields, all_right), rows):
        for one, positions in look.iter_failing_conditions():
            names = (ROW, one.field.name, *({TOWNSHIP_FULL} & set(rows.columns)))
            yield one, _build_failing_rows(table, one, rows.select(names)[positions])


def _build_failing_rows(table: Table, condition: RowCondition, rows: pl.DataFrame) -> FailingRows:
    rule, field, case = condition.rule, condition.field, condition.variant
    explain, speaks = ROW_CHECKS[rule.check].explain_row, ROW_CHECKS[rule.check].representative_filter
    return FailingRows(
        rule=rule,
        variant=case,
        rows=(rows.filter(speaks(field)) if speaks else rows).select(ROW),
        build_violation=lambda row: explain(
            RowFailure(table=table, rule=rule, field=field, variant=case, row=row, similar_rows=rows)
        ),
        build_count_violation=lambda row: build_violation_at(table, rule, field.name, row=row, variant=case),
    )


def find_unbalanced_sums(sums: Sequence[tuple[LinearConstraint, Decimal]]) -> list[int]:
    """Return the positions of the relations that do not hold; each comes with the sum of its signed cells."""
    frame = pl.DataFrame(
        {
            "seen": [value for _, value in sums],
            "due": [relation.constant for relation, _ in sums],
            "tolerance": [relation.tolerance for relation, _ in sums],
        },
        schema={"seen": AMOUNT_TYPE, "due": AMOUNT_TYPE, "tolerance": AMOUNT_TYPE},
    )
    holds = (pl.col("seen") - pl.col("due")).abs() <= pl.col("tolerance")
    check = pa.Check(lambda data: data.lazyframe.select(holds.fill_null(value=True)), error="balanced")
    return _find_failing_positions(pa.DataFrameSchema({"seen": pa.Column(AMOUNT_TYPE, check)}), frame)


def _get_dtype(field: Field) -> pl.DataType | type[pl.DataType]:
    if field.role is Role.SERIAL:
        return pl.Int64
    return AMOUNT_TYPE if field.kind in ("number", "integer") else pl.String


def _find_failing_positions(schema: pa.DataFrameSchema, frame: pl.DataFrame) -> list[int]:
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
        if cases["index"].is_null().any():  # a type or column that does not fit its own contract: our fault
            raise RuntimeError("the typed frame does not fit the schema made from the same contract") from error
        return [int(index) for index in cases["index"]]
    return []
