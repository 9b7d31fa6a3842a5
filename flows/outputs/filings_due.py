"""Which filings are due: workbooks of province, cities and counties, receipts, copies of the counties' own files."""

import hashlib
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from filing.context.filing_context import CITY, COUNTY, PROVINCE, Area
from filing.context.links import (
    build_city_workbook_path,
    build_county_workbook_path,
    build_province_workbook_path,
    build_source_copy_path,
)
from filing.filing_books import FILING_EDITION
from flows.year.issued_outputs import is_current
from flows.year.year_state import YearState
from ledger.errors import SigningKeyError
from ledger.signing_key import Signer
from review.county_state import CountyState, restore_filed_state
from review.events import Event, EventKind, LedgerEntry
from review.roster import DueCounty, Roster

FILING_FOLDER = "filing/"
OWN_COPY, RECEIPT = "own", "receipt"
_FILING_EVENT_KINDS = (EventKind.RECEIVED, EventKind.CHECKED, EventKind.DECISION)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFiling:
    """One file of the filing: what it is (province, city, county, receipt or own), whose, and what it rests on.

    *head* and *as_of* are the digest and the time of the newest entry that concerns it.
    """

    kind: str
    area: Area
    path: str
    basis: str
    head: str
    as_of: str


def get_filing_path(roster: Roster) -> str:
    """Return where the province's filing goes, relative to the year's outputs."""
    return FILING_FOLDER + build_province_workbook_path(roster.province[0], roster.year)


def get_receipt_path(county: str, year: int) -> str:
    """Return where a county's receipt goes: to what it is sent back."""
    return f"returned/{county}/{county}-{year}-备案回执.xlsx"


def list_due_filings(state: YearState, roster: Roster) -> list[PlannedFiling]:
    """Return the files that are missing or made from less than the record now holds."""
    return [
        one
        for one in list_filings(state, roster)
        if not is_current(state, one.path, one.basis) or _has_lost_values(state, one)
    ]


def _has_lost_values(state: YearState, planned_filing: PlannedFiling) -> bool:
    """Tell whether what a workbook says is missing from the store: the manifest could not be made without it."""
    values = str(state.issued_outputs[planned_filing.path].facts.get("values", ""))
    return bool(values) and not state.paths.open_store().has_object(values)


def list_filings(state: YearState, roster: Roster) -> list[PlannedFiling]:
    """Return every file of the filing, counties first: what a file links to is there before it."""
    filed, reviewed = list_filed_counties(state, roster), list_reviewed_counties(state, roster)
    if not reviewed:
        return []
    ground = _list_common_basis(state, get_key_fingerprint(state))
    found = [one for due, standing in filed for one in _plan_county_filings(state, due, standing, ground)]
    for city in dict.fromkeys(due.city for due, _ in reviewed):
        members = {one.code for one in roster.due_counties if one.city == city}
        area = Area(CITY, city, roster.cities.get(city, city))
        found.append(
            _plan_filing(
                CITY,
                area,
                FILING_FOLDER + build_city_workbook_path(city, roster.year),
                _find_last_entry(state, members, city),
                [*ground, find_contracts_version(state, reviewed, members), *_list_earlier_basis(state, members)],
            )
        )
    return [*found, _plan_province_filing(state, roster, filed, ground)] if filed else found


def _plan_province_filing(
    state: YearState, roster: Roster, filed_states: Sequence[tuple[DueCounty, CountyState]], basis_parts: Sequence[str]
) -> PlannedFiling:
    resting = next(one for one in reversed(state.history) if one.event.kind is not EventKind.ISSUED)
    codes = {one.code for one in roster.due_counties}
    area = Area(PROVINCE, *roster.province)
    more = [*basis_parts, find_contracts_version(state, filed_states, codes), *_list_earlier_basis(state, codes)]
    return _plan_filing(PROVINCE, area, get_filing_path(roster), resting, more)


def list_filed_counties(state: YearState, roster: Roster) -> list[tuple[DueCounty, CountyState]]:
    """Return the due counties with a filing in force, each as it stood when it was filed."""
    found = (
        (one, restore_filed_state(state.procedure, state.county_states[one.code]))
        for one in roster.due_counties
        if one.code in state.county_states
    )
    return [(due, standing) for due, standing in found if standing is not None]


