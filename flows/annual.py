"""The Prefect flow of the yearly run: one task a county and stage, over the same stage functions as in line."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture

from flows.artifacts import publish
from flows.intake.county_stages import perform
from flows.prefect_support.task_runners import chosen_runner
from flows.run.run_context import Result
from flows.run.run_stages import run_stages
from flows.run.stage_loop import failed
from flows.year.jobs import Job, Outcome
from flows.year.locations import Places


class Sealed:
    """A job as a plain object: Prefect and Dask would look for futures in every part of a data class."""

    __slots__ = ("job",)

    def __init__(self, job: Job) -> None:
        self.job = job


@task(name="county-stage", cache_policy=NO_CACHE, persist_result=False)
def county_stage(sealed: Sealed) -> Outcome:
    """Do one county's job of one stage."""
    return perform(sealed.job)


@flow(name="annual-review", task_runner=chosen_runner(), persist_result=False)
def annual_review(  # noqa: PLR0917 - Prefect passes a deployment's parameters by name
    year: int,
    inputs: str = "inputs",
    outputs: str = "outputs",
    state: str = "state",
    ledger: str = "",
    contracts: str = "",
) -> int:
    """Carry one year as far as it can go; return how many jobs failed. The truth is in the ledger."""
    places = Places(
        year=year,
        inputs=Path(inputs),
        outputs=Path(outputs),
        state=Path(state),
        ledger=ledger,
        contracts=Path(contracts) if contracts else None,
    )
    failures = run_stages(places, as_tasks)
    publish(places)
    return failures


def as_tasks(stage: str, jobs: Sequence[Job]) -> Iterator[Result]:
    """Carry jobs out as tasks, all at once; give their results in the order of the jobs."""
    futures = [_submit(stage, job) for job in jobs]
    for job, future in zip(jobs, futures, strict=True):
        result: Outcome | BaseException = future.result(raise_on_failure=False)  # an exception comes as a value
        yield failed(stage, job.county, result) if isinstance(result, BaseException) else result


def _submit(stage: str, job: Job) -> PrefectFuture[Outcome]:
    named = county_stage.with_options(task_run_name=f"{stage}-{job.county}")
    return named.submit(Sealed(job))
