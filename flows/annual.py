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
from flows.prefect_support.named_server import check_server_settings
from flows.prefect_support.result_refusal import refuse_results
from flows.prefect_support.server_errors import SERVER_ERRORS
from flows.prefect_support.task_runners import (
    DASK,
    create_task_runner,
    get_runner_name,
    names_distant_workers,
    parse_worker_count,
)
from flows.prefect_support.temporary_faults import has_temporary_fault, is_temporary
from flows.run.flow_outcome import get_current_outcome
from flows.run.job_groups import JobGroup, group_jobs
from flows.run.job_result_files import (
    choose_result_path,
    has_job_outcome,
    open_result_folder,
    take_job_result,
    write_job_result,
)
from flows.run.run_context import JobResult
from flows.run.run_stages import run_stages
from flows.run.stage_loop import run_job_safely
from flows.run.worker_choice import get_job_function, open_worker_pool, use_workers_for
from flows.run_log import log_to_prefect
from flows.year.jobs import AnyJob, Job, OutputJob
from flows.year.locations import YearPaths
from ledger.service_address import is_address
from ledger.store_location import locate_store

RETRY_DELAYS: Final = [1.0, 5.0, 20.0]
"""Seconds before each retry of a task whose fault may pass, such as a file that somebody holds open."""

# In every process that runs the flow or a task of it, thus also in the workers of a Dask cluster.
refuse_results()


class OpaqueJobs:
    """Jobs with the paths of their results as a plain object: Prefect and Dask search every part of a data class."""

    __slots__ = ("jobs", "result_paths")

    def __init__(self, jobs: JobGroup, result_paths: tuple[Path, ...]) -> None:
        self.jobs = jobs
        self.result_paths = result_paths

    def select_unfinished(self) -> "OpaqueJobs":
        """Return the jobs that no earlier attempt has done."""
        jobs, result_paths = [], []
        for job, result_path in zip(self.jobs, self.result_paths, strict=True):
            if not has_job_outcome(result_path):
                jobs.append(job)
                result_paths.append(result_path)
        return OpaqueJobs(tuple(jobs), tuple(result_paths))


@task(
    name="county-stage",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=len(RETRY_DELAYS),
    retry_delay_seconds=RETRY_DELAYS,
    retry_condition_fn=has_temporary_fault,
)
def county_stage(sealed: OpaqueJobs) -> None:
    """Run jobs of one stage, of one county or of several, and leave their results or failures in files."""
    unfinished = sealed.select_unfinished()
    completed_jobs = get_job_function()(unfinished.jobs)
    errors = []
    for completed, result_path in zip(completed_jobs, unfinished.result_paths, strict=True):
        write_job_result(result_path, completed.result)
        if completed.error is not None:
            errors.append(completed.error)
    if errors:
        # Prefect decides by the error whether to try again, and shows the failure on its pages.
        raise next(filter(is_temporary, errors), errors[0])


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
    with tags(f"year:{paths.year}"), log_to_prefect(), open_worker_pool():
        failure_count = run_stages(paths, run_jobs_as_tasks)
        with suppress(*SERVER_ERRORS):  # the work is done, whether Prefect's pages show it or not
            publish_year(paths)
    return failure_count


def _check_server() -> None:
    """Raise `ContractError` if this process works for an unprotected server, such as a worker on another machine."""
    api_url = PREFECT_API_URL.value()
    if api_url:
        check_server_settings(api_url, has_secret=bool(PREFECT_API_AUTH_STRING.value() or PREFECT_API_KEY.value()))


def run_jobs_as_tasks(stage: str, jobs: Sequence[AnyJob]) -> Iterator[JobResult]:
    """Run jobs as tasks, all at once; yield their results in the order of the jobs."""
    if get_runner_name() == DASK and isinstance(jobs[0], OutputJob):
        # An output is written from the ledger, which workers on other machines may not reach.
        results = yield from _run_jobs_here(jobs)
    elif names_distant_workers() and is_address(jobs[0].paths.store_location):
        from flows.distant_jobs import run_distant_jobs  # noqa: PLC0415 - needs extras

        results = yield from run_distant_jobs([job for job in jobs if isinstance(job, Job)])
    else:
        results = yield from _run_near_jobs(jobs)
    with suppress(*SERVER_ERRORS):  # as above
        publish_stage_results(stage, jobs, results)


def _run_jobs_here(jobs: Sequence[AnyJob]) -> Generator[JobResult, None, list[JobResult]]:
    """Run jobs in the process of the flow; yield their results in order, and return them."""
    results = []
    for job in jobs:
        result = run_job_safely(job)
        results.append(result)
        yield result
    return results


def _run_near_jobs(jobs: Sequence[AnyJob]) -> Generator[JobResult, None, list[JobResult]]:
    """Run jobs where the disk of the run is seen; yield their results in order, and return them."""
    results = []
    with open_result_folder(jobs[0].paths) as folder, use_workers_for(len(jobs)):
        sealed_groups = [_seal_jobs(group, folder) for group in group_jobs(jobs, parse_worker_count())]
        futures = [_submit_jobs(sealed) for sealed in sealed_groups]
        for sealed, future in zip(sealed_groups, futures, strict=True):
            for result in _collect_results(sealed, future):
                results.append(result)
                yield result
    return results


def _seal_jobs(jobs: JobGroup, folder: Path) -> OpaqueJobs:
    return OpaqueJobs(jobs, tuple(choose_result_path(folder) for _ in jobs))


def _submit_jobs(sealed: OpaqueJobs) -> PrefectFuture[None]:
    stage, counties = sealed.jobs[0].stage, [job.county for job in sealed.jobs]
    name = "-".join(dict.fromkeys((stage, counties[0], counties[-1])))
    with tags(f"stage:{stage}", *map("county:{}".format, counties)):
        return county_stage.with_options(task_run_name=name).submit(sealed)


def _collect_results(sealed: OpaqueJobs, future: PrefectFuture[None]) -> Iterator[JobResult]:
    """Wait for a task and yield what it left of each job; run a job here if it left nothing of it.

    A task leaves nothing if its process died, or if Prefect did not run it.
    """
    with suppress(Exception):  # how a task ended is in its files
        future.wait()
    for job, result_path in zip(sealed.jobs, sealed.result_paths, strict=True):
        result = take_job_result(result_path)
        if result is None:
            message = "%s %s left no result, and is run in the process of the flow"
            get_run_logger().warning(message, job.stage, job.county)
            result = run_job_safely(job)
        yield result
