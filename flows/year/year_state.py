"""What people handed in and what the record says, read once: all that the stages are judged by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from checks.model.finding import Refusal
from contracts.contract_library import ContractLibrary
from contracts.messages import Messages
from contracts.procedures import Procedure
from contracts.return_policy import ReturnPolicy
from flows.year.earlier_filings import EarlierFiling, OutdatedFiling, find_earlier_filings, find_outdated_filings
from flows.year.inbox import Inbox
from flows.year.locations import YearPaths
from ledger.ledger import Ledger
from review.check_inputs import CheckInputs, build_check_inputs, find_filed_states, find_opening_balances
from review.county_state import CountyState
from review.event_replay import replay_events
from review.events import Event, EventKind, LedgerEntry
from review.proposal import Proposal
from review.rollup_seals import list_roll_up_events
from review.roster import Roster


@dataclass(frozen=True, slots=True)
class SubmittedDecision:
    """One row of a review workbook that was handed in."""

    file: str
    row: int
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class YearInputs:
    """What people handed in this year, read once a run: files, decisions, the roster, and what is wrong with them.

    *openings* are the files of opening balances; they are read only where the record does not know them.
    """

    inbox: Inbox
    roster: Roster
    decisions: tuple[SubmittedDecision, ...]
    opening_files: tuple[Path, ...] = ()
    refused_files: tuple[tuple[str, Refusal], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class YearState:
    """The contracts and the record as they stand at one moment.

    *issued* is the last word on each output, *backgrounds* what each county's check rests on besides its file,
    *earlier* what earlier years have on file, by county, as long as anything is filed in this one.
    """

    paths: YearPaths
    library: ContractLibrary
    messages: Messages
    policy: ReturnPolicy
    procedure: Procedure
    contracts_version: str
    history: Sequence[LedgerEntry]
    county_states: Mapping[str, CountyState]
    roll_ups: tuple[Event, ...] = ()
    issued_outputs: Mapping[str, Event] = field(default_factory=dict)
    check_inputs_by_county: Mapping[str, CheckInputs] = field(default_factory=dict)
    earlier_by_year: Mapping[int, Mapping[str, EarlierFiling]] = field(default_factory=dict)

    def get_check_inputs(self, county: str) -> CheckInputs:
        """Return what is on record from the year before."""
        return self.check_inputs_by_county.get(county) or CheckInputs(prior_year=self.paths.year - 1)

    @property
    def outdated_filings(self) -> list[OutdatedFiling]:
        """The filings of this year that rest on earlier ones which have changed since."""
        return find_outdated_filings(
            self.procedure, self.paths.year, self.history, self.county_states, self.earlier_by_year
        )

    @property
    def last_year_reports(self) -> dict[str, str]:
        """The report by county behind the filing of the year before."""
        return {
            county: one.prior_version.report_sha256
            for county, one in self.check_inputs_by_county.items()
            if one.prior_version is not None
        }


def load_year_state(paths: YearPaths, ledger: Ledger, roster: Roster) -> YearState:
    """Read the record anew."""
    scene = build_year_state(paths, roster, ledger.list_entries(paths.year))
    filed = find_filed_states(scene.procedure, ledger.list_entries(paths.year - 1))
    return replace(
        scene,
        check_inputs_by_county=build_check_inputs(paths.year, filed, find_opening_balances(scene.history)),
        earlier_by_year=find_earlier_filings(scene.procedure, ledger, paths.year) if _has_filings(scene) else {},
    )


def _has_filings(state: YearState) -> bool:
    return any(one.filed_sha256s for one in state.county_states.values())


def build_year_state(paths: YearPaths, roster: Roster, history: Sequence[LedgerEntry]) -> YearState:
    """Return the year as its history tells it."""
    library = paths.open_contracts()
    procedure = library.get_procedure(roster.procedure)
    return YearState(
        paths=paths,
        library=library,
        messages=library.get_messages(),
        policy=library.get_return_policy(),
        procedure=procedure,
        contracts_version=library.compute_version(),
        history=history,
        county_states=replay_events(procedure, roster, history),
        roll_ups=list_roll_up_events(history),
        issued_outputs=find_latest_outputs(history),
    )


def find_latest_outputs(history: Iterable[LedgerEntry]) -> dict[str, Event]:
    """Return what the record says last of each output; what was withdrawn is none any more."""
    last = {str(one.event.facts["path"]): one.event for one in history if one.event.kind is EventKind.ISSUED}
    return {path: event for path, event in last.items() if event.facts["file"]}
