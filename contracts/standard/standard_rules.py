"""Compile the standard's own rules: quality of the type ``library``, ``unique`` and ``logicalTypeOptions``."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from open_data_contract_standard.model import DataQuality, SchemaObject

from contracts.form_model import Phase, Rule
from contracts.yaml_files import load_yaml

METRIC_CHECK: Final = "standard_metric"
OPTIONS_CHECK: Final = "standard_options"
OPERATORS: Final = (
    *("mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo", "mustBeLessThan", "mustBeLessOrEqualTo"),
    *("mustBeBetween", "mustNotBeBetween"),
)
OPTIONS: Final = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern"),
)
LIBRARY: Final = "library"


def is_standard_rule(quality: DataQuality) -> bool:
    """Tell whether a quality entry is one that the standard defines: without a type, one that names a metric is."""
    return quality.type == LIBRARY or (quality.type is None and quality.metric is not None)


def compile_standard_rules(schema: SchemaObject) -> Iterator[Rule]:
    """Yield the standard's own rules of a form that is a table."""
    for quality in filter(is_standard_rule, schema.quality or ()):
        columns = (quality.arguments or {}).get("properties", ())
        yield _build_metric_rule(quality, tuple(columns))
    unique_columns: list[str] = []
    options_by_column: dict[str, Mapping[str, Any]] = {}
    for field in schema.properties or ():
        name = field.name or ""
        for quality in filter(is_standard_rule, field.quality or ()):
            yield _build_metric_rule(quality, (name,))
        if field.unique:
            unique_columns.append(name)
        options = field.logicalTypeOptions or {}
        if not options.keys().isdisjoint(OPTIONS):
            options_by_column[name] = {key: value for key, value in options.items() if key in OPTIONS}
    for column in unique_columns:
        arguments = {"metric": "duplicateValues", "columns": (column,), "operator": "mustBe", "value": 0}
        yield _build_own_rule("unique", METRIC_CHECK, arguments, suffix=f"-{column}")
    if options_by_column:
        yield _build_own_rule("options", OPTIONS_CHECK, {"columns": options_by_column})


def _build_metric_rule(quality: DataQuality, columns: tuple[str, ...]) -> Rule:
    operators = [name for name in OPERATORS if getattr(quality, name) is not None]
    arguments: dict[str, Any] = {
        "metric": quality.metric or "",
        "columns": columns,
        "operator": operators[0],
        "value": getattr(quality, operators[0]),
        "is_percent": quality.unit == "percent",
        **_select_limits(quality.arguments or {}),
    }
    definitions = quality.authoritativeDefinitions or []
    return Rule(
        id=quality.id or "",
        check=METRIC_CHECK,
        severity=quality.severity or "hard",
        phase=Phase.TABLE,
        description=quality.description or "",
        basis="；".join(definition.description or "" for definition in definitions),
        arguments=arguments,
    )


def _select_limits(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return what makes a value invalid or missing, of the arguments of a metric."""
    names = ("validValues", "pattern", "missingValues")
    return {name: arguments[name] for name in names if name in arguments}


def _build_own_rule(key: str, check: str, arguments: Mapping[str, Any], *, suffix: str = "") -> Rule:
    template = _load_templates()[key]
    return Rule(
        id=template["id"] + suffix,
        check=check,
        severity=template["severity"],
        phase=Phase.TABLE,
        description=template["description"],
        basis=template["basis"],
        arguments=arguments,
    )


@lru_cache(maxsize=1)
def _load_templates() -> Mapping[str, Any]:
    return load_yaml(Path(__file__).with_name("rules.yaml"))
