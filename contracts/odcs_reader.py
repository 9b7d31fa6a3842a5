"""Read Open Data Contract Standard (ODCS) files and compile them into forms."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import MAXYEAR, date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from open_data_contract_standard.model import (
    AuthoritativeDefinition,
    CustomProperty,
    DataQuality,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
)

from contracts.errors import ContractError, build_entry_error
from contracts.form_model import Field, Form, Layout, Paragraph, Phase, Role, Rule
from contracts.standard.standard_rules import compile_standard_rules
from contracts.yaml_files import parse_once, read_text

SEVERITIES = ("hard", "soft", "report")
ENGINE = "hesuan"
KNOWN_ENGINES = (ENGINE, "great-expectations")
FIELD_ARGUMENTS = ("column", "parts", "total", "code", "county", "city")
DEFAULT_MAX_ROWS = 3000  # more than a province has townships; a contract may set another limit (mostRows)
Member = TypeVar("Member", bound=StrEnum)


def parse_contract(text: str, file: str) -> OpenDataContractStandard:
    """Read the text of one ``*.odcs.yaml`` file; raise `ContractError` if it violates the standard's model."""
    try:
        return OpenDataContractStandard.model_validate(parse_once(text, file))
    except ValueError as error:
        raise ContractError(file, f"is no valid data contract: {error}", "not_odcs", detail=error) from error


def compile_forms(path: Path, *, year: int, plan_years: Iterable[int], province: str = "") -> tuple[Form, ...]:
    """Compile every form of one contract file.

    *year* is the accounting year (MAXYEAR for the catalogue, which belongs to no year), *plan_years* the years of the
    plan. Only rules in force in *province* are kept; an empty *province* stands for all. The catalogue has the rules of
    all years. Raises `ContractError` if an
    entry is missing or malformed.
    """
    return _compile_text(read_text(path), path.name, year, tuple(plan_years), province)


# The same text compiles to the same forms, so a run over many counties compiles each contract once.
@lru_cache(maxsize=32)
def _compile_text(text: str, file: str, year: int, plan_years: tuple[int, ...], province: str) -> tuple[Form, ...]:
    contract = parse_contract(text, file)
    try:
        return tuple(_compile_form(schema, file, year, plan_years, province) for schema in contract.schema_ or [])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise build_entry_error(file, error) from error


def _compile_form(schema: SchemaObject, file: str, year: int, plan_years: tuple[int, ...], province: str) -> Form:
    properties = _get_custom_properties(schema.customProperties)
    fields: list[Field] = []
    for schema_property in schema.properties or []:
        fields += _compile_fields(schema_property, plan_years)
    layout = _parse_member(Layout, properties.get("layout", "table"), file)
    rules = _compile_rules(schema, file)
    if layout is Layout.TABLE:
        rules += compile_standard_rules(schema)
    _refuse_duplicates(file, "field", [field.name for field in fields])
    names = {schema_property.name or "" for schema_property in schema.properties or []}
    for rule in rules:
        _refuse_unknown_fields(file, rule, names)
    return Form(
        name=schema.name or "",
        title=_format_title(schema, year),
        layout=layout,
        fields=tuple(fields),
        rules=tuple(rule for rule in rules if year == MAXYEAR or rule.is_in_force(year, province)),
        sheet_names=_get_list(properties, "sheetNames", file),
        title_marks=_get_list(properties, "titleMarks", file),
        unit=properties.get("unit", ""),
        total_names=_get_list(properties, "totalNames", file),
        is_detail=_get_flag(properties, "detail", file),
        max_rows=_get_max_rows(properties, file),
        max_findings_per_rule=int(properties.get("mostWorded", 0)),
        paragraphs=tuple(map(_compile_paragraph, properties.get("paragraphs", ()))),
    )


def _format_title(schema: SchemaObject, year: int) -> str:
    title = schema.businessName or ""
    if year < MAXYEAR:
        return title.format(year=year)
    return title.format(year="")


def _get_max_rows(custom_properties: Mapping[str, Any], file: str) -> int:
    default = 0 if _get_flag(custom_properties, "detail", file) else DEFAULT_MAX_ROWS
    return int(custom_properties.get("mostRows", default))


def _compile_paragraph(raw: Mapping[str, str]) -> Paragraph:
    return Paragraph(raw["heading"], raw["text"])


def _compile_fields(schema_property: SchemaProperty, plan_years: tuple[int, ...]) -> Iterator[Field]:
    """Yield the fields of one entry: one for each year of the plan, or a single one."""
    properties = _get_custom_properties(schema_property.customProperties)
    if properties.get("perYear") != "plan":
        yield _compile_field(schema_property, properties, None)
        return
    for year in plan_years:
        yield _compile_field(schema_property, properties, year)


