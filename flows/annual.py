"""The Prefect flow of the yearly run: one task a county and stage, over the same stage functions as in line."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture

from flows.artifacts import publish_artifacts
from flows.intake.county_stages import run_job
from flows.prefect_support.task_runners import create_task_runner
from flows.run.run_context import JobResult
from flows.run.run_stages import run_stages
from flows.run.stage_loop import build_failure
from flows.year.jobs import Job, JobOutcome
from flows.year.locations import YearPaths


class OpaqueJob:
    """A job as a plain object: Prefect and Dask would look for futures in every part of a data class."""

    __slots__ = ("job",)

    def __init__(self, job: Job) -> None:
        self.job = job


@task(name="county-stage", cache_policy=NO_CACHE, persist_result=False)
def county_stage(sealed: OpaqueJob) -> JobOutcome:
    """Do one county's job of one stage."""
    return run_job(sealed.job)


@flow(name="annual-review", task_runner=create_task_runner(), persist_result=False)
def annual_review(  # noqa: PLR0917 - Prefect passes a deployment's parameters by name
    year: int,
    inputs: str = "inputs",
    outputs: str = "outputs",
    state: str = "state",
    ledger: str = "",
    contracts: str = "",
) -> int:
    """Carry one year as far as it can go; return how many jobs failed. The truth is in the ledger."""
    places = YearPaths(
        year=year,
        input_folder=Path(inputs),
        output_folder=Path(outputs),
        state_folder=Path(state),
        ledger_url=ledger,
        contracts_folder=Path(contracts) if contracts else None,
    )
    failures = run_stages(places, run_jobs_as_tasks)
    publish_artifacts(places)
    return failures


def run_jobs_as_tasks(stage: str, jobs: Sequence[Job]) -> Iterator[JobResult]:
    """Carry jobs out as tasks, all at once; give their results in the order of the jobs."""
    futures = [_submit_job(stage, job) for job in jobs]
    for job, future in zip(jobs, futures, strict=True):
        result: JobOutcome | BaseException = future.result(raise_on_failure=False)  # an exception comes as a value
        yield build_failure(stage, job.county, result) if isinstance(result, BaseException) else result


def _submit_job(stage: str, job: Job) -> PrefectFuture[JobOutcome]:
    named = county_stage.with_options(task_run_name=f"{stage}-{job.county}")
    return named.submit(OpaqueJob(job))
