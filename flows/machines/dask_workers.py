"""Dask workers on other machines, which do portable jobs: how they are reached."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, cast

from contracts.errors import PortableError, SettingError
from flows.machines.portable_job import PortableJob
from flows.machines.worker import run_portable_job
from flows.prefect_support.task_runners import RUNNER_VARIABLE, SCHEDULER_VARIABLE

_CONNECT_SECONDS: Final = 10
_WORKERLESS_SECONDS: Final = 20.0
_LOOK_SECONDS: Final = 2.0
# Dask sets a level for some of them by themselves.
_TALKATIVE_LOGGERS: Final = ("distributed", "distributed.client", "distributed.utils", "distributed.core")


class NoWorkersError(PortableError):
    """The scheduler has no workers; the run does the job itself."""


class DistantWorkers:
    """The workers of one Dask scheduler; a plain object, whose parts Prefect does not search."""

    __slots__ = ("_client",)

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - a client of Dask, which has no types
        self._client = client

    def do_portable_job(self, portable_job: PortableJob) -> None:
        """Have a worker do a portable job and wait for it; raise what it raised there.

        Raises `NoWorkersError` if the scheduler has had no worker for a while: it would wait for one for ever.
        """
        job = portable_job.job
        key = f"{job.stage}-{job.county}-{portable_job.result_name}"
        future = self._client.submit(run_portable_job, portable_job, key=key, pure=False)
        deadline = time.monotonic() + _WORKERLESS_SECONDS
        while not self._wait_for(future):
            if self._has_workers():
                deadline = time.monotonic() + _WORKERLESS_SECONDS
            elif time.monotonic() > deadline:
                future.cancel()
                raise NoWorkersError(f"the Dask scheduler has no workers: {key} is given to none")
        future.result()

    def _wait_for(self, future: Any) -> bool:  # noqa: ANN401 - as above
        """Wait for a while; return whether the job has ended, well or not."""
        try:
            future.result(timeout=_LOOK_SECONDS)
        except TimeoutError:
            return bool(future.done())
        except Exception:  # noqa: BLE001 - the caller asks for it again
            return True
        return True

    def _has_workers(self) -> bool:
        return bool(self._client.scheduler_info()["workers"])


@contextmanager
def connect_workers() -> Iterator[DistantWorkers]:
    """Connect to the scheduler that the environment names; raise `SettingError` if it does not answer."""
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        problem = "dask is not installed: install the project with its extra, hesuan[dask]"
        raise SettingError(RUNNER_VARIABLE, problem, "dask_missing") from error
    # What it logs while it loses a scheduler are stacks; the run says which scheduler is gone.
    for name in _TALKATIVE_LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
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
