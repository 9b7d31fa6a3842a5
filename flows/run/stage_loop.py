"""Runs the stages of a year in their order as far as it can advance; each result is recorded as soon as possible."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from contracts.procedures import Effect
from flows.decisions.pending_decisions import build_recording_key, evaluate_decisions
from flows.intake.accompanying_papers import keep_paper, list_new_papers
from flows.intake.opening_balances import evaluate_opening_balances
from flows.outputs.output_jobs import plan_filing_jobs, plan_review_jobs, write_planned_output
from flows.outputs.output_plan import archive_contracts, plan_notices, plan_summaries
from flows.outputs.write_evidence import write_evidence
from flows.run.failure_log import list_stack_lines, name_error_kind
from flows.run.job_assignment import STAGE_PLANNERS
from flows.run.pending_work import build_roster_event
from flows.run.run_context import JobFailure, JobResult, RunContext
from flows.run.run_job import run_job
from flows.year.issued_outputs import find_unfinished_outputs
from flows.year.jobs import AnyJob, Job, JobOutcome, OutputJob, ProgressLine
from flows.year.year_state import YearState
from ledger.atomic_files import commit_file, remove_abandoned_files
from ledger.errors import (
    HeadMovedError,
    LedgerUnavailableError,
    OutputBusyError,
    StoreUnavailableError,
    get_disk_failure,
)
from review.events import Event

# Below this number, handing outputs to other threads or processes costs more than it gains.
MIN_OUTPUTS_FOR_TASKS: Final = 12


def run_stages_once(context: RunContext) -> list[JobFailure]:
    """Receive, check, decide, mark and file what can be; return the failures.

    The run may be stopped at any moment and started again. Raises `HeadMovedError` if another process recorded
    something meanwhile: run the stages again on top of it.
    """
    _finish_outputs(context.load_state())
    archive_contracts(context.paths)
    _record_roster(context)
    _record_opening_balances(context)
    _keep_papers(context)
    failures = _run_county_stages(context)
    # A returned submission frees the plots that it claimed, so that others must be checked again.
    while _record_decisions(context):
        failures += _run_county_stages(context)
    # A decision may have changed what a county's returned files show.
    failures += _run_county_stages(context)
    failures += _write_output(context, "evidence", partial(_write_evidence, context))
    return failures + _write_outputs(context)


def _run_county_stages(context: RunContext) -> list[JobFailure]:
    failures: list[JobFailure] = []
    for stage, plan_jobs in STAGE_PLANNERS:
        failures += _run_jobs(context, stage, plan_jobs(context, context.load_state()))
    return failures


def _write_outputs(context: RunContext) -> list[JobFailure]:
    """Write all outputs that are due, as the record stands before the first of them."""
    state, roster = context.load_state(), context.inputs.roster
    notices, summaries = list(plan_notices(state, roster)), list(plan_summaries(state, roster, context.load_state))
    job_groups = list(plan_review_jobs(state, roster)), list(plan_filing_jobs(state, roster))
    failures: list[JobFailure] = []
    for stage, make_output in notices:
        failures += _write_output(context, stage, make_output)
    for jobs in job_groups:
        failures += _run_output_jobs(context, jobs)
    for stage, make_output in summaries:
        failures += _write_output(context, stage, make_output)
    return failures


def _run_output_jobs(context: RunContext, jobs: Sequence[OutputJob]) -> list[JobFailure]:
    """Run the jobs of outputs; a few of them are not worth tasks of their own."""
    failures: list[JobFailure] = []
    if len(jobs) < MIN_OUTPUTS_FOR_TASKS:
        for job in jobs:
            failures += _write_output(context, job.stage, partial(write_planned_output, job))
        return failures
    for job, result in zip(jobs, context.run_jobs(jobs[0].stage, jobs), strict=True):
        if isinstance(result, JobFailure):
            failures.append(_report_failure(context, replace(result, county="")))
        else:
            failures += _record_outcome_safely(context, job.stage, "", result)
    return failures


def _write_evidence(context: RunContext) -> JobOutcome:
    return write_evidence(context.load_state(), context.inputs.roster)


def _write_output(context: RunContext, stage: str, make_output: Callable[[], JobOutcome]) -> list[JobFailure]:
    try:
        _record_outcome(context, stage, "", make_output())
    except (HeadMovedError, LedgerUnavailableError):
        raise
    except Exception as error:  # noqa: BLE001 - what is recorded stays valid, and the next run writes the output
        return [_report_failure(context, build_failure(stage, "", error))]
    return []


def _finish_outputs(state: YearState) -> None:
    """Move the staged outputs of a killed run to their paths, and delete files that it abandoned."""
    for path, sha256 in find_unfinished_outputs(state):
        commit_file(path, sha256)
    remove_abandoned_files(state.paths.output_folder / str(state.paths.year), ())


def run_jobs_inline(_: str, jobs: Sequence[AnyJob]) -> Iterator[JobResult]:
    """Run jobs one after the other in this process."""
    return map(run_job_safely, jobs)


def run_job_safely(job: AnyJob) -> JobResult:
    """Run a job; return a failure instead of raising an error."""
    try:
        return run_job(job)
    except Exception as error:  # noqa: BLE001 - a failure of one county must not stop the others
        return build_failure(job.stage, job.county, error)


def build_failure(stage: str, county: str, error: BaseException) -> JobFailure:
    """Return an error as a failure with its stack, for the log of the run."""
    return JobFailure(stage, county, list_stack_lines(error), _describe_failure(error))


def _describe_failure(error: BaseException) -> ProgressLine:
    """Return a line that names the cause: an open file, a full or broken disk, or else a fault of the program."""
    if isinstance(error, OutputBusyError):
        return ProgressLine("output_busy", {"path": str(error.path)})
    if isinstance(error, StoreUnavailableError):
        return ProgressLine(f"store_{error.fault}", {"place": error.place})
    disk_failure = get_disk_failure(error)
    if disk_failure:
        return ProgressLine(f"disk_{disk_failure}", {})
    return ProgressLine("failed", {"reason": name_error_kind(error)})


def _report_failure(context: RunContext, failure: JobFailure) -> JobFailure:
    context.report_progress(failure.stage, failure.county, failure.line)
    return failure


def _run_jobs(context: RunContext, stage: str, jobs: Sequence[Job]) -> list[JobFailure]:
    if not jobs:
        return []
    failures = []
    for job, result in zip(jobs, context.run_jobs(stage, jobs), strict=True):
        if isinstance(result, JobFailure):
            failures.append(_report_failure(context, result))
        else:
            failures += _record_outcome_safely(context, stage, job.county, result)
    return failures


def _record_outcome_safely(context: RunContext, stage: str, county: str, outcome: JobOutcome) -> list[JobFailure]:
    """Record an outcome; if an output's path is held open, the staged file waits beside it for the next run."""
    try:
        _record_outcome(context, stage, county, outcome)
    except OutputBusyError as error:
        return [_report_failure(context, build_failure(stage, county, error))]
    return []


