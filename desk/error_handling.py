"""What a command raises, told in one sentence with an exit code."""

from collections.abc import Callable
from pathlib import Path

import typer

from contracts.contract_library import open_library
from contracts.errors import ContractError
from desk.console import complain
from desk.exit_codes import Exit
from desk.settings import contracts_folder, state_folder


def guard(command: Callable[[], Exit], state: Path | None = None) -> None:
    """Turn what a command raises into one sentence and an exit code; its course goes to a file, never to the reader.

    *state* is the state folder that the command was given, if any: its logs take the course.
    """
    try:
        code = command()
    except ContractError as error:
        complain(_sentence("contracts", problem=str(error)))
        code = Exit.USAGE
    except Exception as error:  # noqa: BLE001 - the last resort: whatever is left is our own fault
        code = told(error, state)
    raise typer.Exit(code)


def told(error: Exception, state: Path | None = None) -> Exit:
    """Say what went wrong in one sentence, and return the exit code; a fault of our own leaves its course in a file."""
    from flows.year.year_lock import YearBusy  # noqa: PLC0415 - only where something went wrong
    from ledger.errors import LedgerError, LedgerMissing, OutputBusy, disk_trouble  # noqa: PLC0415

    if trouble := disk_trouble(error):
        place = getattr(error, "place", "") or getattr(error, "filename", None) or str(error)
        complain(_sentence(f"disk_{trouble}", place=str(place)))
        return Exit.FAULT
    if isinstance(error, YearBusy):
        complain(_sentence("busy", year=str(error.year)))
        return Exit.REFUSED_ACTION
    if isinstance(error, OutputBusy):
        complain(_sentence("output_busy", path=str(error.path)))
        return Exit.FAULT
    if isinstance(error, LedgerMissing):
        complain(_sentence("ledger_missing", place=error.place))
        return Exit.USAGE
    if isinstance(error, LedgerError):
        complain(_sentence("ledger", problem=str(error)))
        return Exit.USAGE
    return _fault(error, state)


def _fault(error: Exception, state: Path | None) -> Exit:
    from flows.run.failure_log import course_of, log_failure  # noqa: PLC0415 - as above

    log, course = state_folder(state) / "logs" / "faults.log", course_of(error)
    try:
        log_failure(log, course)
    except OSError:
        complain("\n".join(course))
    complain(_sentence("fault", kind=type(error).__name__, log=str(log)))
    return Exit.FAULT


def _sentence(key: str, **facts: str) -> str:
    """Return a sentence on an error; the contracts themselves may be what is broken, then the shipped ones speak."""
    try:
        return open_library(contracts_folder()).wording()(f"error.{key}", **facts)
    except ContractError:
        return open_library().wording()(f"error.{key}", **facts)
