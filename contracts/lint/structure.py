"""Keys that are unknown or missing, and values of the wrong kind: each file held against the schema of its kind."""

import json
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path as FilePath
from typing import Any, Final

import jsonschema_rs

from contracts.lint.documents import ContractDocument
from contracts.lint.problems import ContractProblem, Path
from contracts.yaml_files import load_yaml

STANDARD: Final = "standard"
_STANDARD_KINDS: Final = ("form", "rollups")
STANDARD_VERSION: Final = "v3.2.0"
"""The version of the Open Data Contract Standard that form files are held against."""
# What the standard has only since this version.
_NEW_KEYS: Final = ("synonyms", "enum")
_PROPERTY_SCHEMAS: Final = {"form": "rule", "rollups": "expectation"}
_MAX_QUOTED_LENGTH: Final = 40
_SIMILARITY: Final = 0.7


def check_structure(document: ContractDocument) -> tuple[ContractProblem, ...]:
    """Return the mistakes of form of one file, each once."""
    problems: dict[tuple[int, str, str], ContractProblem] = {}
    for problem in _iter_problems(document):
        problems.setdefault((problem.line, problem.code, problem.facts.get("key", "")), problem)
    return tuple(problems.values())


def _iter_problems(document: ContractDocument) -> Iterator[ContractProblem]:
    own_problems = list(_validate(document, document.content, f"kinds/{document.kind}", ()))
    yield from own_problems
    if document.kind not in _STANDARD_KINDS:
        return
    yield from _validate(document, document.content, STANDARD, ())
    if own_problems:
        return
    yield from _check_version(document)
    for path, properties, schema in _iter_custom_properties(document):
        yield from _validate_properties(document, properties, schema, path)


def _validate(document: ContractDocument, instance: object, schema: str, start: Path) -> Iterator[ContractProblem]:
    for error in build_validator(schema).iter_errors(instance):
        yield from _describe_error(document, error, (*start, *error.instance_path))


def _validate_properties(
    document: ContractDocument, properties: list[Mapping[str, Any]], schema: str, path: Path
) -> Iterator[ContractProblem]:
    """Yield the mistakes of a list of custom properties, which the standard leaves open."""
    positions = {entry["property"]: position for position, entry in enumerate(properties)}
    if len(positions) < len(properties):
        yield document.build_problem(path, "property_twice")
    values = {entry["property"]: entry["value"] for entry in properties}
    for error in build_validator(schema).iter_errors(values):
        steps = list(error.instance_path)
        inner: Path = path
        if steps:
            inner = (*path, positions[steps[0]], "value", *steps[1:])
        for problem in _describe_error(document, error, inner):
            if problem.code == "key_unknown" and not steps:
                key = problem.facts["key"]
                yield document.build_problem((*path, positions[key]), "key_unknown", **problem.facts)
            else:
                yield problem


def _iter_custom_properties(document: ContractDocument) -> Iterator[tuple[Path, list[Mapping[str, Any]], str]]:
    """Yield path, list and schema of all custom properties of forms, fields and rules."""
    rule_schema = f"properties/{_PROPERTY_SCHEMAS[document.kind]}"
    for number, form in enumerate(document.content["schema"]):
        form_path: Path = ("schema", number)
        owners: list[tuple[Path, Mapping[str, Any], str]] = [(form_path, form, "properties/form")]
        for position, rule in enumerate(form.get("quality", ())):
            owners.append(((*form_path, "quality", position), rule, rule_schema))
        for position, field in enumerate(form["properties"]):
            owners.append(((*form_path, "properties", position), field, "properties/field"))
            for place, rule in enumerate(field.get("quality", ())):
                owners.append(((*form_path, "properties", position, "quality", place), rule, rule_schema))
        for path, owner, schema in owners:
            if "customProperties" in owner or schema == "properties/expectation":
                yield (*path, "customProperties"), owner.get("customProperties", []), schema


def _check_version(document: ContractDocument) -> Iterator[ContractProblem]:
    version = document.content["apiVersion"]
    if version != STANDARD_VERSION and any(f"{key}:" in document.text for key in _NEW_KEYS):
        yield document.build_problem(
            ("apiVersion",), "standard_version", value=version, expected=STANDARD_VERSION, names="、".join(_NEW_KEYS)
        )


@lru_cache(maxsize=32)
def build_validator(name: str) -> jsonschema_rs.Validator:
    """Return the validator of a schema: ``standard``, ``kinds/<kind>`` or ``properties/<owner>``."""
    if name == STANDARD:
        return jsonschema_rs.validator_for(_load_standard())
    schemas = _load_schemas()
    group, _, key = name.partition("/")
    return jsonschema_rs.validator_for({**schemas[group][key], "$defs": schemas["$defs"], "kinds": schemas["kinds"]})


@lru_cache(maxsize=1)
def _load_standard() -> dict[str, Any]:
    """Return the official schema. Its package is not imported: building its models takes longer than a whole lint."""
    package = find_spec("open_data_contract_standard")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("open_data_contract_standard")
    schema: dict[str, Any] = json.loads(FilePath(package.origin).with_name("schema.json").read_text(encoding="utf-8"))
    return schema


@lru_cache(maxsize=1)
def _load_schemas() -> Mapping[str, Any]:
    return load_yaml(FilePath(__file__).with_name("schemas.yaml"))


def _describe_error(
    document: ContractDocument, error: jsonschema_rs.ValidationError, path: Path
) -> Iterator[ContractProblem]:
    kind: Any = error.kind  # what it holds depends on its name
    match kind.name:
        case "additionalProperties" | "unevaluatedProperties":
            for key in kind.unexpected:
                yield _describe_unknown_key(document, (*path, key), key)
        case "required":
            yield document.build_problem(path, "key_missing", key=kind.property)
        case "type":
            yield document.build_problem(
                path, "value_type", key=find_last_key(path), value=_quote(error.instance), types="、".join(kind.types)
            )
        case "enum":
            expected = "、".join(map(str, kind.options))
            yield document.build_problem(
                path, "value_unknown", key=find_last_key(path), value=_quote(error.instance), expected=expected
            )
        case _:
            yield document.build_problem(
                path, "value_wrong", key=find_last_key(path), value=_quote(error.instance), problem=error.message[:200]
            )


def _describe_unknown_key(document: ContractDocument, path: Path, key: str) -> ContractProblem:
    similar = find_similar(key, _list_known_keys())
    if similar:
        return document.build_problem(path, "key_misspelt", key=key, expected=similar)
    return document.build_problem(path, "key_unknown", key=key)


def find_similar(name: str, known_names: Iterable[str]) -> str:
    """Return the known name that a wrong one is most like, or an empty text."""
    return next(iter(get_close_matches(name, sorted(set(known_names) - {name}), 1, _SIMILARITY)), "")


@lru_cache(maxsize=1)
def _list_known_keys() -> frozenset[str]:
    """Return every key that any schema has."""
    names: set[str] = set()
    pending: list[Any] = [_load_schemas(), _load_standard()]
    while pending:
        node = pending.pop()
        if isinstance(node, Mapping):
            properties = node.get("properties")
            if isinstance(properties, Mapping):
                names.update(properties)
            pending += node.values()
        elif isinstance(node, list):
            pending += node
    return frozenset(names)


def find_last_key(path: Path) -> str:
    """Return the last key on a path, which a maintainer looks for on the line; empty without one."""
    keys = [step for step in path if isinstance(step, str)]
    return keys[-1] if keys else ""


def _quote(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    if len(text) > _MAX_QUOTED_LENGTH:
        return text[:_MAX_QUOTED_LENGTH] + "…"
    return text
