"""What earlier years have on file, and which later years rest on a filing that has changed since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from contracts.procedures import Procedure
from ledger.ledger import Ledger
from review.county_state import CountyState, find_recorded_roster, restore_filed_state
from review.event_replay import replay_events
from review.events import EventKind, EventSummary, LedgerEntry

MAX_EARLIER_YEARS = 5  # no plan of the measures runs longer

EventRecord = TypeVar("EventRecord", LedgerEntry, EventSummary)
VersionKey: TypeAlias = tuple[str, str]
"""A county, and the sha256 of one of its files."""


@dataclass(frozen=True, slots=True)
class EarlierFiling:
    """A filing in force of an earlier year: its report, the version filed, and the entry that filed it."""

    report: str
    sha256: str
    sequence: int


def find_earlier_filings(procedure: Procedure, ledger: Ledger, year: int) -> dict[int, dict[str, EarlierFiling]]:
    """Return the filings in force of the years before, by year and county; years without any are left out."""
    found = {
        one: find_filings_in_force(procedure, ledger.list_entries(one)) for one in range(year - MAX_EARLIER_YEARS, year)
    }
    return {one: filings for one, filings in found.items() if filings}


def find_earlier_filings_from_summaries(
    procedure: Procedure, ledger: Ledger, year: int
) -> dict[int, dict[str, EarlierFiling]]:
    """Return the same as `earlier_filings`, at half its cost, for who only looks."""
    past = range(year - MAX_EARLIER_YEARS, year)
    found = {
        one: find_filings_in_force(procedure, ledger.list_events(one, excluded_kind=EventKind.ISSUED)) for one in past
    }
    return {one: filings for one, filings in found.items() if filings}


def find_filings_in_force(procedure: Procedure, history: Sequence[EventRecord]) -> dict[str, EarlierFiling]:
    """Return the filings in force of one year, by county."""
    roster = find_recorded_roster(history) if history else None
    if roster is None:
        return {}
    entries, found = index_filing_entries(procedure, history), {}
    for county, standing in replay_events(procedure, roster, history).items():
        filed = restore_filed_state(procedure, standing)
        entry = entries.get(get_version_key(filed)) if filed else None
        if filed and filed.newest_version and entry:
            found[county] = EarlierFiling(
                filed.newest_version.report_sha256, filed.newest_version.sha256, entry.sequence
            )
    return found


def index_filing_entries(procedure: Procedure, history: Iterable[EventRecord]) -> dict[VersionKey, EventRecord]:
    """Return the last entry by which each version was filed; one going over for all counties, however many."""
    final = set(procedure.final_states)
    filing = {(one.level, one.id) for one in procedure.actions if {one.to_state, one.to_state_if_filed_before} & final}
    return {
        (one.event.county, one.event.sha256): one
        for one in history
        if one.event.kind is EventKind.DECISION and (one.event.level, one.event.action) in filing
    }


def index_check_entries(history: Iterable[LedgerEntry | EventSummary]) -> dict[VersionKey, int]:
    """Return the number of the last entry by which each version was checked."""
    return {
        (one.event.county, one.event.sha256): one.sequence for one in history if one.event.kind is EventKind.CHECKED
    }


def get_version_key(county_state: CountyState) -> VersionKey:
    """Return the county and the sha256 of its newest version."""
    return county_state.county, county_state.newest_version.sha256 if county_state.newest_version else ""


def find_outdated_years(
    check_entries: Mapping[VersionKey, int],
    filed_state: CountyState,
    earlier_by_year: Mapping[int, Mapping[str, EarlierFiling]],
) -> tuple[int, ...]:
    """Return the earlier years whose filing is younger than the check of this one, which rests on what was before.

    *checked* has the entries of this year's checks, as `checks_in` gives them.
    """
    last = check_entries.get(get_version_key(filed_state))
    if last is None:
        return ()
    since = ((year, filings.get(filed_state.county)) for year, filings in sorted(earlier_by_year.items()))
    return tuple(year for year, one in since if one is not None and one.sequence > last)


@dataclass(frozen=True, slots=True)
class OutdatedFiling:
    """A county's *year* that rests on a filing of an earlier one, *ground*, which has changed since."""

    county: str
    year: int
    changed_year: int


def group_changed_years(outdated_filings: Iterable[OutdatedFiling]) -> dict[str, tuple[int, ...]]:
    """Return by county the earlier years that have changed."""
    found: dict[str, tuple[int, ...]] = {}
    for one in outdated_filings:
        found[one.county] = (*found.get(one.county, ()), one.changed_year)
    return found


def find_outdated_filings(
    procedure: Procedure,
    year: int,
    history: Sequence[EventRecord],
    county_states: Mapping[str, CountyState],
    earlier_by_year: Mapping[int, Mapping[str, EarlierFiling]],
) -> list[OutdatedFiling]:
    """Return the filings of *year* that rest on earlier ones which have changed since; *found* is by county."""
    filed = (
        ((county, restore_filed_state(procedure, one)) for county, one in county_states.items())
        if earlier_by_year
        else ()
    )
    checked = index_check_entries(history) if earlier_by_year else {}
    return [
        OutdatedFiling(county, year, ground)
        for county, standing in filed
        if standing is not None
        for ground in find_outdated_years(checked, standing, earlier_by_year)
    ]


def find_filings_outdated_by(procedure: Procedure, ledger: Ledger, year: int) -> tuple[OutdatedFiling, ...]:
    """Return the later years that rest on a filing of *year* as it no longer stands, unless they were checked anew."""
    now = find_filings_in_force(procedure, ledger.list_entries(year))
    found = []
    for later in range(year + 1, year + 1 + MAX_EARLIER_YEARS) if now else ():
        history = ledger.list_entries(later)
        roster, checked = find_recorded_roster(history) if history else None, index_check_entries(history)
        for county, standing in replay_events(procedure, roster, history).items() if roster else ():
            at = restore_filed_state(procedure, standing) or standing
            decided = at.state not in procedure.state_by_outcome.values()
            if decided and find_outdated_years(checked, at, {year: now}):
                found.append(OutdatedFiling(county, later, year))
    return tuple(found)
