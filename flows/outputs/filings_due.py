"""Which filings are due: workbooks of province, cities and counties, receipts, copies of the counties' own files."""

import hashlib
from collections.abc import Container, Iterator, Sequence

from filing.context.filing_context import CITY, COUNTY, PROVINCE, Area
from filing.context.links import (
    build_city_workbook_path,
    build_county_workbook_path,
    build_province_workbook_path,
    build_source_copy_path,
)
from filing.filing_books import FILING_EDITION
from flows.outputs.ended_filings import plan_ended_filings
from flows.outputs.planned_filing import (
    FILING_FOLDER,
    OWN_COPY,
    RECEIPT,
    LastEntries,
    PlannedFiling,
    get_receipt_path,
)
from flows.year.issued_outputs import get_basis_entry, is_current
from flows.year.year_state import YearState
from ledger.errors import SigningKeyError
from ledger.signing_key import Signer
from review.county_state import CountyState, restore_filed_state
from review.events import EventKind, LedgerEntry
from review.roster import DueCounty, Roster


def get_filing_path(roster: Roster) -> str:
    """Return the path of the province's filing, relative to the year's outputs."""
    return FILING_FOLDER + build_province_workbook_path(roster.province[0], roster.year)


def list_due_filings(state: YearState, roster: Roster) -> list[PlannedFiling]:
    """Return the files that are missing or made from an older state of the record."""
    return [planned_filing for planned_filing in list_filings(state, roster) if _is_due(state, planned_filing)]


def _is_due(state: YearState, planned_filing: PlannedFiling) -> bool:
    if not is_current(state, planned_filing.path, planned_filing.basis):
        return True
    return _has_lost_values(state, planned_filing)


def _has_lost_values(state: YearState, planned_filing: PlannedFiling) -> bool:
    """Return whether the stored values of a workbook are missing: the manifest cannot be made without them."""
    values = str(state.issued_outputs[planned_filing.path].facts.get("values", ""))
    return bool(values) and not state.paths.open_store().has_object(values)


def list_filings(state: YearState, roster: Roster) -> list[PlannedFiling]:
    """Return every file of the filing in the order of writing: counties first, so that the targets of links exist."""
    filed_states, reviewed_states = list_filed_counties(state, roster), list_reviewed_counties(state, roster)
    if not reviewed_states and not any(county_state.filings for county_state in state.county_states.values()):
        return []
    key_fingerprint = get_key_fingerprint(state)
    common_basis = _list_common_basis(state, key_fingerprint)
    last_entries = LastEntries.collect(state.history, state.procedure)
    planned_filings: list[PlannedFiling] = []
    for due_county, county_state in filed_states:
        planned_filings += _plan_county_filings(
            state, due_county, county_state, common_basis=common_basis, last_entries=last_entries
        )
    current_paths = {planned_filing.path for planned_filing in planned_filings}
    planned_filings += plan_ended_filings(state, roster, (key_fingerprint, FILING_EDITION), current_paths)
    for city in dict.fromkeys(due_county.city for due_county, _ in reviewed_states):
        planned_filings.append(
            _plan_city_filing(
                state,
                roster,
                city=city,
                reviewed_states=reviewed_states,
                common_basis=common_basis,
                last_entries=last_entries,
            )
        )
    if filed_states:
        planned_filings.append(
            _plan_province_filing(state, roster, filed_states=filed_states, common_basis=common_basis)
        )
    return planned_filings


def _plan_city_filing(
    state: YearState,
    roster: Roster,
    *,
    city: str,
    reviewed_states: Sequence[tuple[DueCounty, CountyState]],
    common_basis: Sequence[str],
    last_entries: LastEntries,
) -> PlannedFiling:
    codes = {due_county.code for due_county in roster.due_counties if due_county.city == city}
    area = Area(CITY, city, roster.cities.get(city, city))
    path = FILING_FOLDER + build_city_workbook_path(city, roster.year)
    contracts_version = find_contracts_version(state, reviewed_states, codes)
    basis_parts = [*common_basis, contracts_version, *_list_earlier_basis(state, codes, city)]
    entry = last_entries.find(codes, city)
    return _plan_filing(
        CITY,
        area,
        path=path,
        entry=entry,
        basis_parts=basis_parts,
    )


def _plan_province_filing(
    state: YearState,
    roster: Roster,
    *,
    filed_states: Sequence[tuple[DueCounty, CountyState]],
    common_basis: Sequence[str],
) -> PlannedFiling:
    codes = set(roster.due_codes)
    area = Area(PROVINCE, *roster.province)
    contracts_version = find_contracts_version(state, filed_states, codes)
    basis_parts = [*common_basis, contracts_version, *_list_earlier_basis(state, codes)]
    return _plan_filing(
        PROVINCE, area, path=get_filing_path(roster), entry=get_basis_entry(state), basis_parts=basis_parts
    )


def list_filed_counties(state: YearState, roster: Roster) -> list[tuple[DueCounty, CountyState]]:
    """Return the due counties with a filing in force, each with its state when it was filed."""
    filed_counties = []
    for due_county in roster.due_counties:
        if due_county.code not in state.county_states:
            continue
        filed_state = restore_filed_state(state.procedure, state.county_states[due_county.code])
        if filed_state is not None:
            filed_counties.append((due_county, filed_state))
    return filed_counties


