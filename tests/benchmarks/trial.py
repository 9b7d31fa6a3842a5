"""Run the measurements: every engine in a process of its own, kept warm, the engines taking turns round by round."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.cpu import ENDED, used_by
from tests.benchmarks.engines import ENGINES, READERS
from tests.benchmarks.plots import Stored, multiplied, spoilt, subject_of, table_of, workbook
from tests.benchmarks.worker import MEGABYTE, watched

LARGEST_BOOK = 100_000  # plots; more are made of these, over and over
TINY = 50
OWN = ("hesuan", "floor")


@dataclass(frozen=True, slots=True)
class Size:
    """How much to measure: plots to a table, plots of the counties' workbooks, rounds."""

    tables: tuple[int, ...]
    counties: tuple[int, ...]
    rounds: int

    @property
    def county(self) -> int:
        """The plots of the largest county."""
        return self.counties[-1]


SIZES: Mapping[str, Size] = {
    "tiny": Size((TINY,), (TINY,), 1),
    "small": Size((10_000,), (10_000,), 3),
    "once": Size((10_000, 100_000, 1_000_000), (10_000, 100_000), 1),
    "full": Size((10_000, 100_000, 1_000_000), (10_000, 100_000), 3),
}


@dataclass(slots=True)
class Worker:
    """One warm process."""

    process: "subprocess.Popen[str]"

    def measure(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """Hand over a job and return what it cost."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the process for {job['name']} ended: see its log beside the data")
        cost: dict[str, Any] = json.loads(answer)
        return cost


@contextmanager
def workers(folder: Path, names: Sequence[str]) -> Iterator[dict[str, Worker]]:
    """Start a process for each name, and end them; what they complain of lies beside the data."""
    command = [sys.executable, "-m", "tests.benchmarks.worker"]
    started = {}
    for name in names:
        with (folder / f"{name}.log").open("w", encoding="utf-8") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8"
            )
        started[name] = Worker(process)
    try:
        yield started
    finally:
        for item in started.values():
            item.process.communicate()


@dataclass(slots=True)
class Results:
    """The costs of each round: by what was held (clean, spoilt, county, cold), by size, by name."""

    costs: dict[tuple[str, int, str], list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, what: str, size: int, name: str, cost: dict[str, Any]) -> None:
        """Keep one round's cost."""
        self.costs.setdefault((what, size, name), []).append(cost)
        sys.stdout.write(f"{what:8} {size:>9,} {name:24} {cost['seconds']:8.3f} s CPU\n")
        sys.stdout.flush()

    def value(self, what: str, size: int, name: str, key: str = "seconds") -> float | None:
        """Return the median of all rounds, None where it was not measured."""
        rounds = self.costs.get((what, size, name))
        return float(median(item[key] for item in rounds)) if rounds else None

    def found(self, what: str, size: int, name: str) -> dict[str, int]:
        """Return what the last round found."""
        rounds = self.costs.get((what, size, name))
        return dict(rounds[-1]["found"]) if rounds else {}


def engines_at_hand(names: Sequence[str]) -> list[str]:
    """Return those of the engines whose library is installed."""
    found = []
    for name in names:
        try:
            __import__(ENGINES[name].module)
        except ImportError:
            continue
        found.append(name)
    return found


def measure_tables(folder: Path, size: Size, names: Sequence[str], results: Results) -> None:
    """Hold the rules on plots: all that hold, then with one in ten that fails."""
    small = workbook(folder, TINY)
    stored = {rows: _frames(folder, rows) for rows in size.tables}
    tiny = _frames(folder, TINY)
    with workers(folder, names) as processes:
        for name, item in processes.items():
            item.measure({"name": name, "workbook": str(small), "frames": str(tiny["clean"].folder)})
        for rows, kinds in stored.items():
            for _ in range(size.rounds):
                for what, frames in kinds.items():
                    for name in names:
                        if rows <= ENGINES[name].most:
                            job = {"name": name, "workbook": str(small), "frames": str(frames.folder)}
                            results.add(what, rows, name, processes[name].measure(job))


def _frames(folder: Path, rows: int) -> dict[str, Stored]:
    """Store a table of so many plots, sound and spoilt, if it is not stored yet."""
    kinds = {kind: Stored(folder / f"{rows}-frames" / kind) for kind in ("clean", "spoilt")}
    if not kinds["spoilt"].folder.exists():
        held = min(rows, LARGEST_BOOK)
        table = multiplied(table_of(subject_of(workbook(folder, held))), rows // held)
        kinds["clean"].keep(table)
        kinds["spoilt"].keep(spoilt(table))
    return kinds


def measure_county(folder: Path, size: Size, names: Sequence[str], results: Results) -> None:
    """Take a county's workbook from bytes to findings, and the readers beside it, at each size."""
    small = workbook(folder, TINY)
    with workers(folder, names) as processes:
        for name, item in processes.items():
            item.measure({"name": name, "workbook": str(small)})
        for plots in size.counties:
            job = {"workbook": str(workbook(folder, plots))}
            for _ in range(min(size.rounds, 3)):
                for name in names:
                    results.add("county", plots, name, processes[name].measure({**job, "name": name}))


# pandera goes on without pandas if the message is that of a library that is not installed.
WITHOUT_PANDAS = """
import sys

class Finder:
    def find_spec(self, name, *_):
        if name == "pandas":
            raise ModuleNotFoundError("No module named 'pandas'", name=name)

sys.meta_path.insert(0, Finder())
import pandera.polars
"""
COLD: Mapping[str, tuple[str, ...]] = {
    "hesuan check": ("-m", "desk", "check", "BOOK"),
    "import pandera.polars": ("-c", "import pandera.polars"),
    "import pandera.polars, without pandas": ("-c", WITHOUT_PANDAS),
    "hesuan --help": ("-m", "desk", "--help"),
    "hesuan status": ("-m", "desk", "status", "2024", "--state", "STATE"),
    "hesuan verify": ("-m", "desk", "verify", "STATE"),
    "python -c pass": ("-c", "pass"),
}


def measure_cold(folder: Path, book: Path, rounds: int, results: Results) -> None:
    """Start each command in a process of its own, imports and all."""
    places = {"BOOK": str(book), "STATE": str(folder / "no-state")}
    for _ in range(rounds):
        for name, arguments in COLD.items():
            before = used_by(ENDED)
            command = [sys.executable, *(places.get(argument, argument) for argument in arguments)]
            # A yardstick that fails would be cheap; our own commands may end with findings.
            is_yardstick = "-c" in arguments
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=is_yardstick)
            used = used_by(ENDED) - before
            results.add("cold", 0, name, {"seconds": used, "found": {}})


def measure_alone(folder: Path, size: Size, results: Results) -> None:
    """Look from outside at the command on a county's workbook: its memory without the benchmark's own libraries."""
    book = workbook(folder, size.county)
    for _ in range(size.rounds):
        before = used_by(ENDED)
        process = subprocess.Popen([sys.executable, "-m", "desk", "check", str(book)], stdout=subprocess.DEVNULL)
        with watched(process.pid) as watch:
            code = process.wait()
        cost = {"seconds": used_by(ENDED) - before, "whole": watch.most / MEGABYTE, "found": {"exit code": code}}
        results.add("alone", size.county, "hesuan check", cost)


def run(folder: Path, size: Size, *, peers: bool = True) -> Results:
    """Measure everything at one size; without *peers* our own path, the floor and the readers only."""
    results = Results()
    folder.mkdir(parents=True, exist_ok=True)
    names = engines_at_hand(tuple(ENGINES) if peers else OWN)
    measure_tables(folder, size, names, results)
    readers = [reader for reader in READERS if peers or reader != "openpyxl-expectations"]
    if "great-expectations" not in names:
        readers = [reader for reader in readers if reader != "openpyxl-expectations"]
    measure_county(folder, size, readers, results)
    measure_alone(folder, size, results)
    sample = next(Path("inputs").glob("*/*/*第2版.xlsx"))
    measure_cold(folder, sample, size.rounds, results)
    shutil.rmtree(folder / "no-state", ignore_errors=True)
    return results
