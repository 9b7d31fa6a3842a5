"""Detect the type of a file from its content and open the zip of a workbook; nothing is unpacked."""

from workbooks.gate.compound_file import MAGIC_NUMBER, detect_compound_kind
from workbooks.gate.intake_fault import IntakeError, intake_error
from workbooks.gate.workbook_parts import refuse_wrong_kind
from workbooks.gate.zip_container import Container

_MAGIC_NUMBERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "pdf"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "sevenzip"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"{\\rtf", "word"),
)
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


def open_container(data: bytes) -> Container:
    """Return the container of a workbook after checking its zip directory; raise IntakeError for any other file."""
    if not data:
        raise intake_error("empty")
    if not data.startswith(b"PK"):
        raise _build_not_workbook_error(data)
    container = Container.open_zip(data)
    refuse_wrong_kind(container)
    return container


def compute_unpacked_size(data: bytes) -> int:
    """Return the unpacked bytes that the zip directory declares, or 0 if the directory alone gets the file refused."""
    try:
        return open_container(data).total_unpacked_size
    except IntakeError:
        return 0


def _build_not_workbook_error(data: bytes) -> IntakeError:
    if data.startswith(MAGIC_NUMBER):
        return _build_compound_error(data)
    kind = _detect_magic_kind(data) or _detect_text_kind(data[:4096])
    return intake_error("not_workbook", kind=kind)


def _build_compound_error(data: bytes) -> IntakeError:
    kind = detect_compound_kind(data)
    if kind == "encrypted" or (kind is None and _ENCRYPTED_STREAM in data):
        return intake_error("encrypted")
    return intake_error("not_workbook", kind=kind or "unknown")


def _detect_magic_kind(data: bytes) -> str | None:
    for magic_number, kind in _MAGIC_NUMBERS:
        if data.startswith(magic_number):
            return kind
    return None


def _detect_text_kind(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table")):
        return "html"
    if start.startswith(b"<"):
        return "xml"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    if b"\0" in head:
        return "unknown"
    return "text"
