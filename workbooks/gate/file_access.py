"""The gate before any reader: is this file a workbook that is safe to open? Nothing heavy is imported here."""

import os
import re
import stat
from pathlib import Path
from typing import Final

from checks.model.finding import Refusal
from checks.model.refusal import create_refusal
from contracts.messages import Messages
from workbooks.gate.zip_container import ARCHIVE_LIMITS, MEGABYTE

# What a system starts when it is opened: a workbook under such a name wants to be opened by mistake.
_PROGRAM_SUFFIX: Final = re.compile(
    r"(?i)\.(exe|com|scr|pif|bat|cmd|msi|lnk|url|jse?|vb[se]|wsf|hta|ps1|jar|reg|cpl|app|sh)$"
)


def read_submission_bytes(path: Path, messages: Messages) -> bytes | Refusal:
    """Read a file once; links, folders, pipes and what is too large or unreadable are refused without opening."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return create_refusal(messages, "missing_file")
    except (OSError, ValueError) as error:
        return create_refusal(messages, "unreadable", reason=getattr(error, "strerror", None) or "")
    if stat.S_ISLNK(status.st_mode):
        return create_refusal(messages, "link")
    if not stat.S_ISREG(status.st_mode):
        return create_refusal(messages, "not_a_file")
    if program := _PROGRAM_SUFFIX.search(path.name):
        return create_refusal(messages, "program_name", suffix=program[0].lower())
    return (
        _refuse_oversized(status.st_size, messages)
        if status.st_size > ARCHIVE_LIMITS.max_file_bytes
        else _load_regular_file(path, messages)
    )


def _refuse_oversized(size: int, messages: Messages) -> Refusal:
    return create_refusal(
        messages, "too_large", size=str(size // MEGABYTE), most=str(ARCHIVE_LIMITS.max_file_bytes // MEGABYTE)
    )


def _load_regular_file(path: Path, messages: Messages) -> bytes | Refusal:
    # O_NOFOLLOW, where the system has it: the name may have been swapped for a link since it was looked at.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                return create_refusal(messages, "not_a_file")
            data = file.read(ARCHIVE_LIMITS.max_file_bytes + 1)
            after = os.fstat(file.fileno())
    except OSError as error:
        return create_refusal(messages, "unreadable", reason=error.strerror or "")
    if len(data) > ARCHIVE_LIMITS.max_file_bytes:
        return _refuse_oversized(len(data), messages)
    # a copy that is still running grows under our hands
    growing = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or after.st_size != len(data)
    return create_refusal(messages, "growing") if growing else data
