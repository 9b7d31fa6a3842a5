"""Run the stages of a year under its lock, whoever carries the jobs out."""

from contextvars import ContextVar
from pathlib import Path

from flows.engine import Each, Failure, Tell, Year, advance
from flows.handed_in import read_desk
from flows.places import Places
from flows.stages import Line
from flows.year_lock import hold_year
from ledger.files import clear_partials


def _silent(stage: str, county: str, line: Line) -> None:
    """Nobody listens."""


# Who hears of progress: a flow's parameters must be plain values, so the listener travels in the context.
LISTENER: ContextVar[Tell] = ContextVar("LISTENER", default=_silent)


def run_stages(places: Places, each: Each) -> int:
    """Advance the year; return how many jobs failed. Raises `YearBusy` where another run is at work."""
    with hold_year(places), places.open_ledger() as ledger:
        _clear_up(places)
        desk = read_desk(places, places.library().wording())
        year = Year(places=places, desk=desk, ledger=ledger, each=each, tell=LISTENER.get())
        failures = advance(year)
    if failures:
        _keep(places.failure_log, failures)
    return len(failures)


def _clear_up(places: Places) -> None:
    """Remove what a killed run left beside its outputs; the lock says that nobody is writing there."""
    year = places.output("")
    for folder in (year, *(one for one in year.rglob("*") if one.is_dir())) if year.is_dir() else ():
        clear_partials(folder, untouched_seconds=0)


def _keep(log: Path, failures: list[Failure]) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as file:
        for one in failures:
            file.write(f"{one.stage} {one.county}\n{one.trace}\n")
