"""The page on performance: tables of medians and ratios, targets met or missed, and the machine."""

import platform
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

import psutil

from checks.recognition.form_instance import FormUnderCheck
from tests.benchmarks.engines import ENGINES, READERS
from tests.benchmarks.plain_rules import held_on, not_of_rows
from tests.benchmarks.trial import COLD, LARGEST_BOOK, Results, Size

LIBRARIES = (
    "polars",
    "pandera",
    "fastexcel",
    "openpyxl",
    "pandas",
    "pyarrow",
    "great-expectations",
    "dataframely",
    "pointblank",
    "frictionless",
)
_MOST_READS, _MOST_READS_OF_LARGEST = 3.0, 2.0
_SLOWER = 2.0  # where one row in ten fails
_BEGIN = Path(__file__).with_name("performance-begin.md")


def page(results: Results, size: Size, subject: FormUnderCheck, tiny: int) -> str:
    """Return the page as Markdown."""
    begin, count = _BEGIN.read_text(encoding="utf-8"), len(held_on(subject))
    parts = [
        begin.format(rounds=size.rounds, tiny=tiny, county=f"{size.county:,}", count=count),
        "![CPU seconds by size](performance.svg)\n",
        "## Rules on plots\n",
        *_tables(results, size),
        "## What each engine can be told\n",
        *_words(subject, results, size),
        "## A county, from bytes to findings\n",
        *_county(results, size),
        "## From a cold start\n",
        *_cold(results),
        "## Targets\n",
        *_targets(results, size),
        "## Machine\n",
        *_machine(),
    ]
    return "\n".join(parts)


def _tables(results: Results, size: Size) -> Iterator[str]:
    for what, title in (("clean", "All rules hold"), ("spoilt", "One plot in ten fails")):
        yield f"{title}; CPU seconds, beside them how many times the floor's:\n"
        yield _row("engine", *(f"{rows:,} plots" for rows in size.tables), "MB over, at most plots")
        yield _row(*("---",) * (len(size.tables) + 2))
        for name, engine in ENGINES.items():
            cells = [_beside(results, what, rows, name) for rows in size.tables]
            if any(cell != "–" for cell in cells):
                yield _row(engine.title, *cells, _memory(results, what, size.tables, name))
        yield ""
        yield f"Cheaper than ours: {'; '.join(_cheaper(results, what, size.tables)) or 'none'}.\n"


def _cheaper(results: Results, what: str, tables: Sequence[int]) -> Iterator[str]:
    """Yield each size at which another engine costs less than ours, with how many times its cost ours is."""
    for rows in tables:
        for name, engine in ENGINES.items():
            ratio = _ratio(results, (what, rows), "hesuan", name)
            if ratio is not None and ratio > 1:
                yield f"{engine.title} on {rows:,} plots (ours {ratio:.2f} times)"


def _beside(results: Results, what: str, rows: int, name: str) -> str:
    seconds, floor = results.value(what, rows, name), results.value(what, rows, "floor")
    if seconds is None or not floor:
        return "–"
    return f"{seconds:.3f} ({seconds / floor:.2f})"


def _memory(results: Results, what: str, tables: Sequence[int], name: str) -> str:
    known = [rows for rows in tables if results.value(what, rows, name) is not None]
    return f"{results.value(what, known[-1], name, 'over'):.0f}" if known else "–"


def _words(subject: FormUnderCheck, results: Results, size: Size) -> Iterator[str]:
    yield (
        f"{', '.join(not_of_rows(subject))} look at the sheet, at other years or at the register's several meanings of "
        "a short name: no other engine is told of them, ours holds them within its time. What an engine leaves out "
        "costs it nothing.\n"
    )
    yield _row("engine", "names", "cannot say, in whole or in part", "rules that failed where one plot in ten does")
    yield _row(*("---",) * 4)
    for name, engine in ENGINES.items():
        if results.value("clean", size.tables[0], name) is not None:
            found = results.found("spoilt", size.tables[0], name)
            yield _row(engine.title, engine.names, ", ".join(engine.without(subject)) or "–", ", ".join(sorted(found)))
    yield ""


