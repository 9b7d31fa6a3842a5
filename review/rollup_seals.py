"""Roll-ups: which are sealed, which may be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.procedures import Effect, Level, Procedure
from review.county_state import Standing
from review.events import Entry, Event, Kind
from review.roster import Due, Roster


@dataclass(frozen=True, slots=True)
class Sealing:
    """The newest word on a roll-up: sealed or opened, by which decision, and which ledger entry says so, and when."""

    sealed: bool
    event: Event
    sequence: int
    at: str


def sealings(procedure: Procedure, history: Iterable[Entry]) -> dict[tuple[str, str], Sealing]:
    """Return the newest word on each roll-up that was ever sealed, by level and area."""
    found: dict[tuple[str, str], Sealing] = {}
    for entry in history:
        event = entry.event
        action = procedure.action(event.level, event.action) if event.kind is Kind.ROLL_UP else None
        if action is not None and action.effect in (Effect.SEAL, Effect.UNSEAL):
            sealed = action.effect is Effect.SEAL
            found[event.level, event.county] = Sealing(sealed, event, entry.sequence, entry.at)
    return found


def roll_up_events(history: Iterable[Entry]) -> tuple[Event, ...]:
    """Return every sealing and unsealing on record, oldest first."""
    return tuple(one.event for one in history if one.event.kind is Kind.ROLL_UP)


def sealed_areas(procedure: Procedure, events: Iterable[Event]) -> frozenset[tuple[str, str]]:
    """Return the level and area of every roll-up that is sealed now."""
    sealed: set[tuple[str, str]] = set()
    for event in events:
        action = procedure.action(event.level, event.action)
        if action is not None and action.effect is Effect.SEAL:
            sealed.add((event.level, event.county))
        elif action is not None and action.effect is Effect.UNSEAL:
            sealed.discard((event.level, event.county))
    return frozenset(sealed)


def due_in(roster: Roster, level: Level, area: str) -> tuple[Due, ...]:
    """Return the due counties of an area."""
    return tuple(one for one in roster.due if level.area(one.code) == area)


def holding_up(procedure: Procedure, level: Level, due: Sequence[Due], found: Mapping[str, Standing]) -> list[Due]:
    """Return the due counties that are neither decided at this level nor excused."""
    settled = procedure.settled.get(level.id, ())
    return [one for one in due if _state(procedure, found, one.code) not in settled]


def _state(procedure: Procedure, found: Mapping[str, Standing], county: str) -> str:
    standing = found.get(county)
    return standing.state if standing else procedure.start
