"""What a run costs is split by part: nothing is counted twice, nothing is lost."""

import itertools
import subprocess
import sys
from collections.abc import Callable

import pytest

from contracts.contract_library import open_library
from desk.cost_table import cost_lines
from flows.costs import cost_meter, timers
from flows.costs.cost_meter import ORCHESTRATION, WORKERS, Burnt, Purse
from flows.costs.timers import CHECKS, INTAKE, LEDGER, Watch, watching

NOTHING = Burnt(own=0.0, native=0.0, children=0.0)


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a second of this thread pass between any two looks at its clock."""
    seconds = itertools.count(100.0)
    monkeypatch.setattr("flows.costs.timers.time.thread_time", lambda: next(seconds))


@pytest.fixture
def burning(monkeypatch: pytest.MonkeyPatch) -> Callable[[Burnt], None]:
    """Say what the next look at the process shows."""
    return lambda shown: monkeypatch.setattr(cost_meter.Burnt, "now", lambda: shown)


@pytest.mark.usefixtures("ticking")
def test_the_inner_part_alone_counts() -> None:
    """Reading within a check is no check; after it the check goes on."""
    watch = Watch()
    with watching(watch, CHECKS), timers.spending(INTAKE):
        pass
    assert dict(watch.spent) == {CHECKS: 2.0, INTAKE: 1.0}


@pytest.mark.usefixtures("ticking")
def test_what_is_of_no_part_is_left_over() -> None:
    """The engine's own steps are counted only where they say for what; a fault does not lose them."""
    watch = Watch()
    with pytest.raises(OSError, match="full"), watching(watch), timers.spending(LEDGER):
        raise OSError("full")
    assert dict(watch.spent) == {LEDGER: 1.0}


def test_a_job_within_the_engine_counts_once(burning: Callable[[Burnt], None]) -> None:
    """Tables are computed by threads that are not ours, files are read by children; what nobody claims is the rest."""
    one = Purse(before=Burnt(own=5.0, native=1.0, children=2.0))
    burning(Burnt(own=25.0, native=4.0, children=9.0))
    one.add_job({CHECKS: 6.0, INTAKE: 1.0})
    one.add_job({CHECKS: 2.0})
    one.add_engine({LEDGER: 3.0})
    one.server = 4.0
    found = one.parts()
    assert found == {INTAKE: 1.0 + 3.0, CHECKS: 8.0 + 3.0, LEDGER: 3.0, ORCHESTRATION: 5.0}
    assert sum(found.values()) == (25.0 - 5.0) + (9.0 - 2.0) - 4.0  # all of it, the server apart


def test_jobs_of_other_processes_are_within_what_those_burnt(burning: Callable[[Burnt], None]) -> None:
    """On Dask the children carry out the jobs: what is left of theirs is a part of its own."""
    one = Purse(elsewhere=WORKERS, before=NOTHING)
    burning(Burnt(own=4.0, native=0.0, children=20.0))
    one.add_job({CHECKS: 9.0, INTAKE: 1.0})
    one.add_engine({LEDGER: 1.0})
    assert one.parts() == {INTAKE: 1.0, CHECKS: 9.0, LEDGER: 1.0, WORKERS: 10.0, ORCHESTRATION: 3.0}


def test_people_read_a_line_a_part(burning: Callable[[Burnt], None]) -> None:
    """Seconds and shares in Chinese, the sum, and Prefect's own server apart."""
    one = Purse(before=NOTHING)
    burning(Burnt(own=10.0, native=0.0, children=6.0))
    one.add_job({CHECKS: 6.0})
    one.server = 6.0
    found = ["".join(line.split()) for line in cost_lines(one, open_library().wording())]
    assert found[1:] == ["核对6.060%", "调度4.040%", "合计10.0", "另：本机Prefect服务6.0"]


def test_a_process_that_is_gone_costs_nothing_more() -> None:
    """The server may have died by the time it is looked at."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert cost_meter.seconds_of(process.pid) == 0.0
