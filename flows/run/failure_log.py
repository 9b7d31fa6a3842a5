"""A fault as one line of a log: of what kind, and where it came about; never what it says, which may quote a cell."""

import errno
import json
import traceback
from datetime import UTC, datetime
from pathlib import Path

from contracts.errors import ContractError
from ledger.errors import LedgerError

QUOTABLE_ERRORS = (ContractError, LedgerError)  # our own sentences name files and places, never contents


def name_error_kind(error: BaseException) -> str:
    """Name the kind of an error, such as ``OSError ENOSPC``; with its sentence where the sentence is our own."""
    name = type(error).__qualname__
    if isinstance(error, QUOTABLE_ERRORS):
        return f"{name}: {error}"
    code = errno.errorcode.get(error.errno or 0, "") if isinstance(error, OSError) else ""
    return f"{name} {code}".rstrip()


def list_stack_lines(error: BaseException) -> tuple[str, ...]:
    """Return kinds and places, the last first: an error, where it passed, then what it came from."""
    lines: list[str] = []
    one: BaseException | None = error
    while one is not None:
        lines.append(name_error_kind(one))
        frames = reversed(traceback.extract_tb(one.__traceback__))
        lines += (f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return tuple(lines)


def log_failure(log_path: Path, stack_lines: tuple[str, ...], **facts: str) -> None:
    """Add one line of JSON to a log: when, what was being done, the course of the error. Raises `OSError`."""
    log_path.parent.mkdir(parents=True, exist_ok=True)
    record = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **facts, "course": stack_lines}
    with log_path.open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(f"{json.dumps(record, ensure_ascii=False)}\n")
