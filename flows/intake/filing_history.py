"""The history that checks are given, read from the record: last year's balances, and the plots that others account."""

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from checks.model.filing_history import Claim, History, history_of
from checks.reporting.json_codec import report_from_json
from flows.intake.opening_balances import balances_in
from flows.year.locations import Places
from flows.year.year_state import Scene
from ledger.errors import LedgerMissing
from ledger.ledger import Ledger
from ledger.object_store import Store
from review.check_inputs import Background, backgrounds, claims_stand, filed_in, openings_in
from review.county_state import Standing, Version
from review.reductions import reviewed


def history_from(background: Background, store: Store) -> History:
    """Read what is on record into the value that checks take; figures as they were reviewed."""
    if background.ended is not None and background.filed is not None:
        report = report_from_json(json.loads(store.read(background.filed.report)))
        return history_of(background.year, reviewed(report, background.ended).figures, background.claims)
    if background.opening:
        figures = {key: Decimal(amount) for key, amount in balances_in(store, background.opening).items()}
        return History(year=background.year, figures=figures, claims=background.claims)
    return History(year=background.year, claims=background.claims)


def history_on_record(places: Places, county: str) -> History | None:
    """Read what a county's year begins with, for its blank workbook; nothing where no ledger has been made yet."""
    try:
        ledger = places.open_ledger(must_exist=True)
    except LedgerMissing:
        return None
    with ledger:
        before, now = ledger.entries(places.year - 1), ledger.entries(places.year)
    package = places.library().package(county, places.year)
    filed = filed_in(places.library().procedure(package.procedure), before) if package else {}
    background = backgrounds(places.year, filed, openings_in(now)).get(county)
    return history_from(background, places.store()) if background else None


def claims_elsewhere(scene: Scene, ledger: Ledger) -> dict[str, tuple[Claim, ...]]:
    """Return, for each county with an undecided version, those of its plots that another submission accounts."""
    return claims_of(scene, ledger, {one.county: one.newest for one in _undecided(scene) if one.newest is not None})


def claims_of(scene: Scene, ledger: Ledger, versions: Mapping[str, Version]) -> dict[str, tuple[Claim, ...]]:
    """Return, for the counties of these versions that name plots, those of them that another submission accounts.

    Others are the newest versions of other counties of the year, and whatever any county filed in earlier years.
    """
    year = scene.places.year
    asking = {county: version for county, version in versions.items() if version.plots}
    if not asking:
        return {}
    from flows.intake.duplicate_claims import ClaimIndex, Source  # noqa: PLC0415 - polars, only where somebody asks

    index = ClaimIndex(scene.places.state / "claims", scene.places.store())
    asked = [Source(year, county, version.plots) for county, version in asking.items()]
    claiming = [
        Source(year, county, version.plots)
        for year, county, version in (*_this_year(scene), *_earlier(scene, ledger))
        if version.plots
    ]
    return _told(year, asking, index.shared(asked, claiming), {(one.year, one.county) for one in claiming})


def _told(
    year: int, asking: Iterable[str], shared: Iterable[Claim], standing: Container[tuple[int, str]]
) -> dict[str, tuple[Claim, ...]]:
    """Return for each county what others claim of the plots that it names; who only asks claims nothing."""
    by_plot: dict[str, list[Claim]] = {}
    for claim in shared:
        by_plot.setdefault(claim.plot, []).append(claim)
    found: dict[str, set[Claim]] = {county: set() for county in asking}
    for claims in by_plot.values():
        for county in {one.county for one in claims if one.year == year and one.county in found}:
            found[county] |= {
                one for one in claims if (one.year, one.county) != (year, county) and (one.year, one.county) in standing
            }
    return {county: tuple(sorted(claims)) for county, claims in found.items()}


def disputed(scene: Scene, claims: Mapping[str, tuple[Claim, ...]]) -> Iterator[tuple[str, Version]]:
    """Return the newest versions whose check rested on other claims of others than there now are."""
    for county, found in claims.items():
        newest = scene.standings[county].newest
        if newest is not None and newest.disputed != replace(scene.background(county), claims=found).disputed:
            yield county, newest


def _undecided(scene: Scene) -> Iterator[Standing]:
    return (one for one in scene.standings.values() if one.state in scene.procedure.on_check.values())


def _this_year(scene: Scene) -> Iterator[tuple[int, str, Version]]:
    for county, standing in scene.standings.items():
        if standing.newest is not None and claims_stand(scene.procedure, standing):
            yield scene.places.year, county, standing.newest


def _earlier(scene: Scene, ledger: Ledger) -> Iterator[tuple[int, str, Version]]:
    for year in ledger.years():
        if year < scene.places.year:
            for county, standing in filed_in(scene.procedure, ledger.entries(year)).items():
                if standing.newest is not None:
                    yield year, county, standing.newest
