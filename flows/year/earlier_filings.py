"""What earlier years have on file, and which later years rest on a filing that has changed since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from contracts.procedures import Procedure
from ledger.ledger import Ledger
from review.county_state import Standing, as_filed, recorded_roster
from review.event_replay import standings
from review.events import Entry, Kind, Told

YEARS_BACK = 5  # no plan of the measures runs longer

Recorded = TypeVar("Recorded", Entry, Told)
VersionKey: TypeAlias = tuple[str, str]
"""A county, and the sha256 of one of its files."""


@dataclass(frozen=True, slots=True)
class EarlierFiling:
    """A filing in force of an earlier year: its report, the version filed, and the entry that filed it."""

    report: str
    sha256: str
    sequence: int


def earlier_filings(procedure: Procedure, ledger: Ledger, year: int) -> dict[int, dict[str, EarlierFiling]]:
    """Return the filings in force of the years before, by year and county; years without any are left out."""
    found = {one: filings_of(procedure, ledger.entries(one)) for one in range(year - YEARS_BACK, year)}
    return {one: filings for one, filings in found.items() if filings}


def earlier_told(procedure: Procedure, ledger: Ledger, year: int) -> dict[int, dict[str, EarlierFiling]]:
    """Return the same as `earlier_filings`, at half its cost, for who only looks."""
    past = range(year - YEARS_BACK, year)
    found = {one: filings_of(procedure, ledger.told(one, apart_from=Kind.ISSUED)) for one in past}
    return {one: filings for one, filings in found.items() if filings}


def filings_of(procedure: Procedure, history: Sequence[Recorded]) -> dict[str, EarlierFiling]:
    """Return the filings in force of one year, by county."""
    roster = recorded_roster(history) if history else None
    if roster is None:
        return {}
    entries, found = filing_entries(procedure, history), {}
    for county, standing in standings(procedure, roster, history).items():
        filed = as_filed(procedure, standing)
        entry = entries.get(newest_of(filed)) if filed else None
        if filed and filed.newest and entry:
            found[county] = EarlierFiling(filed.newest.report, filed.newest.sha256, entry.sequence)
    return found


def filing_entries(procedure: Procedure, history: Iterable[Recorded]) -> dict[VersionKey, Recorded]:
    """Return the last entry by which each version was filed; one going over for all counties, however many."""
    final = set(procedure.final)
    filing = {(one.level, one.id) for one in procedure.actions if {one.to_state, one.to_again} & final}
    return {
        (one.event.county, one.event.sha256): one
        for one in history
        if one.event.kind is Kind.DECISION and (one.event.level, one.event.action) in filing
    }


def checks_in(history: Iterable[Entry | Told]) -> dict[VersionKey, int]:
    """Return the number of the last entry by which each version was checked."""
    return {(one.event.county, one.event.sha256): one.sequence for one in history if one.event.kind is Kind.CHECKED}


def newest_of(standing: Standing) -> VersionKey:
    """Return the county and the sha256 of its newest version."""
    return standing.county, standing.newest.sha256 if standing.newest else ""


def shaken_years(
    checked: Mapping[VersionKey, int], filed: Standing, earlier: Mapping[int, Mapping[str, EarlierFiling]]
) -> tuple[int, ...]:
    """Return the earlier years whose filing is younger than the check of this one, which rests on what was before.

    *checked* has the entries of this year's checks, as `checks_in` gives them.
    """
    last = checked.get(newest_of(filed))
    if last is None:
        return ()
    since = ((year, filings.get(filed.county)) for year, filings in sorted(earlier.items()))
    return tuple(year for year, one in since if one is not None and one.sequence > last)


@dataclass(frozen=True, slots=True)
class Shaken:
    """A county's *year* that rests on a filing of an earlier one, *ground*, which has changed since."""

    county: str
    year: int
    ground: int


def grounds_of(shaken: Iterable[Shaken]) -> dict[str, tuple[int, ...]]:
    """Return by county the earlier years that have changed."""
    found: dict[str, tuple[int, ...]] = {}
    for one in shaken:
        found[one.county] = (*found.get(one.county, ()), one.ground)
    return found


def shaken_in(
    procedure: Procedure,
    year: int,
    history: Sequence[Recorded],
    found: Mapping[str, Standing],
    earlier: Mapping[int, Mapping[str, EarlierFiling]],
) -> list[Shaken]:
    """Return the filings of *year* that rest on earlier ones which have changed since; *found* is by county."""
    filed = ((county, as_filed(procedure, one)) for county, one in found.items()) if earlier else ()
    checked = checks_in(history) if earlier else {}
    return [
        Shaken(county, year, ground)
        for county, standing in filed
        if standing is not None
        for ground in shaken_years(checked, standing, earlier)
    ]


def shaken_by(procedure: Procedure, ledger: Ledger, year: int) -> tuple[Shaken, ...]:
    """Return the later years that rest on a filing of *year* as it no longer stands, unless they were checked anew."""
    now = filings_of(procedure, ledger.entries(year))
    found = []
    for later in range(year + 1, year + 1 + YEARS_BACK) if now else ():
        history = ledger.entries(later)
        roster, checked = recorded_roster(history) if history else None, checks_in(history)
        for county, standing in standings(procedure, roster, history).items() if roster else ():
            at = as_filed(procedure, standing) or standing
            decided = at.state not in procedure.on_check.values()
            if decided and shaken_years(checked, at, {year: now}):
                found.append(Shaken(county, later, year))
    return tuple(found)
