"""Who carries out the tasks of a run, by settings: worker processes, threads of this process, or a Dask cluster."""

import os
from typing import Any, Final

from contracts.errors import SettingError
from ledger.service_address import STORE_VARIABLE, is_address, is_loopback

RUNNER_VARIABLE: Final = "HESUAN_TASK_RUNNER"  # processes (where nothing is said), threads or dask
WORKERS_VARIABLE: Final = "HESUAN_TASK_WORKERS"
SCHEDULER_VARIABLE: Final = (
    "HESUAN_DASK_SCHEDULER"  # the address of a Dask scheduler; none: a cluster for the time of the run
)
PROCESSES: Final = "processes"
THREADS: Final = "threads"
DASK: Final = "dask"
_DEFAULT_WORKERS = 2
# Each waits in a thread for a worker: enough for every worker to have the next one at hand.
_PORTABLE_JOBS_AT_A_TIME: Final = 64


def create_task_runner() -> Any:  # noqa: ANN401 - task runners of two packages, which share no usable type
    """Return the task runner that the environment names; raise `SettingError` where it names none that there is."""
    if get_runner_name() != DASK:
        # With worker processes, each thread waits for one of them.
        return _create_thread_runner(parse_worker_count())
    if names_distant_workers():
        _check_scheduler_address(os.environ[SCHEDULER_VARIABLE])
        return _create_thread_runner(_PORTABLE_JOBS_AT_A_TIME)
    return _create_dask_runner()


def get_runner_name() -> str:
    """Return what the environment names; raise `SettingError` if there is no such task runner."""
    named = os.environ.get(RUNNER_VARIABLE) or PROCESSES
    if named not in {PROCESSES, THREADS, DASK}:
        problem = f"names no task runner: {named!r}; expected processes, threads or dask"
        raise SettingError(RUNNER_VARIABLE, problem, "task_runner", value=named)
    return named


def names_distant_workers() -> bool:
    """Return whether the environment names a Dask scheduler, and a store that its workers reach without our disk."""
    if os.environ.get(RUNNER_VARIABLE) != DASK or not os.environ.get(SCHEDULER_VARIABLE):
        return False
    return is_address(os.environ.get(STORE_VARIABLE, ""))


def _create_thread_runner(max_workers: int) -> Any:  # noqa: ANN401 - as above
    from prefect.task_runners import ThreadPoolTaskRunner  # noqa: PLC0415 - the one that is asked for

    return ThreadPoolTaskRunner(max_workers=max_workers)


def _create_dask_runner() -> Any:  # noqa: ANN401 - as above
    try:
        from prefect_dask.task_runners import DaskTaskRunner  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        problem = "dask is not installed: install the project with its extra, hesuan[dask]"
        raise SettingError(RUNNER_VARIABLE, problem, "dask_missing") from error
    if address := os.environ.get(SCHEDULER_VARIABLE):
        _check_scheduler_address(address)
        return DaskTaskRunner(address=address)
    return DaskTaskRunner(cluster_kwargs=_build_cluster_settings())


def _build_cluster_settings() -> dict[str, object]:
    """Return the settings of a cluster that nobody else can use.

    A Dask scheduler runs whatever code it is sent. *security* makes a certificate for this cluster alone, which a
    client has to show; without it, every user of the machine could send code.
    """
    import dask.config  # noqa: PLC0415 - comes with the extra

    no_pages: list[str] = []
    dask.config.set({"distributed.scheduler.http.routes": no_pages, "distributed.worker.http.routes": no_pages})
    return {
        "n_workers": parse_worker_count(),
        "threads_per_worker": 1,
        "dashboard_address": None,
        "security": True,
    }


def _check_scheduler_address(address: str) -> None:
    if not (address.startswith("tls://") or is_loopback(address)):
        problem = f"expected tls:// for a scheduler on another machine, got {address!r}"
        raise SettingError(SCHEDULER_VARIABLE, problem, "scheduler_address", value=address)


def parse_worker_count() -> int:
    """Return how many workers the environment asks for; raise `SettingError` if that is no whole number from 1."""
    written = os.environ.get(WORKERS_VARIABLE) or str(_DEFAULT_WORKERS)
    if not written.isdecimal() or int(written) < 1:
        problem = f"expected a whole number from 1, got {written!r}"
        raise SettingError(WORKERS_VARIABLE, problem, "worker_count", value=written)
    return int(written)
