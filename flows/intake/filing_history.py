"""Reads the history that checks need from the record: last year's balances, and plots that others account."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain

from checks.model.filing_history import FilingHistory, PlotClaim
from flows.year.check_history import load_history
from flows.year.locations import YearPaths
from flows.year.year_state import YearState
from ledger.errors import LedgerMissingError
from ledger.ledger import Ledger
from review.check_inputs import (
    build_check_inputs,
    find_filed_states,
    find_opening_balances,
    has_active_claims,
)
from review.county_state import CountyState, SubmissionVersion


def load_recorded_history(paths: YearPaths, county: str) -> FilingHistory | None:
    """Return the balances that a county's year begins with, for its blank workbook; None if no ledger exists yet."""
    try:
        ledger = paths.open_ledger(must_exist=True)
    except LedgerMissingError:
        return None
    with ledger:
        prior_entries, entries = ledger.list_entries(paths.year - 1), ledger.list_entries(paths.year)
    library = paths.open_contracts()
    package = library.find_package(county, paths.year)
    filed_states: dict[str, CountyState] = {}
    if package is not None:
        filed_states = find_filed_states(library.get_procedure(package.procedure), prior_entries)
    check_inputs = build_check_inputs(paths.year, filed_states, find_opening_balances(entries)).get(county)
    if check_inputs is None:
        return None
    return load_history(check_inputs, paths.open_store())


def find_claims_on_undecided(state: YearState, ledger: Ledger) -> dict[str, tuple[PlotClaim, ...]]:
    """Return, by county with an undecided version, the claims of other submissions on its plots."""
    undecided_versions: dict[str, SubmissionVersion] = {}
    for county_state in _list_undecided_states(state):
        if county_state.newest_version is not None:
            undecided_versions[county_state.county] = county_state.newest_version
    return find_competing_claims(state, ledger, undecided_versions)


def find_competing_claims(
    state: YearState, ledger: Ledger, versions: Mapping[str, SubmissionVersion]
) -> dict[str, tuple[PlotClaim, ...]]:
    """Return, by county of *versions*, the claims of other submissions on its plots; no entry for one without plots.

    Other submissions are the newest versions of other counties of the year, and all filings of earlier years.
    """
    year = state.paths.year
    asking_versions = {county: version for county, version in versions.items() if version.plots_sha256}
    if not asking_versions:
        return {}
    from flows.intake.duplicate_claims import ClaimIndex, ClaimSource  # noqa: PLC0415 - imports polars, which is slow

    index = ClaimIndex(state.paths.state_folder / "claims", state.paths.open_store())
    asking_sources = [ClaimSource(year, county, version.plots_sha256) for county, version in asking_versions.items()]
    claiming_sources = [
        ClaimSource(claim_year, county, version.plots_sha256)
        for claim_year, county, version in _list_claiming_versions(state, ledger)
        if version.plots_sha256
    ]
    shared_claims = index.find_shared_claims(asking_sources, claiming_sources)
    claimants = {(source.year, source.county) for source in claiming_sources}
    return _group_claims_by_county(year, shared_claims, asking_counties=asking_versions, claimants=claimants)


def _group_claims_by_county(
    year: int,
    shared_claims: Iterable[PlotClaim],
    *,
    asking_counties: Iterable[str],
    claimants: Container[tuple[int, str]],
) -> dict[str, tuple[PlotClaim, ...]]:
    """Return for each asking county what *claimants* other than itself claim of its plots."""
    claims_by_plot: dict[str, list[PlotClaim]] = defaultdict(list)
    for claim in shared_claims:
        claims_by_plot[claim.plot].append(claim)
    claims_by_county: dict[str, set[PlotClaim]] = {county: set() for county in asking_counties}
    for claims in claims_by_plot.values():
        for claim in claims:
            if claim.year == year and claim.county in claims_by_county:
                claims_by_county[claim.county].update(_filter_competing_claims(claims, claim, claimants))
    return {county: tuple(sorted(claims)) for county, claims in claims_by_county.items()}


def _filter_competing_claims(
    claims: Iterable[PlotClaim], own_claim: PlotClaim, claimants: Container[tuple[int, str]]
) -> Iterator[PlotClaim]:
    """Yield the claims of *claimants* other than the county and year of *own_claim*."""
    for claim in claims:
        claimant = (claim.year, claim.county)
        if claimant != (own_claim.year, own_claim.county) and claimant in claimants:
            yield claim


def find_disputed_versions(
    state: YearState, claims_by_county: Mapping[str, tuple[PlotClaim, ...]]
) -> Iterator[tuple[str, SubmissionVersion]]:
    """Yield county and newest version where the claims of others have changed since the version was checked."""
    for county, claims in claims_by_county.items():
        newest = state.county_states[county].newest_version
        check_inputs = replace(state.get_check_inputs(county), claims=claims)
        if newest is not None and newest.claims_digest != check_inputs.claims_digest:
            yield county, newest


def _list_undecided_states(state: YearState) -> Iterator[CountyState]:
    for county_state in state.county_states.values():
        if county_state.state in state.procedure.state_by_outcome.values():
            yield county_state


def _list_claiming_versions(state: YearState, ledger: Ledger) -> Iterator[tuple[int, str, SubmissionVersion]]:
    """Yield year, county and version of every submission whose plots count as accounted."""
    return chain(_list_current_versions(state), _list_earlier_versions(state, ledger))


def _list_current_versions(state: YearState) -> Iterator[tuple[int, str, SubmissionVersion]]:
    for county, county_state in state.county_states.items():
        if county_state.newest_version is not None and has_active_claims(state.procedure, county_state):
            yield state.paths.year, county, county_state.newest_version


def _list_earlier_versions(state: YearState, ledger: Ledger) -> Iterator[tuple[int, str, SubmissionVersion]]:
    for year in ledger.list_years():
        if year >= state.paths.year:
            continue
        for county, filed_state in find_filed_states(state.procedure, ledger.list_entries(year)).items():
            if filed_state.newest_version is not None:
                yield year, county, filed_state.newest_version
