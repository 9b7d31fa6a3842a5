"""The roster of one year: due counties, deadlines and officers."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from contracts.errors import SettingError
from contracts.messages import LIST_SEPARATOR
from contracts.procedures import Procedure

ROSTER_FILE = "roster.yaml"
ENTERED_AFTERWARDS = "entered_afterwards"
_LEAP_DAY = (2, 29)


@dataclass(frozen=True, slots=True)
class DueCounty:
    """A county that must report: its six-digit code, its name and the code of its city."""

    code: str
    name: str
    city: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """An office that a person holds; one person may hold several.

    *area* is a division code; *until* is None if the person is still in office.
    """

    id: str
    title: str
    unit: str
    level: str
    area: str
    since: date
    until: date | None

    def is_in_office(self, day: date) -> bool:
        """Return whether the office was held on *day*."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class VacantOffice:
    """A level and the code of an area in which nobody on the roster is in office on *day*, the deadline."""

    level: str
    area: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The roster of one accounting year.

    *procedure* is the id of the procedure, *province* a pair of code and name; *cities* maps code to name.
    *deadlines* (by level) take precedence over those of the procedure. *is_entered_afterwards* (补录) says that the
    year was decided on paper and is entered later: its decisions may be dated before the recording of what they rest
    on.
    """

    year: int
    procedure: str
    province: tuple[str, str]
    cities: Mapping[str, str]
    due_counties: tuple[DueCounty, ...]
    deadlines: Mapping[str, date]
    officers: tuple[Officer, ...]
    is_entered_afterwards: bool = False

    @property
    def due_codes(self) -> tuple[str, ...]:
        """The codes of the due counties, in the order of the roster."""
        return tuple(due_county.code for due_county in self.due_counties)

    def get_deadline(self, procedure: Procedure, level: str) -> date | None:
        """Return the last day on which a level may act on this year without being late, or None."""
        return self.deadlines.get(level) or procedure.get_deadline(level, self.year)

    def find_county(self, code: str) -> DueCounty | None:
        """Return the due county with this code, or None."""
        return next((county for county in self.due_counties if county.code == code), None)

    def find_offices(self, person: str) -> tuple[Officer, ...]:
        """Return every office of the person with this id."""
        return tuple(officer for officer in self.officers if officer.id == person)


def parse_roster(raw: Mapping[str, Any]) -> Roster:
    """Build the roster from its data; raise `SettingError` if an entry is missing, malformed or inconsistent."""
    try:
        roster = Roster(
            year=int(raw["year"]),
            procedure=str(raw["procedure"]),
            province=(str(raw["province"]["code"]), str(raw["province"]["name"])),
            cities=_parse_cities(raw["cities"]),
            due_counties=tuple(map(_parse_due_county, raw["due"])),
            deadlines=_parse_deadlines(raw.get("deadlines", {})),
            officers=tuple(map(_parse_officer, raw["officers"])),
            is_entered_afterwards=_parse_flag(raw.get(ENTERED_AFTERWARDS, False)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        problem = f"entry missing or malformed: {error!r}"
        raise SettingError(ROSTER_FILE, problem, "roster_entry", value=str(error).strip("'")) from error
    _check_consistency(roster)
    return roster


def carry_roster_forward(roster: Roster, year: int) -> Roster:
    """Return the roster for a later year.

    Deadlines move by as many years; offices whose term ended before the year begins are left out. That the earlier
    year was entered afterwards says nothing of the later one.
    """
    first_day = date(year, 1, 1)
    officers: list[Officer] = list(roster.officers)
    for officer in roster.officers:
        if officer.until is not None and officer.until < first_day:
            officers.remove(officer)
    deadlines = dict(_move_deadlines(roster.deadlines, year - roster.year))
    return replace(roster, year=year, deadlines=deadlines, officers=tuple(officers), is_entered_afterwards=False)


def _move_deadlines(deadlines: Mapping[str, date], years: int) -> Iterator[tuple[str, date]]:
    for level, day in deadlines.items():
        # The 28th, because the later year may have no 29th of February.
        kept_day = day.replace(day=28) if (day.month, day.day) == _LEAP_DAY else day
        yield level, kept_day.replace(year=day.year + years)


def find_vacant_offices(roster: Roster, procedure: Procedure) -> tuple[VacantOffice, ...]:
    """Return each level and area of a due county in which nobody is in office on the deadline, each once."""
    vacant: dict[tuple[str, str], VacantOffice] = {}
    for level in procedure.levels:
        day = roster.get_deadline(procedure, level.id) or date(roster.year + 1, 1, 1)
        for code in roster.due_codes:
            area = level.get_area_code(code)
            if not _is_held(roster, level.id, area, day):
                vacant[level.id, area] = VacantOffice(level.id, area, day)
    return tuple(vacant.values())


def _is_held(roster: Roster, level: str, area: str, day: date) -> bool:
    for officer in roster.officers:
        if (officer.level, officer.area) == (level, area) and officer.is_in_office(day):
            return True
    return False


def encode_roster(roster: Roster) -> dict[str, Any]:
    """Return the roster as plain JSON values for the record; `parse_roster` reads it back."""
    afterwards = {ENTERED_AFTERWARDS: True} if roster.is_entered_afterwards else {}
    return {
        **afterwards,
        "year": roster.year,
        "procedure": roster.procedure,
        "province": {"code": roster.province[0], "name": roster.province[1]},
        "cities": [{"code": code, "name": name} for code, name in sorted(roster.cities.items())],
        "due": list(map(_encode_due_county, roster.due_counties)),
        "deadlines": _encode_deadlines(roster.deadlines),
        "officers": list(map(_encode_officer, roster.officers)),
    }


def _encode_deadlines(deadlines: Mapping[str, date]) -> dict[str, str]:
    return {level: day.isoformat() for level, day in deadlines.items()}


def _encode_due_county(county: DueCounty) -> dict[str, str]:
    return {"code": county.code, "name": county.name, "city": county.city}


def _encode_officer(officer: Officer) -> dict[str, str | None]:
    return {
        "id": officer.id,
        "title": officer.title,
        "unit": officer.unit,
        "level": officer.level,
        "area": officer.area,
        "from": officer.since.isoformat(),
        "until": officer.until.isoformat() if officer.until else None,
    }


def _parse_cities(raw: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {str(city["code"]): str(city["name"]) for city in raw}


def _parse_due_county(raw: Mapping[str, Any]) -> DueCounty:
    return DueCounty(str(raw["code"]), str(raw["name"]), str(raw["city"]))


def _parse_deadlines(raw: Mapping[str, Any]) -> dict[str, date]:
    return {str(level): _parse_day(day) for level, day in raw.items()}


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


def _parse_flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{ENTERED_AFTERWARDS}: {value!r}")
    return value


def _parse_day(value: object) -> date:
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value))


def _check_consistency(roster: Roster) -> None:
    _refuse_duplicates("due county", (county.code for county in roster.due_counties))
    for county in roster.due_counties:
        if county.city not in roster.cities:
            problem = f"county {county.code}: city {county.city} is not listed under cities"
            raise SettingError(ROSTER_FILE, problem, "roster_city", county=county.code, city=county.city)


def _refuse_duplicates(label: str, codes: Iterable[str]) -> None:
    repeated = sorted(code for code, count in Counter(codes).items() if count > 1)
    if repeated:
        problem = f"{label} listed twice: {repeated}"
        raise SettingError(ROSTER_FILE, problem, "roster_twice", codes=LIST_SEPARATOR.join(repeated))
