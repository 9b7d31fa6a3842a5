"""Run the stages of a year under its lock, whoever carries the jobs out."""

from contextlib import suppress
from contextvars import ContextVar

from flows.decisions.guarded_ledger import Pen
from flows.run.contract_check import prove_contracts
from flows.run.failure_log import log_failure
from flows.run.run_context import Each, Failure, Tell, Year
from flows.run.stage_loop import advance
from flows.year.jobs import Line
from flows.year.locations import Places
from flows.year.year_inputs import read_desk
from flows.year.year_lock import hold_year
from flows.year.year_state import Desk
from ledger.errors import HeadMoved
from ledger.ledger import Ledger

TRIES = 10


def _silent(stage: str, county: str, line: Line) -> None:
    """Nobody listens."""


# Who hears of progress: a flow's parameters must be plain values, so the listener travels in the context.
LISTENER: ContextVar[Tell] = ContextVar("LISTENER", default=_silent)


def run_stages(places: Places, each: Each) -> int:
    """Advance the year; return how many jobs failed.

    Raises `YearBusy` where another run is at work, `ContractError` where a contract is badly written: before anything
    is recorded.
    """
    library = places.library()
    with hold_year(places), places.open_ledger() as ledger:
        desk = read_desk(places, library.wording())
        prove_contracts(library, desk.roster)
        failures = _advance(places, desk, ledger, each)
    for one in failures:
        log_failure(places.failure_log, one.course, stage=one.stage, county=one.county)
    return len(failures)


def _advance(places: Places, desk: Desk, ledger: Ledger, each: Each) -> list[Failure]:
    """Advance, and again from the start where a decision was recorded from elsewhere meanwhile."""
    for _ in range(TRIES - 1):
        with suppress(HeadMoved):
            return advance(_year(places, desk, ledger, each))
    return advance(_year(places, desk, ledger, each))


def _year(places: Places, desk: Desk, ledger: Ledger, each: Each) -> Year:
    return Year(places=places, desk=desk, ledger=ledger, pen=Pen(ledger), each=each, tell=LISTENER.get())
