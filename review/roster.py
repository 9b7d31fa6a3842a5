"""Who is due, by when, and who may act where: the roster of one year."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from contracts.errors import ContractError
from contracts.procedures import Procedure

ROSTER_FILE = "roster.yaml"


@dataclass(frozen=True, slots=True)
class DueCounty:
    """A county that must report: six-digit code, name, and the code of its city."""

    code: str
    name: str
    city: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """An office held: one person may hold several. *area* is a division code; *until* None means still in office."""

    id: str
    title: str
    unit: str
    level: str
    area: str
    since: date
    until: date | None

    def is_in_office(self, day: date) -> bool:
        """Tell whether the office was held on that day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The roster of one accounting year, names of cities and of the province by code.

    *deadlines* by level go before those of the procedure.
    """

    year: int
    procedure: str
    province: tuple[str, str]
    cities: Mapping[str, str]
    due_counties: tuple[DueCounty, ...]
    deadlines: Mapping[str, date]
    officers: tuple[Officer, ...]

    def get_deadline(self, procedure: Procedure, level: str) -> date | None:
        """Return until when a level acts on this year."""
        return self.deadlines.get(level) or procedure.get_deadline(level, self.year)

    def find_county(self, code: str) -> DueCounty | None:
        """Return a due county by its code."""
        return next((one for one in self.due_counties if one.code == code), None)

    def find_offices(self, person: str) -> tuple[Officer, ...]:
        """Return every office that a person holds, by the person's id."""
        return tuple(one for one in self.officers if one.id == person)


def parse_roster(raw: Mapping[str, Any]) -> Roster:
    """Build the roster from its data; raise `ContractError` that names what is missing or malformed."""
    try:
        roster = Roster(
            year=int(raw["year"]),
            procedure=str(raw["procedure"]),
            province=(str(raw["province"]["code"]), str(raw["province"]["name"])),
            cities={str(one["code"]): str(one["name"]) for one in raw["cities"]},
            due_counties=tuple(DueCounty(str(one["code"]), str(one["name"]), str(one["city"])) for one in raw["due"]),
            deadlines={str(level): _parse_day(day) for level, day in raw.get("deadlines", {}).items()},
            officers=tuple(_parse_officer(one) for one in raw["officers"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ContractError(ROSTER_FILE, f"entry missing or malformed: {error!r}") from error
    _check_consistency(roster)
    return roster


def encode_roster(roster: Roster) -> dict[str, Any]:
    """Return the roster as plain JSON values, for the record; `read_roster` reads it back."""
    return {
        "year": roster.year,
        "procedure": roster.procedure,
        "province": {"code": roster.province[0], "name": roster.province[1]},
        "cities": [{"code": code, "name": name} for code, name in sorted(roster.cities.items())],
        "due": [{"code": one.code, "name": one.name, "city": one.city} for one in roster.due_counties],
        "deadlines": {level: day.isoformat() for level, day in roster.deadlines.items()},
        "officers": [
            {
                "id": one.id,
                "title": one.title,
                "unit": one.unit,
                "level": one.level,
                "area": one.area,
                "from": one.since.isoformat(),
                "until": one.until.isoformat() if one.until else None,
            }
            for one in roster.officers
        ],
    }


def _parse_officer(raw: Mapping[str, Any]) -> Officer:
    return Officer(
        id=str(raw["id"]),
        title=str(raw["title"]),
        unit=str(raw["unit"]),
        level=str(raw["level"]),
        area=str(raw["area"]),
        since=_parse_day(raw["from"]),
        until=_parse_day(raw["until"]) if raw.get("until") else None,
    )


def _parse_day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _check_consistency(roster: Roster) -> None:
    _refuse_duplicates("due county", (one.code for one in roster.due_counties))
    for one in roster.due_counties:
        if one.city not in roster.cities:
            raise ContractError(ROSTER_FILE, f"county {one.code}: city {one.city} is not listed under cities")


def _refuse_duplicates(label: str, codes: Iterable[str]) -> None:
    repeated = sorted(code for code, count in Counter(codes).items() if count > 1)
    if repeated:
        raise ContractError(ROSTER_FILE, f"{label} listed twice: {repeated}")
