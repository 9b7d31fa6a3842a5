"""pandera at the gate of every table: the contract's rules compiled to a schema, its failing rows read back."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import pandera.polars as pa
import polars as pl
from pandera.backends.register_checks import register_default_check_backends
from pandera.errors import SchemaErrors

from checks.registry import ROW_CHECKS
from checks.relations import Relation
from checks.row_rules import Failure, figure_columns
from checks.tables import AMOUNT, ROW, Table
from contracts.model import Field, Form, Role, Rule

register_default_check_backends(pl.LazyFrame)  # loads its parts now, not within the first validation

_CASE = ":"  # between rule id and case in the name that pandera carries back


def table_schema(form: Form, rules: Sequence[Rule]) -> pa.DataFrameSchema:
    """Compile a form and its row rules; cross-column rules sit on an anchor column, so that a failing row is named."""
    checks: dict[str, list[pa.Check]] = {field.name: [] for field in form.fields}
    for field, name, holds in _conditions(form, rules):
        checks[field.name].append(_pandera_check(name, holds))
    return _schema(form, checks)


def first_look(form: Form, rules: Sequence[Rule]) -> pa.DataFrameSchema:
    """Compile the same rules into one condition: most tables hold, and that can be told in one pass."""
    everything = [holds.fill_null(value=True) for _, _, holds in _conditions(form, rules)]
    together = [_pandera_check("all", pl.all_horizontal(everything))] if everything else []
    return _schema(form, {form.fields[0].name: together})


def _conditions(form: Form, rules: Sequence[Rule]) -> Iterator[tuple[Field, str, pl.Expr]]:
    for rule in rules:
        row_check = ROW_CHECKS[rule.check]
        for field in row_check.anchors(form, rule):
            for case, holds in row_check.holds(field, rule).items():
                yield field, f"{rule.id}{_CASE}{case}", holds


def _schema(form: Form, checks: Mapping[str, list[pa.Check]]) -> pa.DataFrameSchema:
    columns = {field.name: pa.Column(_dtype(field), checks.get(field.name), nullable=True) for field in form.fields}
    return pa.DataFrameSchema(columns)


def failures(table: Table, rules: Sequence[Rule]) -> Iterator[Failure]:
    """Return every row that a rule finds wrong; what is asked of each figure is asked of total rows too."""
    yield from _failures_in(table.body, table, rules)
    on_figures = [rule for rule in rules if ROW_CHECKS[rule.check].anchors is figure_columns]
    yield from _failures_in(table.totals, table, on_figures)


def _failures_in(rows: pl.DataFrame, table: Table, rules: Sequence[Rule]) -> Iterator[Failure]:
    if rows.is_empty() or not rules or not _failing(first_look(table.form, rules), rows):
        return
    by_id = {rule.id: rule for rule in rules}
    for column, name, index in _failing(table_schema(table.form, rules), rows):
        rule_id, _, case = name.partition(_CASE)
        field = table.form.field(column)
        yield Failure(table=table, rule=by_id[rule_id], field=field, case=case, row=int(rows[ROW][index]))


def unbalanced(sums: Sequence[tuple[Relation, Decimal]]) -> list[int]:
    """Return the positions of the relations that do not hold; each comes with the sum of its signed cells."""
    frame = pl.DataFrame(
        {
            "seen": [value for _, value in sums],
            "due": [relation.constant for relation, _ in sums],
            "tolerance": [relation.tolerance for relation, _ in sums],
        },
        schema={"seen": AMOUNT, "due": AMOUNT, "tolerance": AMOUNT},
    )
    holds = (pl.col("seen") - pl.col("due")).abs() <= pl.col("tolerance")
    schema = pa.DataFrameSchema({"seen": pa.Column(AMOUNT, _pandera_check("balanced", holds))})
    return [index for _, _, index in _failing(schema, frame)]


def _pandera_check(name: str, holds: pl.Expr) -> pa.Check:
    # A row that cannot say (null) passes: the rule on blank or unreadable cells has spoken already.
    return pa.Check(lambda data: data.lazyframe.select(holds.fill_null(value=True)), error=name)


def _dtype(field: Field) -> pl.DataType | type[pl.DataType]:
    if field.role is Role.SERIAL:
        return pl.Int64
    return AMOUNT if field.kind in ("number", "integer") else pl.String


def _failing(schema: pa.DataFrameSchema, frame: pl.DataFrame) -> list[tuple[str, str, int]]:
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
        if cases["index"].is_null().any():  # a type or column that does not fit its own contract: our fault
            raise RuntimeError("the typed frame does not fit the schema made from the same contract") from error
        return list(cases.select("column", "check", "index").rows())
    return []
