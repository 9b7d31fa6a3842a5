"""Who carries out the tasks of a run, by settings: threads of this process, or a Dask cluster."""

import os
from typing import Any, Final

from contracts.errors import ContractError

RUNNER: Final = "HESUAN_TASK_RUNNER"  # threads (where nothing is said) or dask
WORKERS: Final = "HESUAN_TASK_WORKERS"
SCHEDULER: Final = "HESUAN_DASK_SCHEDULER"  # the address of a Dask scheduler; none: a cluster for the time of the run
_WORKERS = 2


def chosen_runner() -> Any:  # noqa: ANN401 - task runners of two packages, which share no usable type
    """Return the task runner that the environment names; raise `ContractError` where it names none that there is."""
    named = os.environ.get(RUNNER) or "threads"
    if named == "threads":
        from prefect.task_runners import ThreadPoolTaskRunner  # noqa: PLC0415 - the one that is asked for

        return ThreadPoolTaskRunner(max_workers=_workers())
    if named == "dask":
        return _dask()
    raise ContractError(RUNNER, f"names no task runner: {named!r}; expected threads or dask")


def _dask() -> Any:  # noqa: ANN401 - as above
    try:
        from prefect_dask.task_runners import DaskTaskRunner  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise ContractError(
            RUNNER, "dask is not installed: install the project with its extra, hesuan[dask]"
        ) from error
    if address := os.environ.get(SCHEDULER):
        return DaskTaskRunner(address=address)
    cluster = {"n_workers": _workers(), "threads_per_worker": 1, "dashboard_address": None}
    return DaskTaskRunner(cluster_kwargs=cluster)


def _workers() -> int:
    written = os.environ.get(WORKERS) or str(_WORKERS)
    if not written.isdecimal() or int(written) < 1:
        raise ContractError(WORKERS, f"expected a whole number from 1, got {written!r}")
    return int(written)
