"""Open Data Contract Standard files into forms."""

from collections.abc import Iterable, Mapping
from datetime import date
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
from contracts.model import Field, Form, Layout, Phase, Role, Rule
from contracts.yamlfile import read_yaml

SEVERITIES = ("hard", "soft", "report")
ENGINE = "hesuan"


def read_contract(path: Path) -> OpenDataContractStandard:
    """Load one ``*.odcs.yaml`` file; raise `ContractError` where it breaks the standard's model."""
    try:
        return OpenDataContractStandard.model_validate(read_yaml(path))
    except ValueError as error:
        raise ContractError(path.name, f"is no valid data contract: {error}") from error


def forms_of(path: Path, *, year: int, plan_years: Iterable[int], province: str = "") -> tuple[Form, ...]:
    """Compile every form of one contract file for an accounting year, the years of its plan and a province (or all)."""
    contract = read_contract(path)
    years = tuple(plan_years)
    return tuple(_form(one, path.name, year, years, province) for one in contract.schema_ or [])


def _form(schema: SchemaObject, file: str, year: int, plan_years: tuple[int, ...], province: str) -> Form:
    own = _custom(schema.customProperties)
    fields = [one for part in schema.properties or [] for one in _fields(part, plan_years)]
    rules = tuple(_rule(one, file) for one in schema.quality or [] if one.engine == ENGINE)
    _refuse_repeats(file, "rule", [one.id for one in rules])
    _refuse_repeats(file, "field", [one.name for one in fields])
    return Form(
        name=schema.name or "",
        title=(schema.businessName or "").format(year=year),
        layout=_one_of(Layout, own.get("layout", "table"), file),
        fields=tuple(fields),
        rules=tuple(one for one in rules if one.in_force(year, province)),
        sheet_names=tuple(own.get("sheetNames", ())),
        title_marks=tuple(own.get("titleMarks", ())),
        unit=own.get("unit", ""),
        total_names=tuple(own.get("totalNames", ())),
        detail=bool(own.get("detail", False)),
        most_worded=int(own.get("mostWorded", 0)),
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
        trial=bool(own.get("trial", False)),
        provinces=tuple(str(one) for one in own.get("provinces", ())),
    )


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
