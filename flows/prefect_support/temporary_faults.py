"""Which faults of a task may pass by themselves, so that Prefect tries it again."""

from typing import Any

from ledger.errors import LedgerUnavailableError, OutputBusyError, StoreFault, StoreUnavailableError, get_disk_failure


def is_temporary(error: BaseException) -> bool:
    """Return whether a fault may pass: a file held open, a busy database, a silent store; not a full or broken disk."""
    if get_disk_failure(error) is not None:
        return False
    if isinstance(error, StoreUnavailableError):
        return error.fault is StoreFault.SILENT
    return isinstance(error, LedgerUnavailableError | OutputBusyError | PermissionError | BlockingIOError)


def has_temporary_fault(_task: object, _task_run: object, state: Any) -> bool:  # noqa: ANN401 - a state of Prefect
    """Return whether a failed task is to be tried again; Prefect calls it after each failure."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, BaseException) and is_temporary(error)
