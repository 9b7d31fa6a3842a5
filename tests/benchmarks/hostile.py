"""What each hostile file costs over a clean small one: ``python -m tests.benchmarks.hostile [WORDS OF A NAME]``.

CPU seconds of this process and of the child together, and megabytes at the highest, on Linux. What is made to be small
and costs more than 5 s or 300 MB, or is long and costs more than 10 s or 512 MB, is marked.
"""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import psutil

from tests.builders.examined import warm_library, wording
from tests.hostile.generator.long_cases import CASES as LONG
from tests.hostile.generator.marking_cases import CASES as MARKING
from tests.hostile.generator.marking_sheet_cases import CASES as MARKING_SHEETS
from tests.hostile.generator.package import good
from tests.hostile.test_table import CASES, IN_PLACE, SEED
from workbooks.examine import validate_file
from workbooks.gate import resource_limits
from workbooks.gate.file_type import compute_unpacked_size
from workbooks.reader.worker_pool import ReaderProcess, get_shared_pool

if TYPE_CHECKING:
    from tests.hostile.generator.case import Case

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds and megabytes."""

    seconds: float
    memory: int

    def over(self, clean: "Cost") -> "Cost":
        """Return what is above the cost of a clean file."""
        return Cost(max(0.0, self.seconds - clean.seconds), max(0, self.memory - clean.memory))


def cost(data: bytes, *, alone: bool) -> Cost:
    """Examine one file with a warm child and return what that cost in both processes."""
    pool = get_shared_pool()
    if not pool.idle_processes:
        pool.read_file(good().zipped())
    child = pool.idle_processes[0]
    pids = (psutil.Process(), psutil.Process(child.process.pid))
    resting = sum(pid.memory_info().rss for pid in pids)
    for pid in pids:
        Path(f"/proc/{pid.pid}/clear_refs").write_text("5", encoding="ascii")
    before, start = _used(child), time.process_time()
    validate_file(data, warm_library(), wording(), is_only_file=alone)
    own = time.process_time() - start
    if not child.is_alive:  # what a dead child used is told by the system to its parent alone
        return Cost(own, -1)
    highest = sum(_highest(pid.pid) for pid in pids)
    return Cost(own + _used(child) - before, (highest - resting) // MEGABYTE)


def _used(child: ReaderProcess) -> float:
    try:
        times = psutil.Process(child.process.pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _highest(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


def main() -> None:
    """Print a line for each case, the costliest last."""
    wanted = " ".join(sys.argv[1:])
    clean = min((cost(good().zipped(), alone=False) for _ in range(3)), key=lambda item: item.seconds)
    pairs: list[tuple[Case, bool]] = [
        *((case, False) for case in (*CASES, *MARKING, *MARKING_SHEETS, *LONG)),
        *((case, True) for case in IN_PLACE),
    ]
    lines = []
    for item, alone in pairs:
        if wanted in item.name:
            data = item.make(Random(SEED))  # noqa: S311 - a test's filling
            over, long = (
                cost(data, alone=alone).over(clean),
                compute_unpacked_size(data) >= resource_limits.LONG_FILE_BYTES,
            )
            bad = over.seconds > (10 if long else 5) or over.memory > (512 if long else 300)
            lines.append((over.seconds, over.memory, "!" if bad else " ", item, "here" if alone else "child"))
    for seconds, memory, mark, item, where in sorted(lines, key=lambda line: line[:2]):
        sys.stdout.write(f"{mark} {seconds:6.2f} s {memory:5} MB  {item.rows[0]:3} {item.name} ({where})\n")


if __name__ == "__main__":
    main()
