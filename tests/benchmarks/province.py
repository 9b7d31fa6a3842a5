"""A province from inbox to filing: ``python -m tests.benchmarks.province [PLOTS...] [--folder FOLDER] [--inline]``.

For each number of plots, spread over 86 counties, it makes an inbox with ``hesuan sample``, runs the year with
``hesuan run``, and prints CPU seconds, the largest memory of any process, and the exponent fitted to cost over plots.
Then one county hands in late: the second run costs that county, its city and the province's roll-ups, and is told
beside the run of a year that has no other county. Linux; what lies in the folder already is not made again.
"""

import argparse
import math
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import psutil

from contracts.contract_library import open_library
from desk.commands.sample import SampleRequest, make_samples

COUNTIES = 86
YEAR = 2024
SIZES = (10_000, 100_000, 1_000_000)
ROOT = Path(__file__).parents[2]
_GLANCE = 0.2  # seconds between two looks at the memory of the processes
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Cost:
    """One run: exit code, CPU seconds of everything it started, and the peak memory of each kind of process."""

    code: int
    cpu: float
    memory: Mapping[str, int]  # megabytes by kind of process


@dataclass(slots=True)
class Watcher:
    """Looks at the memory of a process and of all below it until told to stop."""

    process: psutil.Process
    most: dict[str, int] = field(default_factory=dict)
    _done: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Look again and again."""
        while not self._done.wait(_GLANCE):
            self._glance()

    def _glance(self) -> None:
        try:
            for child in [self.process, *self.process.children(recursive=True)]:
                kind = _kind_of(" ".join(child.cmdline()))
                self.most[kind] = max(self.most.get(kind, 0), child.memory_info().rss // _MEGABYTE)
        except psutil.Error:
            return  # one of them ended meanwhile

    def stop(self) -> None:
        """Look no more."""
        self._done.set()


def _kind_of(command: str) -> str:
    kinds = {"flows.prefect_support.server_child": "server", "workbooks.reader.worker": "reader"}
    return next((kind for name, kind in kinds.items() if name in command), "run")


def make(folder: Path, plots: int, counties: int = COUNTIES) -> Path:
    """Return an inbox of so many plots in all."""
    out = folder / f"{counties}-{plots}"
    if not out.is_dir():
        half = folder / f"{counties}-{plots}.half"
        wanted = SampleRequest(year=YEAR, counties=counties, plots=-(-plots // counties), seed=7, out=half)
        make_samples(open_library(), wanted)
        half.rename(out)
    return out


def run(inputs: Path, base: Path, *, inline: bool) -> Cost:
    """Run the year as the command does, in a process of its own."""
    command = [sys.executable, "-m", "desk", "run", str(YEAR), *(["--inline"] if inline else [])]
    folders = ["--inputs", str(inputs), "--outputs", str(base / "outputs"), "--state", str(base / "state")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    environment["HESUAN_KEY_DIR"] = str(base / "keys")
    with subprocess.Popen(
        [*command, *folders], stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT, env=environment
    ) as process:
        watcher = Watcher(psutil.Process(process.pid))
        thread = threading.Thread(target=watcher.look, daemon=True)
        thread.start()
        assert process.stdout is not None
        process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)  # with all that it waited for itself
        process.returncode = os.waitstatus_to_exitcode(status)
        watcher.stop()
        thread.join()
    return Cost(process.returncode, usage.ru_utime + usage.ru_stime, watcher.most)


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """Fit y = a·x^b by least squares of the logarithms; return b."""
    logs = [(math.log(x), math.log(y)) for x, y in points]
    means = [sum(log[at] for log in logs) / len(logs) for at in (0, 1)]
    above = sum((x - means[0]) * (y - means[1]) for x, y in logs)
    return above / sum((x - means[0]) ** 2 for x, _ in logs)


def further(points: Sequence[tuple[float, float]]) -> str:
    """Say what each further plot costs from size to size: what a county costs without any is left out."""
    steps = ((above[1] - below[1]) / (above[0] - below[0]) for below, above in pairwise(points))
    return ", ".join(f"{1e6 * step:.0f} µs" for step in steps)


def late_county(inputs: Path, base: Path, *, inline: bool) -> tuple[Cost, Cost]:
    """Run a year without one county, then with it; return what each cost."""
    copied = base / "inputs"
    shutil.copytree(inputs, copied)
    late = min((copied / str(YEAR)).glob("??????"))
    away = Path(shutil.move(late, base / late.name))
    first = run(copied, base, inline=inline)
    shutil.move(away, late)
    return first, run(copied, base, inline=inline)


def say(text: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def told(name: str, cost: Cost) -> str:
    """Return one line of the table."""
    memory = ", ".join(f"{kind} {size} MB" for kind, size in sorted(cost.memory.items()))
    return f"{name}: exit {cost.code}, {cost.cpu:.1f} s of CPU; {memory}"


def main() -> None:
    """Print a line a run, then the exponent, then the late county."""
    parser = argparse.ArgumentParser()
    parser.add_argument("plots", type=int, nargs="*", default=SIZES)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--inline", action="store_true")
    parser.add_argument("--counties", type=int, default=COUNTIES)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        folder = asked.folder or Path(passing)
        points = []
        for plots in asked.plots:
            cost = run(make(folder, plots, asked.counties), Path(passing, f"run-{plots}"), inline=asked.inline)
            points.append((float(plots), cost.cpu))
            say(told(f"{plots} plots", cost))
        if len(points) > 1:
            say(f"exponent over plots: {exponent(points):.2f}; between sizes, a further plot costs {further(points)}")
        _, again = late_county(
            make(folder, asked.plots[-1], asked.counties), Path(passing, "late"), inline=asked.inline
        )
        alone = run(make(folder, asked.plots[-1] // asked.counties, 1), Path(passing, "alone"), inline=asked.inline)
        say(told("one county late", again))
        say(told("one county alone", alone))
        say(f"ratio: {again.cpu / alone.cpu:.2f}")


if __name__ == "__main__":
    main()
