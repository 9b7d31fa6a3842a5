"""The schema of a form written down: as a Python module of its own, or in pandera's YAML or JSON.

pandera's YAML and JSON hold columns, types, titles and pandera's own checks; rules that need an expression are left out
there. The Python module holds everything and imports nothing of this program.
"""

from collections.abc import Callable, Iterator, Mapping

import pandera.polars as pa
from pandera.io import polars_io

from checks.recognition.table import TOWNSHIP_FULL
from checks.schemas.form_schema import build_form_schema, compile_form_conditions, get_column_type
from checks.schemas.row_conditions import RowCondition
from contracts.form_model import Form
from contracts.registers import County

_HEAD = '''"""Schema of {title} ({name}), made from its data contract. Needs pandera[polars] alone."""

import io

import pandera.polars as pa
import polars as pl


def check(name, expression, title, description):
    """Return a named check; *expression* is a polars expression in JSON, true for a valid row."""
    condition = pl.Expr.deserialize(io.StringIO(expression), format="json")
    return pa.Check(
        lambda data: data.lazyframe.select(condition), name=name, error=name, title=title, description=description
    )

'''


def export_as_python(form: Form, county: County | None = None) -> str:
    """Return the source of a module with one variable, ``schema``."""
    lines = [_HEAD.format(title=form.title, name=form.name)]
    lines += ["schema = pa.DataFrameSchema(", "    {"]
    lines += _format_columns(form)
    lines += ["    },", "    checks=["]
    for condition in compile_form_conditions(form, county):
        lines += _format_check(condition)
    lines += ["    ],", f"    name={form.name!r},", f"    title={form.title!r},", ")", ""]
    return "\n".join(lines)


def _format_columns(form: Form) -> Iterator[str]:
    for field in form.fields:
        column_type = get_column_type(field)
        yield f"        {field.name!r}: pa.Column(pl.{column_type}, nullable=True, title={field.heading!r}),"
    yield f"        {TOWNSHIP_FULL!r}: pa.Column(pl.String, nullable=True, required=False),"


def _format_check(condition: RowCondition) -> Iterator[str]:
    yield "        check("
    yield f"            {condition.name!r},"
    yield f"            {condition.expression.meta.serialize(format='json')!r},"
    yield f"            {condition.rule.description!r},"
    yield f"            {condition.rule.basis!r},"
    yield "        ),"


def export_as_yaml(form: Form, county: County | None = None) -> str:
    """Return the schema in pandera's YAML."""
    return _export(polars_io.to_yaml, form, county)


def export_as_json(form: Form, county: County | None = None) -> str:
    """Return the schema in pandera's JSON."""
    return _export(polars_io.to_json, form, county)


def _export(write: Callable[..., str | None], form: Form, county: County | None) -> str:
    schema = build_form_schema(form, county)
    checks_by_column = _build_own_checks(form, county)
    columns = {
        name: column.set_checks(checks_by_column[name]) if name in checks_by_column else column
        for name, column in schema.columns.items()
    }
    return write(pa.DataFrameSchema(columns, name=schema.name, title=schema.title)) or ""


def _build_own_checks(form: Form, county: County | None) -> dict[str, list[pa.Check]]:
    """Return, by column, the rules for which pandera has a check of its own."""
    checks: dict[str, list[pa.Check]] = {}
    for condition in compile_form_conditions(form, county):
        build = OWN_CHECKS.get(condition.rule.check)
        if build is not None:
            checks.setdefault(condition.field.name, []).append(build(condition))
    return checks


def _match_code_length(condition: RowCondition) -> pa.Check:
    length = condition.rule.arguments["columns"][condition.field.name]
    return pa.Check.str_matches(f"^[0-9]{{{length}}}$", error=condition.name)


OWN_CHECKS: Mapping[str, Callable[[RowCondition], pa.Check]] = {
    "code_length": _match_code_length,
    "in_code_list": lambda condition: pa.Check.isin(condition.field.codes, error=condition.name),
    "none_of": lambda condition: pa.Check.notin(condition.rule.arguments["values"], error=condition.name),
    "not_negative": lambda condition: pa.Check.ge(0, error=condition.name),
    "one_of": lambda condition: pa.Check.isin(condition.rule.arguments["values"], error=condition.name),
}
"""pandera's own check for the rules that have one."""


EXPORTS: Mapping[str, Callable[[Form, County | None], str]] = {
    "python": export_as_python,
    "yaml": export_as_yaml,
    "json": export_as_json,
}
