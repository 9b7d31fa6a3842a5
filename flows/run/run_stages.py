"""Run the stages of a year under its lock, whoever carries the jobs out."""

from contextlib import suppress
from contextvars import ContextVar

from flows.decisions.guarded_ledger import GuardedLedger
from flows.run.contract_check import check_year_contracts
from flows.run.failure_log import log_failure
from flows.run.run_context import JobFailure, JobRunner, ProgressListener, RunContext
from flows.run.stage_loop import run_stages_once
from flows.year.jobs import ProgressLine
from flows.year.locations import YearPaths
from flows.year.year_inputs import read_year_inputs
from flows.year.year_lock import lock_year
from flows.year.year_state import YearInputs
from ledger.errors import HeadMovedError
from ledger.ledger import Ledger

MAX_ATTEMPTS = 10


def _ignore_progress(stage: str, county: str, line: ProgressLine) -> None:
    """Nobody listens."""


# Who hears of progress: a flow's parameters must be plain values, so the listener travels in the context.
LISTENER: ContextVar[ProgressListener] = ContextVar("LISTENER", default=_ignore_progress)


def run_stages(paths: YearPaths, run_jobs: JobRunner) -> int:
    """Advance the year; return how many jobs failed.

    Raises `YearBusy` where another run is at work, `ContractError` where a contract is badly written: before anything
    is recorded.
    """
    library = paths.open_contracts()
    with lock_year(paths), paths.open_ledger() as ledger:
        desk = read_year_inputs(paths, library.get_messages())
        check_year_contracts(library, desk.roster)
        failures = _run_until_stable(paths, desk, ledger, run_jobs)
    for one in failures:
        log_failure(paths.failure_log, one.stack_lines, stage=one.stage, county=one.county)
    return len(failures)


def _run_until_stable(paths: YearPaths, inputs: YearInputs, ledger: Ledger, run_jobs: JobRunner) -> list[JobFailure]:
    """Advance, and again from the start where a decision was recorded from elsewhere meanwhile."""
    for _ in range(MAX_ATTEMPTS - 1):
        with suppress(HeadMovedError):
            return run_stages_once(_build_run_context(paths, inputs, ledger, run_jobs))
    return run_stages_once(_build_run_context(paths, inputs, ledger, run_jobs))


def _build_run_context(paths: YearPaths, inputs: YearInputs, ledger: Ledger, run_jobs: JobRunner) -> RunContext:
    return RunContext(
        paths=paths,
        inputs=inputs,
        ledger=ledger,
        guarded_ledger=GuardedLedger(ledger),
        run_jobs=run_jobs,
        report_progress=LISTENER.get(),
    )
