"""Which forms a submission must hold: data per procedure, county (or province) and year."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from contracts.errors import ContractError
from contracts.yaml_files import compile_once


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What one county sends for some years; *plan* and *register* are ids of other contract files.

    A package of a whole *province* names no county; `for_county` makes it the package of one.
    """

    id: str
    procedure: str
    county: str
    province: str
    years: tuple[int, ...]
    plan: str | None
    register: str
    forms: tuple[str, ...]

    def copy_for_county(self, code: str) -> "Package":
        """Return what the package asks of one county of its province."""
        return replace(self, county=code)


@compile_once
def load_package(raw: Mapping[str, Any], file: str) -> Package:
    """Load one package file."""
    try:
        return Package(
            id=raw["id"],
            procedure=raw["procedure"],
            county=str(raw.get("county", "")),
            province=str(raw["county"])[:2] if "county" in raw else str(raw["province"]),
            years=tuple(raw["years"]),
            plan=raw.get("plan"),
            register=raw["register"],
            forms=tuple(raw["forms"]),
        )
    except (KeyError, TypeError) as error:
        raise ContractError(file, f"package entry missing or malformed: {error!r}") from error
