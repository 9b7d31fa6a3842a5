"""Roll-ups: which of them are sealed, and which may be sealed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contracts.procedures import Effect, Level, Procedure
from review.county_state import CountyState
from review.events import Event, EventKind, LedgerEntry
from review.office_day import parse_office_day
from review.roster import DueCounty, Roster


@dataclass(frozen=True, slots=True)
class RollUpSeal:
    """The newest decision on a roll-up, with the number of its ledger entry and the time of recording (ISO 8601)."""

    is_sealed: bool
    event: Event
    sequence: int
    recorded_at: str


def find_seals(procedure: Procedure, history: Iterable[LedgerEntry]) -> dict[tuple[str, str], RollUpSeal]:
    """Return the newest sealing or unsealing of each roll-up, by level and area."""
    seals: dict[tuple[str, str], RollUpSeal] = {}
    for entry in history:
        event = entry.event
        if event.kind is not EventKind.ROLL_UP:
            continue
        action = procedure.find_action(event.level, event.action)
        if action is not None and action.effect.is_on_area:
            is_sealed = action.effect is Effect.SEAL
            seals[event.level, event.county] = RollUpSeal(is_sealed, event, entry.sequence, entry.at)
    return seals


def list_roll_up_events(history: Iterable[LedgerEntry]) -> tuple[Event, ...]:
    """Return every sealing and unsealing on record, oldest first."""
    return tuple(entry.event for entry in history if entry.event.kind is EventKind.ROLL_UP)


def list_roll_up_days(history: Iterable[LedgerEntry]) -> tuple[date | None, ...]:
    """Return the days on which the sealings and unsealings were recorded, in the same order."""
    return tuple(parse_office_day(entry.at) for entry in history if entry.event.kind is EventKind.ROLL_UP)


def find_sealed_areas(procedure: Procedure, events: Iterable[Event]) -> frozenset[tuple[str, str]]:
    """Return the level and area of every roll-up that is sealed after *events*."""
    sealed_areas: set[tuple[str, str]] = set()
    for event in events:
        action = procedure.find_action(event.level, event.action)
        if action is not None and action.effect is Effect.SEAL:
            sealed_areas.add((event.level, event.county))
        elif action is not None and action.effect is Effect.UNSEAL:
            sealed_areas.discard((event.level, event.county))
    return frozenset(sealed_areas)


def list_due_counties(roster: Roster, level: Level, area: str) -> tuple[DueCounty, ...]:
    """Return the due counties of an area."""
    return tuple(county for county in roster.due_counties if level.get_area_code(county.code) == area)


def find_pending_counties(
    procedure: Procedure, level: Level, due_counties: Sequence[DueCounty], county_states: Mapping[str, CountyState]
) -> list[DueCounty]:
    """Return the due counties that are neither decided at this level nor excused."""
    closed_states = procedure.closed_states.get(level.id, ())
    return [
        due_county
        for due_county in due_counties
        if _get_state(procedure, county_states, due_county.code) not in closed_states
    ]


def _get_state(procedure: Procedure, county_states: Mapping[str, CountyState], county: str) -> str:
    county_state = county_states.get(county)
    if county_state is None:
        return procedure.initial_state
    return county_state.state
