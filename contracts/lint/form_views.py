"""The forms of the contract files as they are written, with the place of each field and rule."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.lint.documents import ContractDocument
from contracts.lint.problems import Path

ENGINE: Final = "hesuan"
NUMBER_TYPES: Final = ("number", "integer")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """One field as written: *kind* is its type; *is_per_year* if it stands for one column a year of the plan."""

    name: str
    path: Path
    kind: str
    role: str
    is_per_year: bool
    is_required: bool
    headings: tuple[str, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """One rule as written: *arguments* are those of its check, without severities."""

    id: str
    path: Path
    check: str
    arguments: Mapping[str, Any]
    severity: str
    severities: Mapping[str, str]
    properties: Mapping[str, Any]

    @property
    def is_trial(self) -> bool:
        """Whether the rule never blocks."""
        return bool(self.properties.get("trial", False))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FormView:
    """One form as written."""

    name: str
    title: str
    document: ContractDocument
    path: Path
    fields: Mapping[str, FieldView]
    rules: tuple[RuleView, ...]
    properties: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_table(self) -> bool:
        """Whether the form is a table and no cover."""
        return bool(self.properties.get("layout", "table") == "table")

    def list_fields_by_role(self, role: str) -> list[FieldView]:
        """Return the fields of one role."""
        return [field_view for field_view in self.fields.values() if field_view.role == role]


def read_forms(document: ContractDocument) -> Iterator[FormView]:
    """Yield the forms of a file that has no mistake of structure."""
    for number, raw in enumerate(document.content["schema"]):
        path: Path = ("schema", number)
        yield FormView(
            name=raw["name"],
            title=raw["businessName"],
            document=document,
            path=path,
            fields={view.name: view for view in _read_fields(raw, path)},
            rules=tuple(_read_rules(raw, path)),
            properties=map_properties(raw),
        )


def map_properties(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the custom properties of an element by name."""
    return {entry["property"]: entry["value"] for entry in raw.get("customProperties", ())}


def _read_fields(raw: Mapping[str, Any], path: Path) -> Iterator[FieldView]:
    for position, entry in enumerate(raw["properties"]):
        properties = map_properties(entry)
        synonyms = [synonym["synonym"] for synonym in entry.get("synonyms", ())]
        yield FieldView(
            name=entry["name"],
            path=(*path, "properties", position),
            kind=entry["logicalType"],
            role=properties.get("role", "plain"),
            is_per_year="perYear" in properties,
            is_required=entry.get("required", False),
            headings=(entry["businessName"], *synonyms),
            codes=tuple(str(value["value"]) for value in entry.get("enum", ())),
        )


def _read_rules(raw: Mapping[str, Any], path: Path) -> Iterator[RuleView]:
    for position, entry in enumerate(raw.get("quality", ())):
        implementation = entry.get("implementation")
        if entry.get("engine") != ENGINE or not isinstance(implementation, Mapping):
            continue
        arguments = {name: value for name, value in implementation.items() if name not in ("check", "severities")}
        severities = implementation.get("severities", {})
        yield RuleView(
            id=entry["id"],
            path=(*path, "quality", position),
            check=str(implementation.get("check", "")),
            arguments=arguments,
            severity=entry["severity"],
            severities=severities if isinstance(severities, Mapping) else {},
            properties=map_properties(entry),
        )