def list_reviewed_counties(state: YearState, roster: Roster) -> list[tuple[DueCounty, CountyState]]:
    """Return the due counties that stand in their city's roll-up: filed ones as filed, others that it has approved."""
    filed = {due.code: at for due, at in list_filed_counties(state, roster)}
    settled = set(state.procedure.closed_states.get(state.procedure.levels[1].id, ())) - set(
        state.procedure.excused_states
    )
    approved = {
        code: at for code, at in state.county_states.items() if at.state in settled and at.newest_version is not None
    }
    counted = {**approved, **filed}
    return [(one, counted[one.code]) for one in roster.due_counties if one.code in counted]


def find_contracts_version(
    state: YearState, filed_states: Sequence[tuple[DueCounty, CountyState]], county_codes: Container[str]
) -> str:
    """Return the contracts under which what is filed was checked, the last of them where there were several.

    A filing names these: contracts that change afterwards do not touch what is filed.
    """
    behind = {
        (due.code, at.newest_version.sha256)
        for due, at in filed_states
        if at.newest_version is not None and due.code in county_codes
    }
    checks = (one.event for one in reversed(state.history) if one.event.kind is EventKind.CHECKED)
    last = next((one for one in checks if (one.county, one.sha256) in behind), None)
    return str(last.facts["contracts"]) if last is not None else state.contracts_version


def get_key_fingerprint(state: YearState) -> str:
    """Return the fingerprint of the signing key; where the key is of no use, the stage that signs will say so."""
    try:
        return Signer(state.paths.key_folder).public_key.fingerprint
    except SigningKeyError:
        return ""


def _plan_county_filings(
    state: YearState, due_county: DueCounty, county_state: CountyState, basis_parts: Sequence[str]
) -> Iterator[PlannedFiling]:
    newest, year = county_state.newest_version, state.paths.year
    if newest is None:
        return
    area, entry = Area(COUNTY, due_county.code, due_county.name), _find_last_entry(state, {due_county.code})
    more = [*basis_parts, newest.contracts_sha256, *_list_earlier_basis(state, {due_county.code})]
    own = FILING_FOLDER + build_source_copy_path(due_county.code, year, newest.number, newest.name)
    yield PlannedFiling(kind=OWN_COPY, area=area, path=own, basis=newest.sha256, head=entry.digest, as_of=entry.at)
    yield _plan_filing(COUNTY, area, FILING_FOLDER + build_county_workbook_path(due_county.code, year), entry, more)
    yield _plan_filing(RECEIPT, area, get_receipt_path(due_county.code, year), entry, more)


def _plan_filing(kind: str, area: Area, path: str, entry: LedgerEntry, basis_parts: Sequence[str]) -> PlannedFiling:
    basis = hashlib.sha256("\n".join([entry.digest, *basis_parts]).encode()).hexdigest()
    return PlannedFiling(kind=kind, area=area, path=path, basis=basis, head=entry.digest, as_of=entry.at)


def _list_common_basis(state: YearState, key_fingerprint: str) -> list[str]:
    """What every filing rests on besides the entries about its counties: roster, key, and what is shown."""
    roster = [one.digest for one in state.history if one.event.kind is EventKind.ROSTER]
    return [*roster[-1:], key_fingerprint, FILING_EDITION]


def _find_last_entry(state: YearState, county_codes: set[str], city: str = "") -> LedgerEntry:
    """Return the newest entry that concerns any of the counties, or the roll-up of their city."""
    level = state.procedure.levels[1].id

    def is_relevant(event: Event) -> bool:
        if event.kind is EventKind.ROLL_UP:
            return (event.level, event.county) == (level, city)
        return event.kind in _FILING_EVENT_KINDS and event.county in county_codes

    return next(one for one in reversed(state.history) if is_relevant(one.event))


def _list_earlier_basis(state: YearState, county_codes: set[str]) -> list[str]:
    """Name the earlier filings that counties are compared with: a correction of one makes the comparison anew."""
    return [
        f"{year} {county} {one.sequence}"
        for year, filings in sorted(state.earlier_by_year.items())
        for county, one in sorted(filings.items())
        if county in county_codes
    ]
