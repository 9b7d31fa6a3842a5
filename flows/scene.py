"""What people handed in and what the record says, read once: all that the stages are judged by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from checks.findings import Refusal
from contracts.library import Library
from contracts.messages import Wording
from contracts.procedures import Procedure
from flows.inbox import Inbox
from flows.places import Places
from ledger.record import Ledger
from review.decisions import Proposal
from review.events import Entry, Event, Kind
from review.folding import standings
from review.rollups import roll_up_events
from review.roster import Roster
from review.standing import Standing, as_filed, recorded_roster


@dataclass(frozen=True, slots=True)
class Handed:
    """One row of a review workbook that was handed in."""

    file: str
    row: int
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Desk:
    """What people handed in this year, read once a run: files, decisions, the roster, and what is wrong with them."""

    inbox: Inbox
    roster: Roster
    handed: tuple[Handed, ...]
    refused: tuple[tuple[str, Refusal], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The contracts and the record as they stand at one moment.

    *issued* is the last word on each output, *last_year* the report by county behind the filing of the year before.
    """

    places: Places
    library: Library
    words: Wording
    procedure: Procedure
    contracts: str
    history: Sequence[Entry]
    standings: Mapping[str, Standing]
    roll_ups: tuple[Event, ...] = ()
    issued: Mapping[str, Event] = field(default_factory=dict)
    last_year: Mapping[str, str] = field(default_factory=dict)


def set_scene(places: Places, ledger: Ledger, roster: Roster) -> Scene:
    """Read the record anew."""
    scene = scene_of(places, roster, ledger.entries(places.year))
    return replace(scene, last_year=_filed_reports(scene.procedure, ledger.entries(places.year - 1)))


def scene_of(places: Places, roster: Roster, history: Sequence[Entry]) -> Scene:
    """Return the year as its history tells it."""
    library = places.library()
    procedure = library.procedure(roster.procedure)
    return Scene(
        places=places,
        library=library,
        words=library.wording(),
        procedure=procedure,
        contracts=library.version(),
        history=history,
        standings=standings(procedure, roster, history),
        roll_ups=roll_up_events(history),
        issued=latest_issues(history),
    )


def _filed_reports(procedure: Procedure, history: Sequence[Entry]) -> dict[str, str]:
    roster = recorded_roster(history)
    found = standings(procedure, roster, history) if roster else {}
    filed = ((county, as_filed(procedure, one)) for county, one in found.items())
    return {county: one.newest.report for county, one in filed if one is not None and one.newest is not None}


def latest_issues(history: Iterable[Entry]) -> dict[str, Event]:
    """Return what the record says last of each output."""
    return {str(one.event.facts["path"]): one.event for one in history if one.event.kind is Kind.ISSUED}
