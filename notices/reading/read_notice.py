"""Reads the file of a notice, by what it holds and not by its name."""

from collections.abc import Callable
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from contracts.errors import PortableError
from notices.content.document import NoticeDocument, RawBlock, build_document
from notices.reading.pdf import read_pdf
from notices.reading.plain_text import decode_text, read_plain_text
from notices.reading.web_page import read_web_page
from notices.reading.word import read_word
from notices.reading.workbook import read_workbook

MAX_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 400_000_000
_WORD_PART = "word/document.xml"
_WORKBOOK_PART = "xl/workbook.xml"
_HTML_MARKS = (b"<html", b"<!doctype html", b"<table", b"<body")
_START_BYTES = 4096


class NoticeUnreadableError(PortableError):
    """The file is no notice that can be read; *code* says why, as a key of ``notice.unreadable``."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the file cannot be read as a notice: {code}")
        self.code = code


def read_notice(data: bytes) -> NoticeDocument:
    """Return the paragraphs and tables of a notice.

    Raises `NoticeUnreadableError` if the file is too large, damaged, of another kind, or holds no text.
    """
    if len(data) > MAX_BYTES:
        raise NoticeUnreadableError("too_large")
    read_blocks = _choose_reader(data)
    try:
        document = build_document(read_blocks(data))
    except NoticeUnreadableError:
        raise
    except Exception as error:
        raise NoticeUnreadableError("damaged") from error
    if not document.blocks:
        raise NoticeUnreadableError("empty")
    return document


def _choose_reader(data: bytes) -> Callable[[bytes], list[RawBlock]]:
    start = data[:_START_BYTES].lstrip().lower()
    if start.startswith(b"%pdf"):
        return read_pdf
    if data.startswith(b"PK"):
        return _choose_office_reader(data)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise NoticeUnreadableError("old_office")
    if any(mark in start for mark in _HTML_MARKS):
        return read_web_page
    return _read_text


def _choose_office_reader(data: bytes) -> Callable[[bytes], list[RawBlock]]:
    try:
        with ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
            unpacked_size = sum(member.file_size for member in archive.infolist())
    except BadZipFile as error:
        raise NoticeUnreadableError("damaged") from error
    if unpacked_size > MAX_UNPACKED_BYTES:
        raise NoticeUnreadableError("too_large")
    if _WORD_PART in names:
        return read_word
    if _WORKBOOK_PART in names:
        return read_workbook
    raise NoticeUnreadableError("unknown")


def _read_text(data: bytes) -> list[RawBlock]:
    text = decode_text(data)
    if text is None or "\0" in text:
        raise NoticeUnreadableError("unknown")
    return read_plain_text(text)
