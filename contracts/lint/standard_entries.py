"""The standard's own rules of a form: columns that do not exist, patterns that are none, options that cannot hold."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from contracts.lint.form_views import NUMBER_TYPES, FieldView, FormView
from contracts.lint.problems import ContractProblem, Path

_NUMBER_OPTIONS: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_LENGTH_OPTIONS: Final = ("minLength", "maxLength")
_KEYS_OF_FIELD: Final = ("unique", "logicalTypeOptions")
_LIBRARY: Final = "library"


def check_standard_entries(form: FormView) -> Iterator[ContractProblem]:
    """Yield the mistakes in what the standard has words for; on a cover nothing would execute it."""
    raw = form.document.content["schema"][form.path[1]]
    for position, entry in enumerate(raw.get("quality", ())):
        if _is_standard(entry):
            path: Path = (*form.path, "quality", position)
            yield from _check_entry(form, entry, path)
            if entry.get("metric") != "rowCount":
                yield from _check_columns(form, entry, path)
    for position, field in enumerate(raw["properties"]):
        path = (*form.path, "properties", position)
        view = form.fields[field["name"]]
        for place, entry in enumerate(field.get("quality", ())):
            if _is_standard(entry):
                yield from _check_entry(form, entry, (*path, "quality", place))
        yield from _check_field(form, view, field, path)


def _is_standard(entry: Mapping[str, Any]) -> bool:
    return entry.get("type") == _LIBRARY or ("type" not in entry and "metric" in entry)


def _check_entry(form: FormView, entry: Mapping[str, Any], path: Path) -> Iterator[ContractProblem]:
    if not form.is_table:
        yield form.document.build_problem(path, "standard_on_cover", name=entry["id"])
    arguments = entry.get("arguments", {})
    if "pattern" in arguments:
        yield from _check_pattern(form, arguments["pattern"], (*path, "arguments", "pattern"))
    for name in ("validValues", "missingValues"):
        if not isinstance(arguments.get(name, []), list):
            yield form.document.build_problem(
                (*path, "arguments", name), "value_type", key=name, value=str(arguments[name]), types="array"
            )


def _check_columns(form: FormView, entry: Mapping[str, Any], path: Path) -> Iterator[ContractProblem]:
    columns = entry.get("arguments", {}).get("properties", [])
    place = (*path, "arguments")
    if not isinstance(columns, list) or not columns:
        yield form.document.build_problem(place, "key_missing", key="properties")
        return
    for column in columns:
        field = form.fields.get(str(column))
        if field is None:
            expected = "、".join(form.fields)
            yield form.document.build_problem(
                place, "column_unknown", value=str(column), form=form.name, expected=expected
            )
        elif field.is_per_year:
            yield form.document.build_problem(
                place, "column_per_year", rule=entry["id"], value=field.name, form=form.name
            )


def _check_field(form: FormView, view: FieldView, field: Mapping[str, Any], path: Path) -> Iterator[ContractProblem]:
    for key in _KEYS_OF_FIELD:
        if field.get(key) and not form.is_table:
            yield form.document.build_problem((*path, key), "standard_on_cover", name=key)
        elif field.get(key) and view.is_per_year:
            yield form.document.build_problem(
                (*path, key), "column_per_year", rule=key, value=view.name, form=form.name
            )
    for name, limit in field.get("logicalTypeOptions", {}).items():
        place = (*path, "logicalTypeOptions", name)
        if name == "pattern":
            yield from _check_pattern(form, limit, place)
        elif name in _NUMBER_OPTIONS and view.kind not in NUMBER_TYPES:
            yield form.document.build_problem(
                place, "column_type", rule=name, check=name, value=view.name, form=form.name,
                actual=view.kind, expected="、".join(NUMBER_TYPES),
            )  # fmt: skip
        elif name in (*_NUMBER_OPTIONS, *_LENGTH_OPTIONS) and not _is_limit(name, limit):
            yield form.document.build_problem(place, "value_type", key=name, value=str(limit), types="number")


def _is_limit(name: str, limit: object) -> bool:
    if isinstance(limit, bool) or not isinstance(limit, (int, float)):
        return False
    return name != "multipleOf" or limit > 0


def _check_pattern(form: FormView, pattern: object, path: Path) -> Iterator[ContractProblem]:
    try:
        re.compile(str(pattern))
    except re.error as error:
        yield form.document.build_problem(path, "pattern_wrong", value=str(pattern), problem=str(error))
