"""Carry a year as far as it can go: the stages in their order, each result recorded as soon as its turn comes."""

from collections.abc import Callable, Iterator, Sequence

from contracts.procedures import Effect
from flows.decisions.pending_decisions import evaluate_decisions
from flows.intake.county_stages import run_job
from flows.intake.opening_balances import evaluate_opening_balances
from flows.outputs.output_plan import archive_contracts, plan_outputs
from flows.outputs.write_evidence import write_evidence
from flows.run.failure_log import list_stack_lines, name_error_kind
from flows.run.job_assignment import STAGE_PLANNERS
from flows.run.pending_work import build_roster_event
from flows.run.run_context import JobFailure, JobResult, RunContext
from flows.year.issued_outputs import find_unfinished_outputs
from flows.year.jobs import Job, JobOutcome, ProgressLine
from flows.year.year_state import YearState
from ledger.atomic_files import commit_file, remove_abandoned_files
from ledger.errors import HeadMovedError, LedgerUnavailableError, OutputBusyError, get_disk_failure
from review.decision import build_decision_key


def run_stages_once(context: RunContext) -> list[JobFailure]:
    """Take in, check, decide, mark, file; return what broke. Safe to stop at any instant and to run again.

    Raises `HeadMoved` where somebody else recorded something meanwhile: advance again, on what they recorded.
    """
    _finish_outputs(context.load_state())
    archive_contracts(context.paths)
    _record_roster(context)
    _record_opening_balances(context)
    failures = _run_county_stages(context)
    while _record_decisions(context):  # a return frees the plots that the submission claimed
        failures += _run_county_stages(context)
    failures += _write_output(context, "evidence", lambda: write_evidence(context.load_state(), context.inputs.roster))
    for stage, make in plan_outputs(context.load_state(), context.inputs.roster, reload_state=context.load_state):
        failures += _write_output(context, stage, make)
    return failures


def _run_county_stages(context: RunContext) -> list[JobFailure]:
    return [
        failure
        for stage, jobs_of in STAGE_PLANNERS
        for failure in _run_jobs(context, stage, jobs_of(context, context.load_state()))
    ]


def _write_output(context: RunContext, stage: str, make_output: Callable[[], JobOutcome]) -> list[JobFailure]:
    try:
        _record_outcome(context, stage, "", make_output())
    except (HeadMovedError, LedgerUnavailableError):
        raise
    except Exception as error:  # noqa: BLE001 - what is recorded stands; the output is written by the next run
        return [_report_failure(context, build_failure(stage, "", error))]
    return []


def _finish_outputs(state: YearState) -> None:
    """Put into their places the outputs that a killed run left beside them, and clear away the rest."""
    waiting = find_unfinished_outputs(state)
    for place, sha256 in waiting:
        commit_file(place, sha256)
    remove_abandoned_files(state.paths.output_folder / str(state.paths.year), ())


def run_jobs_inline(_: str, jobs: Sequence[Job]) -> Iterator[JobResult]:
    """Carry jobs out one after the other in this process."""
    return (run_job_safely(job) for job in jobs)


def run_job_safely(job: Job) -> JobResult:
    """Do one job; a fault of the program comes back as a value."""
    try:
        return run_job(job)
    except Exception as error:  # noqa: BLE001 - one county's fault must not stop its neighbours
        return build_failure(job.stage, job.county, error)


def build_failure(stage: str, county: str, error: BaseException) -> JobFailure:
    """Return a fault with its course, for the log of the run."""
    return JobFailure(stage, county, list_stack_lines(error), _describe_failure(error))


def _describe_failure(error: BaseException) -> ProgressLine:
    """Say what broke: a full or broken disk, or a file held open, is no fault of the program."""
    if isinstance(error, OutputBusyError):
        return ProgressLine("output_busy", {"path": str(error.path)})
    trouble = get_disk_failure(error)
    return (
        ProgressLine(f"disk_{trouble}", {}) if trouble else ProgressLine("failed", {"reason": name_error_kind(error)})
    )


def _report_failure(context: RunContext, failure: JobFailure) -> JobFailure:
    context.report_progress(failure.stage, failure.county, failure.line)
    return failure


def _run_jobs(context: RunContext, stage: str, jobs: Sequence[Job]) -> list[JobFailure]:
    failures = []
    for job, result in zip(jobs, context.run_jobs(stage, jobs) if jobs else (), strict=True):
        if isinstance(result, JobFailure):
            failures.append(_report_failure(context, result))
        else:
            failures += _record_outcome_safely(context, stage, job.county, result)
    return failures


def _record_outcome_safely(context: RunContext, stage: str, county: str, outcome: JobOutcome) -> list[JobFailure]:
    """Record a result; an output that cannot be put into its place waits beside it for the next run."""
    try:
        _record_outcome(context, stage, county, outcome)
    except OutputBusyError as error:
        return [_report_failure(context, build_failure(stage, county, error))]
    return []


def _record_outcome(context: RunContext, stage: str, county: str, outcome: JobOutcome) -> None:
    for event, key in outcome.events:
        context.guarded_ledger.append(event, key=key)
    for place, sha256 in outcome.staged_outputs:
        commit_file(place, sha256)
    for line in outcome.lines:
        context.report_progress(stage, county, line)


def _record_roster(context: RunContext) -> None:
    roster = build_roster_event(context.load_state(), context.inputs.roster)
    if roster is not None:
        line = ProgressLine("roster", {"count": str(len(context.inputs.roster.due_counties))})
        _record_outcome(context, "roster", "", JobOutcome((roster,), (line,)))


def _record_opening_balances(context: RunContext) -> None:
    scene = context.load_state()
    for opened in evaluate_opening_balances(scene, context.inputs)[0]:
        scene.paths.open_store().store_object(opened.stored_figures)
        line = ProgressLine("opening", {name: str(opened.event.facts[name]) for name in ("number", "by")})
        _record_outcome(context, "opening", opened.event.county, JobOutcome(((opened.event, opened.key),), (line,)))


def _record_decisions(context: RunContext) -> bool:
    """Record decisions until none is left that may be: the order of the rows does not matter.

    Return whether one of them sent a submission back.
    """
    sent_back = False
    scene = context.load_state()
    while ready := evaluate_decisions(scene, context.inputs)[0]:
        for event in ready:
            action = scene.procedure.find_action(event.level, event.action)
            sent_back |= action is not None and action.effect is Effect.RETURN
            facts = {name: str(event.facts[name]) for name in ("number", "title", "date")}
            flags = event.facts.get("flags")
            facts["number"] = scene.messages("decide.number", number=facts["number"]) if facts["number"] else ""
            facts["flags"] = "".join(f"（{one}）" for one in flags) if isinstance(flags, list) else ""
            line = ProgressLine("decided", {**facts, "action": action.name if action else event.action})
            _record_outcome(context, "decide", event.county, JobOutcome(((event, build_decision_key(event)),), (line,)))
        scene = context.load_state()
    return sent_back