def _county(results: Results, size: Size) -> Iterator[str]:
    yield "The second reading and the gate are part of ours.\n"
    yield _row("way", "plots", "CPU seconds", "times the bare read", "MB, whole", "MB over")
    yield _row(*("---",) * 6)
    for plots in size.counties:
        yield from _readers(results, plots)
    alone = results.value("alone", size.county, "hesuan check", "whole")
    if alone is not None:
        yield (
            f"\n`hesuan check` of the largest workbook, looked at from outside: {alone:.0f} MB, its reading process "
            "included. *Whole* has the benchmark's own libraries in it."
        )
    yield "\nWhere our time goes, CPU milliseconds of one round:\n"
    yield _row("stage", "ms")
    yield _row("---", "---")
    for stage, spent in results.found("county", size.county, "stages").items():
        yield _row(stage, f"{spent:,}")
    yield ""


def _readers(results: Results, plots: int) -> Iterator[str]:
    bare = results.value("county", plots, "fastexcel")
    for name, (title, _) in READERS.items():
        seconds = results.value("county", plots, name)
        if seconds is not None and bare and name != "stages":
            whole, over = (results.value("county", plots, name, key) for key in ("whole", "over"))
            yield _row(title, f"{plots:,}", f"{seconds:.2f}", f"{seconds / bare:.2f}", f"{whole:.0f}", f"{over:.0f}")


def _cold(results: Results) -> Iterator[str]:
    yield "CPU seconds of the whole process, imports and all; the workbook is the small sample of the repository.\n"
    yield _row("command", "CPU seconds")
    yield _row("---", "---")
    for name in COLD:
        seconds = results.value("cold", 0, name)
        if seconds is not None:
            yield _row(f"`{name}`", f"{seconds:.2f}")
    yield ""


def _targets(results: Results, size: Size) -> Iterator[str]:
    yield _row("target", "most", "measured", "")
    yield _row(*("---",) * 4)
    for told, most, measured in _held(results, size):
        if measured is not None:
            yield _row(told, f"{most:g}", f"{measured:.2f}", "met" if measured <= most else "**missed**")
    yield ""


def _held(results: Results, size: Size) -> Iterator[tuple[str, float, float | None]]:
    for rows, most in ((1_000_000, 1.0), (100_000, 1.2)):
        yield f"rules on {rows:,} plots, times the floor", most, _ratio(results, ("clean", rows), "hesuan", "floor")
    for what, told in (("clean", "all rules hold"), ("spoilt", "one in ten fails")):
        ratio = _ratio(results, (what, 10_000), "hesuan", "dataframely")
        yield f"rules on 10,000 plots where {told}, times dataframely", 1.0, ratio
    for rows in size.tables:
        spoilt, clean = results.value("spoilt", rows, "hesuan"), results.value("clean", rows, "hesuan")
        ratio = spoilt / clean if spoilt is not None and clean else None
        yield f"the same on {rows:,} plots where one in ten fails, times where none does", _SLOWER, ratio
    for name in ("dataframely", "pointblank", "pandera-pandas", "great-expectations"):
        ratio = _ratio(results, ("clean", 1_000_000), "hesuan", name)
        yield f"rules on 1,000,000 plots, times {ENGINES[name].title}", 1.0, ratio
    place = ("county", size.county)
    for plots in size.counties:
        most = _MOST_READS if plots < LARGEST_BOOK else _MOST_READS_OF_LARGEST
        ratio = _ratio(results, ("county", plots), "county", "fastexcel")
        yield f"a county of {plots:,} plots, times the bare read", most, ratio
    alone = results.value("alone", size.county, "hesuan check", "whole")
    yield "memory in MB of `hesuan check` on it, both processes, imports and all", 600, alone
    yield (
        "its cost, as a part of openpyxl and Great Expectations",
        0.2,
        _ratio(results, place, "county", "openpyxl-expectations"),
    )
    cold = _ratio(results, ("cold", 0), "hesuan check", "import pandera.polars, without pandas")
    yield "`hesuan check` of a small workbook, times `import pandera.polars` without pandas", 2, cold


def _ratio(results: Results, place: tuple[str, int], text: str, other: str) -> float | None:
    ours, theirs = results.value(*place, text), results.value(*place, other)
    return ours / theirs if ours is not None and theirs else None


def _machine() -> Iterator[str]:
    memory = psutil.virtual_memory().total / 1024**3
    yield f"- {_processor()}, {psutil.cpu_count()} logical processors, {memory:.0f} GB of memory"
    yield f"- {platform.system()} {platform.release()}, Python {platform.python_version()}"
    yield "- " + ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES if _installed(name))
    yield ""


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"
