"""The gate before any reader: is this file a workbook that is safe to open? Nothing heavy is imported here."""

import os
import re
import stat
from pathlib import Path
from typing import Final

from checks.model.finding import Refusal
from checks.model.refusal import refuse
from contracts.messages import Wording
from workbooks.gate.zip_container import CAPS, MEGABYTE

# What a system starts when it is opened: a workbook under such a name wants to be opened by mistake.
_PROGRAM: Final = re.compile(r"(?i)\.(exe|com|scr|pif|bat|cmd|msi|lnk|url|jse?|vb[se]|wsf|hta|ps1|jar|reg|cpl|app|sh)$")


def take_bytes(path: Path, words: Wording) -> bytes | Refusal:
    """Read a file once; links, folders, pipes and what is too large or unreadable are refused without opening."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return refuse(words, "missing_file")
    except (OSError, ValueError) as error:
        return refuse(words, "unreadable", reason=getattr(error, "strerror", None) or "")
    if stat.S_ISLNK(status.st_mode):
        return refuse(words, "link")
    if not stat.S_ISREG(status.st_mode):
        return refuse(words, "not_a_file")
    if program := _PROGRAM.search(path.name):
        return refuse(words, "program_name", suffix=program[0].lower())
    return _too_large(status.st_size, words) if status.st_size > CAPS.file else _read(path, words)


def _too_large(size: int, words: Wording) -> Refusal:
    return refuse(words, "too_large", size=str(size // MEGABYTE), most=str(CAPS.file // MEGABYTE))


def _read(path: Path, words: Wording) -> bytes | Refusal:
    # O_NOFOLLOW, where the system has it: the name may have been swapped for a link since it was looked at.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                return refuse(words, "not_a_file")
            data = file.read(CAPS.file + 1)
            after = os.fstat(file.fileno())
    except OSError as error:
        return refuse(words, "unreadable", reason=error.strerror or "")
    if len(data) > CAPS.file:
        return _too_large(len(data), words)
    # a copy that is still running grows under our hands
    growing = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or after.st_size != len(data)
    return refuse(words, "growing") if growing else data
