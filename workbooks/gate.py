"""The gate before any reader: is this file a workbook that is safe to open? Nothing is parsed here but the zip."""

import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from checks.findings import Refusal
from checks.refusing import refuse
from contracts.messages import Wording

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Caps:
    """Limits that cost honest files nothing: measured on a thousand real workbooks, set well above all of them."""

    file: int = 64 * MEGABYTE
    entries: int = 2000
    part: int = 128 * MEGABYTE
    total: int = 256 * MEGABYTE
    ratio: int = 200  # unpacked to packed; bombs start above it
    ratio_from: int = MEGABYTE  # small parts may compress as well as they like


CAPS = Caps()

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"%PDF", "pdf"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "sevenzip"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
)
_REQUIRED = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")
_ENCRYPTED_FLAG = 0x1
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


def take_bytes(path: Path, words: Wording) -> bytes | Refusal:
    """Read a file once; links, folders, pipes and what is too large or unreadable are refused without opening."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return refuse(words, "missing_file")
    except OSError as error:
        return refuse(words, "unreadable", reason=error.strerror or "")
    if stat.S_ISLNK(status.st_mode):
        return refuse(words, "link")
    if not stat.S_ISREG(status.st_mode):
        return refuse(words, "not_a_file")
    if status.st_size > CAPS.file:
        size, most = status.st_size // MEGABYTE, CAPS.file // MEGABYTE
        return refuse(words, "too_large", size=str(size), most=str(most))
    return _read(path, words)


def _read(path: Path, words: Wording) -> bytes | Refusal:
    # O_NOFOLLOW, where the system has it: the name may have been swapped for a link since it was looked at.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with os.fdopen(os.open(path, flags), "rb") as file:
            return file.read(CAPS.file + 1)
    except OSError as error:
        return refuse(words, "unreadable", reason=error.strerror or "")


def inspect(data: bytes, words: Wording) -> Refusal | None:
    """Return why the bytes are no workbook that may be opened, or nothing where they are."""
    if not data:
        return refuse(words, "empty")
    if not data.startswith(b"PK"):
        return _not_a_zip(data, words)
    try:
        with ZipFile(BytesIO(data)) as archive:
            return next(_faults(archive, words), None)
    except (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, UnicodeDecodeError, ValueError):
        return refuse(words, "damaged", part="zip")


def _not_a_zip(data: bytes, words: Wording) -> Refusal:
    if _ENCRYPTED_STREAM in data:
        return refuse(words, "encrypted")
    kind = next((name for magic, name in _MAGIC if data.startswith(magic)), None) or _text_kind(data[:4096])
    return refuse(words, "not_workbook", kind=words(f"kind.{kind}"))


def _text_kind(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table")):
        return "html"
    if start.startswith(b"<"):
        return "xml"
    return "unknown" if b"\0" in head else "text"


def _faults(archive: ZipFile, words: Wording) -> Iterator[Refusal]:
    """Try the cheap questions first: nothing is unpacked before its size is known to be small."""
    questions: tuple[Callable[[ZipFile, Wording], Iterator[Refusal]], ...] = (
        _odd_entries,
        _odd_sizes,
        _wrong_kind,
    )
    for question in (*questions, _damaged_parts):
        yield from question(archive, words)


def _odd_entries(archive: ZipFile, words: Wording) -> Iterator[Refusal]:
    entries = archive.infolist()
    if len(entries) > CAPS.entries:
        yield refuse(words, "suspicious", part=f"{len(entries)} entries")
    seen: set[str] = set()
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED_FLAG:
            yield refuse(words, "encrypted")
        if entry.filename.lower() in seen or _odd_name(entry) or _odd_method(entry):
            yield refuse(words, "suspicious", part=_shown(entry))
        seen.add(entry.filename.lower())


def _odd_name(entry: ZipInfo) -> bool:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or stat.S_ISLNK(entry.external_attr >> 16)


def _odd_method(entry: ZipInfo) -> bool:
    return entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def _odd_sizes(archive: ZipFile, words: Wording) -> Iterator[Refusal]:
    for entry in archive.infolist():
        swollen = entry.file_size > CAPS.ratio_from and entry.file_size > CAPS.ratio * max(entry.compress_size, 1)
        if entry.file_size > CAPS.part or swollen:
            yield refuse(words, "suspicious", part=_shown(entry))
    if sum(entry.file_size for entry in archive.infolist()) > CAPS.total:
        yield refuse(words, "suspicious", part="zip")


def _wrong_kind(archive: ZipFile, words: Wording) -> Iterator[Refusal]:
    names = set(archive.namelist())
    kinds = {"xl/workbook.bin": "xlsb", "word/document.xml": "word", "content.xml": "ods"}
    kind = next((kind for name, kind in kinds.items() if name in names), None)
    if kind or not any(name.startswith("xl/") for name in names):
        yield refuse(words, "not_workbook", kind=words(f"kind.{kind or 'zip'}"))
    for name in _REQUIRED:
        if name not in names:
            yield refuse(words, "damaged", part=name)


def _damaged_parts(archive: ZipFile, words: Wording) -> Iterator[Refusal]:
    for entry in archive.infolist():
        try:
            content = archive.read(entry)  # checks the CRC
        except (BadZipFile, zlib.error, EOFError):
            yield refuse(words, "damaged", part=_shown(entry))
            continue
        if entry.filename.endswith((".xml", ".rels", ".vml")) and b"<!DOCTYPE" in content[:4096].upper():
            yield refuse(words, "suspicious", part=_shown(entry))


def _shown(entry: ZipInfo) -> str:
    """Names inside the archive are the sender's: only their printable part is echoed."""
    return entry.filename[:80].encode("unicode_escape", "replace").decode("ascii")
