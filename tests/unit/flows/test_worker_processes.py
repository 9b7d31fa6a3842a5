"""Jobs in worker processes: the same results in the same order, whatever happens to a worker."""

import multiprocessing
import threading
from pathlib import Path

import pytest

import flows.run.worker_processes
from flows.run.job_groups import group_jobs
from flows.run.run_context import JobFailure
from flows.run.worker_processes import CompletedJob, WorkerPool, complete_jobs
from flows.year.jobs import OutputJob
from flows.year.locations import YearPaths
from ledger.errors import LedgerMissingError


class StrangeError(Exception):
    """An error that cannot be sent to another process."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.lock = threading.Lock()


def make_jobs(folder: Path, count: int) -> list[OutputJob]:
    """Make jobs that fail, because there is no record."""
    paths = YearPaths(year=2024, input_folder=folder, output_folder=folder, state_folder=folder / "state")
    common = {"stage": "file", "paths": paths, "entry_count": 1, "head": "", "contracts_version": ""}
    return [OutputJob(county=f"{number}", path=f"{number}.xlsx", **common) for number in range(count)]  # type: ignore[arg-type]


def list_counties(results: list[object]) -> list[str]:
    """Return the counties of failures."""
    return [result.county for result in results if isinstance(result, JobFailure)]


@pytest.mark.parametrize(("count", "workers", "size"), [(1, 2, 1), (15, 2, 1), (86, 2, 10), (2800, 2, 16), (86, 40, 1)])
def test_groups_hold_every_job_once_in_order(count: int, workers: int, size: int, tmp_path: Path) -> None:
    """Few jobs have a group each; no group is so large that one worker is left alone for long."""
    jobs = make_jobs(tmp_path, count)
    groups = list(group_jobs(jobs, workers))
    assert [job for group in groups for job in group] == jobs
    assert max(map(len, groups)) == size


def test_results_come_in_the_order_of_the_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure in a worker is told as one in this process; a killed worker costs no job."""
    monkeypatch.setattr(flows.run.worker_processes, "MIN_JOBS_FOR_WORKERS", 4)
    jobs = make_jobs(tmp_path, 6)
    with WorkerPool(2) as pool:
        results = list(pool.run_jobs("file", jobs))
        workers = multiprocessing.active_children()
        assert len(workers) == 2
        for worker in workers:
            worker.kill()
            worker.join()
        results_after_death = list(pool.run_jobs("file", jobs))
        (completed,) = pool.complete_jobs(tuple(jobs[:1]))
    assert multiprocessing.active_children() == []
    assert list_counties(list(results)) == list_counties(list(results_after_death)) == [job.county for job in jobs]
    assert isinstance(completed.error, LedgerMissingError)
    (here,) = complete_jobs(tuple(jobs[:1]))
    assert isinstance(here.result, JobFailure)
    assert isinstance(completed.result, JobFailure)
    assert completed.result.line == here.result.line
    assert completed.result.stack_lines == here.result.stack_lines


def test_few_jobs_start_no_process(tmp_path: Path) -> None:
    """A county or two are done before a worker has loaded the program."""
    with WorkerPool(2) as pool:
        assert len(list(pool.run_jobs("file", make_jobs(tmp_path, 2)))) == 2
        assert multiprocessing.active_children() == []


def test_an_error_that_cannot_be_sent_is_named(tmp_path: Path) -> None:
    """The parent learns which error it was, and the failure itself stays whole."""
    (failed,) = complete_jobs(tuple(make_jobs(tmp_path, 1)))
    strange = CompletedJob(failed.result, StrangeError("甲"))
    replaced = flows.run.worker_processes.replace_strange_error(strange)
    assert (str(replaced.error), replaced.result) == ("StrangeError", failed.result)
    assert flows.run.worker_processes.replace_strange_error(failed) is failed
