"""Whoever carries the jobs out, and whoever is done first: the same bytes."""

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import openpyxl
import pytest

import flows.run.stage_loop
import flows.run.worker_processes
from flows.run.run_context import JobResult
from flows.run.run_stages import run_stages
from flows.run.stage_loop import run_job_safely, run_jobs_inline
from flows.run.worker_processes import WorkerPool
from flows.year.jobs import AnyJob
from tests.builders.identical import assert_identical, sampled
from tests.builders.year import Ground

FIRST, SECOND = "620102", "620103"


def last_first(_: str, jobs: Sequence[AnyJob]) -> Iterator[JobResult]:
    """Carry jobs out in threads, each done only after the one behind it; give the results in the order of the jobs."""
    done = [Event() for _ in range(len(jobs) + 1)]
    done[-1].set()

    def carry(at: int) -> JobResult:
        result = run_job_safely(jobs[at])
        assert done[at + 1].wait(300)
        done[at].set()
        return result

    with ThreadPoolExecutor(max_workers=len(jobs)) as pool:
        yield from pool.map(carry, range(len(jobs)))


def disturb(ground: Ground) -> None:
    """Change a figure of one county, which sends it back marked, and let another hand in what is no workbook."""
    (path,) = (ground.places.inbox / SECOND).glob("*.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    cells = (item for row in sheet.iter_rows(min_row=5) for item in row)
    figure, value = next((cell, cell.value) for cell in cells if isinstance(cell.value, float))
    sheet[figure.coordinate] = value + 1000
    book.save(path)
    (ground.places.inbox / FIRST / "坏.xlsx").write_bytes(b"PK")


@pytest.mark.usefixtures("stopped_clock", "light_expectations")
def test_the_order_in_which_counties_finish_leaves_no_trace(tmp_path: Path) -> None:
    """Filed, refused and marked counties: in line, and in threads where the last is always done first."""
    inline = sampled(tmp_path / "直接", counties=2)
    disturb(inline)
    ground = inline.copy_to(tmp_path / "并行 核算")
    assert run_stages(inline.places, run_jobs_inline) == 0
    assert run_stages(ground.places, last_first) == 0
    found = {code: (item.state, item.hard > 0) for code, item in ground.rows().items()}
    assert found == {FIRST: ("filed", False), SECOND: ("returned", True)}
    assert_identical(ground, inline)


@pytest.mark.usefixtures("stopped_clock", "light_expectations")
def test_worker_processes_leave_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stages and outputs that several processes share leave what one process leaves, to the byte."""
    monkeypatch.setattr(flows.run.worker_processes, "MIN_JOBS_FOR_WORKERS", 2)
    monkeypatch.setattr(flows.run.stage_loop, "MIN_OUTPUTS_FOR_TASKS", 2)
    inline = sampled(tmp_path / "直接", counties=3)
    disturb(inline)
    ground = inline.copy_to(tmp_path / "几个 进程")
    assert run_stages(inline.places, run_jobs_inline) == 0
    with WorkerPool(2) as pool:
        assert run_stages(ground.places, pool.run_jobs) == 0
        assert len(multiprocessing.active_children()) == 2
    assert_identical(ground, inline)
