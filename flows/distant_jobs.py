"""Jobs for workers on other machines, as tasks of the flow: each task waits here while a worker does its job."""

from collections.abc import Generator, Sequence
from contextlib import suppress
from typing import Final

from prefect import tags, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.logging import get_run_logger

from flows.machines.dask_workers import DistantWorkers, connect_workers
from flows.machines.job_exchange import JobExchange
from flows.machines.portable_job import PortableJob
from flows.prefect_support.temporary_faults import has_temporary_fault
from flows.run.run_context import JobResult
from flows.run.stage_loop import run_job_safely
from flows.year.jobs import Job

RETRY_DELAYS: Final = [1.0, 5.0, 20.0]
"""Seconds before each retry of a portable job whose fault may pass, such as a store that does not answer."""


class DistantJob:
    """A portable job and the workers as a plain object: Prefect searches every part of a data class."""

    __slots__ = ("portable_job", "workers")

    def __init__(self, portable_job: PortableJob, workers: DistantWorkers) -> None:
        self.portable_job = portable_job
        self.workers = workers


@task(
    name="county-stage-elsewhere",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=len(RETRY_DELAYS),
    retry_delay_seconds=RETRY_DELAYS,
    retry_condition_fn=has_temporary_fault,
)
def do_distant_job(distant_job: DistantJob) -> None:
    """Have a worker do one county's job of one stage; it leaves the result where the run takes it."""
    distant_job.workers.do_portable_job(distant_job.portable_job)


def run_distant_jobs(jobs: Sequence[Job]) -> Generator[JobResult, None, list[JobResult]]:
    """Run jobs on machines that see neither our disk nor our folders; yield their results in order, and return them.

    A job that no worker did, or that cannot be taken to another machine, is run here. Raises `SettingError` if the
    scheduler does not answer, or if the program of a worker is not that of the run.
    """
    results = []
    with connect_workers() as workers, JobExchange.open(jobs[0].paths) as exchange:
        portable_jobs = [exchange.pack_job(job) for job in jobs]
        futures = [_submit_portable_job(portable_job, workers) for portable_job in portable_jobs]
        for job, portable_job, future in zip(jobs, portable_jobs, futures, strict=True):
            result = _collect_result(portable_job, future, exchange) or _run_here(job)
            results.append(result)
            yield result
    return results


def _submit_portable_job(portable_job: PortableJob | None, workers: DistantWorkers) -> PrefectFuture[None] | None:
    if portable_job is None:
        return None
    job = portable_job.job
    named_task = do_distant_job.with_options(task_run_name=f"{job.stage}-{job.county}")
    with tags(f"county:{job.county}", f"stage:{job.stage}"):
        return named_task.submit(DistantJob(portable_job, workers))


def _collect_result(
    portable_job: PortableJob | None, future: PrefectFuture[None] | None, exchange: JobExchange
) -> JobResult | None:
    if portable_job is None or future is None:
        return None
    with suppress(Exception):  # how a task ended is in what it left
        future.wait()
    return exchange.take_result(portable_job)


def _run_here(job: Job) -> JobResult:
    get_run_logger().warning(
        "%s %s was done by no worker, and is run in the process of the flow", job.stage, job.county
    )
    return run_job_safely(job)
