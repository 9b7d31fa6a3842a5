"""The inputs and the recorded state of a year, from which each stage finds its work."""

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
from review.roster_gaps import RosterGaps, find_roster_gaps


@dataclass(frozen=True, slots=True)
class SubmittedDecision:
    """One row of a review workbook that was handed in: the file's name, the row's number, and what it proposes."""

    file: str
    row: int
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class YearInputs:
    """What people handed in this year, read once a run: the inbox, the roster, decisions, and unreadable files.

    *opening_files* are files of opening balances, which are read only if they are not on record yet. *refused_files*
    are the names of files of decisions that cannot be read, each with its refusal.
    """

    inbox: Inbox
    roster: Roster
    decisions: tuple[SubmittedDecision, ...]
    opening_files: tuple[Path, ...] = ()
    refused_files: tuple[tuple[str, Refusal], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class YearState:
    """The contracts and the record at one moment.

    *issued_outputs* has the newest event of each output by its path. *check_inputs_by_county* has the recorded inputs
    of each county's check besides its file. *earlier_by_year* has the filings in force of earlier years by year and
    county; it is empty until something is filed in this year. *roster_gaps* are the counties that fell out since last
    year.
    """

    paths: YearPaths
    roster: Roster
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
    roster_gaps: RosterGaps = field(default_factory=RosterGaps)

    def get_check_inputs(self, county: str) -> CheckInputs:
        """Return the recorded inputs of a county's check, which may be empty."""
        return self.check_inputs_by_county.get(county) or CheckInputs(prior_year=self.paths.year - 1)

    @property
    def outdated_filings(self) -> list[OutdatedFiling]:
        """The filings of this year that rest on earlier ones which have changed since."""
        return find_outdated_filings(
            self.procedure, self.paths.year, self.history, self.county_states, self.earlier_by_year
        )

    @property
    def has_arrivals(self) -> bool:
        """Whether anything is known of any county: a file that was taken or refused, or a decision."""
        return any(state.versions or state.refused_files or state.decisions for state in self.county_states.values())

    @property
    def has_filings(self) -> bool:
        """Whether any county has a filing in force."""
        return any(county_state.filed_sha256s for county_state in self.county_states.values())

    @property
    def last_year_reports(self) -> dict[str, str]:
        """The sha256 of the report behind the filing of the year before, by county."""
        return {
            county: check_inputs.prior_version.report_sha256
            for county, check_inputs in self.check_inputs_by_county.items()
            if check_inputs.prior_version is not None
        }


def load_year_state(paths: YearPaths, ledger: Ledger, roster: Roster, *, entry_count: int | None = None) -> YearState:
    """Read the state of the year from the ledger, with what it needs of earlier years.

    If *entry_count* is given, entries of the year after so many are left out.
    """
    state = build_year_state(paths, roster, ledger.list_entries(paths.year)[:entry_count])
    prior_history = ledger.list_entries(paths.year - 1)
    filed_states = find_filed_states(state.procedure, prior_history)
    opening_balances = find_opening_balances(state.history)
    check_inputs_by_county = build_check_inputs(paths.year, filed_states, opening_balances)
    roster_gaps = find_roster_gaps(
        state.procedure, roster, state.county_states, prior_history=prior_history, filed_before=filed_states
    )
    state = replace(state, check_inputs_by_county=check_inputs_by_county, roster_gaps=roster_gaps)
    if not state.has_filings:
        return state
    return replace(state, earlier_by_year=find_earlier_filings(state.procedure, ledger, paths.year))


def build_year_state(paths: YearPaths, roster: Roster, history: Sequence[LedgerEntry]) -> YearState:
    """Return the state of the year that results from its own history alone."""
    library = paths.open_contracts()
    procedure = library.get_procedure(roster.procedure)
    return YearState(
        paths=paths,
        roster=roster,
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
    """Return the newest event of each output by its path; withdrawn outputs are left out."""
    latest: dict[str, Event] = {}
    for entry in history:
        if entry.event.kind is EventKind.ISSUED:
            latest[str(entry.event.facts["path"])] = entry.event
    return {path: event for path, event in latest.items() if event.facts["file"]}
