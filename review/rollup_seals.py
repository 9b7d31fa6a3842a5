"""Roll-ups: which are sealed, which may be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.procedures import Effect, Level, Procedure
from review.county_state import CountyState
from review.events import Event, EventKind, LedgerEntry
from review.roster import DueCounty, Roster


@dataclass(frozen=True, slots=True)
class RollUpSeal:
    """The newest word on a roll-up: sealed or opened, by which decision, and which ledger entry says so, and when."""

    is_sealed: bool
    event: Event
    sequence: int
    recorded_at: str


def find_seals(procedure: Procedure, history: Iterable[LedgerEntry]) -> dict[tuple[str, str], RollUpSeal]:
    """Return the newest word on each roll-up that was ever sealed, by level and area."""
    found: dict[tuple[str, str], RollUpSeal] = {}
    for entry in history:
        event = entry.event
        action = procedure.find_action(event.level, event.action) if event.kind is EventKind.ROLL_UP else None
        if action is not None and action.effect in (Effect.SEAL, Effect.UNSEAL):
            sealed = action.effect is Effect.SEAL
            found[event.level, event.county] = RollUpSeal(sealed, event, entry.sequence, entry.at)
    return found


def list_roll_up_events(history: Iterable[LedgerEntry]) -> tuple[Event, ...]:
    """Return every sealing and unsealing on record, oldest first."""
    return tuple(one.event for one in history if one.event.kind is EventKind.ROLL_UP)


def find_sealed_areas(procedure: Procedure, events: Iterable[Event]) -> frozenset[tuple[str, str]]:
    """Return the level and area of every roll-up that is sealed now."""
    sealed: set[tuple[str, str]] = set()
    for event in events:
        action = procedure.find_action(event.level, event.action)
        if action is not None and action.effect is Effect.SEAL:
            sealed.add((event.level, event.county))
        elif action is not None and action.effect is Effect.UNSEAL:
            sealed.discard((event.level, event.county))
    return frozenset(sealed)


def list_due_counties(roster: Roster, level: Level, area: str) -> tuple[DueCounty, ...]:
    """Return the due counties of an area."""
    return tuple(one for one in roster.due_counties if level.get_area_code(one.code) == area)


def find_pending_counties(
    procedure: Procedure, level: Level, due_counties: Sequence[DueCounty], county_states: Mapping[str, CountyState]
) -> list[DueCounty]:
    """Return the due counties that are neither decided at this level nor excused."""
    settled = procedure.closed_states.get(level.id, ())
    return [one for one in due_counties if _get_state(procedure, county_states, one.code) not in settled]


def _get_state(procedure: Procedure, county_states: Mapping[str, CountyState], county: str) -> str:
    standing = county_states.get(county)
    return standing.state if standing else procedure.initial_state
