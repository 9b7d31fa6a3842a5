"""``hesuan status``: who stands where, who is late; read from the record alone."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from contracts.messages import Wording
from contracts.procedures import Procedure
from desk.console import say, say_json
from desk.county_line import standing_line
from desk.exit_codes import Exit
from filing.status.status_board import say_shaken
from flows.year.county_status import rows_of, to_json
from flows.year.earlier_filings import earlier_told, grounds_of, shaken_in
from flows.year.locations import Places
from ledger.errors import LedgerMissing
from review.county_state import Standing, recorded_roster
from review.event_replay import standings
from review.events import Kind, Told
from review.progress import CityProgress, Progress, by_city, progress
from review.roster import Roster


def show_status(places: Places, *, as_json: bool, today: date) -> Exit:
    """Print where every due county of the year stands."""
    with _uncollected():
        return _show(places, as_json=as_json, today=today)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the collector rest: all that is read is needed to the end, and going over it again costs a fifth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _show(places: Places, *, as_json: bool, today: date) -> Exit:
    try:
        with places.open_ledger(must_exist=True) as ledger:
            history = ledger.told(places.year, apart_from=Kind.ISSUED)
    except LedgerMissing:
        history = []
    roster = recorded_roster(history)
    if roster is None:
        _print_nothing(places, as_json=as_json)
        return Exit.CLEAR
    library = places.library()
    procedure = library.procedure(roster.procedure)
    found = standings(procedure, roster, history)
    shaken = {} if as_json else _shaken(places, procedure, history, found)
    sight = _Sight(library.wording(), procedure, roster, found, shaken)
    if as_json:
        say_json(to_json(places.year, rows_of(sight.found, roster), procedure.states))
    else:
        say("\n".join(_lines(sight, today)))
    return Exit.CLEAR


@dataclass(frozen=True, slots=True)
class _Sight:
    """What the lines are made from."""

    words: Wording
    procedure: Procedure
    roster: Roster
    found: Mapping[str, Standing]
    shaken: Mapping[str, tuple[int, ...]]


def _shaken(
    places: Places, procedure: Procedure, history: list[Told], found: Mapping[str, Standing]
) -> dict[str, tuple[int, ...]]:
    """Return by county the earlier years whose filing has changed since; nothing is read where nothing is filed."""
    if not any(one.filed for one in found.values()):
        return {}
    with places.open_ledger(must_exist=True) as ledger:
        earlier = earlier_told(procedure, ledger, places.year)
    return grounds_of(shaken_in(procedure, places.year, history, found, earlier))


def _print_nothing(places: Places, *, as_json: bool) -> None:
    if as_json:
        say_json({"year": places.year, "counties": []})
    else:
        say(places.library().wording()("status.empty", year=str(places.year)))


def _lines(sight: _Sight, today: date) -> Iterator[str]:
    words, procedure, roster = sight.words, sight.procedure, sight.roster
    rows = rows_of(sight.found, roster)
    filed = sum(row.state in procedure.final for row in rows)
    yield words("status.heading", year=str(roster.year), due=str(len(rows)), filed=str(filed))
    counties = progress(procedure, roster, sight.found, today)
    cities = by_city(procedure, roster, counties)
    for city in cities if len(cities) > 1 else ():
        yield _city_line(city, words)
    for row, one in zip(rows, counties, strict=True):
        said = say_shaken(sight.shaken.get(row.code, ()), words)
        late = _late(one, words) + (words("status.shaken", said=said) if said else "")
        yield "  " + standing_line(row, words, procedure) + late


def _city_line(one: CityProgress, words: Wording) -> str:
    counts = {name: str(getattr(one, name)) for name in ("due", "sent", "done", "excused", "late")}
    return words("status.city", city=one.name, **counts)


def _late(one: Progress, words: Wording) -> str:
    """Tell which level's deadline has passed while the submission still waits for it."""
    if not one.late or one.turn is None or one.deadline is None:
        return ""
    return words("status.late", level=one.turn.name, day=one.deadline.isoformat())
