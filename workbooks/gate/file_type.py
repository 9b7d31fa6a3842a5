"""Detect the type of a file from its content and open the zip of a workbook; nothing is unpacked."""

import re
from typing import Final

from workbooks.gate.compound_file import MAGIC_NUMBER, detect_compound_kind
from workbooks.gate.delimited_text import decode_text, find_delimiter
from workbooks.gate.intake_fault import IntakeError, intake_error
from workbooks.gate.resource_limits import ResourceLimits, compute_conversion_limits, compute_limits
from workbooks.gate.workbook_parts import refuse_wrong_kind
from workbooks.gate.zip_container import Container

# Forms that are converted to .xlsx before they are read.
XLS: Final = "xls"
ODS: Final = "ods"
CSV: Final = "csv"

_MAGIC_NUMBERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "pdf"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "sevenzip"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"{\\rtf", "word"),
)
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
# The first record of an .xls file without the compound file around it (MS-XLS 2.4.21), as some programs write it.
_BARE_XLS_STARTS = (b"\x09\x08\x10\x00\x00\x06", b"\x09\x08\x08\x00\x00\x05", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00")
# The type of an OpenDocument file is the first entry of its archive, not packed (OpenDocument part 2, 3.3).
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
# LibreOffice declares some forty namespaces before the type of a document.
_TEXT_HEAD: Final = 16_384
# The same document as a single XML file names its type in the root element.
_FLAT_ODS_TYPE: Final = re.compile(rb"office:mimetype=[\"']" + re.escape(_ODS_TYPE))
_OTHER_DOCUMENT_TYPES = (
    (b"application/vnd.oasis.opendocument.text", "word"),
    (b"application/vnd.oasis.opendocument.presentation", "slides"),
)
_ODS_PARTS = (b"content.xml", b"META-INF/manifest.xml")


def open_container(data: bytes) -> Container:
    """Return the container of a workbook after checking its zip directory; raise IntakeError for any other file."""
    if not data:
        raise intake_error("empty")
    if not data.startswith(b"PK"):
        raise _build_not_workbook_error(data)
    for document_type, kind in _OTHER_DOCUMENT_TYPES:
        if document_type in data[:200]:
            raise intake_error("not_workbook", kind=kind)
    container = Container.open_zip(data)
    refuse_wrong_kind(container)
    return container


def detect_convertible_form(data: bytes) -> str | None:
    """Return the form of a file that is to be converted (``xls``, ``ods``, ``csv``), or None for any other file."""
    if data.startswith(_BARE_XLS_STARTS):
        return XLS
    if data.startswith(MAGIC_NUMBER):
        return XLS if detect_compound_kind(data) == XLS else None
    if data.startswith(b"PK"):
        return ODS if _is_open_document_table(data) else None
    if not data or _detect_magic_kind(data) or _detect_text_kind(data[:_TEXT_HEAD]) != "text":
        return None
    text = decode_text(data)
    return CSV if text is not None and find_delimiter(text) else None


def _is_open_document_table(data: bytes) -> bool:
    head = data[:200]
    if b"application/vnd.oasis.opendocument." in head:
        return _ODS_TYPE in head
    return all(part in data for part in _ODS_PARTS) and b"xl/workbook" not in data


def compute_file_limits(data: bytes) -> ResourceLimits:
    """Return the limits for reading or converting a file."""
    if detect_convertible_form(data):
        return compute_conversion_limits(len(data))
    return compute_limits(compute_unpacked_size(data))


def compute_unpacked_size(data: bytes) -> int:
    """Return the unpacked bytes that the zip directory declares, or 0 if the directory alone gets the file refused."""
    try:
        return open_container(data).total_unpacked_size
    except IntakeError:
        return 0


def _build_not_workbook_error(data: bytes) -> IntakeError:
    if data.startswith(MAGIC_NUMBER):
        return _build_compound_error(data)
    kind = _detect_magic_kind(data) or _detect_text_kind(data[:_TEXT_HEAD])
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
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"mime-version:")):
        return "html"
    if start.startswith(b"<"):
        return "fods" if _FLAT_ODS_TYPE.search(start) else "xml"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    if b"\0" in head:
        return "unknown"
    return "text"
