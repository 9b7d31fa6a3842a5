"""What people handed in and what the record says, read once: all that the stages are judged by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from checks.model.finding import Refusal
from contracts.contract_library import Library
from contracts.messages import Wording
from contracts.procedures import Procedure
from contracts.return_policy import Returning
from flows.year.earlier_filings import EarlierFiling, Shaken, earlier_filings, shaken_in
from flows.year.inbox import Inbox
from flows.year.locations import Places
from ledger.ledger import Ledger
from review.check_inputs import Background, backgrounds, filed_in, openings_in
from review.county_state import Standing
from review.event_replay import standings
from review.events import Entry, Event, Kind
from review.proposal import Proposal
from review.rollup_seals import roll_up_events
from review.roster import Roster


@dataclass(frozen=True, slots=True)
class Handed:
    """One row of a review workbook that was handed in."""

    file: str
    row: int
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Desk:
    """What people handed in this year, read once a run: files, decisions, the roster, and what is wrong with them.

    *openings* are the files of opening balances; they are read only where the record does not know them.
    """

    inbox: Inbox
    roster: Roster
    handed: tuple[Handed, ...]
    openings: tuple[Path, ...] = ()
    refused: tuple[tuple[str, Refusal], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The contracts and the record as they stand at one moment.

    *issued* is the last word on each output, *backgrounds* what each county's check rests on besides its file,
    *earlier* what earlier years have on file, by county, as long as anything is filed in this one.
    """

    places: Places
    library: Library
    words: Wording
    policy: Returning
    procedure: Procedure
    contracts: str
    history: Sequence[Entry]
    standings: Mapping[str, Standing]
    roll_ups: tuple[Event, ...] = ()
    issued: Mapping[str, Event] = field(default_factory=dict)
    backgrounds: Mapping[str, Background] = field(default_factory=dict)
    earlier: Mapping[int, Mapping[str, EarlierFiling]] = field(default_factory=dict)

    def background(self, county: str) -> Background:
        """Return what is on record from the year before."""
        return self.backgrounds.get(county) or Background(year=self.places.year - 1)

    @property
    def shaken(self) -> list[Shaken]:
        """The filings of this year that rest on earlier ones which have changed since."""
        return shaken_in(self.procedure, self.places.year, self.history, self.standings, self.earlier)

    @property
    def last_year(self) -> dict[str, str]:
        """The report by county behind the filing of the year before."""
        return {county: one.filed.report for county, one in self.backgrounds.items() if one.filed is not None}


def set_scene(places: Places, ledger: Ledger, roster: Roster) -> Scene:
    """Read the record anew."""
    scene = scene_of(places, roster, ledger.entries(places.year))
    filed = filed_in(scene.procedure, ledger.entries(places.year - 1))
    return replace(
        scene,
        backgrounds=backgrounds(places.year, filed, openings_in(scene.history)),
        earlier=earlier_filings(scene.procedure, ledger, places.year) if _anything_filed(scene) else {},
    )


def _anything_filed(scene: Scene) -> bool:
    return any(one.filed for one in scene.standings.values())


def scene_of(places: Places, roster: Roster, history: Sequence[Entry]) -> Scene:
    """Return the year as its history tells it."""
    library = places.library()
    procedure = library.procedure(roster.procedure)
    return Scene(
        places=places,
        library=library,
        words=library.wording(),
        policy=library.returning(),
        procedure=procedure,
        contracts=library.version(),
        history=history,
        standings=standings(procedure, roster, history),
        roll_ups=roll_up_events(history),
        issued=latest_issues(history),
    )


def latest_issues(history: Iterable[Entry]) -> dict[str, Event]:
    """Return what the record says last of each output; what was withdrawn is none any more."""
    last = {str(one.event.facts["path"]): one.event for one in history if one.event.kind is Kind.ISSUED}
    return {path: event for path, event in last.items() if event.facts["file"]}
