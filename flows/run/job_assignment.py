"""What each stage has to do as the record stands: one job a county, or one a version that goes back."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from flows.intake.filing_history import claims_elsewhere, disputed
from flows.run.pending_work import sort_arrivals, unchecked
from flows.run.run_context import Year
from flows.year.issued_outputs import page_path, returned_path, unmarked, unreported
from flows.year.jobs import Job
from flows.year.year_state import Scene
from review.county_state import Standing, Version


def _receivings(year: Year, scene: Scene) -> list[Job]:
    fresh = sort_arrivals(scene, year.desk).fresh
    return [
        replace(
            _job(year, scene, "receive", county),
            files=tuple(str(one.path) for one in files),
            looks=tuple(one.sha256 for one in files),
        )
        for county, files in sorted(fresh.items())
    ]


def _checkings(year: Year, scene: Scene) -> list[Job]:
    """Return what is to be checked again, or for the first time beside what others account."""
    claims = claims_elsewhere(scene, year.ledger)
    due = [*unchecked(scene), *disputed(scene, claims)]
    jobs = ((_job(year, scene, "check", county), versions) for county, versions in _by_county(due))
    return [
        replace(
            job,
            files=tuple(one.sha256 for one in versions),
            background=replace(job.background, claims=claims.get(job.county, ())),
        )
        for job, versions in jobs
    ]


def _markings(year: Year, scene: Scene) -> list[Job]:
    return [
        _goes_back(_job(year, scene, "mark", county), one, returned_path(scene, county, one))
        for county, one in unmarked(scene)
    ]


def _reportings(year: Year, scene: Scene) -> list[Job]:
    return [
        _goes_back(_job(year, scene, "report", county), one, page_path(scene, county, one))
        for county, one in unreported(scene)
    ]


def _goes_back(job: Job, version: Version, path: str) -> Job:
    """One job a version: what is written is recorded at once, so that a run stopped again and again gets further."""
    return replace(job, files=(version.sha256,), outputs=(path,))


STAGES: Final[tuple[tuple[str, Callable[[Year, Scene], list[Job]]], ...]] = (
    ("receive", _receivings),
    ("check", _checkings),
    ("mark", _markings),
    ("report", _reportings),
)


def _job(year: Year, scene: Scene, stage: str, county: str) -> Job:
    """Return a county's job as the record stands; what it works on, the stage says."""
    return Job(
        stage=stage,
        county=county,
        places=year.places,
        standing=scene.standings.get(county) or Standing(county=county, state=scene.procedure.start),
        procedure=scene.procedure.id,
        due=year.desk.roster.county(county) is not None,
        background=scene.background(county),
        after=len(scene.history),
    )


def _by_county(pairs: Iterable[tuple[str, Version]]) -> list[tuple[str, list[Version]]]:
    grouped: dict[str, list[Version]] = {}
    for county, version in pairs:
        if version not in grouped.setdefault(county, []):
            grouped[county].append(version)
    return sorted(grouped.items())
