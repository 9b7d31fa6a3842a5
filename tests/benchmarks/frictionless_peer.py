"""frictionless on the same rows as a CSV file: the constraints of a table schema, made from the contract."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
from frictionless import Resource, Schema, system

from checks.recognition.form_instance import FormUnderCheck
from tests.benchmarks.plain_rules import Plain, plain_rules
from tests.benchmarks.plots import table_of

EVERY = 10**9  # errors wanted
_CONSTRAINTS: Mapping[str, Callable[[Plain], dict[str, Any]]] = {
    "at_least": lambda item: {"minimum": item.given["least"]},
    "filled": lambda _: {"required": True},
    "in_set": lambda item: {"enum": list(item.given["values"])},
    "matches": lambda item: {"pattern": item.given["pattern"]},
    "unique": lambda _: {"unique": True},
}


def frictionless_rules(subject: FormUnderCheck) -> tuple[Plain, ...]:
    """Return what a table schema can say: of each column, one constraint of a kind."""
    known = [rule for rule in plain_rules(subject) if rule.kind in _CONSTRAINTS]
    return tuple({(item.column, item.kind): item for item in reversed(known)}.values())


def frictionless(subject: FormUnderCheck) -> Callable[[], dict[str, int]]:
    """Return the run of a resource: errors with row, field and cell."""
    rules = frictionless_rules(subject)
    body = table_of(subject).body
    path = Path(tempfile.mkdtemp()) / "plots.csv"
    body.with_columns(pl.selectors.decimal().cast(pl.Float64)).write_csv(path)
    fields = [_field(name, kind, rules) for name, kind in body.schema.items()]
    by_place = {(rule.column, rule.kind): rule.rule for rule in rules}

    def run() -> dict[str, int]:
        with system.use_context(trusted=True):
            resource = Resource(path=str(path), schema=Schema.from_descriptor({"fields": fields}))
            report = resource.validate(limit_errors=EVERY)
        found: dict[str, int] = {}
        for error in report.tasks[0].errors:
            rule = _rule_of(error, by_place)
            found[rule] = found.get(rule, 0) + 1
        return found

    return run


def _field(name: str, kind: pl.DataType, rules: tuple[Plain, ...]) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    for rule in rules:
        if rule.column == name:
            constraints |= _CONSTRAINTS[rule.kind](rule)
    told = "integer" if kind == pl.Int64 else "number" if isinstance(kind, pl.Decimal) else "string"
    return {"name": name, "type": told, "constraints": constraints}


def _rule_of(error: Any, by_place: Mapping[tuple[str, str], str]) -> str:
    note = str(getattr(error, "note", ""))
    words = {"minimum": "at_least", "required": "filled", "enum": "in_set", "pattern": "matches", "unique": "unique"}
    kind = next((ours for word, ours in words.items() if word in note or word in error.type), "")
    return by_place.get((getattr(error, "field_name", ""), kind), error.type)
