"""Runs the stages of a year under its lock, with any runner of jobs."""

from contextlib import suppress
from contextvars import ContextVar
from dataclasses import replace

from flows.decisions.guarded_ledger import GuardedLedger
from flows.run.contract_check import check_year_contracts
from flows.run.failure_log import log_failure
from flows.run.run_context import JobFailure, JobRunner, ProgressListener, RunContext
from flows.run.run_page_writer import RunPageWriter, add_listener
from flows.run.stage_loop import run_stages_once
from flows.year.jobs import ProgressLine
from flows.year.locations import YearPaths
from flows.year.year_inputs import read_year_inputs
from flows.year.year_lock import lock_year
from flows.year.year_state import YearInputs, load_year_state
from ledger.errors import HeadMovedError
from ledger.ledger import Ledger

MAX_ATTEMPTS = 10


def _ignore_progress(stage: str, county: str, line: ProgressLine) -> None:
    """Do nothing: the listener when nobody has set one."""


# The progress listener: a context variable, because the parameters of a Prefect flow must be plain values.
LISTENER: ContextVar[ProgressListener] = ContextVar("LISTENER", default=_ignore_progress)


def run_stages(paths: YearPaths, run_jobs: JobRunner) -> int:
    """Run all stages of the year; return the number of failed jobs.

    Raises `YearBusyError` if another run is in progress, `LedgerAlteredError` if an entry of the record is not as
    recorded, and `ContractError` if the roster or a contract is invalid; nothing is recorded then.
    """
    library = paths.open_contracts()
    with lock_year(paths), paths.open_ledger() as ledger:
        ledger.require_intact()
        inputs = read_year_inputs(paths, library.get_messages())
        check_year_contracts(library, inputs.roster)
        page = RunPageWriter(paths, library.get_messages(), inputs.roster)
        page.write_start()
        listener = add_listener(LISTENER.get(), page.keep_step)
        failures = _run_until_stable(paths, inputs, ledger, run_jobs, listener=listener)
        page.write_end(load_year_state(paths, ledger, inputs.roster), inputs, failures)
    for failure in failures:
        log_failure(paths.failure_log, failure.stack_lines, stage=failure.stage, county=failure.county)
    return len(failures)


def _run_until_stable(
    paths: YearPaths, inputs: YearInputs, ledger: Ledger, run_jobs: JobRunner, *, listener: ProgressListener
) -> list[JobFailure]:
    """Run the stages, again from the start whenever another process recorded something meanwhile."""
    context = RunContext(
        paths=paths,
        inputs=inputs,
        ledger=ledger,
        guarded_ledger=GuardedLedger(ledger),
        run_jobs=run_jobs,
        report_progress=listener,
    )
    for _ in range(MAX_ATTEMPTS - 1):
        with suppress(HeadMovedError):
            return run_stages_once(replace(context, guarded_ledger=GuardedLedger(ledger)))
    return run_stages_once(replace(context, guarded_ledger=GuardedLedger(ledger)))
