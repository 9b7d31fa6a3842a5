"""Kill or starve a run at any of its steps, in children forked from one warm parent.

Run as a module: ``python -m tests.flows.faults kill 10`` kills at ten points spread over a run, ``kill all`` at every
one; ``full`` in place of ``kill`` lets the disk refuse instead. One JSON object a point goes to standard output.
"""

import errno
import json
import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from contracts.library import open_library
from desk.running import run_year
from flows.places import Places
from flows.scene import set_scene
from flows.survey import has_work, unfinished
from flows.verifying import verify_outputs, verify_state
from ledger.errors import LedgerError, LedgerMissing
from review.standing import recorded_roster

KILLED = 137
ROOT = Path(__file__).parents[2]


def main() -> None:
    """Walk the points that were asked for."""
    mode, wanted = sys.argv[1], sys.argv[2]
    open_library().wording()  # warm, but nothing that starts threads: a fork would lose them
    with tempfile.TemporaryDirectory() as base:
        count = int(_forked(lambda: _count(Path(base) / "count"), Path(base) / "answer")[1])
        points = range(1, count + 1) if wanted == "all" else _spread(count, int(wanted))
        for point in points:
            one = {"point": point, "of": count, **_try(mode, point, Path(base) / f"{point}")}
            sys.stdout.write(json.dumps(one) + "\n")
            sys.stdout.flush()


def _spread(count: int, wanted: int) -> list[int]:
    return sorted({1 + at * (count - 1) // max(1, wanted - 1) for at in range(wanted)})


def places(base: Path) -> Places:
    """Return the sample year in folders of its own."""
    return Places(year=2024, inputs=ROOT / "inputs", outputs=base / "outputs", state=base / "state")


def _try(mode: str, point: int, base: Path) -> dict[str, Any]:
    answer = base.with_suffix(".answer")
    died, said = _forked(lambda: _faulty(mode, point, base), answer)
    _, between = _forked(lambda: _look(base), answer)
    _, after = _forked(lambda: _again(base), answer)
    shutil.rmtree(base, ignore_errors=True)
    return {"died": died, "code": said, "between": between, "after": after}


def _forked(job: Callable[[], object], answer: Path) -> tuple[int, str]:
    """Do a job in a child; give its status and what it answered."""
    answer.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        if "-v" not in sys.argv:
            os.dup2(quiet, 2)
        try:
            answer.write_text(str(job()), encoding="utf-8")
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), answer.read_text(encoding="utf-8") if answer.exists() else ""


def _count(base: Path) -> int:
    seen = _Points(0, lambda _: None)
    seen.watch()
    run_year(places(base), inline=True)
    return seen.passed


def _faulty(mode: str, point: int, base: Path) -> object:
    _Points(point, _kill if mode == "kill" else _refuse).watch()
    try:
        return int(run_year(places(base), inline=True))
    except (OSError, LedgerError) as error:  # the command turns these into a sentence and a code that is not 0
        return f"raised {type(error).__name__}"


def _look(base: Path) -> str:
    """What stands right after the fault: a chain that holds, and no output under its name that nobody recorded."""
    try:
        return _standing(places(base))
    except LedgerMissing:
        return "nothing"


def _standing(where: Places) -> str:
    with where.open_ledger(must_exist=True) as ledger:
        if fault := ledger.verify():
            return f"fault {fault}"
        roster = recorded_roster(ledger.entries(2024))
        held = {one[0] for one in unfinished(set_scene(where, ledger, roster))} if roster else set()
    shown = where.outputs / "2024"
    wrong = [one.facts["path"] for one in verify_outputs(shown, where) if not one.intact] if shown.is_dir() else []
    return "whole" if not [one for one in wrong if Path(one) not in held] else f"unrecorded {wrong}"


def _again(base: Path) -> str:
    """One restart: everything is done, nothing is left over, a third run has nothing to do."""
    where = places(base)
    code = run_year(where, inline=True)
    left = [str(one) for one in base.rglob(".hesuan-*") if "objects" not in one.parts]
    intact = [one.intact for one in verify_state(where.state / "ledger.db", where.store(), head=None)]
    intact += [one.intact for one in verify_outputs(where.outputs / "2024", where)]
    with where.open_ledger() as ledger:
        entries = ledger.entries(2024)
        roster = recorded_roster(entries)
        assert roster is not None
        states = [one.state for one in set_scene(where, ledger, roster).standings.values()]
        decisions = sum(one.event.kind == "decision" for one in entries)
        idle = not _has_work(where)
    return json.dumps([int(code), states, decisions, all(intact), left, idle])


def _has_work(where: Places) -> bool:
    from flows.handed_in import read_desk  # noqa: PLC0415 - after the fork

    desk = read_desk(where, where.library().wording())
    with where.open_ledger() as ledger:
        return has_work(set_scene(where, ledger, desk.roster), desk)


def _kill(_: str) -> None:
    os.kill(os.getpid(), 9)


def _refuse(what: str) -> None:
    if what == "commit":
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("database or disk is full"))
    raise OSError(errno.ENOSPC, "no space left on device")


class _Points:
    """Counts the steps at which a run can be cut, and cuts at one of them."""

    def __init__(self, at: int, cut: Callable[[str], None]) -> None:
        self.passed = 0
        self._at, self._cut = at, cut

    def watch(self) -> None:
        """Put a step before each write to disk, rename and commit."""
        for name in ("fsync", "replace"):
            setattr(os, name, self._before(name, getattr(os, name)))
        event.listen(Engine, "commit", lambda _: self._step("commit"))

    def _before(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            self._step(name)
            return real(*given, **named)

        return call

    def _step(self, name: str) -> None:
        self.passed += 1
        if self.passed == self._at:
            self._cut(name)


if __name__ == "__main__":
    main()
