"""The search for plots accounted twice, over counties and years: ``python -m tests.benchmarks.claims [ROWS]``.

Rows are made up: counties of 31 provinces in six years, each with so many plots, some of them named by two. They are
packed as a run packs them; the search is the one of a run. It is measured in a process of its own, whose memory holds
nothing else. ``python -m tests.benchmarks.claims ledgers [ROWS]`` measures `hesuan claims` over the ledgers of 31
provinces instead.
"""

import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import psutil

from flows.analysis.shared_plots import search_shared_plots
from flows.intake.duplicate_claims import MAX_ROWS_IN_MEMORY, ClaimSource, find_shared_plots, pack_plots
from flows.year.locations import YearPaths
from tests.builders.made_ledgers import make_ledger

ROWS = 10_000_000
A_COUNTY = 14_286  # 40 million plots over 2,800 counties
DOUBLED = 1_000
YEARS = range(2019, 2025)
PROVINCES = 31
MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """What was searched, what it cost, and how many namings of doubled plots came out."""

    rows: int
    counties: int
    found: int
    packing: float  # CPU seconds
    cpu: float
    alone: float  # CPU seconds where one county asks alone
    least_memory: int  # megabytes before anything was searched: the interpreter and the library
    most_memory: int
    disk: int  # megabytes


def sources(counties: int) -> Iterator[ClaimSource]:
    """Yield so many versions, spread over provinces and years."""
    for at in range(counties):
        province, rest = at % PROVINCES, at // PROVINCES
        year, county = YEARS[rest % len(YEARS)], rest // len(YEARS)
        yield ClaimSource(year, f"{11 + province:02d}{county // 99 + 1:02d}{county % 99 + 1:02d}", f"{at:064d}")


def write(folder: Path, counties: int, *, a_county: int, doubled: int) -> list[Path]:
    """Pack the plots of each county; the last names some plots of the first as its own."""
    paths: list[Path] = []
    first: list[str] = []
    for at, source in enumerate(sources(counties)):
        plots = [f"{source.county}-{source.year}-{number:07d}" for number in range(a_county)]
        if at == 0:
            first = plots[:doubled]
        if at == counties - 1:
            plots[: len(first)] = first
        path = folder / str(source.year) / source.county[:2] / f"{source.county}-{at}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pack_plots(source, {"added_plots": plots}))
        paths.append(path)
    return paths


def measure(
    rows: int, folder: Path, *, a_county: int = A_COUNTY, doubled: int = DOUBLED, at_a_time: int = MAX_ROWS_IN_MEMORY
) -> Found:
    """Pack and search; all ask, as in the first run of a year."""
    start = time.process_time()
    counties = rows // a_county
    paths = write(folder, counties, a_county=a_county, doubled=doubled)
    packing = time.process_time() - start
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found, cpu, alone, least, most = pool.apply(_search, (paths, at_a_time))
    disk = sum(path.stat().st_size for path in paths) // MEGABYTE
    return Found(counties * a_county, counties, found, packing, cpu, alone, least, most, disk)


def _search(paths: list[Path], at_a_time: int) -> tuple[int, float, float, int, int]:
    pl.DataFrame({"a": [1]}).lazy().select(pl.len()).collect(engine="streaming")  # its threads are started
    least, start = _memory(), time.process_time()
    found = sum(1 for _ in find_shared_plots(paths, paths, max_rows=at_a_time))
    between = time.process_time()
    assert sum(1 for _ in find_shared_plots(paths[:1], paths, max_rows=at_a_time)) == found
    return found, between - start, time.process_time() - between, least, _memory()


def _memory() -> int:
    """Return the most megabytes that this process has held, where the system keeps that; else what it holds."""
    held = psutil.Process(os.getpid()).memory_info()
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return int(getattr(held, "peak_wset", held.rss)) // MEGABYTE
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def measure_ledgers(rows: int, folder: Path) -> tuple[str, ...]:
    """Make a ledger for each province, search them as the command does, and return what it found and cost."""
    counties = rows // A_COUNTY
    plots: dict[Path, dict[tuple[int, str], list[str]]] = {}
    first: list[str] = []
    for at, source in enumerate(sources(counties)):
        numbers = [f"{source.county}-{source.year}-{number:07d}" for number in range(A_COUNTY)]
        first = first or numbers[:DOUBLED]
        if at == counties - 1:
            numbers[: len(first)] = first
        plots.setdefault(folder / source.county[:2], {})[source.year, source.county] = numbers
    for state, own_plots in plots.items():
        make_ledger(state, own_plots)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found, indexing, again, memory = pool.apply(_search_ledgers, (list(plots), folder / "own"))
    return f"{len(plots)}", f"{counties}", f"{found}", f"{indexing:.1f}", f"{again:.1f}", f"{memory}"


def _search_ledgers(states: list[Path], own: Path) -> tuple[int, float, float, int]:
    places = [YearPaths(year=0, input_folder=own, output_folder=own, state_folder=state) for state in states]
    seconds = []
    shared_plots = 0
    for _ in range(2):
        start = time.process_time()
        shared_plots = len(search_shared_plots(places, own / "claims").shared_plots)
        seconds.append(time.process_time() - start)
    return shared_plots, seconds[0], seconds[1], _memory()


def main() -> None:
    """Print one line."""
    if sys.argv[1:2] == ["ledgers"]:
        rows = int(sys.argv[2]) if len(sys.argv) > 2 else ROWS
        with tempfile.TemporaryDirectory() as folder:
            ledgers, counties, found, first, again, memory = measure_ledgers(rows, Path(folder))
        sys.stdout.write(
            f"{ledgers} ledgers, {counties} counties and years, {rows} plots: {found} doubled plots found, "
            f"{first} s of CPU with indexing, {again} s without, memory at its highest {memory} MB\n"
        )
        return
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        item = measure(rows, Path(folder))
    sys.stdout.write(
        f"{item.rows} plots of {item.counties} counties and years, {item.disk} MB on disk: "
        f"packed in {item.packing:.1f} s, searched in {item.cpu:.1f} s of CPU ({item.alone:.1f} s for one county), "
        f"{item.found} namings of doubled plots, "
        f"memory at its highest {item.most_memory} MB ({item.least_memory} MB before)\n"
    )


if __name__ == "__main__":
    main()
