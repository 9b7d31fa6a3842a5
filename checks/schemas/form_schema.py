"""The schema of a form for pandera: typed columns and one named check for every rule on rows and columns.

The schema is public: `hesuan schema` exports it, and it can be used on any polars frame that has the form's columns by
their names in the contract (amounts as decimals, codes and names as text). A rule's sentence, severity and basis go
with each check.
"""

from collections.abc import Sequence

import pandera.polars as pa
import polars as pl

from checks.recognition.column_types import AMOUNT_TYPE
from checks.recognition.table import TOWNSHIP_FULL
from checks.schemas.column_conditions import compile_column_conditions
from checks.schemas.row_conditions import RowCondition, compile_row_conditions
from contracts.form_model import Field, Form, Role
from contracts.registers import County


def build_form_schema(form: Form, county: County | None = None) -> pa.DataFrameSchema:
    """Return the pandera schema of a form.

    The checks are named ``rule:column:variant``. Without a *county* the rules that need the register are left out. The
    column ``township_full`` holds the township's full name in the register, null if the written name is unknown.
    """
    conditions = compile_form_conditions(form, county)
    columns = {field.name: _build_column(field) for field in form.fields}
    if _uses_full_names(conditions):
        columns[TOWNSHIP_FULL] = pa.Column(pl.String, nullable=True)
    return pa.DataFrameSchema(
        columns,
        checks=[_build_check(condition) for condition in conditions],
        name=form.name,
        title=form.title,
    )


def compile_form_conditions(form: Form, county: County | None = None) -> tuple[RowCondition, ...]:
    """Return the conditions of all rules on rows and columns of a form."""
    return (*compile_row_conditions(form, form.rules), *compile_column_conditions(form, form.rules, county))


def get_column_type(field: Field) -> pl.DataType | type[pl.DataType]:
    """Return the polars type of a column in a typed table."""
    if field.role is Role.SERIAL:
        return pl.Int64
    if field.kind in {"number", "integer"}:
        return AMOUNT_TYPE
    return pl.String


def _build_column(field: Field) -> pa.Column:
    return pa.Column(get_column_type(field), nullable=True, title=field.heading, description=field.unit or None)


def _build_check(condition: RowCondition) -> pa.Check:
    expression = condition.expression
    return pa.Check(
        lambda data: data.lazyframe.select(expression),
        name=condition.name,
        error=condition.name,
        title=condition.rule.description,
        description=condition.rule.basis,
    )


def _uses_full_names(conditions: Sequence[RowCondition]) -> bool:
    return any(TOWNSHIP_FULL in condition.expression.meta.root_names() for condition in conditions)
