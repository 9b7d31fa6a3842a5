"""What a command raises, told in one sentence with an exit code."""

from collections.abc import Callable
from pathlib import Path

import typer

from contracts.contract_library import open_library
from contracts.errors import ContractError
from desk.console import print_error
from desk.exit_codes import ExitCode
from desk.settings import find_contracts_folder, resolve_state_folder


def run_command(command: Callable[[], ExitCode], state_path: Path | None = None) -> None:
    """Turn what a command raises into one sentence and an exit code; its course goes to a file, never to the reader.

    *state* is the state folder that the command was given, if any: its logs take the course.
    """
    try:
        code = command()
    except ContractError as error:
        print_error(_format_error("contracts", problem=str(error)))
        code = ExitCode.USAGE
    except Exception as error:  # noqa: BLE001 - the last resort: whatever is left is our own fault
        code = report_error(error, state_path)
    raise typer.Exit(code)


def report_error(error: Exception, state_path: Path | None = None) -> ExitCode:
    """Say what went wrong in one sentence, and return the exit code; a fault of our own leaves its course in a file."""
    from flows.year.year_lock import YearBusyError  # noqa: PLC0415 - only where something went wrong
    from ledger.errors import LedgerError, LedgerMissingError, OutputBusyError, get_disk_failure  # noqa: PLC0415

    if trouble := get_disk_failure(error):
        place = getattr(error, "place", "") or getattr(error, "filename", None) or str(error)
        print_error(_format_error(f"disk_{trouble}", place=str(place)))
        return ExitCode.FAULT
    if isinstance(error, YearBusyError):
        print_error(_format_error("busy", year=str(error.year)))
        return ExitCode.REFUSED_ACTION
    if isinstance(error, OutputBusyError):
        print_error(_format_error("output_busy", path=str(error.path)))
        return ExitCode.FAULT
    if isinstance(error, LedgerMissingError):
        print_error(_format_error("ledger_missing", place=error.place))
        return ExitCode.USAGE
    if isinstance(error, LedgerError):
        print_error(_format_error("ledger", problem=str(error)))
        return ExitCode.USAGE
    return _report_fault(error, state_path)


def _report_fault(error: Exception, state_path: Path | None) -> ExitCode:
    from flows.run.failure_log import list_stack_lines, log_failure  # noqa: PLC0415 - as above

    log, course = resolve_state_folder(state_path) / "logs" / "faults.log", list_stack_lines(error)
    try:
        log_failure(log, course)
    except OSError:
        print_error("\n".join(course))
    print_error(_format_error("fault", kind=type(error).__name__, log=str(log)))
    return ExitCode.FAULT


def _format_error(key: str, **facts: str) -> str:
    """Return a sentence on an error; the contracts themselves may be what is broken, then the shipped ones speak."""
    try:
        return open_library(find_contracts_folder()).get_messages()(f"error.{key}", **facts)
    except ContractError:
        return open_library().get_messages()(f"error.{key}", **facts)