def _compile_field(schema_property: SchemaProperty, custom_properties: Mapping[str, Any], year: int | None) -> Field:
    column_group = schema_property.name or ""
    enum_entries = schema_property.enum or []
    return Field(
        name=_build_field_name(column_group, year),
        heading=(schema_property.businessName or "").format(year=year),
        synonyms=tuple((entry.synonym or "").format(year=year) for entry in schema_property.synonyms or []),
        kind=schema_property.logicalType or "string",
        role=Role(custom_properties.get("role", "plain")),
        required=bool(schema_property.required),
        unit=custom_properties.get("unit", ""),
        decimals=int(custom_properties.get("decimals", 0)),
        rounded=bool(custom_properties.get("rounded", False)),
        column_group=column_group,
        year=year,
        measure=custom_properties.get("measure", ""),
        codes=tuple(str(entry.value) for entry in enum_entries),
        labels={str(entry.value): entry.label or "" for entry in enum_entries},
        source=_join_basis(schema_property.authoritativeDefinitions),
    )


def _build_field_name(column_group: str, year: int | None) -> str:
    if year is None:
        return column_group
    return f"{column_group}_{year}"


def _compile_rules(schema: SchemaObject, file: str) -> list[Rule]:
    rules = [_compile_rule(quality, file) for quality in schema.quality or [] if _is_hesuan_rule(quality, file)]
    _refuse_duplicates(file, "rule", [rule.id for rule in rules])
    return rules


def _compile_rule(quality: DataQuality, file: str) -> Rule:
    properties = _get_custom_properties(quality.customProperties)
    arguments = quality.implementation
    if not isinstance(arguments, dict) or "check" not in arguments:
        raise ContractError(
            file,
            f"rule {quality.id}: implementation must be a mapping that names its check",
            "no_implementation",
            rule=quality.id,
        )
    severities = arguments.get("severities", {})
    for severity in (quality.severity, *severities.values()):
        if severity not in SEVERITIES:
            raise ContractError(
                file,
                f"rule {quality.id}: severity {severity!r}, expected one of {SEVERITIES}",
                "not_among",
                name=f"{quality.id}, severity",
                expected=SEVERITIES,
                value=severity,
            )
    return Rule(
        id=quality.id or "",
        check=arguments["check"],
        severity=quality.severity or "",
        phase=_parse_member(Phase, properties.get("phase", "table"), file),
        description=quality.description or "",
        basis=_join_basis(quality.authoritativeDefinitions),
        arguments={key: value for key, value in arguments.items() if key not in ("check", "severities")},
        severities=severities,
        since=_parse_date(properties.get("since"), file),
        until=_parse_date(properties.get("until"), file),
        trial=_get_flag(properties, "trial", file),
        provinces=_get_list(properties, "provinces", file),
    )


def _is_hesuan_rule(quality: DataQuality, file: str) -> bool:
    """Tell whether the rule is run by this program and not by another engine.

    Raises `ContractError` for an unknown engine: a typing mistake must not switch a rule off silently.
    """
    if not quality.id or (quality.type == "custom" and quality.engine not in KNOWN_ENGINES):
        raise ContractError(
            file,
            f"rule {quality.id!r}: expected an id, and an engine of {KNOWN_ENGINES}",
            "no_engine",
            rule=quality.id,
            expected=KNOWN_ENGINES,
        )
    return quality.engine == ENGINE


def _refuse_unknown_fields(file: str, rule: Rule, known_fields: set[str]) -> None:
    """Raise `ContractError` if the arguments of a rule name a column that its form does not have."""
    names: set[str] = set(rule.arguments.get("fields", ()))
    for key in FIELD_ARGUMENTS:
        value = rule.arguments.get(key)
        if isinstance(value, str):
            names.add(value)
    unknown = sorted(names - known_fields)
    if unknown:
        raise ContractError(
            file, f"rule {rule.id}: the form has no fields {unknown}", "no_fields", rule=rule.id, names=unknown
        )


def _get_list(custom_properties: Mapping[str, Any], name: str, file: str) -> tuple[str, ...]:
    value = custom_properties.get(name, [])
    if not isinstance(value, list):
        raise ContractError(file, f"{name}: expected a list, got {value!r}", "not_list", name=name, value=value)
    return tuple(map(str, value))


def _get_flag(custom_properties: Mapping[str, Any], name: str, file: str) -> bool:
    value = custom_properties.get(name, False)
    if not isinstance(value, bool):
        raise ContractError(
            file, f"{name}: expected true or false, got {value!r}", "not_true_false", name=name, value=value
        )
    return value


def _get_custom_properties(properties: list[CustomProperty] | None) -> dict[str, Any]:
    return {entry.property: entry.value for entry in properties or [] if entry.property}


def _join_basis(definitions: list[AuthoritativeDefinition] | None) -> str:
    return "；".join(definition.description or "" for definition in definitions or [])


def _parse_date(value: object, file: str) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ContractError(file, f"expected a date as YYYY-MM-DD, got {value!r}", "not_date", value=value) from error


def _parse_member(enum_type: type[Member], value: str, file: str) -> Member:
    try:
        return enum_type(value)
    except ValueError as error:
        expected = list(map(str, enum_type))
        raise ContractError(
            file, f"{value!r}: expected one of {expected}", "not_among", name="", expected=expected, value=value
        ) from error


def _refuse_duplicates(file: str, item_kind: str, names: list[str]) -> None:
    # Taking each name away once leaves those that occur more often.
    repeated = sorted(Counter(names) - Counter(set(names)))
    if repeated:
        raise ContractError(file, f"{item_kind} written twice on one form: {repeated}", "twice_on_form", names=repeated)
