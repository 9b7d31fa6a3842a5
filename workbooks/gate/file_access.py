"""Read a submitted file once, unless it is unsafe to open; this module imports nothing heavy."""

import os
import re
import stat
from pathlib import Path
from typing import Final

from checks.model.finding import Refusal
from checks.model.refusal import create_refusal
from contracts.messages import Messages
from workbooks.gate.zip_container import ARCHIVE_LIMITS, MEGABYTE

# The operating system runs a file with such a name: a workbook named so is meant to be run by mistake.
_PROGRAM_SUFFIX: Final = re.compile(
    r"(?i)\.(exe|com|scr|pif|bat|cmd|msi|lnk|url|jse?|vb[se]|wsf|hta|ps1|jar|reg|cpl|app|sh)$"
)


def read_submission_bytes(path: Path, messages: Messages) -> bytes | Refusal:
    """Return the bytes of a file, or the refusal of a link, folder, pipe, program, oversized or unreadable file.

    Only a regular file of a permitted size is opened.
    """
    try:
        status = path.lstat()
    except FileNotFoundError:
        return create_refusal(messages, "missing_file")
    except (OSError, ValueError) as error:
        return create_refusal(messages, "unreadable", reason=getattr(error, "strerror", None) or "")
    refusal = _refuse_unsafe_file(path, status, messages)
    if refusal is not None:
        return refusal
    return _load_regular_file(path, messages)


def _refuse_unsafe_file(path: Path, status: os.stat_result, messages: Messages) -> Refusal | None:
    if stat.S_ISLNK(status.st_mode):
        return create_refusal(messages, "link")
    if not stat.S_ISREG(status.st_mode):
        return create_refusal(messages, "not_a_file")
    if program_suffix := _PROGRAM_SUFFIX.search(path.name):
        return create_refusal(messages, "program_name", suffix=program_suffix[0].lower())
    if status.st_size > ARCHIVE_LIMITS.max_file_bytes:
        return _refuse_oversized(status.st_size, messages)
    return None


def _refuse_oversized(size: int, messages: Messages) -> Refusal:
    return create_refusal(
        messages, "too_large", size=str(size // MEGABYTE), most=str(ARCHIVE_LIMITS.max_file_bytes // MEGABYTE)
    )


def _load_regular_file(path: Path, messages: Messages) -> bytes | Refusal:
    # O_NOFOLLOW, if the system has it: the file may have been replaced by a link since lstat.
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
    if _has_changed(before, after) or after.st_size != len(data):
        return create_refusal(messages, "growing")
    return data


def _has_changed(before: os.stat_result, after: os.stat_result) -> bool:
    """Return whether the file was still being copied while it was read."""
    return (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
