"""The jobs of each stage as the record stands: one for each county, or one for each version whose files are due."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain
from typing import Final

from flows.intake.filing_history import find_claims_on_undecided, find_disputed_versions
from flows.run.pending_work import classify_arrivals, find_unchecked_versions
from flows.run.returned_files_due import PlannedReturnedFile, list_due_marked_workbooks, list_due_pages
from flows.run.run_context import RunContext
from flows.year.jobs import Job
from flows.year.year_state import YearState
from review.county_state import CountyState, SubmissionVersion


def _plan_receive_jobs(context: RunContext, state: YearState) -> list[Job]:
    jobs = []
    for county, arrivals in sorted(classify_arrivals(state, context.inputs).new_files.items()):
        files = tuple(str(arrival.path) for arrival in arrivals)
        seen_digests = tuple(arrival.sha256 for arrival in arrivals)
        job = _build_job(context, state, stage="receive", county=county)
        jobs.append(replace(job, files=files, seen_digests=seen_digests))
    return jobs


def _plan_check_jobs(context: RunContext, state: YearState) -> list[Job]:
    """Return the checks of unchecked versions, outdated checks, and versions whose plots others newly claim or free."""
    claims = find_claims_on_undecided(state, context.ledger)
    due_versions = chain(find_unchecked_versions(state), find_disputed_versions(state, claims))
    jobs = []
    for county, versions in _group_by_county(due_versions):
        job = _build_job(context, state, stage="check", county=county)
        files = tuple(version.sha256 for version in versions)
        check_inputs = replace(job.check_inputs, claims=claims.get(county, ()))
        jobs.append(replace(job, files=files, check_inputs=check_inputs))
    return jobs


def _plan_mark_jobs(context: RunContext, state: YearState) -> list[Job]:
    jobs = []
    for planned_file in list_due_marked_workbooks(state):
        job = _build_job(context, state, stage="mark", county=planned_file.county)
        jobs.append(_assign_output(job, planned_file))
    return jobs


def _plan_report_jobs(context: RunContext, state: YearState) -> list[Job]:
    jobs = []
    for planned_file in list_due_pages(state):
        job = _build_job(context, state, stage="report", county=planned_file.county)
        jobs.append(_assign_output(job, planned_file))
    return jobs


def _assign_output(job: Job, planned_file: PlannedReturnedFile) -> Job:
    """Return a job for one version: each output is recorded at once, so that a run that is stopped gets further."""
    return replace(
        job,
        files=(planned_file.version.sha256,),
        outputs=(planned_file.path,),
        basis=planned_file.basis,
        notices=planned_file.notices,
    )


STAGE_PLANNERS: Final[tuple[tuple[str, Callable[[RunContext, YearState], list[Job]]], ...]] = (
    ("receive", _plan_receive_jobs),
    ("check", _plan_check_jobs),
    ("mark", _plan_mark_jobs),
    ("report", _plan_report_jobs),
)


def _build_job(context: RunContext, state: YearState, *, stage: str, county: str) -> Job:
    """Return a county's job as the record stands, without its files, which each stage adds."""
    initial_state = CountyState(county=county, state=state.procedure.initial_state)
    return Job(
        stage=stage,
        county=county,
        paths=context.paths,
        county_state=state.county_states.get(county, initial_state),
        procedure=state.procedure.id,
        is_due=context.inputs.roster.find_county(county) is not None,
        check_inputs=state.get_check_inputs(county),
        entry_count=len(state.history),
    )


def _group_by_county(pairs: Iterable[tuple[str, SubmissionVersion]]) -> list[tuple[str, list[SubmissionVersion]]]:
    """Return the distinct versions of each county, in the order of the counties' codes."""
    versions_by_county: dict[str, list[SubmissionVersion]] = {}
    for county, version in pairs:
        versions = versions_by_county.setdefault(county, [])
        if version not in versions:
            versions.append(version)
    return sorted(versions_by_county.items())
