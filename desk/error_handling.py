"""Turn the errors of a command into one sentence and an exit code."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from contracts.errors import ContractError
from desk.console import print_error
from desk.error_sentences import format_contract_error, format_error, format_ledger_error, load_error_messages
from desk.exit_codes import ExitCode
from desk.settings import resolve_state_folder

if TYPE_CHECKING:
    from ledger.errors import LedgerError

INTERRUPTED_CODE: Final = 130
"""The exit code after Ctrl+C, as shells give it: none of the codes that tell how a year stands."""


def run_command(command: Callable[[], ExitCode], state_path: Path | None = None) -> None:
    """Run a command and exit with its code; an error becomes one sentence and the code of its kind.

    *state_path* is the state folder given to the command, if any. The stack of an unexpected error goes to a log file
    there and is not shown to the user.
    """
    try:
        code = command()
    except ContractError as error:
        print_error(format_contract_error(error))
        code = ExitCode.USAGE
    except KeyboardInterrupt:
        print_error(format_error("interrupted"))
        raise typer.Exit(INTERRUPTED_CODE) from None
    except Exception as error:  # noqa: BLE001 - the last resort: any other error is a fault of the program
        code = report_error(error, state_path)
    raise typer.Exit(code)


def report_error(error: Exception, state_path: Path | None = None) -> ExitCode:
    """Print one sentence on an error and return the exit code; log the stack if the program itself is at fault."""
    from flows.year.year_lock import YearBusyError  # noqa: PLC0415 - only used after an error
    from ledger.errors import (  # noqa: PLC0415 - only used after an error
        LedgerError,
        LedgerMissingError,
        OutputBusyError,
        find_disk_error_place,
        get_disk_failure,
    )

    if disk_failure := get_disk_failure(error):
        print_error(format_error(f"disk_{disk_failure}", place=find_disk_error_place(error)))
        return ExitCode.FAULT
    if isinstance(error, YearBusyError):
        print_error(format_error("busy", year=str(error.year)))
        return ExitCode.REFUSED_ACTION
    if isinstance(error, OutputBusyError):
        print_error(format_error("output_busy", path=str(error.path)))
        return ExitCode.FAULT
    if isinstance(error, LedgerMissingError):
        print_error(format_error("ledger_missing", place=error.place))
        return ExitCode.USAGE
    if isinstance(error, LedgerError):
        return _report_ledger_error(error, state_path)
    return _report_fault(error, state_path)


def _report_ledger_error(error: "LedgerError", state_path: Path | None) -> ExitCode:
    from ledger.errors import LedgerAlteredError  # noqa: PLC0415 - as above

    if isinstance(error, LedgerAlteredError):
        print_error(_format_altered_ledger(error.place, error.sequence, error.reason_code))
        return ExitCode.REFUSED_ACTION
    log_path = _log_error(error, state_path)
    print_error(format_ledger_error(error, str(log_path)))
    return ExitCode.USAGE


def _format_altered_ledger(place: str, sequence: int, reason_code: str) -> str:
    reason = load_error_messages()(f"verify.reason.{reason_code}")
    key = "ledger_altered" if sequence else "ledger_damaged"
    return format_error(key, place=place, sequence=str(sequence), reason=reason)


def _report_fault(error: Exception, state_path: Path | None) -> ExitCode:
    log_path = _log_error(error, state_path)
    print_error(format_error("fault", kind=type(error).__name__, log=str(log_path)))
    return ExitCode.FAULT


def _log_error(error: Exception, state_path: Path | None) -> Path:
    """Write the stack of an error to the log, or print it if that fails; return the path of the log."""
    from flows.run.failure_log import list_stack_lines, log_failure  # noqa: PLC0415 - as above

    log_path = resolve_state_folder(state_path) / "logs" / "faults.log"
    stack_lines = list_stack_lines(error)
    try:
        log_failure(log_path, stack_lines)
    except OSError:
        print_error("\n".join(stack_lines))
    return log_path
