"""What a whole run costs: CPU seconds by part, of its process with all threads and of its children."""

import os
import threading
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final, Self

import psutil

from flows.costs.timers import CHECKS, INTAKE, LEDGER, REVIEW, ROLL_UPS, WRITING
from flows.prefect_support.task_runners import RUNNER

WORKERS: Final = "workers"
ORCHESTRATION: Final = "orchestration"
PARTS: Final = (INTAKE, CHECKS, ROLL_UPS, REVIEW, WRITING, LEDGER, WORKERS, ORCHESTRATION)


@dataclass(frozen=True, slots=True)
class Burnt:
    """CPU seconds so far: of this process, of its threads that are not Python's, of its children and theirs."""

    own: float
    native: float
    children: float

    @classmethod
    def now(cls) -> Self:
        """Look at the process and its children; what cannot be looked at counts nothing."""
        me = psutil.Process(os.getpid())
        times = me.cpu_times()
        reaped = float(getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0))
        living = sum(seconds_of(one.pid) for one in me.children(recursive=True))
        return cls(time.process_time(), _native(me), reaped + living)


def seconds_of(process: int) -> float:
    """Return what a process, and those of its children that have ended, burnt so far; nothing once it is gone."""
    try:
        return float(sum(psutil.Process(process).cpu_times()[:4]))  # user and system, its own and its children's
    except psutil.Error:
        return 0.0


def _native(process: psutil.Process) -> float:
    """Return what threads burnt that are not Python's: those in which tables are computed."""
    ours = {one.native_id for one in threading.enumerate()}
    try:
        return float(sum(one.user_time + one.system_time for one in process.threads() if one.id not in ours))
    except psutil.Error:
        return 0.0


@dataclass(slots=True)
class Purse:
    """All that one run spends, from when it is made. *elsewhere* is the part for which its child processes count.

    *server* is what Prefect's own temporary server burnt, which is told apart.
    """

    elsewhere: str = INTAKE
    jobs: dict[str, float] = field(default_factory=dict)
    engine: dict[str, float] = field(default_factory=dict)
    server: float = 0.0
    before: Burnt = field(default_factory=Burnt.now)

    def add_job(self, spent: Mapping[str, float]) -> None:
        """Take in what a job said it cost."""
        self.jobs = sum_of(self.jobs, spent)

    def add_engine(self, spent: Mapping[str, float]) -> None:
        """Take in what the engine spent between the jobs."""
        self.engine = sum_of(self.engine, spent)

    def parts(self) -> dict[str, float]:
        """Return the seconds by part, in the order of `PARTS`; what of this process nobody claims is orchestration."""
        now, found = Burnt.now(), sum_of(self.jobs, self.engine)
        in_jobs, in_engine = sum(self.jobs.values()), sum(self.engine.values())
        native = now.native - self.before.native
        children = now.children - self.before.children - self.server
        own = now.own - self.before.own - native - in_engine
        if self.elsewhere == WORKERS:  # they carry out the jobs: what those say is within what the children burnt
            children -= in_jobs
        else:
            own -= in_jobs
        for part, seconds in ((CHECKS, native), (self.elsewhere, children), (ORCHESTRATION, own)):
            found[part] = found.get(part, 0.0) + max(0.0, seconds)  # the clocks of threads and processes tick apart
        return {part: found[part] for part in PARTS if found.get(part)}


def sum_of(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """Add up seconds part by part."""
    return {part: one.get(part, 0.0) + other.get(part, 0.0) for part in {**one, **other}}


# Who pays: a flow's parameters must be plain values, so the purse travels in the context, as the listener does.
PURSE: ContextVar[Purse | None] = ContextVar("PURSE", default=None)


def part_of_children(*, inline: bool) -> str:
    """Return what the child processes of a run do: they read workbooks, unless Dask's carry out the jobs."""
    dask = not inline and os.environ.get(RUNNER) == "dask"
    return WORKERS if dask else INTAKE
