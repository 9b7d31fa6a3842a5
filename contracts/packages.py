"""Which forms a submission must contain, as data by procedure, county (or province) and year."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from contracts.errors import build_entry_error
from contracts.yaml_files import compile_once


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What one county must send for some years; *plan* and *register* are ids of other contract files.

    The package of a province has an empty *county*; `copy_for_county` makes it the package of one county.
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
        """Return a copy of a province's package for one of its counties."""
        return replace(self, county=code)


@compile_once
def load_package(raw: Mapping[str, Any], file: str) -> Package:
    """Load one package file; raise `ContractError` if an entry is missing or malformed."""
    try:
        return Package(
            id=raw["id"],
            procedure=raw["procedure"],
            county=str(raw.get("county", "")),
            province=_get_province(raw),
            years=tuple(raw["years"]),
            plan=raw.get("plan"),
            register=raw["register"],
            forms=tuple(raw["forms"]),
        )
    except (KeyError, TypeError) as error:
        raise build_entry_error(file, error) from error


def _get_province(raw: Mapping[str, Any]) -> str:
    """Return the two-digit code: the beginning of the county's code, or the code that the file gives."""
    if "county" in raw:
        return str(raw["county"])[:2]
    return str(raw["province"])
