"""Open Data Contract Standard files into forms."""

from collections.abc import Iterable, Mapping
from datetime import MAXYEAR, date
from functools import lru_cache
from pathlib import Path
from typing import Any

from open_data_contract_standard.model import (
    AuthoritativeDefinition,
    CustomProperty,
    DataQuality,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
)

from contracts.errors import ContractError
from contracts.form_model import Field, Form, Layout, Paragraph, Phase, Role, Rule
from contracts.yaml_files import parse_yaml, read_text

SEVERITIES = ("hard", "soft", "report")
ENGINE = "hesuan"
KNOWN_ENGINES = (ENGINE, "great-expectations")
FIELD_ARGUMENTS = ("column", "parts", "total", "code", "county", "city")


def parse_contract(text: str, file: str) -> OpenDataContractStandard:
    """Read the text of one ``*.odcs.yaml`` file; raise `ContractError` where it breaks the standard's model."""
    try:
        return OpenDataContractStandard.model_validate(parse_yaml(text, file))
    except ValueError as error:
        raise ContractError(file, f"is no valid data contract: {error}") from error


def compile_forms(path: Path, *, year: int, plan_years: Iterable[int], province: str = "") -> tuple[Form, ...]:
    """Compile every form of one contract file for an accounting year, the years of its plan and a province (or all)."""
    return _compile_text(read_text(path), path.name, year, tuple(plan_years), province)


DEFAULT_MAX_ROWS = 3000  # a whole province has fewer townships; a contract may say otherwise (mostRows)


@lru_cache(maxsize=32)  # the same text means the same forms: a run of many counties compiles each contract once
def _compile_text(text: str, file: str, year: int, plan_years: tuple[int, ...], province: str) -> tuple[Form, ...]:
    contract = parse_contract(text, file)
    try:
        return tuple(_compile_form(one, file, year, plan_years, province) for one in contract.schema_ or [])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ContractError(file, f"entry missing or malformed: {error!r}") from error


def _compile_form(schema: SchemaObject, file: str, year: int, plan_years: tuple[int, ...], province: str) -> Form:
    own = _get_custom_properties(schema.customProperties)
    fields = [one for part in schema.properties or [] for one in _compile_fields(part, plan_years)]
    rules = tuple(_compile_rule(one, file) for one in schema.quality or [] if _is_hesuan_rule(one, file))
    _refuse_duplicates(file, "rule", [one.id for one in rules])
    _refuse_duplicates(file, "field", [one.name for one in fields])
    for rule in rules:
        _refuse_unknown_fields(file, rule, {part.name or "" for part in schema.properties or []})
    return Form(
        name=schema.name or "",
        title=(schema.businessName or "").format(year=year if year < MAXYEAR else ""),  # a catalogue is of no year
        layout=_parse_member(Layout, own.get("layout", "table"), file),
        fields=tuple(fields),
        rules=tuple(one for one in rules if one.is_in_force(year, province)),
        sheet_names=_get_list(own, "sheetNames", file),
        title_marks=_get_list(own, "titleMarks", file),
        unit=own.get("unit", ""),
        total_names=_get_list(own, "totalNames", file),
        is_detail=_get_flag(own, "detail", file),
        max_rows=int(own.get("mostRows", 0 if _get_flag(own, "detail", file) else DEFAULT_MAX_ROWS)),
        max_findings_per_rule=int(own.get("mostWorded", 0)),
        paragraphs=tuple(Paragraph(one["heading"], one["text"]) for one in own.get("paragraphs", ())),
    )


def _compile_fields(schema_property: SchemaProperty, plan_years: tuple[int, ...]) -> Iterable[Field]:
    own = _get_custom_properties(schema_property.customProperties)
    if own.get("perYear") != "plan":
        return [_compile_field(schema_property, own, None)]
    return [_compile_field(schema_property, own, year) for year in plan_years]


