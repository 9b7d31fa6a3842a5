"""Worker processes for the jobs of a run: started when a stage has many jobs, each loading the program once.

Threads gain nothing here: most of the work is Python, and one thread runs at a time.
"""

import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from flows.run.failure_log import name_error_kind
from flows.run.job_groups import MIN_JOBS_FOR_WORKERS, JobGroup, group_jobs
from flows.run.run_context import JobResult
from flows.run.run_job import run_job
from flows.run.stage_loop import build_failure
from flows.year.jobs import AnyJob

_ORPHAN_EXIT_CODE: Final = 1


@dataclass(frozen=True, slots=True)
class CompletedJob:
    """The result of a job; if it is a failure, also the error, which decides whether to try again."""

    result: JobResult
    error: Exception | None = None


def complete_jobs(jobs: JobGroup) -> list[CompletedJob]:
    """Run jobs one after the other in this process."""
    return list(map(_complete_job, jobs))


def _complete_job(job: AnyJob) -> CompletedJob:
    try:
        return CompletedJob(run_job(job))
    except Exception as error:  # noqa: BLE001 - a failure of one county must not stop the others
        return CompletedJob(build_failure(job.stage, job.county, error), error)


class WorkerPool:
    """Worker processes that are started at the first stage with many jobs, and end with the block or the parent.

    If one of them dies, the jobs that are left are run in the process that waits for them.
    """

    def __init__(self, worker_count: int) -> None:
        self.worker_count = worker_count
        self._executor: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def is_worth_it(self, job_count: int) -> bool:
        """Return whether a stage with so many jobs is handed to worker processes."""
        return self.worker_count > 1 and job_count >= MIN_JOBS_FOR_WORKERS

    def run_jobs(self, _: str, jobs: Sequence[AnyJob]) -> Iterator[JobResult]:
        """Run the jobs of a stage, in worker processes if they are many; yield the results in the order of the jobs."""
        if not self.is_worth_it(len(jobs)):
            for job in jobs:
                yield _complete_job(job).result
            return
        groups = list(group_jobs(jobs, self.worker_count))
        futures = list(map(self._submit, groups))
        for group, future in zip(groups, futures, strict=True):
            for completed in self._wait_for(group, future):
                yield completed.result

    def complete_jobs(self, jobs: JobGroup) -> list[CompletedJob]:
        """Run a group of jobs in a worker process."""
        return self._wait_for(jobs, self._submit(jobs))

    def _submit(self, jobs: JobGroup) -> "Future[list[CompletedJob]] | None":
        with self._lock:
            if self._executor is None:
                self._executor = ProcessPoolExecutor(
                    self.worker_count, mp_context=multiprocessing.get_context("spawn"), initializer=_prepare_worker
                )
            with suppress(BrokenExecutor):
                return self._executor.submit(_complete_in_worker, jobs)
        return None

    def _wait_for(self, jobs: JobGroup, future: "Future[list[CompletedJob]] | None") -> list[CompletedJob]:
        if future is not None:
            with suppress(BrokenExecutor):
                return future.result()
        self._stop()
        return complete_jobs(jobs)

    def _stop(self) -> None:
        with self._lock:
            executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown(cancel_futures=True)


def _complete_in_worker(jobs: JobGroup) -> list[CompletedJob]:
    return list(map(replace_strange_error, complete_jobs(jobs)))


def replace_strange_error(completed: CompletedJob) -> CompletedJob:
    """Return a job with an error that can be sent to the parent: those of libraries may not be."""
    try:
        pickle.loads(pickle.dumps(completed.error))  # noqa: S301 - our own object
    except Exception:  # noqa: BLE001 - whatever its class does
        return CompletedJob(completed.result, RuntimeError(name_error_kind(completed.error or RuntimeError())))
    return completed


def _prepare_worker() -> None:
    """Leave Ctrl+C to the parent, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()


def _end_with_parent(parent: "multiprocessing.process.BaseProcess") -> None:
    parent.join()
    os._exit(_ORPHAN_EXIT_CODE)
