"""Administrative divisions as versioned data: names are the key, codes confirm."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.errors import ContractError
from contracts.yaml_files import compile_once

TOWNSHIP_SUFFIXES = ("街道办事处", "街道", "镇", "乡")


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """One county-level division with its townships (nine-digit code to full name).

    *by_roster_only* marks a unit that is no county, such as a development zone: it files only where the roster of the
    year names it. *former* maps an abolished or old name of a township to its present one.
    """

    code: str
    name: str
    city: str
    townships: Mapping[str, str]
    by_roster_only: bool = False
    former_names: Mapping[str, str] = field(default_factory=dict)

    def resolve_township(self, written_name: str) -> tuple[str, ...]:
        """Return the full names that *written* may stand for: itself, its new name, or those that it abbreviates."""
        names = tuple(self.townships.values())
        own = written_name.removeprefix(self.name)
        if written_name in names or own in names:
            return (written_name,) if written_name in names else (own,)
        if own in self.former_names:
            return (self.former_names[own],)
        return tuple(
            name for name in names if own and _is_abbreviation(own) and _strip_suffix(name) == _strip_suffix(own)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A slice of one edition of the divisions list."""

    id: str
    system: str
    edition: int
    provinces: Mapping[str, str]
    cities: Mapping[str, str]
    counties: Mapping[str, County]


@compile_once
def load_register(raw: Mapping[str, Any], file: str) -> Register:
    """Load one register; raise `ContractError` where a county's city is not in it."""
    try:
        register = Register(
            id=raw["id"],
            system=raw["system"],
            edition=raw["edition"],
            provinces={str(code): name for code, name in raw["provinces"].items()},
            cities={str(code): name for code, name in raw["cities"].items()},
            counties={str(code): _build_county(str(code), one) for code, one in raw["counties"].items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ContractError(file, f"register entry missing or malformed: {error!r}") from error
    for county in register.counties.values():
        if len(set(county.townships.values())) < len(county.townships):
            raise ContractError(file, f"county {county.code}: a township name stands twice")
        if county.city not in register.cities:
            raise ContractError(file, f"county {county.code}: city {county.city} is not listed")
    return register


def _build_county(code: str, raw: Mapping[str, Any]) -> County:
    return County(
        code=code,
        name=raw["name"],
        city=str(raw["city"]),
        townships=dict(raw["townships"]),
        by_roster_only=bool(raw.get("by_roster_only", False)),
        former_names=dict(raw.get("former", {})),
    )


def _strip_suffix(name: str) -> str:
    for suffix in TOWNSHIP_SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            return name.removesuffix(suffix)
    return name


def _is_abbreviation(written_name: str) -> bool:
    """A name with a suffix of its own (汤丹乡 for 汤丹镇) names something else; it is not an abbreviation."""
    return _strip_suffix(written_name) == written_name or written_name.endswith("街道办事处")
