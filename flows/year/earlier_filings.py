"""The filings of earlier years, and the filings that rest on an earlier one which has changed since."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from contracts.plans import Plan
from contracts.procedures import Procedure
from ledger.ledger import Ledger
from review.county_state import CountyState, find_recorded_roster, restore_filed_state
from review.event_replay import replay_events
from review.events import EventKind, EventSummary, LedgerEntry
from review.filing_records import FilingRecord, find_record_in_force

# No plan of the measures runs for more years.
MAX_EARLIER_YEARS = 5

EventRecord = TypeVar("EventRecord", LedgerEntry, EventSummary)
VersionKey: TypeAlias = tuple[str, str]
"""A county, and the sha256 of one of its files."""


@dataclass(frozen=True, slots=True)
class EarlierFiling:
    """A county's filing of an earlier year: its report, the version filed, and the entry that filed it.

    *report* is empty if the last filing was undone; *sequence* is then that of the undoing. *records* are all filings
    of the county in that year, oldest first.
    """

    report: str
    sha256: str
    sequence: int
    records: tuple[FilingRecord, ...] = ()

    @property
    def is_withdrawn(self) -> bool:
        """Whether nothing is in force any more."""
        return not self.report

    def has_changed_since(self, sequence: int) -> bool:
        """Return whether another filing, or none, was in force when an entry was recorded."""
        in_force_then = None
        for record in self.records:
            is_undone_by_then = record.is_undone and record.undone_sequence < sequence
            if record.sequence < sequence and not is_undone_by_then:
                in_force_then = record.number
        in_force = find_record_in_force(self.records)
        return in_force_then != (in_force.number if in_force else None)


def find_earlier_filings(procedure: Procedure, ledger: Ledger, year: int) -> dict[int, dict[str, EarlierFiling]]:
    """Return the filings of the years before *year*, by year and county; years without any are left out.

    Those that were undone are among them, because later years may rest on them.
    """
    filings_by_year = {}
    for earlier_year in _list_earlier_years(year):
        filings = find_earlier_filings_of_year(procedure, ledger.list_entries(earlier_year))
        if filings:
            filings_by_year[earlier_year] = filings
    return filings_by_year


def find_earlier_filings_from_summaries(
    procedure: Procedure, ledger: Ledger, year: int
) -> dict[int, dict[str, EarlierFiling]]:
    """Return the same as `find_earlier_filings` at half the cost, for callers that only read."""
    filings_by_year = {}
    for earlier_year in _list_earlier_years(year):
        history = ledger.list_events(earlier_year, excluded_kind=EventKind.ISSUED)
        filings = find_earlier_filings_of_year(procedure, history)
        if filings:
            filings_by_year[earlier_year] = filings
    return filings_by_year


def select_past_filings(
    earlier_by_year: Mapping[int, Mapping[str, EarlierFiling]], county: str, plan: Plan | None
) -> dict[int, EarlierFiling]:
    """Return a county's filings of earlier years of its plan, of all earlier years if it has no plan."""
    filings = {}
    for year, filings_by_county in earlier_by_year.items():
        filing = filings_by_county.get(county)
        if filing is not None and not filing.is_withdrawn and (plan is None or year in plan.years):
            filings[year] = filing
    return filings


def _list_earlier_years(year: int) -> range:
    return range(year - MAX_EARLIER_YEARS, year)


def find_filings_in_force(procedure: Procedure, history: Sequence[EventRecord]) -> dict[str, EarlierFiling]:
    """Return the filings in force of one year, by county."""
    filings = find_earlier_filings_of_year(procedure, history)
    return {county: filing for county, filing in filings.items() if not filing.is_withdrawn}


def find_earlier_filings_of_year(procedure: Procedure, history: Sequence[EventRecord]) -> dict[str, EarlierFiling]:
    """Return the newest filing of each county in one year, undone ones included."""
    roster = find_recorded_roster(history)
    if roster is None:
        return {}
    filing_entries = index_filing_entries(procedure, history)
    filings = {}
    for county, county_state in replay_events(procedure, roster, history).items():
        filed_state = restore_filed_state(procedure, county_state)
        if filed_state is None or filed_state.newest_version is None:
            if county_state.filings:
                last = county_state.filings[-1]
                filings[county] = EarlierFiling("", last.sha256, last.undone_sequence, county_state.filings)
            continue
        version = filed_state.newest_version
        entry = filing_entries.get(get_version_key(filed_state))
        if entry is not None:
            filings[county] = EarlierFiling(version.report_sha256, version.sha256, entry.sequence, county_state.filings)
    return filings


