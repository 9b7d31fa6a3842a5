"""``hesuan run``: look, say what there is to do, do it, say where everything stands."""

from collections.abc import Sequence

from checks.model.refusal import refuse
from contracts.messages import Wording
from desk.console import Progress, complain, say, watched
from desk.exit_codes import Exit
from desk.run_summary_text import outlook_lines, shaken_lines
from flows.outputs.write_evidence import write_data_docs
from flows.run.pending_work import has_work, vanished
from flows.run.run_context import Tell
from flows.run.run_stages import LISTENER, run_stages
from flows.run.run_summary import Outlook, outlook
from flows.run.stage_loop import in_line
from flows.year.earlier_filings import shaken_by
from flows.year.inbox import Arrival
from flows.year.jobs import Line
from flows.year.locations import Places
from flows.year.year_inputs import read_desk
from flows.year.year_state import set_scene


def run_year(places: Places, *, inline: bool, data_docs: bool = False) -> Exit:
    """Carry the year as far as it can go and return the exit code of its standing state."""
    words = places.library().wording()
    failures = 0
    seen, work = _first_look(places, words)
    if work:
        LISTENER.set(_listener(words))
        failures = (_in_line if inline else _on_prefect)(places, words)
    else:
        say(words("run.nothing"))
    if data_docs:
        _document(places, words)
    return _conclude(places, words, failures, seen)


def _document(places: Places, words: Wording) -> None:
    """Write the pages of the engine of expectations, which carry timestamps and are no output of a run."""
    folder = places.state / "data-docs" / str(places.year)
    desk = read_desk(places, words)
    with places.open_ledger() as ledger:
        if write_data_docs(set_scene(places, ledger, desk.roster), desk.roster, folder):
            say(words("run.data_docs", path=str(folder / "index.html")))


def exit_code(standing: Outlook, failures: int) -> Exit:
    """Return the code of a standing state; where several things stand, the one nearest the start of the road."""
    if failures:
        return Exit.FAULT
    if standing.refused:
        return Exit.REFUSED_FILE
    if standing.has_hard:
        return Exit.FINDINGS
    return Exit.REFUSED_ACTION if standing.denied else Exit.CLEAR


def _first_look(places: Places, words: Wording) -> tuple[tuple[Arrival, ...], bool]:
    """Return the files that lie there when the run begins, and whether there is anything to do."""
    desk = read_desk(places, words)
    with places.open_ledger() as ledger:
        return desk.inbox.arrivals, has_work(set_scene(places, ledger, desk.roster), desk)


def _in_line(places: Places, _: Wording) -> int:
    return run_stages(places, in_line)


def _on_prefect(places: Places, words: Wording) -> int:
    # Imported here: where nothing can advance, and with --inline, the flow engine is not touched.
    from flows.prefect_support.local_server import ServerDidNotStart, ServerLost  # noqa: PLC0415
    from flows.run_on_prefect import run_on_prefect  # noqa: PLC0415

    progress = Progress(watched())
    try:
        return run_on_prefect(places, lambda key: progress.line("Prefect", "", words(f"run.{key}")))
    except (ServerDidNotStart, ServerLost) as error:
        key = "run.server_lost" if isinstance(error, ServerLost) else "run.server_failed"
        complain(words(key, path=str(places.state / "prefect" / "server.log")))
        return run_stages(places, in_line)  # the year must not wait for an orchestrator


def _listener(words: Wording) -> Tell:
    progress = Progress(watched())

    def hear(stage: str, county: str, line: Line) -> None:
        progress.line(words(f"stage.{stage}"), county, words(f"run.{line.key}", **line.facts))

    return hear


def _conclude(places: Places, words: Wording, failures: int, seen: Sequence[Arrival]) -> Exit:
    desk = read_desk(places, words)
    with places.open_ledger() as ledger:
        scene = set_scene(places, ledger, desk.roster)
        shaken = (*scene.shaken, *shaken_by(scene.procedure, ledger, places.year))
        gone = [(f"{one.county}/{one.name}", refuse(words, "vanished")) for one in vanished(scene, desk, seen)]
    standing = outlook(scene, desk, gone)
    for line in (*shaken_lines(shaken, desk.roster, words), *outlook_lines(scene, standing, failures)):
        say(line)
    return exit_code(standing, failures)
