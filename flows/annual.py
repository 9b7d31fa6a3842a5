"""The Prefect flow of the yearly run: one task a county and stage, over the same stage functions as in line."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from flows.engine import Result, failed
from flows.places import Places
from flows.running import run_stages
from flows.stages import Job, Outcome, perform


@task(name="county-stage", cache_policy=NO_CACHE, persist_result=False)
def county_stage(job: Job) -> Outcome:
    """Do one county's job of one stage."""
    return perform(job)


@flow(name="annual-review", task_runner=ThreadPoolTaskRunner(max_workers=2), persist_result=False)  # type: ignore[arg-type]
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
    return run_stages(places, as_tasks)


def as_tasks(stage: str, jobs: Sequence[Job]) -> Iterator[Result]:
    """Carry jobs out as tasks, all at once; give their results in the order of the jobs."""
    futures = [_submit(stage, job) for job in jobs]
    for job, future in zip(jobs, futures, strict=True):
        result: Outcome | BaseException = future.result(raise_on_failure=False)  # an exception comes as a value
        yield failed(stage, job.county, result) if isinstance(result, BaseException) else result


def _submit(stage: str, job: Job) -> PrefectFuture[Outcome]:
    named = county_stage.with_options(task_run_name=f"{stage}-{job.county}")
    return named.submit(quote(job))  # type: ignore[call-overload, no-any-return]  # Prefect unwraps the quote
