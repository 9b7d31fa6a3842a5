"""The log of failures, one line each with kind and stack trace; never the error's message, which may quote a cell."""

import errno
import json
import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

from contracts.errors import ContractError
from ledger.errors import LedgerError
from ledger.private_files import make_private_folder, open_private_file

# The messages of our own errors name files and locations, never contents.
QUOTABLE_ERRORS = (ContractError, LedgerError)


def name_error_kind(error: BaseException) -> str:
    """Return the kind of an error, such as ``OSError ENOSPC``, with its message only for `QUOTABLE_ERRORS`."""
    name = type(error).__qualname__
    if isinstance(error, QUOTABLE_ERRORS):
        return f"{name}: {error}"
    if isinstance(error, OSError) and error.errno is not None:
        code = errno.errorcode.get(error.errno, "")
        return f"{name} {code}".rstrip()
    return name


def list_stack_lines(error: BaseException) -> tuple[str, ...]:
    """Return the kind of an error and its stack, innermost frame first, then the same for each of its causes."""
    lines: list[str] = []
    current: BaseException | None = error
    while current is not None:
        lines.append(name_error_kind(current))
        frames = reversed(traceback.extract_tb(current.__traceback__))
        lines += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        current = _get_cause(current)
    return tuple(lines)


def _get_cause(error: BaseException) -> BaseException | None:
    """Return the error that a traceback would show as the cause or the context of *error*, or None."""
    if error.__cause__ is not None:
        return error.__cause__
    if error.__suppress_context__:
        return None
    return error.__context__


def log_failure(log_path: Path, stack_lines: tuple[str, ...], **facts: str) -> None:
    """Append one line of JSON to a log: the time, *facts* about the job, and the stack. Raises `OSError`."""
    make_private_folder(log_path.parent)
    record = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **facts, "course": stack_lines}
    line = f"{json.dumps(record, ensure_ascii=False)}\n"
    with open_private_file(log_path, os.O_APPEND) as file:
        file.write(line.encode(errors="backslashreplace"))
