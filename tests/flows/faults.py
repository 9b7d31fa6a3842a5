"""Kill or starve a run at any of its steps, in children forked from one warm parent.

Run as a module: ``python -m tests.flows.faults kill 10`` cuts at ten points spread over a run, ``kill all`` at every
one. One JSON object a point goes to standard output. The modes:

- ``kill``: the process is killed before each fsync, rename and commit, and in the middle of each write;
- ``full``: from that step on the disk refuses all of them, as a full disk does until somebody makes room;
- ``eio``: that one step fails with an error of input and output;
- ``short``, ``torn``: the system lets no file grow beyond so many bytes, and refuses the write that would (``short``)
  or kills who tries (``torn``): this reaches the writes that SQLite itself makes. Points are sizes here.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import checks.validation
import contracts.odcs_reader
import workbooks.marking.mark_workbook
import workbooks.reader.in_process_limit
import workbooks.reader.library_frames
import workbooks.reader.read_workbook
import workbooks.reader.worker
import workbooks.writer.write_book  # imported for warmth, as each child would else import it
from checks.model.raw_workbook import RawWorkbook
from contracts.contract_library import open_library
from desk.commands.run import run_year
from desk.error_handling import report_error
from flows.run.pending_work import has_pending_work
from flows.verification.verify import verify_outputs, verify_state
from flows.year.issued_outputs import find_unfinished_outputs
from flows.year.locations import KEY_FOLDER_VARIABLE, YearPaths
from flows.year.year_inputs import read_year_inputs
from flows.year.year_state import load_year_state
from ledger.errors import LedgerMissingError
from ledger.signing_key import Signer
from review.county_state import find_recorded_roster
from tests.builders import expectations
from tests.builders.stopped_clock import stop_clock
from tests.flows.cutting import Points, grow_no_file_beyond
from workbooks.gate.file_type import open_container

ROOT = Path(__file__).parents[2]
WARM = (
    checks.validation,
    contracts.odcs_reader,
    workbooks.marking.mark_workbook,
    workbooks.reader.worker,
    workbooks.reader.library_frames,
    workbooks.reader.in_process_limit,
    workbooks.writer.write_book,
)
BY_SIZE = ("short", "torn")
STEP_BYTES = 1024


def main() -> None:
    """Walk the points that were asked for."""
    mode, wanted = sys.argv[1], sys.argv[2]
    expectations.install()
    _read_in_place()
    stop_clock()
    open_library().get_messages()  # warm, but nothing that starts threads: a fork would lose them
    with tempfile.TemporaryDirectory() as base:
        _one_key(Path(base) / "keys")
        every = _sizes(Path(base)) if mode in BY_SIZE else _steps(Path(base))
        for point in every if wanted == "all" else _spread(every, int(wanted)):
            item = {"point": point, "of": every[-1], **_try(mode, point, Path(base) / f"{point}")}
            sys.stdout.write(json.dumps(item, ensure_ascii=False) + "\n")
            sys.stdout.flush()


def _read_in_place() -> None:
    """Let the runs read the sample themselves: a reader of its own would cost each of them more than the whole run.

    What the disk does to a run does not depend on who reads; readers whose parent dies are tried in test_killed_run.
    """
    apart = workbooks.reader.read_workbook._load_in_worker  # noqa: SLF001 - as the program has no such setting

    def here(data: bytes) -> RawWorkbook:
        return workbooks.reader.read_workbook._load_in_process(data, open_container(data)) or apart(data)  # noqa: SLF001 - as above

    workbooks.reader.read_workbook._load_in_worker = here  # noqa: SLF001 - as above


def _one_key(folder: Path) -> None:
    """Make the signing key beforehand: a run that makes it takes more steps than one that finds it."""
    os.environ[KEY_FOLDER_VARIABLE] = str(folder)
    Signer(folder)


def _steps(base: Path) -> range:
    """Return the steps of an undisturbed run."""
    return range(1, int(_forked(lambda: _count(base / "count"), base / "answer")[1]) + 1)


def _sizes(base: Path) -> range:
    """Return the sizes below the largest file that an undisturbed run writes."""
    _forked(lambda: run_year(places(base / "count"), inline=True), base / "answer")
    written = [path.stat().st_size for path in (base / "count").rglob("*") if path.is_file()]
    return range(0, max(written), STEP_BYTES)


def _spread(every: range, wanted: int) -> list[int]:
    return sorted({every[at * (len(every) - 1) // max(1, wanted - 1)] for at in range(wanted)})


def places(base: Path) -> YearPaths:
    """Return the sample year in folders of its own."""
    return YearPaths(
        year=2024, input_folder=ROOT / "inputs", output_folder=base / "outputs", state_folder=base / "state"
    )


def _try(mode: str, point: int, base: Path) -> dict[str, Any]:
    answer = base.with_suffix(".answer")
    died, told = _forked(lambda: _faulty(mode, point, base), answer)
    _, between = _forked(lambda: _look(base), answer)
    _, after = _forked(lambda: _again(base), answer)
    shutil.rmtree(base, ignore_errors=True)
    code, _, said = told.partition(" ")
    return {"died": died, "code": code, "said": said, "between": between, "after": after}


def _forked(job: Callable[[], object], answer: Path) -> tuple[int, str]:
    """Do a job in a child; give its status and what it answered, through a pipe, which no full disk disturbs."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(os.open(answer.with_suffix(".told"), os.O_RDWR | os.O_CREAT | os.O_TRUNC), 1)
        os.dup2(1, 2)
        try:
            os.write(writing, str(job()).encode())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said


