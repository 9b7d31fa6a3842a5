"""Run years in line and kill them at a given instant: a warm parent forks one child a run, so that runs are quick.

Each line on standard input is a JSON object, ``root`` and ``stop`` (0: never); the answer is the child's exit code and
how many instants it passed. Polars has no thread of its own before the first frame: the parent makes none.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import checks.validation
import workbooks.marking.mark_workbook
import workbooks.reader.read_workbook
import workbooks.writer.write_book  # imported for warmth
from desk.exit_codes import ExitCode
from flows.year.locations import KEY_FOLDER_VARIABLE
from ledger.ledger import Ledger
from tests.builders import expectations
from tests.builders.year import ground_of

KILLED = 137
WARM = (checks.validation, workbooks.marking.mark_workbook, workbooks.reader.read_workbook, workbooks.writer.write_book)


class Instants:
    """Count the instants around what changes the disk, and end the process at one of them."""

    def __init__(self, stop: int) -> None:
        self.stop = stop
        self.passed = 0

    def at(self) -> None:
        """Pass one instant, or die there as a process dies that is killed: nothing is cleaned up."""
        self.passed += 1
        if self.passed == self.stop:
            os._exit(KILLED)

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return the call with an instant before it and one after it."""

        def watched(*given: Any, **named: Any) -> Any:
            self.at()
            result = call(*given, **named)
            self.at()
            return result

        return watched


def run_until(root: Path, stop: int) -> tuple[ExitCode, int]:
    """Run the year in this process; every entry of the ledger and every file that is moved in place is an instant."""
    instants = Instants(stop)
    Ledger.append = instants.around(Ledger.append)  # type: ignore[method-assign]
    Path.replace = instants.around(Path.replace)  # type: ignore[method-assign]
    return ground_of(root).run(), instants.passed


def _child(root: Path, stop: int) -> None:
    sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for the rest of this process
    told = root.with_name(f"{root.name}.passed")
    os.environ[KEY_FOLDER_VARIABLE] = str(root.with_name(f"{root.name}.keys"))  # made in each, or instants are fewer
    code, passed = run_until(root, stop)
    told.write_text(str(passed), encoding="utf-8")
    os._exit(code)


def main() -> None:
    """Answer requests until the input ends."""
    expectations.install()
    for line in sys.stdin:
        asked = json.loads(line)
        root = Path(asked["root"])
        child = os.fork()
        if child == 0:
            try:
                _child(root, asked["stop"])
            finally:
                os._exit(70)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
