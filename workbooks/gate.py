"""The gate before any reader: is this file a workbook that is safe to open? Nothing heavy is imported here."""

import os
import stat
from pathlib import Path

from checks.findings import Refusal
from checks.refusing import refuse
from contracts.messages import Wording
from workbooks.container import CAPS, MEGABYTE, Container
from workbooks.faults import Fault, FaultFound, found
from workbooks.parts import refuse_wrong_kind
from workbooks.passage import pass_through

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"%PDF", "pdf"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "sevenzip"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"{\\rtf", "word"),
)
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_WORD_STREAM = "WordDocument".encode("utf-16-le")


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
    if status.st_size > CAPS.file:
        return _too_large(status.st_size, words)
    return _read(path, words)


def _too_large(size: int, words: Wording) -> Refusal:
    return refuse(words, "too_large", size=str(size // MEGABYTE), most=str(CAPS.file // MEGABYTE))


def _read(path: Path, words: Wording) -> bytes | Refusal:
    # O_NOFOLLOW, where the system has it: the name may have been swapped for a link since it was looked at.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return refuse(words, "not_a_file")
            data = file.read(CAPS.file + 1)
            # a second look: a copy that is still running grows under our hands
            growing = os.fstat(file.fileno()).st_size != len(data)
    except OSError as error:
        return refuse(words, "unreadable", reason=error.strerror or "")
    if len(data) > CAPS.file:
        return _too_large(len(data), words)
    return refuse(words, "growing") if growing else data


def inspect(data: bytes, words: Wording) -> Refusal | None:
    """Return why the bytes are no workbook that may be opened, or nothing where they are."""
    fault = fault_of(data)
    return fault.in_words(words) if fault else None


def fault_of(data: bytes) -> Fault | None:
    """Put the bytes through the whole gate: type, container, every part, every sheet."""
    try:
        pass_through(opened(data))
    except FaultFound as error:
        return error.fault
    return None


def opened(data: bytes) -> Container:
    """Return the container of a workbook, its directory judged; raise the fault of what is none."""
    if not data:
        raise found("empty")
    if not data.startswith(b"PK"):
        raise _not_a_zip(data)
    container = Container.opened(data)
    refuse_wrong_kind(container)
    return container


def _not_a_zip(data: bytes) -> FaultFound:
    if _ENCRYPTED_STREAM in data:
        return found("encrypted")
    kind = next((name for magic, name in _MAGIC if data.startswith(magic)), None) or _text_kind(data[:4096])
    return found("not_workbook", kind="word" if kind == "xls" and _WORD_STREAM in data else kind)


def _text_kind(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table")):
        return "html"
    if start.startswith(b"<"):
        return "xml"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    return "unknown" if b"\0" in head else "text"