def _count(base: Path) -> int:
    seen = Points(0, "count")
    seen.watch()
    run_year(places(base), inline=True)
    return seen.passed


def _faulty(mode: str, point: int, base: Path) -> str:
    """Run with the fault; return the exit code and the text that the command line prints."""
    lines: list[str] = []
    _listen(lines)
    os.environ["HESUAN_STATE"] = str(base / "state")  # where a fault of the program leaves its trace
    if mode in BY_SIZE:
        grow_no_file_beyond(point, kill=mode == "torn")
    else:
        Points(point, mode).watch()
    try:
        code = run_year(places(base), inline=True)
    except Exception as error:  # noqa: BLE001 - whatever comes out, the command turns into a sentence and a code
        code = report_error(error)
    return f"{int(code)} {' / '.join(line for line in lines if '磁盘' in line) or lines[-1]}"


def _listen(lines: list[str]) -> None:
    """Keep the text instead of printing it."""

    class _Lines:
        def write(self, text: str) -> None:
            lines.extend(text.splitlines())

        def flush(self) -> None:
            """Nothing waits."""

        def isatty(self) -> bool:
            return False

    sys.stdout = sys.stderr = _Lines()


def _look(base: Path) -> str:
    """What stands right after the fault: a chain that holds, and no output under its name that nobody recorded."""
    try:
        return _standing(places(base))
    except LedgerMissingError:
        return "nothing"


def _standing(where: YearPaths) -> str:
    with where.open_ledger(must_exist=True) as ledger:
        if fault := ledger.verify():
            return f"fault {fault}"
        roster = find_recorded_roster(ledger.list_entries(2024))
        held = (
            {output[0] for output in find_unfinished_outputs(load_year_state(where, ledger, roster))}
            if roster
            else set()
        )
    shown = where.output_folder / "2024"
    wrong = (
        [output.facts["path"] for output in verify_outputs(shown, where) if not output.intact] if shown.is_dir() else []
    )
    return "whole" if not [path for path in wrong if Path(path) not in held] else f"unrecorded {wrong}"


def _again(base: Path) -> str:
    """One restart: everything is done, nothing is left over, a third run has nothing to do."""
    where = places(base)
    code = run_year(where, inline=True)
    left = [str(path) for path in base.rglob(".hesuan-*") if "objects" not in path.parts]
    intact = [
        checkpoint.intact
        for checkpoint in verify_state(where.state_folder / "ledger.db", where.open_store(), head=None)
    ]
    intact += [output.intact for output in verify_outputs(where.output_folder / "2024", where)]
    with where.open_ledger() as ledger:
        entries = ledger.list_entries(2024)
        roster = find_recorded_roster(entries)
        assert roster is not None
        states = [state.state for state in load_year_state(where, ledger, roster).county_states.values()]
        decisions = sum(entry.event.kind == "decision" for entry in entries)
        idle = not _has_work(where)
    return json.dumps([int(code), states, decisions, all(intact), left, idle])


def _has_work(where: YearPaths) -> bool:
    desk = read_year_inputs(where, where.open_contracts().get_messages())
    with where.open_ledger() as ledger:
        return has_pending_work(load_year_state(where, ledger, desk.roster), desk)


if __name__ == "__main__":
    main()
