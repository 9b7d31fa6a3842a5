"""Administrative divisions as versioned data: townships are found by name, and their codes confirm the match."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contracts.errors import ContractError, build_entry_error
from contracts.successions import Succession, load_successions
from contracts.yaml_files import compile_once

TOWNSHIP_SUFFIXES = ("街道办事处", "街道", "镇", "乡")


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """One county-level division with its townships (nine-digit code to full name).

    *by_roster_only* marks a unit that is not a county, such as a development zone: it reports only if the roster of
    the year names it. *former_names* maps an abolished or old name of a township to its present one. *successions* say
    what became of townships since the edition before.
    """

    code: str
    name: str
    city: str
    townships: Mapping[str, str]
    by_roster_only: bool = False
    former_names: Mapping[str, str] = field(default_factory=dict)
    successions: tuple[Succession, ...] = ()

    def find_successors(self, name: str) -> tuple[str, ...]:
        """Return the present townships that a township of an earlier edition became: itself, one or several.

        A name that no edition knows stands for itself.
        """
        for succession in self.successions:
            if name in succession.predecessors:
                return succession.successors
        if name in self.former_names:
            return (self.former_names[name],)
        return (name,)

    def resolve_township(self, written_name: str) -> tuple[str, ...]:
        """Return the full names that *written_name* may stand for: itself, its new name, or those it abbreviates.

        The county's name may precede the township's. An unknown name gives an empty tuple.
        """
        full_names = tuple(self.townships.values())
        if written_name in full_names:
            return (written_name,)
        township_name = written_name.removeprefix(self.name)
        if township_name in full_names:
            return (township_name,)
        successors = self.find_successors(township_name)
        if successors != (township_name,):
            return successors
        if not township_name or not _is_abbreviation(township_name):
            return ()
        short_name = _strip_suffix(township_name)
        return tuple(name for name in full_names if _strip_suffix(name) == short_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A part of one edition of the list of administrative divisions; all mappings are keyed by code."""

    id: str
    system: str
    edition: int
    provinces: Mapping[str, str]
    cities: Mapping[str, str]
    counties: Mapping[str, County]


@compile_once
def load_register(raw: Mapping[str, Any], file: str) -> Register:
    """Load one register; raise `ContractError` if an entry is malformed or the city of a county is not listed."""
    try:
        register = Register(
            id=raw["id"],
            system=raw["system"],
            edition=raw["edition"],
            provinces=_build_names(raw["provinces"]),
            cities=_build_names(raw["cities"]),
            counties={str(code): _build_county(str(code), county, file) for code, county in raw["counties"].items()},
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise build_entry_error(file, error) from error
    for county in register.counties.values():
        if len(set(county.townships.values())) < len(county.townships):
            raise ContractError(
                file, f"county {county.code}: a township name stands twice", "township_twice", county=county.code
            )
        if county.city not in register.cities:
            raise ContractError(
                file,
                f"county {county.code}: city {county.city} is not listed",
                "city_not_listed",
                county=county.code,
                city=county.city,
            )
    return register


def _build_names(raw: Mapping[Any, str]) -> dict[str, str]:
    return {str(code): name for code, name in raw.items()}


def _build_county(code: str, raw: Mapping[str, Any], file: str) -> County:
    names = raw["townships"].values()
    return County(
        code=code,
        name=raw["name"],
        city=str(raw["city"]),
        townships=_build_names(raw["townships"]),
        by_roster_only=bool(raw.get("by_roster_only", False)),
        former_names=dict(raw.get("former", {})),
        successions=load_successions(code, raw.get("successions", ()), names, file),
    )


def _strip_suffix(name: str) -> str:
    for suffix in TOWNSHIP_SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            return name.removesuffix(suffix)
    return name


def _is_abbreviation(written_name: str) -> bool:
    """Tell whether a name may be the short form of a full one.

    A name with a suffix of its own (汤丹乡 for 汤丹镇) is another township's name, not an abbreviation.
    """
    return _strip_suffix(written_name) == written_name or written_name.endswith("街道办事处")
