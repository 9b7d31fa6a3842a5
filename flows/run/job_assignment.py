"""What each stage has to do as the record stands: one job a county, or one a version that goes back."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from flows.intake.filing_history import find_claims_on_undecided, find_disputed_versions
from flows.run.pending_work import classify_arrivals, find_unchecked_versions
from flows.run.run_context import RunContext
from flows.year.issued_outputs import (
    find_unmarked_versions,
    find_versions_without_page,
    get_marked_workbook_path,
    get_page_path,
)
from flows.year.jobs import Job
from flows.year.year_state import YearState
from review.county_state import CountyState, SubmissionVersion


def _plan_receive_jobs(context: RunContext, state: YearState) -> list[Job]:
    fresh = classify_arrivals(state, context.inputs).new_files
    return [
        replace(
            _build_job(context, state, "receive", county),
            files=tuple(str(one.path) for one in files),
            seen_digests=tuple(one.sha256 for one in files),
        )
        for county, files in sorted(fresh.items())
    ]


def _plan_check_jobs(context: RunContext, state: YearState) -> list[Job]:
    """Return what is to be checked again, or for the first time beside what others account."""
    claims = find_claims_on_undecided(state, context.ledger)
    due = [*find_unchecked_versions(state), *find_disputed_versions(state, claims)]
    jobs = ((_build_job(context, state, "check", county), versions) for county, versions in _group_by_county(due))
    return [
        replace(
            job,
            files=tuple(one.sha256 for one in versions),
            check_inputs=replace(job.check_inputs, claims=claims.get(job.county, ())),
        )
        for job, versions in jobs
    ]


def _plan_mark_jobs(context: RunContext, state: YearState) -> list[Job]:
    return [
        _assign_output(_build_job(context, state, "mark", county), one, get_marked_workbook_path(state, county, one))
        for county, one in find_unmarked_versions(state)
    ]


def _plan_report_jobs(context: RunContext, state: YearState) -> list[Job]:
    return [
        _assign_output(_build_job(context, state, "report", county), one, get_page_path(state, county, one))
        for county, one in find_versions_without_page(state)
    ]


def _assign_output(job: Job, version: SubmissionVersion, path: str) -> Job:
    """One job a version: what is written is recorded at once, so that a run stopped again and again gets further."""
    return replace(job, files=(version.sha256,), outputs=(path,))


STAGE_PLANNERS: Final[tuple[tuple[str, Callable[[RunContext, YearState], list[Job]]], ...]] = (
    ("receive", _plan_receive_jobs),
    ("check", _plan_check_jobs),
    ("mark", _plan_mark_jobs),
    ("report", _plan_report_jobs),
)


def _build_job(context: RunContext, state: YearState, stage: str, county: str) -> Job:
    """Return a county's job as the record stands; what it works on, the stage says."""
    return Job(
        stage=stage,
        county=county,
        paths=context.paths,
        county_state=state.county_states.get(county) or CountyState(county=county, state=state.procedure.initial_state),
        procedure=state.procedure.id,
        is_due=context.inputs.roster.find_county(county) is not None,
        check_inputs=state.get_check_inputs(county),
        entry_count=len(state.history),
    )


def _group_by_county(pairs: Iterable[tuple[str, SubmissionVersion]]) -> list[tuple[str, list[SubmissionVersion]]]:
    grouped: dict[str, list[SubmissionVersion]] = {}
    for county, version in pairs:
        if version not in grouped.setdefault(county, []):
            grouped[county].append(version)
    return sorted(grouped.items())
