"""The history that checks are given, read from the record: last year's balances, and the plots that others account."""

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from checks.model.filing_history import FilingHistory, PlotClaim, build_filing_history
from checks.reporting.json_codec import decode_report
from flows.intake.opening_balances import load_recorded_balances
from flows.year.locations import YearPaths
from flows.year.year_state import YearState
from ledger.errors import LedgerMissingError
from ledger.ledger import Ledger
from ledger.object_store import ObjectStore
from review.check_inputs import (
    CheckInputs,
    build_check_inputs,
    find_filed_states,
    find_opening_balances,
    has_active_claims,
)
from review.county_state import CountyState, SubmissionVersion
from review.reductions import apply_reductions


def load_history(check_inputs: CheckInputs, store: ObjectStore) -> FilingHistory:
    """Read what is on record into the value that checks take; figures as they were reviewed."""
    if check_inputs.prior_state is not None and check_inputs.prior_version is not None:
        report = decode_report(json.loads(store.load_object(check_inputs.prior_version.report_sha256)))
        return build_filing_history(
            check_inputs.prior_year, apply_reductions(report, check_inputs.prior_state).figures, check_inputs.claims
        )
    if check_inputs.opening_sha256:
        figures = {
            key: Decimal(amount) for key, amount in load_recorded_balances(store, check_inputs.opening_sha256).items()
        }
        return FilingHistory(year=check_inputs.prior_year, figures=figures, claims=check_inputs.claims)
    return FilingHistory(year=check_inputs.prior_year, claims=check_inputs.claims)


def load_recorded_history(paths: YearPaths, county: str) -> FilingHistory | None:
    """Read what a county's year begins with, for its blank workbook; nothing where no ledger has been made yet."""
    try:
        ledger = paths.open_ledger(must_exist=True)
    except LedgerMissingError:
        return None
    with ledger:
        before, now = ledger.list_entries(paths.year - 1), ledger.list_entries(paths.year)
    package = paths.open_contracts().find_package(county, paths.year)
    filed = find_filed_states(paths.open_contracts().get_procedure(package.procedure), before) if package else {}
    background = build_check_inputs(paths.year, filed, find_opening_balances(now)).get(county)
    return load_history(background, paths.open_store()) if background else None


def find_claims_on_undecided(state: YearState, ledger: Ledger) -> dict[str, tuple[PlotClaim, ...]]:
    """Return, for each county with an undecided version, those of its plots that another submission accounts."""
    return find_competing_claims(
        state,
        ledger,
        {one.county: one.newest_version for one in _list_undecided_states(state) if one.newest_version is not None},
    )


def find_competing_claims(
    state: YearState, ledger: Ledger, versions: Mapping[str, SubmissionVersion]
) -> dict[str, tuple[PlotClaim, ...]]:
    """Return, for the counties of these versions that name plots, those of them that another submission accounts.

    Others are the newest versions of other counties of the year, and whatever any county filed in earlier years.
    """
    year = state.paths.year
    asking = {county: version for county, version in versions.items() if version.plots_sha256}
    if not asking:
        return {}
    from flows.intake.duplicate_claims import ClaimIndex, ClaimSource  # noqa: PLC0415 - polars, only where somebody asks

    index = ClaimIndex(state.paths.state_folder / "claims", state.paths.open_store())
    asked = [ClaimSource(year, county, version.plots_sha256) for county, version in asking.items()]
    claiming = [
        ClaimSource(year, county, version.plots_sha256)
        for year, county, version in (*_list_current_versions(state), *_list_earlier_versions(state, ledger))
        if version.plots_sha256
    ]
    return _group_claims_by_county(
        year, asking, index.find_shared_claims(asked, claiming), {(one.year, one.county) for one in claiming}
    )


def _group_claims_by_county(
    year: int, asking_counties: Iterable[str], shared_claims: Iterable[PlotClaim], claimants: Container[tuple[int, str]]
) -> dict[str, tuple[PlotClaim, ...]]:
    """Return for each county what others claim of the plots that it names; who only asks claims nothing."""
    by_plot: dict[str, list[PlotClaim]] = {}
    for claim in shared_claims:
        by_plot.setdefault(claim.plot, []).append(claim)
    found: dict[str, set[PlotClaim]] = {county: set() for county in asking_counties}
    for claims in by_plot.values():
        for county in {one.county for one in claims if one.year == year and one.county in found}:
            found[county] |= {
                one
                for one in claims
                if (one.year, one.county) != (year, county) and (one.year, one.county) in claimants
            }
    return {county: tuple(sorted(claims)) for county, claims in found.items()}


def find_disputed_versions(
    state: YearState, claims_by_county: Mapping[str, tuple[PlotClaim, ...]]
) -> Iterator[tuple[str, SubmissionVersion]]:
    """Return the newest versions whose check rested on other claims of others than there now are."""
    for county, found in claims_by_county.items():
        newest = state.county_states[county].newest_version
        if (
            newest is not None
            and newest.claims_digest != replace(state.get_check_inputs(county), claims=found).claims_digest
        ):
            yield county, newest


def _list_undecided_states(state: YearState) -> Iterator[CountyState]:
    return (one for one in state.county_states.values() if one.state in state.procedure.state_by_outcome.values())


def _list_current_versions(state: YearState) -> Iterator[tuple[int, str, SubmissionVersion]]:
    for county, standing in state.county_states.items():
        if standing.newest_version is not None and has_active_claims(state.procedure, standing):
            yield state.paths.year, county, standing.newest_version


def _list_earlier_versions(state: YearState, ledger: Ledger) -> Iterator[tuple[int, str, SubmissionVersion]]:
    for year in ledger.list_years():
        if year < state.paths.year:
            for county, standing in find_filed_states(state.procedure, ledger.list_entries(year)).items():
                if standing.newest_version is not None:
                    yield year, county, standing.newest_version