def list_reviewed_counties(state: YearState, roster: Roster) -> list[tuple[DueCounty, CountyState]]:
    """Return the due counties of the cities' roll-ups: filed ones as filed, and others that their city has approved."""
    filed_states = {due_county.code: filed_state for due_county, filed_state in list_filed_counties(state, roster)}
    closed_states = state.procedure.closed_states.get(state.procedure.levels[1].id, ())
    approved_states = set(closed_states) - set(state.procedure.excused_states)
    reviewed_counties = []
    for due_county in roster.due_counties:
        if due_county.code in filed_states:
            reviewed_counties.append((due_county, filed_states[due_county.code]))
            continue
        county_state = state.county_states.get(due_county.code)
        if county_state and county_state.newest_version and county_state.state in approved_states:
            reviewed_counties.append((due_county, county_state))
    return reviewed_counties


def list_unfiled_states(state: YearState, roster: Roster) -> tuple[CountyState, ...]:
    """Return the states of the due counties without a filing in force, in the order of the roster."""
    county_states = (state.county_states[due_county.code] for due_county in roster.due_counties)
    return tuple(county_state for county_state in county_states if not county_state.filed_sha256s)


def list_excused_codes(state: YearState, roster: Roster) -> frozenset[str]:
    """Return the codes of the due counties that are excused this year."""
    excused_codes = set()
    for due_county in roster.due_counties:
        if state.county_states[due_county.code].state in state.procedure.excused_states:
            excused_codes.add(due_county.code)
    return frozenset(excused_codes)


def find_contracts_version(
    state: YearState, filed_states: Sequence[tuple[DueCounty, CountyState]], county_codes: Container[str]
) -> str:
    """Return the contracts version of the last check of the filed versions of *county_codes*.

    A filing names this version: contracts that change afterwards do not affect it. Without any check, the current
    version is returned.
    """
    filed_versions = set()
    for due_county, county_state in filed_states:
        if due_county.code in county_codes and county_state.newest_version is not None:
            filed_versions.add((due_county.code, county_state.newest_version.sha256))
    for entry in reversed(state.history):
        event = entry.event
        if event.kind is EventKind.CHECKED and (event.county, event.sha256) in filed_versions:
            return str(event.facts["contracts"])
    return state.contracts_version


def get_key_fingerprint(state: YearState) -> str:
    """Return the fingerprint of the signing key, empty if the key is unusable: the stage that signs reports that."""
    try:
        return Signer(state.paths.key_folder).public_key.fingerprint
    except SigningKeyError:
        return ""


def _plan_county_filings(
    state: YearState,
    due_county: DueCounty,
    county_state: CountyState,
    *,
    common_basis: Sequence[str],
    last_entries: LastEntries,
) -> Iterator[PlannedFiling]:
    """Yield the copy of a county's own file, its workbook and its receipt."""
    newest, year, code = county_state.newest_version, state.paths.year, due_county.code
    if newest is None:
        return
    area, entry = Area(COUNTY, code, due_county.name), last_entries.find({code})
    basis_parts = [*common_basis, newest.contracts_sha256, *_list_earlier_basis(state, {code}, code)]
    book_path = FILING_FOLDER + build_county_workbook_path(code, year)
    copy_path = FILING_FOLDER + build_source_copy_path(code, year, newest.number, newest.name)
    yield PlannedFiling(
        kind=OWN_COPY, area=area, path=copy_path, basis=newest.sha256, head=entry.digest, as_of=entry.at
    )
    yield _plan_filing(COUNTY, area, path=book_path, entry=entry, basis_parts=basis_parts)
    yield _plan_filing(RECEIPT, area, path=get_receipt_path(code, year), entry=entry, basis_parts=basis_parts)


def _plan_filing(kind: str, area: Area, *, path: str, entry: LedgerEntry, basis_parts: Sequence[str]) -> PlannedFiling:
    basis = hashlib.sha256("\n".join([entry.digest, *basis_parts]).encode()).hexdigest()
    return PlannedFiling(kind=kind, area=area, path=path, basis=basis, head=entry.digest, as_of=entry.at)


def _list_common_basis(state: YearState, key_fingerprint: str) -> list[str]:
    """Return what every filing rests on besides the entries of its counties: roster, key and edition of the layout."""
    roster_digests = [entry.digest for entry in state.history if entry.event.kind is EventKind.ROSTER]
    return [*roster_digests[-1:], key_fingerprint, FILING_EDITION]


def _list_earlier_basis(state: YearState, county_codes: set[str], area: str = "") -> Iterator[str]:
    """Yield the earlier filings that the counties are compared with: if one is corrected, the comparison is redone.

    The counties of the area (all if it is empty) that fell out since last year are named in the filing as well.
    """
    yield from state.roster_gaps.list_basis(county_codes, area)
    for year, filings in sorted(state.earlier_by_year.items()):
        for county in sorted(county_codes & filings.keys()):
            filing = filings[county]
            yield f"{year} {county} {filing.sequence}{' undone' * filing.is_withdrawn}"
