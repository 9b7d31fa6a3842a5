"""How planning grows with counties and years: ``python -m tests.benchmarks.growth [COUNTIESxYEARS...]``.

Ledgers of a made-up register, with the same history in every year. For each, the CPU seconds of reading the newest year
with what it needs of earlier ones, and of listing the files of its filing: what each run costs before it does anything.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from flows.outputs.filings_due import list_filings
from flows.year.locations import YearPaths
from flows.year.year_state import load_year_state
from review.events import Event
from review.roster import Roster
from tests.benchmarks.histories import YEAR, events, make, roster

SIZES = ("86x1", "700x1", "2800x1", "86x20", "700x20", "2800x20")


def list_events(listed: Roster, years: int) -> Iterator[Event]:
    """Yield the history of each year, the last of which is the benchmark's own."""
    for year in range(YEAR - years + 1, YEAR + 1):
        for event in events(replace(listed, year=year)):
            yield replace(event, year=year)


def measure(folder: Path, counties: int, years: int) -> tuple[int, float, float]:
    """Return the number of entries, and the CPU seconds of reading the year and of listing its files."""
    listed = roster(counties)
    entry_count = make(folder, list_events(listed, years))
    paths = YearPaths(year=YEAR, input_folder=folder, output_folder=folder / "outputs", state_folder=folder)
    start = time.process_time()
    with paths.open_ledger(must_exist=True) as ledger:
        state = load_year_state(paths, ledger, listed)
    loaded = time.process_time()
    assert list_filings(state, listed)
    return entry_count, loaded - start, time.process_time() - loaded


def main() -> None:
    """Print a line for each size."""
    for size in sys.argv[1:] or SIZES:
        counties, years = map(int, size.split("x"))
        with tempfile.TemporaryDirectory() as folder:
            entry_count, reading, listing = measure(Path(folder), counties, years)
        sys.stdout.write(
            f"{counties} counties, {years} years, {entry_count} entries: {reading:.2f} s, files {listing:.2f} s\n"
        )


if __name__ == "__main__":
    main()