def index_filing_entries(procedure: Procedure, history: Iterable[EventRecord]) -> dict[VersionKey, EventRecord]:
    """Return the last entry by which each version was filed; one pass over *history* serves all counties."""
    filing_actions = set(_list_filing_actions(procedure))
    entries = {}
    for entry in history:
        event = entry.event
        if event.kind is EventKind.DECISION and (event.level, event.action) in filing_actions:
            entries[event.county, event.sha256] = entry
    return entries


def _list_filing_actions(procedure: Procedure) -> Iterator[tuple[str, str]]:
    """Yield level and id of every action that can lead to a final state."""
    for action in procedure.actions:
        if action.to_state in procedure.final_states or action.to_state_if_filed_before in procedure.final_states:
            yield action.level, action.id


def index_check_entries(history: Iterable[LedgerEntry | EventSummary]) -> dict[VersionKey, int]:
    """Return the number of the last entry by which each version was checked."""
    return {
        (entry.event.county, entry.event.sha256): entry.sequence
        for entry in history
        if entry.event.kind is EventKind.CHECKED
    }


def get_version_key(county_state: CountyState) -> VersionKey:
    """Return the county and the sha256 of its newest version, empty if it has none."""
    if county_state.newest_version is None:
        return county_state.county, ""
    return county_state.county, county_state.newest_version.sha256


def find_outdated_years(
    check_entries: Mapping[VersionKey, int],
    filed_state: CountyState,
    earlier_by_year: Mapping[int, Mapping[str, EarlierFiling]],
) -> tuple[int, ...]:
    """Return the earlier years whose filing is another one than that on which this county's check rests.

    It was made anew, replaced by a correction, or undone since.

    *check_entries* has the entries of this year's checks, as `index_check_entries` returns them.
    """
    check_sequence = check_entries.get(get_version_key(filed_state))
    if check_sequence is None:
        return ()
    outdated_years = []
    for year, filings in sorted(earlier_by_year.items()):
        filing = filings.get(filed_state.county)
        if filing is not None and filing.has_changed_since(check_sequence):
            outdated_years.append(year)
    return tuple(outdated_years)


@dataclass(frozen=True, slots=True)
class OutdatedFiling:
    """A county's filing of *year* that rests on its filing of *changed_year*, which has changed since."""

    county: str
    year: int
    changed_year: int


def group_changed_years(outdated_filings: Iterable[OutdatedFiling]) -> dict[str, tuple[int, ...]]:
    """Return by county the earlier years that have changed."""
    years_by_county: dict[str, tuple[int, ...]] = {}
    for filing in outdated_filings:
        years_by_county[filing.county] = (*years_by_county.get(filing.county, ()), filing.changed_year)
    return years_by_county


def find_outdated_filings(
    procedure: Procedure,
    year: int,
    history: Sequence[EventRecord],
    county_states: Mapping[str, CountyState],
    earlier_by_year: Mapping[int, Mapping[str, EarlierFiling]],
) -> list[OutdatedFiling]:
    """Return the filings of *year* that rest on earlier filings which have changed since.

    *history* and *county_states* are those of *year*; *earlier_by_year* has the filings in force by year and county.
    """
    if not earlier_by_year:
        return []
    check_entries = index_check_entries(history)
    outdated_filings = []
    for county, county_state in county_states.items():
        filed_state = restore_filed_state(procedure, county_state)
        if filed_state is not None:
            changed_years = find_outdated_years(check_entries, filed_state, earlier_by_year)
            outdated_filings += [OutdatedFiling(county, year, changed_year) for changed_year in changed_years]
    return outdated_filings


def find_filings_outdated_by(procedure: Procedure, ledger: Ledger, year: int) -> tuple[OutdatedFiling, ...]:
    """Return the later filings that rest on an outdated filing of *year*, unless they were checked again since."""
    filings = find_earlier_filings_of_year(procedure, ledger.list_entries(year))
    if not filings:
        return ()
    outdated_filings = []
    for later_year in range(year + 1, year + 1 + MAX_EARLIER_YEARS):
        counties = _find_outdated_counties(procedure, ledger.list_entries(later_year), {year: filings})
        outdated_filings += [OutdatedFiling(county, later_year, year) for county in counties]
    return tuple(outdated_filings)


def _find_outdated_counties(
    procedure: Procedure,
    history: Sequence[LedgerEntry],
    earlier_by_year: Mapping[int, Mapping[str, EarlierFiling]],
) -> Iterator[str]:
    """Yield the decided counties of one year whose check is older than an earlier filing it rests on."""
    roster = find_recorded_roster(history)
    if roster is None:
        return
    check_entries = index_check_entries(history)
    undecided_states = procedure.state_by_outcome.values()
    for county, county_state in replay_events(procedure, roster, history).items():
        decided_state = restore_filed_state(procedure, county_state) or county_state
        if decided_state.state in undecided_states:
            continue
        if find_outdated_years(check_entries, decided_state, earlier_by_year):
            yield county
