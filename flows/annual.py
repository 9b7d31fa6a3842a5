"""The Prefect flow of the yearly run: one task per county and stage, with the same stage functions as a run in line."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from prefect import flow, tags, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.logging import get_run_logger
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_KEY, PREFECT_API_URL, get_current_settings

from contracts.messages import LANGUAGES
from flows.artifacts import publish_stage_results, publish_year
from flows.distant_jobs import run_distant_jobs
from flows.intake.county_stages import run_job
from flows.machines.dask_workers import needs_portable_jobs
from flows.prefect_support.named_server import check_server_settings
from flows.prefect_support.result_refusal import refuse_results
from flows.prefect_support.server_errors import SERVER_ERRORS
from flows.prefect_support.task_runners import create_task_runner
from flows.prefect_support.temporary_faults import has_temporary_fault
from flows.run.flow_outcome import get_current_outcome
from flows.run.job_result_files import choose_result_path, open_result_folder, take_job_result, write_job_result
from flows.run.run_context import JobResult
from flows.run.run_stages import run_stages
from flows.run.stage_loop import build_failure, run_job_safely
from flows.run_log import log_to_prefect
from flows.year.jobs import Job
from flows.year.locations import YearPaths
from ledger.store_location import locate_store

RETRY_DELAYS: Final = [1.0, 5.0, 20.0]
"""Seconds before each retry of a task whose fault may pass, such as a file that somebody holds open."""

# In every process that runs the flow or a task of it, thus also in the workers of a Dask cluster.
refuse_results()


class OpaqueJob:
    """A job and the path of its result as a plain object: Prefect and Dask search every part of a data class."""

    __slots__ = ("job", "result_path")

    def __init__(self, job: Job, result_path: Path) -> None:
        self.job = job
        self.result_path = result_path


@task(
    name="county-stage",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=len(RETRY_DELAYS),
    retry_delay_seconds=RETRY_DELAYS,
    retry_condition_fn=has_temporary_fault,
)
def county_stage(sealed: OpaqueJob) -> None:
    """Run one county's job of one stage, and leave its result or its failure in a file."""
    job = sealed.job
    try:
        outcome = run_job(job)
    except Exception as error:
        write_job_result(sealed.result_path, build_failure(job.stage, job.county, error))
        raise  # Prefect decides whether to try again, and shows the failure on its pages
    write_job_result(sealed.result_path, outcome)


@flow(
    name="annual-review",
    flow_run_name="annual-review-{year}",
    task_runner=create_task_runner(),
    persist_result=False,
    # Prefect's own default, but named here: otherwise the server would be asked where results are stored.
    result_storage=get_current_settings().results.local_storage_path,
)
def annual_review(  # noqa: PLR0917 - Prefect passes a deployment's parameters by name
    year: int,
    inputs: str = "inputs",
    outputs: str = "outputs",
    state: str = "state",
    ledger: str = "",
    store: str = "",
    contracts: str = "",
    language: str = LANGUAGES[0],
) -> int:
    """Carry one year as far as it can go; return how many jobs failed. The ledger alone keeps the results."""
    paths = YearPaths(
        year=year,
        # Workers in other processes have working folders of their own.
        input_folder=Path(inputs).absolute(),
        output_folder=Path(outputs).absolute(),
        state_folder=Path(state).absolute(),
        ledger_url=ledger,
        store_location=locate_store(store),
        contracts_folder=Path(contracts).absolute() if contracts else None,
        language=language,
    )
    outcome = get_current_outcome()
    try:
        outcome.failure_count = _run_year(paths)
    except BaseException as error:
        outcome.error = error
        raise
    return outcome.failure_count


def _run_year(paths: YearPaths) -> int:
    _check_server()
    with tags(f"year:{paths.year}"), log_to_prefect():
        failure_count = run_stages(paths, run_jobs_as_tasks)
        with suppress(*SERVER_ERRORS):  # the work is done, whether Prefect's pages show it or not
            publish_year(paths)
    return failure_count


def _check_server() -> None:
    """Raise `ContractError` if this process works for an unprotected server, such as a worker on another machine."""
    api_url = PREFECT_API_URL.value()
    if api_url:
        check_server_settings(api_url, has_secret=bool(PREFECT_API_AUTH_STRING.value() or PREFECT_API_KEY.value()))


def run_jobs_as_tasks(stage: str, jobs: Sequence[Job]) -> Iterator[JobResult]:
    """Run jobs as tasks, all at once; yield their results in the order of the jobs."""
    if needs_portable_jobs(jobs[0].paths):
        results = yield from run_distant_jobs(jobs)
    else:
        results = yield from _run_near_jobs(jobs)
    with suppress(*SERVER_ERRORS):  # as above
        publish_stage_results(stage, jobs, results)


def _run_near_jobs(jobs: Sequence[Job]) -> Generator[JobResult, None, list[JobResult]]:
    """Run jobs where the disk of the run is seen; yield their results in order, and return them."""
    results = []
    with open_result_folder(jobs[0].paths) as folder:
        sealed_jobs = [OpaqueJob(job, choose_result_path(folder)) for job in jobs]
        futures = [_submit_job(sealed) for sealed in sealed_jobs]
        for sealed, future in zip(sealed_jobs, futures, strict=True):
            result = _collect_result(sealed, future)
            results.append(result)
            yield result
    return results


def _submit_job(sealed: OpaqueJob) -> PrefectFuture[None]:
    job = sealed.job
    named_task = county_stage.with_options(task_run_name=f"{job.stage}-{job.county}")
    with tags(f"county:{job.county}", f"stage:{job.stage}"):
        return named_task.submit(sealed)


def _collect_result(sealed: OpaqueJob, future: PrefectFuture[None]) -> JobResult:
    """Wait for a task and return what it left; run the job here if it left nothing.

    A task leaves nothing if its process died, or if Prefect did not run it.
    """
    with suppress(Exception):  # how a task ended is in its file
        future.wait()
    result = take_job_result(sealed.result_path)
    if result is not None:
        return result
    job = sealed.job
    get_run_logger().warning("%s %s left no result, and is run in the process of the flow", job.stage, job.county)
    return run_job_safely(job)
