"""Which process runs a job: this one, or a worker process where the settings name them and a stage has many jobs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from flows.prefect_support.task_runners import PROCESSES, get_runner_name, parse_worker_count
from flows.run.job_groups import JobGroup
from flows.run.worker_processes import CompletedJob, WorkerPool, complete_jobs

# Not variables of the module of the flow: Prefect and Dask pickle the flow with all that it refers to there.
_OPEN_POOL: ContextVar[WorkerPool | None] = ContextVar("_OPEN_POOL", default=None)
_POOL_IN_USE: ContextVar[WorkerPool | None] = ContextVar("_POOL_IN_USE", default=None)


@contextmanager
def open_worker_pool() -> Iterator[WorkerPool]:
    """Yield the pool of a run; it has one worker, thus none of its own, unless the settings name processes."""
    worker_count = 1
    if get_runner_name() == PROCESSES:
        worker_count = parse_worker_count()
    with WorkerPool(worker_count) as pool:
        token = _OPEN_POOL.set(pool)
        try:
            yield pool
        finally:
            _OPEN_POOL.reset(token)


@contextmanager
def use_workers_for(job_count: int) -> Iterator[None]:
    """Let tasks that are submitted in the block run in worker processes, if the stage has enough jobs for them."""
    pool = _OPEN_POOL.get()
    if pool is not None and not pool.is_worth_it(job_count):
        pool = None
    token = _POOL_IN_USE.set(pool)
    try:
        yield
    finally:
        _POOL_IN_USE.reset(token)


def get_job_function() -> Callable[[JobGroup], list[CompletedJob]]:
    """Return the function that runs jobs for the current task."""
    pool = _POOL_IN_USE.get()
    if pool is None:
        return complete_jobs
    return pool.complete_jobs
