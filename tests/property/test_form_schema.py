"""The published schema of a form and the program find the same failing rows; pandera alone decides which rows fail."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaErrors

from checks.model.failing_rows import FailingRows
from checks.model.finding import Refusal
from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from checks.rules.registry import FORM_CHECKS
from checks.schemas.column_conditions import COLUMN_CONDITIONS
from checks.schemas.form_schema import build_form_schema
from checks.schemas.pandera_validation import compile_form_validation, find_failing_rows, iter_failures
from checks.schemas.row_conditions import compile_row_conditions
from checks.schemas.schema_export import EXPORTS, export_as_python
from tests.benchmarks.plots import subjects_in, table_of
from tests.builders.examined import wording
from tests.builders.gansu import gansu_workbook
from workbooks.reader.read_workbook import read_workbook

FailingRow = tuple[str, int]  # name of the condition, row in the spreadsheet
FORMS = ("new_farmland", "pbf_in", "pbf_out", "sub_projects", "linkage", "projects", "summary")
TEXTS = st.sampled_from(["", "x", "620825", "0101", "62082520230001", "水洛", "水洛镇", "2024-05-06", "99999999999999"])
AMOUNTS = st.sampled_from([None, "0", "-1", "0.001", "1", "12.5", "100", "999999"])


@cache
def subjects() -> dict[str, FormUnderCheck]:
    """Return the forms of a valid submission by name, each with its table."""
    book = read_workbook(gansu_workbook(), wording())
    assert not isinstance(book, Refusal)
    return {subject.form.name: subject for subject in subjects_in(book) if subject.table is not None}


@cache
def exported_schema(form: str) -> pa.DataFrameSchema:
    """Return the schema of a form as its exported module makes it, without any module of ours."""
    names: dict[str, Any] = {}
    exec(export_as_python(subjects()[form].form, subjects()[form].county), names)  # noqa: S102 - our own export
    schema = names["schema"]
    assert isinstance(schema, pa.DataFrameSchema)
    return schema


@st.composite
def damaged_subjects(draw: st.DrawFn) -> FormUnderCheck:
    """Draw a form whose typed table has up to six cells replaced, copied from another row or made blank."""
    subject = subjects()[draw(st.sampled_from(FORMS))]
    body = table_of(subject).body
    names = [field.name for field in subject.form.fields]
    for _ in range(draw(st.integers(0, 6))):
        name, row = draw(st.sampled_from(names)), draw(st.integers(0, body.height - 1))
        body = replace_cell(body, name, row, draw(new_values(body, name)))
    return with_body(subject, body)


def new_values(body: pl.DataFrame, name: str) -> st.SearchStrategy[object]:
    """Return values of the column's own type, and values that stand in other rows."""
    present = st.sampled_from(body[name].to_list())
    if body.schema[name] == pl.String:
        return st.one_of(present, st.none(), TEXTS.map(lambda text: text or None))
    if body.schema[name] == pl.Int64:
        return st.one_of(present, st.none(), st.integers(-1, 30))
    return st.one_of(present, AMOUNTS.map(lambda text: None if text is None else Decimal(text)))


def replace_cell(body: pl.DataFrame, name: str, row: int, value: object) -> pl.DataFrame:
    """Return the table with one cell replaced."""
    values = body[name].to_list()
    values[row] = value
    return body.with_columns(pl.Series(name, values, dtype=body.schema[name]))


def with_body(subject: FormUnderCheck, body: pl.DataFrame) -> FormUnderCheck:
    """Return the form with other rows, alone: rules that look at other tables are not compared here."""
    table = table_of(subject)
    return replace(subject, table=replace(table, body=body), tables={})


def failures_by_schema(schema: pa.DataFrameSchema, body: pl.DataFrame) -> set[FailingRow]:
    """Return what pandera's own report says about a table."""
    try:
        schema.validate(body, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
        assert not cases["index"].is_null().any(), cases
        rows = body[ROW].to_list()
        return {(check, rows[index]) for check, index in cases.select("check", "index").rows()}
    return set()


def failures_by_program(subject: FormUnderCheck) -> set[FailingRow]:
    """Return the failing rows of the row rules on the program's own way."""
    table = table_of(subject)
    body_validation, _ = compile_form_validation(table.form)
    return {
        (condition.name, row)
        for condition, rows in iter_failures(table.body, body_validation)
        for row in rows[ROW].to_list()
    }


def column_violations(subject: FormUnderCheck) -> Iterator[Violation]:
    """Yield what the program reports for the rules on columns."""
    for rule in subject.form.rules:
        if rule.check not in COLUMN_CONDITIONS:
            continue
        for result in FORM_CHECKS[rule.check](subject, rule):
            if isinstance(result, FailingRows):
                yield from result.get_first_violations(result.rows.height)
            elif isinstance(result, Violation):
                yield result


@settings(max_examples=150, deadline=None)
@given(damaged_subjects())
def test_exported_schema_and_program_find_the_same_rows(subject: FormUnderCheck) -> None:
    """Row rules agree by rule, variant and row; of column rules each report covers the schema's rows and no others."""
    failures = failures_by_schema(exported_schema(subject.form.name), table_of(subject).body)
    column_rules = {rule.id for rule in subject.form.rules if rule.check in COLUMN_CONDITIONS}
    by_column = {(name.split(":")[0], row) for name, row in failures if name.split(":")[0] in column_rules}
    assert {(name, row) for name, row in failures if name.split(":")[0] not in column_rules} == failures_by_program(
        subject
    )
    violations = list(column_violations(subject))
    reported = {(violation.rule.id, cell.row) for violation in violations for cell in violation.cells}
    anchors = {(violation.rule.id, violation.cell.row) for violation in violations if violation.cell}
    assert by_column <= reported
    assert anchors <= by_column


@pytest.mark.parametrize("form", FORMS)
def test_valid_table_passes_the_exported_schema(form: str) -> None:
    """The sample breaks no rule, so its tables pass."""
    assert failures_by_schema(exported_schema(form), table_of(subjects()[form]).body) == set()


def test_schema_has_a_named_check_for_every_row_and_column_rule() -> None:
    """No rule on rows or columns is left out of the schema."""
    for subject in subjects().values():
        schema = build_form_schema(subject.form, subject.county)
        named = {check.name.split(":")[0] for check in schema.checks}
        rules = {rule.id for rule in subject.form.rules if rule.check in COLUMN_CONDITIONS}
        rules |= {condition.rule.id for condition in compile_row_conditions(subject.form, subject.form.rules)}
        assert named == rules


@pytest.mark.parametrize("form", FORMS)
def test_yaml_is_read_back_by_pandera(form: str) -> None:
    """Pandera's own format holds columns and types, and pandera reads it back."""
    subject = subjects()[form]
    schema = pa.DataFrameSchema.from_yaml(EXPORTS["yaml"](subject.form, subject.county))
    assert list(schema.columns)[: len(subject.form.fields)] == [field.name for field in subject.form.fields]
    assert schema.validate(table_of(subject).body, lazy=True) is not None


def test_pandera_decides_which_rows_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pandera's verdict nothing fails: its report is what the program goes by."""
    table = table_of(subjects()["new_farmland"])
    body = replace_cell(table.body, "slope", 0, "9")
    damaged = table_of(with_body(subjects()["new_farmland"], body))
    assert list(find_failing_rows(damaged, damaged.form.rules))
    monkeypatch.setattr(pa.DataFrameSchema, "validate", lambda _, frame, **__: frame)
    assert list(find_failing_rows(damaged, damaged.form.rules)) == []
