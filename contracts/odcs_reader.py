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
ENGINES = (ENGINE, "great-expectations")
FIELD_ARGUMENTS = ("column", "parts", "total", "code", "county", "city")


def read_contract(text: str, file: str) -> OpenDataContractStandard:
    """Read the text of one ``*.odcs.yaml`` file; raise `ContractError` where it breaks the standard's model."""
    try:
        return OpenDataContractStandard.model_validate(parse_yaml(text, file))
    except ValueError as error:
        raise ContractError(file, f"is no valid data contract: {error}") from error


def forms_of(path: Path, *, year: int, plan_years: Iterable[int], province: str = "") -> tuple[Form, ...]:
    """Compile every form of one contract file for an accounting year, the years of its plan and a province (or all)."""
    return _compiled(read_text(path), path.name, year, tuple(plan_years), province)


MOST_ROWS = 3000  # a whole province has fewer townships; a contract may say otherwise (mostRows)


@lru_cache(maxsize=32)  # the same text means the same forms: a run of many counties compiles each contract once
def _compiled(text: str, file: str, year: int, plan_years: tuple[int, ...], province: str) -> tuple[Form, ...]:
    contract = read_contract(text, file)
    try:
        return tuple(_form(one, file, year, plan_years, province) for one in contract.schema_ or [])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ContractError(file, f"entry missing or malformed: {error!r}") from error


def _form(schema: SchemaObject, file: str, year: int, plan_years: tuple[int, ...], province: str) -> Form:
    own = _custom(schema.customProperties)
    fields = [one for part in schema.properties or [] for one in _fields(part, plan_years)]
    rules = tuple(_rule(one, file) for one in schema.quality or [] if _is_ours(one, file))
    _refuse_repeats(file, "rule", [one.id for one in rules])
    _refuse_repeats(file, "field", [one.name for one in fields])
    for rule in rules:
        _refuse_strangers(file, rule, {part.name or "" for part in schema.properties or []})
    return Form(
        name=schema.name or "",
        title=(schema.businessName or "").format(year=year if year < MAXYEAR else ""),  # a catalogue is of no year
        layout=_one_of(Layout, own.get("layout", "table"), file),
        fields=tuple(fields),
        rules=tuple(one for one in rules if one.in_force(year, province)),
        sheet_names=_listed(own, "sheetNames", file),
        title_marks=_listed(own, "titleMarks", file),
        unit=own.get("unit", ""),
        total_names=_listed(own, "totalNames", file),
        detail=_flag(own, "detail", file),
        most_rows=int(own.get("mostRows", 0 if _flag(own, "detail", file) else MOST_ROWS)),
        most_worded=int(own.get("mostWorded", 0)),
        paragraphs=tuple(Paragraph(one["heading"], one["text"]) for one in own.get("paragraphs", ())),
    )


def _fields(part: SchemaProperty, plan_years: tuple[int, ...]) -> Iterable[Field]:
    own = _custom(part.customProperties)
    if own.get("perYear") != "plan":
        return [_field(part, own, None)]
    return [_field(part, own, year) for year in plan_years]


def _field(part: SchemaProperty, own: Mapping[str, Any], year: int | None) -> Field:
    stem = part.name or ""
    return Field(
        name=stem if year is None else f"{stem}_{year}",
        heading=(part.businessName or "").format(year=year),
        synonyms=tuple((one.synonym or "").format(year=year) for one in part.synonyms or []),
        kind=part.logicalType or "string",
        role=Role(own.get("role", "plain")),
        required=bool(part.required),
        unit=own.get("unit", ""),
        decimals=int(own.get("decimals", 0)),
        rounded=bool(own.get("rounded", False)),
        stem=stem,
        year=year,
        measure=own.get("measure", ""),
        codes=tuple(str(one.value) for one in part.enum or []),
        labels={str(one.value): one.label or "" for one in part.enum or []},
        source=_basis(part.authoritativeDefinitions),
    )


def _rule(quality: DataQuality, file: str) -> Rule:
    own = _custom(quality.customProperties)
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
        phase=_one_of(Phase, own.get("phase", "table"), file),
        description=quality.description or "",
        basis=_basis(quality.authoritativeDefinitions),
        arguments={key: value for key, value in arguments.items() if key not in ("check", "severities")},
        severities=severities,
        since=_date(own.get("since"), file),
        until=_date(own.get("until"), file),
        trial=_flag(own, "trial", file),
        provinces=_listed(own, "provinces", file),
    )


def _is_ours(quality: DataQuality, file: str) -> bool:
    """Tell our rules from those of other engines; a mistyped engine must not switch a rule off without a word."""
    if not quality.id or (quality.type == "custom" and quality.engine not in ENGINES):
        raise ContractError(file, f"rule {quality.id!r}: expected an id, and an engine of {ENGINES}")
    return quality.engine == ENGINE


def _refuse_strangers(file: str, rule: Rule, known: set[str]) -> None:
    """A rule may name only columns that its form has."""
    named = [rule.arguments[key] for key in FIELD_ARGUMENTS if isinstance(rule.arguments.get(key), str)]
    strangers = sorted({*named, *rule.arguments.get("fields", ())} - known)
    if strangers:
        raise ContractError(file, f"rule {rule.id}: the form has no fields {strangers}")


def _listed(own: Mapping[str, Any], name: str, file: str) -> tuple[str, ...]:
    value = own.get(name, [])
    if not isinstance(value, list):
        raise ContractError(file, f"{name}: expected a list, got {value!r}")
    return tuple(str(one) for one in value)


def _flag(own: Mapping[str, Any], name: str, file: str) -> bool:
    value = own.get(name, False)
    if not isinstance(value, bool):
        raise ContractError(file, f"{name}: expected true or false, got {value!r}")
    return value


def _custom(properties: list[CustomProperty] | None) -> dict[str, Any]:
    return {one.property: one.value for one in properties or [] if one.property}


def _basis(definitions: list[AuthoritativeDefinition] | None) -> str:
    return "；".join(one.description or "" for one in definitions or [])


def _date(value: object, file: str) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ContractError(file, f"expected a date as YYYY-MM-DD, got {value!r}") from error


def _one_of(kind: type[Any], value: object, file: str) -> Any:  # noqa: ANN401 - a member of the given enum
    try:
        return kind(value)
    except ValueError as error:
        raise ContractError(file, f"{value!r}: expected one of {[one.value for one in kind]}") from error


def _refuse_repeats(file: str, what: str, names: list[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ContractError(file, f"{what} written twice on one form: {repeated}")
