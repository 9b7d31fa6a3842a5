"""Dask workers on other machines, which do portable_jobs: how they are reached."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, cast

from contracts.errors import SettingError
from flows.machines.portable_job import PortableJob
from flows.machines.worker import run_portable_job
from flows.prefect_support.task_runners import RUNNER_VARIABLE, SCHEDULER_VARIABLE

_CONNECT_SECONDS: Final = 10


class DistantWorkers:
    """The workers of one Dask scheduler; a plain object, whose parts Prefect does not search."""

    __slots__ = ("_client",)

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - a client of Dask, which has no types
        self._client = client

    def do_portable_job(self, portable_job: PortableJob) -> None:
        """Have a worker do a portable job and wait for it; raise what it raised there."""
        job = portable_job.job
        key = f"{job.stage}-{job.county}-{portable_job.result_name}"
        self._client.submit(run_portable_job, portable_job, key=key, pure=False).result()


@contextmanager
def connect_workers() -> Iterator[DistantWorkers]:
    """Connect to the scheduler that the environment names; raise `SettingError` if it does not answer."""
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        problem = "dask is not installed: install the project with its extra, hesuan[dask]"
        raise SettingError(RUNNER_VARIABLE, problem, "dask_missing") from error
    address, connect = os.environ[SCHEDULER_VARIABLE], cast("Any", Client)
    try:
        client = connect(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except OSError as error:  # a timeout is one too
        problem = f"no Dask scheduler answers at {address}: start it, or correct the address"
        raise SettingError(SCHEDULER_VARIABLE, problem, "scheduler_silent", value=address) from error
    try:
        yield DistantWorkers(client)
    finally:
        client.close()