def _compile_field(schema_property: SchemaProperty, custom_properties: Mapping[str, Any], year: int | None) -> Field:
    stem = schema_property.name or ""
    return Field(
        name=stem if year is None else f"{stem}_{year}",
        heading=(schema_property.businessName or "").format(year=year),
        synonyms=tuple((one.synonym or "").format(year=year) for one in schema_property.synonyms or []),
        kind=schema_property.logicalType or "string",
        role=Role(custom_properties.get("role", "plain")),
        required=bool(schema_property.required),
        unit=custom_properties.get("unit", ""),
        decimals=int(custom_properties.get("decimals", 0)),
        rounded=bool(custom_properties.get("rounded", False)),
        column_group=stem,
        year=year,
        measure=custom_properties.get("measure", ""),
        codes=tuple(str(one.value) for one in schema_property.enum or []),
        labels={str(one.value): one.label or "" for one in schema_property.enum or []},
        source=_join_basis(schema_property.authoritativeDefinitions),
    )


def _compile_rule(quality: DataQuality, file: str) -> Rule:
    own = _get_custom_properties(quality.customProperties)
    arguments = quality.implementation
    if not isinstance(arguments, dict) or "check" not in arguments:
        raise ContractError(file, f"rule {quality.id}: implementation must be a mapping that names its check")
    severities = arguments.get("severities", {})
    for severity in (quality.severity, *severities.values()):
        if severity not in SEVERITIES:
            raise ContractError(file, f"rule {quality.id}: severity {severity!r}, expected one of {SEVERITIES}")
    return Rule(
        id=quality.id or "",
        check=arguments["check"],
        severity=quality.severity or "",
        phase=_parse_member(Phase, own.get("phase", "table"), file),
        description=quality.description or "",
        basis=_join_basis(quality.authoritativeDefinitions),
        arguments={key: value for key, value in arguments.items() if key not in ("check", "severities")},
        severities=severities,
        since=_parse_date(own.get("since"), file),
        until=_parse_date(own.get("until"), file),
        trial=_get_flag(own, "trial", file),
        provinces=_get_list(own, "provinces", file),
    )


def _is_hesuan_rule(quality: DataQuality, file: str) -> bool:
    """Tell our rules from those of other engines; a mistyped engine must not switch a rule off without a word."""
    if not quality.id or (quality.type == "custom" and quality.engine not in KNOWN_ENGINES):
        raise ContractError(file, f"rule {quality.id!r}: expected an id, and an engine of {KNOWN_ENGINES}")
    return quality.engine == ENGINE


def _refuse_unknown_fields(file: str, rule: Rule, known_fields: set[str]) -> None:
    """A rule may name only columns that its form has."""
    named = [rule.arguments[key] for key in FIELD_ARGUMENTS if isinstance(rule.arguments.get(key), str)]
    strangers = sorted({*named, *rule.arguments.get("fields", ())} - known_fields)
    if strangers:
        raise ContractError(file, f"rule {rule.id}: the form has no fields {strangers}")


def _get_list(custom_properties: Mapping[str, Any], name: str, file: str) -> tuple[str, ...]:
    value = custom_properties.get(name, [])
    if not isinstance(value, list):
        raise ContractError(file, f"{name}: expected a list, got {value!r}")
    return tuple(str(one) for one in value)


def _get_flag(custom_properties: Mapping[str, Any], name: str, file: str) -> bool:
    value = custom_properties.get(name, False)
    if not isinstance(value, bool):
        raise ContractError(file, f"{name}: expected true or false, got {value!r}")
    return value


def _get_custom_properties(properties: list[CustomProperty] | None) -> dict[str, Any]:
    return {one.property: one.value for one in properties or [] if one.property}


def _join_basis(definitions: list[AuthoritativeDefinition] | None) -> str:
    return "；".join(one.description or "" for one in definitions or [])


def _parse_date(value: object, file: str) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ContractError(file, f"expected a date as YYYY-MM-DD, got {value!r}") from error


def _parse_member(enum_type: type[Any], value: object, file: str) -> Any:  # noqa: ANN401 - a member of the given enum
    try:
        return enum_type(value)
    except ValueError as error:
        raise ContractError(file, f"{value!r}: expected one of {[one.value for one in enum_type]}") from error


def _refuse_duplicates(file: str, item_kind: str, names: list[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ContractError(file, f"{item_kind} written twice on one form: {repeated}")
