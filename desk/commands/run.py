"""``hesuan run``: look, say what there is to do, do it, say where everything stands."""

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
from flows.run.stage_loop import run_jobs_inline
from flows.year.earlier_filings import find_filings_outdated_by
from flows.year.inbox import Arrival
from flows.year.jobs import ProgressLine
from flows.year.locations import YearPaths
from flows.year.year_inputs import read_year_inputs
from flows.year.year_state import load_year_state


def run_year(paths: YearPaths, *, inline: bool, data_docs: bool = False) -> ExitCode:
    """Carry the year as far as it can go and return the exit code of its standing state."""
    words = paths.open_contracts().get_messages()
    failures = 0
    seen, work = _find_pending_work(paths, words)
    if work:
        LISTENER.set(_build_listener(words))
        failures = (_run_inline if inline else _run_with_prefect)(paths, words)
    else:
        print_line(words("run.nothing"))
    if data_docs:
        _write_data_docs_pages(paths, words)
    return _print_conclusion(paths, words, failures, seen)


def _write_data_docs_pages(paths: YearPaths, messages: Messages) -> None:
    """Write the pages of the engine of expectations, which carry timestamps and are no output of a run."""
    folder = paths.state_folder / "data-docs" / str(paths.year)
    desk = read_year_inputs(paths, messages)
    with paths.open_ledger() as ledger:
        if write_data_docs(load_year_state(paths, ledger, desk.roster), desk.roster, folder):
            print_line(messages("run.data_docs", path=str(folder / "index.html")))


def determine_exit_code(summary: RunSummary, failures: int) -> ExitCode:
    """Return the code of a standing state; where several things stand, the one nearest the start of the road."""
    if failures:
        return ExitCode.FAULT
    if summary.refused:
        return ExitCode.REFUSED_FILE
    if summary.has_hard:
        return ExitCode.FINDINGS
    return ExitCode.REFUSED_ACTION if summary.refused_decisions else ExitCode.CLEAR


def _find_pending_work(paths: YearPaths, messages: Messages) -> tuple[tuple[Arrival, ...], bool]:
    """Return the files that lie there when the run begins, and whether there is anything to do."""
    desk = read_year_inputs(paths, messages)
    with paths.open_ledger() as ledger:
        return desk.inbox.arrivals, has_pending_work(load_year_state(paths, ledger, desk.roster), desk)


def _run_inline(paths: YearPaths, _: Messages) -> int:
    return run_stages(paths, run_jobs_inline)


def _run_with_prefect(paths: YearPaths, messages: Messages) -> int:
    # Imported here: where nothing can advance, and with --inline, the flow engine is not touched.
    from flows.prefect_support.local_server import ServerLostError, ServerStartError  # noqa: PLC0415
    from flows.run_on_prefect import run_on_prefect  # noqa: PLC0415

    progress = ProgressPrinter(is_interactive())
    try:
        return run_on_prefect(paths, lambda key: progress.print_step("Prefect", "", messages(f"run.{key}")))
    except (ServerStartError, ServerLostError) as error:
        key = "run.server_lost" if isinstance(error, ServerLostError) else "run.server_failed"
        print_error(messages(key, path=str(paths.state_folder / "prefect" / "server.log")))
        return run_stages(paths, run_jobs_inline)  # the year must not wait for an orchestrator


def _build_listener(messages: Messages) -> ProgressListener:
    progress = ProgressPrinter(is_interactive())

    def print_step(stage: str, county: str, line: ProgressLine) -> None:
        progress.print_step(messages(f"stage.{stage}"), county, messages(f"run.{line.key}", **line.facts))

    return print_step


def _print_conclusion(
    paths: YearPaths, messages: Messages, failures: int, initial_arrivals: Sequence[Arrival]
) -> ExitCode:
    desk = read_year_inputs(paths, messages)
    with paths.open_ledger() as ledger:
        scene = load_year_state(paths, ledger, desk.roster)
        shaken = (*scene.outdated_filings, *find_filings_outdated_by(scene.procedure, ledger, paths.year))
        gone = [
            (f"{one.county}/{one.name}", create_refusal(messages, "vanished"))
            for one in find_vanished_files(scene, desk, initial_arrivals)
        ]
    standing = summarise_run(scene, desk, gone)
    for line in (
        *format_outdated_filings(shaken, desk.roster, messages),
        *format_run_summary(scene, standing, failures),
    ):
        print_line(line)
    return determine_exit_code(standing, failures)
