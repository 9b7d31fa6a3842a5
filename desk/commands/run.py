"""``hesuan run``: do all work that is pending in a year, then print the state of every county."""

from collections.abc import Sequence

from checks.model.refusal import create_refusal
from contracts.messages import Messages
from desk.console import ProgressPrinter, is_interactive, print_error, print_line
from desk.exit_codes import ExitCode
from desk.run_summary_text import format_outdated_filings, format_run_summary
from flows.outputs.write_evidence import write_data_docs
from flows.run.pending_work import find_vanished_files, has_pending_work
from flows.run.run_context import ProgressListener
from flows.run.run_stages import LISTENER, run_stages
from flows.run.run_summary import RunSummary, summarise_run
from flows.run.worker_choice import open_worker_pool
from flows.year.earlier_filings import find_filings_outdated_by
from flows.year.inbox import Arrival
from flows.year.jobs import ProgressLine
from flows.year.locations import YearPaths
from flows.year.year_inputs import read_year_inputs
from flows.year.year_state import load_year_state


def run_year(paths: YearPaths, *, inline: bool, data_docs: bool = False) -> ExitCode:
    """Do all pending work of the year and return the exit code of the state it is left in.

    *inline* runs the stages without Prefect; *data_docs* also writes the pages of Great Expectations.
    """
    messages = paths.open_contracts().get_messages()
    failures = 0
    arrivals, has_work = _find_pending_work(paths, messages)
    if has_work:
        LISTENER.set(_build_listener(messages))
        run = _run_inline if inline else _run_with_prefect
        failures = run(paths, messages)
    else:
        print_line(messages("run.nothing"))
    if data_docs:
        _write_data_docs_pages(paths, messages)
    return _print_conclusion(paths, messages, failures, arrivals)


def _write_data_docs_pages(paths: YearPaths, messages: Messages) -> None:
    """Write the pages of Great Expectations to the state folder; they have timestamps and are no output of a run."""
    folder = paths.state_folder / "data-docs" / str(paths.year)
    inputs = read_year_inputs(paths, messages)
    with paths.open_ledger() as ledger:
        state = load_year_state(paths, ledger, inputs.roster)
        if write_data_docs(state, inputs.roster, folder):
            print_line(messages("run.data_docs", path=str(folder / "index.html")))


def determine_exit_code(summary: RunSummary, failures: int) -> ExitCode:
    """Return the exit code of a year's state; if several apply, the one of the earliest stage."""
    if failures:
        return ExitCode.FAULT
    if summary.refused:
        return ExitCode.REFUSED_FILE
    if summary.has_hard:
        return ExitCode.FINDINGS
    if summary.refused_decisions:
        return ExitCode.REFUSED_ACTION
    return ExitCode.CLEAR


def _find_pending_work(paths: YearPaths, messages: Messages) -> tuple[tuple[Arrival, ...], bool]:
    """Return the files in the inbox at the start of the run, and whether there is anything to do."""
    inputs = read_year_inputs(paths, messages)
    with paths.open_ledger() as ledger:
        state = load_year_state(paths, ledger, inputs.roster)
        return inputs.inbox.arrivals, has_pending_work(state, inputs)


def _run_inline(paths: YearPaths, _: Messages) -> int:
    """Run the stages without Prefect; a stage with many jobs in worker processes, if the settings name them."""
    with open_worker_pool() as pool:
        return run_stages(paths, pool.run_jobs)


def _run_with_prefect(paths: YearPaths, messages: Messages) -> int:
    # Imported here because Prefect is not needed with --inline or if there is no work.
    from flows.prefect_support.listening_socket import PortTakenError  # noqa: PLC0415
    from flows.prefect_support.local_server import ServerLostError, ServerStartError  # noqa: PLC0415
    from flows.run_on_prefect import ServerRefusedError, run_on_prefect  # noqa: PLC0415

    error_keys = {
        PortTakenError: "run.server_failed",
        ServerStartError: "run.server_failed",
        ServerLostError: "run.server_lost",
        ServerRefusedError: "run.server_refused",
    }
    progress = ProgressPrinter(is_interactive())
    try:
        return run_on_prefect(paths, lambda key: progress.print_step("Prefect", "", messages(f"run.{key}")))
    except (PortTakenError, ServerStartError, ServerLostError, ServerRefusedError) as error:
        key = error_keys[type(error)]
        print_error(messages(key, path=str(paths.state_folder / "prefect" / "server.log")))
        # The year's work must get done even if Prefect is not available.
        return _run_inline(paths, messages)


def _build_listener(messages: Messages) -> ProgressListener:
    progress = ProgressPrinter(is_interactive())

    def print_step(stage: str, county: str, line: ProgressLine) -> None:
        progress.print_step(messages(f"stage.{stage}"), county, messages(f"run.{line.key}", **line.facts))

    return print_step


def _print_conclusion(
    paths: YearPaths, messages: Messages, failures: int, initial_arrivals: Sequence[Arrival]
) -> ExitCode:
    inputs = read_year_inputs(paths, messages)
    with paths.open_ledger() as ledger:
        state = load_year_state(paths, ledger, inputs.roster)
        outdated = (*state.outdated_filings, *find_filings_outdated_by(state.procedure, ledger, paths.year))
        vanished = find_vanished_files(state, inputs, initial_arrivals)
    refusals = [(f"{arrival.county}/{arrival.name}", create_refusal(messages, "vanished")) for arrival in vanished]
    summary = summarise_run(state, inputs, refusals)
    outdated_lines = list(format_outdated_filings(outdated, inputs.roster, messages))
    summary_lines = list(format_run_summary(state, summary, failures))
    for line in outdated_lines + summary_lines:
        print_line(line)
    return determine_exit_code(summary, failures)