def _record_outcome(context: RunContext, stage: str, county: str, outcome: JobOutcome) -> None:
    for event, key in outcome.events:
        context.guarded_ledger.append(event, key=key)
    for path, sha256 in outcome.staged_outputs:
        commit_file(path, sha256)
    for line in outcome.lines:
        context.report_progress(stage, county, line)


def _record_roster(context: RunContext) -> None:
    event_and_key = build_roster_event(context.load_state(), context.inputs.roster)
    if event_and_key is not None:
        line = ProgressLine("roster", {"count": str(len(context.inputs.roster.due_counties))})
        _record_outcome(context, "roster", "", JobOutcome((event_and_key,), (line,)))


def _record_opening_balances(context: RunContext) -> None:
    state = context.load_state()
    for opening in evaluate_opening_balances(state, context.inputs)[0]:
        state.paths.open_store().store_object(opening.stored_figures)
        event = opening.event
        line = ProgressLine("opening", {name: str(event.facts[name]) for name in ("number", "by")})
        _record_outcome(context, "opening", event.county, JobOutcome(((event, opening.key),), (line,)))


def _keep_papers(context: RunContext) -> None:
    state = context.load_state()
    for paper in list_new_papers(state, context.inputs):
        _record_outcome(context, "receive", paper.county, keep_paper(state, paper))


def _record_decisions(context: RunContext) -> bool:
    """Record decisions until none can be recorded any more, so that the order of the rows does not matter.

    Return whether any of them returned a submission.
    """
    has_returned = False
    state = context.load_state()
    while events := evaluate_decisions(state, context.inputs)[0]:
        for event in events:
            has_returned |= _is_return(state, event)
            outcome = JobOutcome(((event, build_recording_key(state, event)),), (_describe_decision(state, event),))
            _record_outcome(context, "decide", event.county, outcome)
        state = context.load_state()
    return has_returned


def _is_return(state: YearState, event: Event) -> bool:
    action = state.procedure.find_action(event.level, event.action)
    return action is not None and action.effect is Effect.RETURN


def _describe_decision(state: YearState, event: Event) -> ProgressLine:
    """Return the line of progress of a decision: number, title, date, flags and action."""
    facts = {name: str(event.facts[name]) for name in ("number", "title", "date")}
    if facts["number"]:
        facts["number"] = state.messages("decide.number", number=facts["number"])
    facts["flags"] = _format_flags(event)
    facts["action"] = event.action
    action = state.procedure.find_action(event.level, event.action)
    if action is not None:
        facts["action"] = action.name
    return ProgressLine("decided", facts)


def _format_flags(event: Event) -> str:
    flags = event.facts.get("flags")
    if not isinstance(flags, list):
        return ""
    return "".join(f"（{flag}）" for flag in flags)
