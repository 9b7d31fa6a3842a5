"""The zip of a workbook: its directory is judged before anything is unpacked, its parts are unpacked one at a time."""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import Self
from zipfile import BadZipFile, ZipFile, ZipInfo

from workbooks.gate.intake_fault import format_part_name, intake_error

MEGABYTE = 1024 * 1024
_ZIP_ERRORS = (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError, struct.error)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Limits that cost honest files nothing: measured on a thousand real workbooks, set well above all of them."""

    max_file_bytes: int = 64 * MEGABYTE
    max_entries: int = 2000
    max_part_bytes: int = 192 * MEGABYTE  # a hundred thousand plots of thirty columns, texts in their cells, are 168
    max_total_bytes: int = 256 * MEGABYTE
    max_ratio: int = 200  # unpacked to packed; bombs start above it
    min_bytes_for_ratio: int = (
        24 * MEGABYTE
    )  # a part, or all together: a hundred thousand equal formats are packed tighter
    max_sheets: int = 64


ARCHIVE_LIMITS = ArchiveLimits()

_ENCRYPTED_FLAGS = 0x1 | 0x40 | 0x2000  # ZipCrypto, strong encryption, masked headers
_STREAMED_FLAG = 0x8  # sizes and CRC follow the data
_CENTRAL_SIGNATURE, _LOCAL_SIGNATURE, _END_SIGNATURE = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"
_END_RECORD_SIZE, _LOCAL_HEADER_SIZE = 22, 30
_ZIP64_SIZE_MARKER = 0xFFFFFFFF  # the size stands elsewhere
_MEDIA_NAME = re.compile(r"(?i)(^|/)(media|embeddings|fonts|customdata)/|\.(png|jpe?g|gif|bmp|tiff?|emf|wmf|wdp|svg)$")
_XML_SUFFIXES = (".xml", ".rels", ".vml")


@dataclass(frozen=True, slots=True)
class Container:
    """A zip whose directory holds nothing odd."""

    archive: ZipFile
    names: frozenset[str]

    @classmethod
    def open_zip(cls, data: bytes) -> Self:
        """Open a zip; what is odd or too large in its directory raises the fault, nothing is unpacked."""
        _refuse_too_many_entries(data)
        try:
            archive = ZipFile(BytesIO(data))
        except (*_ZIP_ERRORS, UnicodeDecodeError) as error:
            raise intake_error("damaged", part="zip") from error
        entries = archive.infolist()
        _refuse_unsafe_entries(entries)
        _refuse_bombs(entries)
        _refuse_trailing_bytes(data, archive)
        _refuse_overlapping_entries(data, archive)
        return cls(archive, frozenset(archive.namelist()))

    @property
    def total_unpacked_size(self) -> int:
        """The size of all parts together, as the directory has it."""
        return sum(entry.file_size for entry in self.archive.infolist())

    def unpack_part(self, name: str) -> bytes:
        """Unpack one part, its CRC checked."""
        try:
            content = self.archive.read(name)
        except _ZIP_ERRORS as error:
            raise intake_error("damaged", part=format_part_name(name)) from error
        if name.lower().endswith(_XML_SUFFIXES):
            refuse_unsafe_xml(name, content)
        return content

    def iter_chunks(self, name: str, size: int) -> Iterator[bytes]:
        """Unpack one part piece by piece; its CRC is checked with the last."""
        try:
            with self.archive.open(name) as part:
                while piece := part.read(size):
                    yield piece
        except _ZIP_ERRORS as error:
            raise intake_error("damaged", part=format_part_name(name)) from error

    def check_remaining_parts(self, checked_names: frozenset[str]) -> None:
        """Check the CRC of every other part; pictures too large to unpack are never opened, so they may stay."""
        for entry in self.archive.infolist():
            if entry.filename not in checked_names and not entry.is_dir() and not _is_oversized(entry):
                self.unpack_part(entry.filename)


def refuse_unsafe_xml(name: str, content: bytes) -> None:
    """Raise the fault of a part that declares a document type, or is written in anything but UTF-8."""
    head = content[:200]
    declared = re.match(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)""", head)
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:4]
    if wide or (declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii")):
        raise intake_error("encoding", part=format_part_name(name))
    if b"<!" in content and (b"<!DOCTYPE" in content or b"<!ENTITY" in content):
        raise intake_error("doctype", part=format_part_name(name))


def _refuse_too_many_entries(data: bytes) -> None:
    """Count the entries before the directory is read: a hundred thousand cost seconds."""
    count = data.count(_CENTRAL_SIGNATURE)
    if count > ARCHIVE_LIMITS.max_entries:
        raise intake_error("suspicious", part=f"{count} entries")


def _refuse_unsafe_entries(entries: list[ZipInfo]) -> None:
    seen: set[str] = set()
    for entry in entries:
        key = entry.filename.lower().rstrip("/")
        if entry.flag_bits & _ENCRYPTED_FLAGS:
            raise intake_error("encrypted", part=format_part_name(entry.filename))
        if key in seen:
            raise intake_error("part_twice", part=format_part_name(entry.filename))
        if _has_unsafe_name(entry) or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise intake_error("suspicious", part=format_part_name(entry.filename))
        seen.add(key)


def _has_unsafe_name(entry: ZipInfo) -> bool:
    name = entry.orig_filename
    path = PurePosixPath(name)
    link = stat.S_ISLNK(entry.external_attr >> 16)
    return link or not name or path.is_absolute() or ".." in path.parts or bool(re.search(r"[\\:\x00-\x1f\x7f]", name))


def _is_oversized(entry: ZipInfo) -> bool:
    return entry.file_size > ARCHIVE_LIMITS.max_part_bytes or _has_excessive_ratio(entry.file_size, entry.compress_size)


def _has_excessive_ratio(unpacked_bytes: int, packed_bytes: int) -> bool:
    return unpacked_bytes > ARCHIVE_LIMITS.min_bytes_for_ratio and unpacked_bytes > ARCHIVE_LIMITS.max_ratio * max(
        packed_bytes, 1
    )


def _refuse_bombs(entries: list[ZipInfo]) -> None:
    opened = [entry for entry in entries if not (_MEDIA_NAME.search(entry.filename) and _is_oversized(entry))]
    for entry in opened:
        if _is_oversized(entry):
            raise intake_error("bomb", part=format_part_name(entry.filename))
        if entry.file_size < entry.compress_size and entry.compress_type == zipfile.ZIP_STORED:
            raise intake_error("damaged", part=format_part_name(entry.filename))
    total = sum(entry.file_size for entry in opened)
    if total > ARCHIVE_LIMITS.max_total_bytes or _has_excessive_ratio(
        total, sum(entry.compress_size for entry in opened)
    ):
        raise intake_error("bomb", part="zip")


def _refuse_trailing_bytes(data: bytes, archive: ZipFile) -> None:
    """The directory ends the file: with something behind it, two readers may find two directories."""
    if not data.startswith(_LOCAL_SIGNATURE) or data.rfind(_END_SIGNATURE) != len(data) - _END_RECORD_SIZE - len(
        archive.comment
    ):
        raise intake_error("junk_around", part="zip")


def _refuse_overlapping_entries(data: bytes, archive: ZipFile) -> None:
    """Each entry has bytes of its own, and its own header tells the same name and sizes as the directory."""
    end = 0
    for entry in sorted(archive.infolist(), key=lambda one: one.header_offset):
        head = data[entry.header_offset : entry.header_offset + _LOCAL_HEADER_SIZE]
        if entry.header_offset < end or len(head) < _LOCAL_HEADER_SIZE or not head.startswith(_LOCAL_SIGNATURE):
            raise intake_error("overlap", part=format_part_name(entry.filename))
        flags, method = struct.unpack_from("<HH", head, 6)
        name_length, extra_length = struct.unpack_from("<HH", head, 26)
        start = entry.header_offset + _LOCAL_HEADER_SIZE
        if not _has_same_name(entry, data[start : start + name_length], flags) or method != entry.compress_type:
            raise intake_error("part_twice", part=format_part_name(entry.filename))
        if flags & _ENCRYPTED_FLAGS:
            raise intake_error("encrypted", part=format_part_name(entry.filename))
        if not flags & _STREAMED_FLAG and not _has_same_sizes(head, entry):
            raise intake_error("damaged", part=format_part_name(entry.filename))
        if _LOCAL_SIGNATURE in data[end : entry.header_offset]:
            raise intake_error("junk_around", part="zip")  # read from the front, the file holds other parts
        end = start + name_length + extra_length + entry.compress_size
    if end > archive.start_dir:
        raise intake_error("overlap", part="zip")
    if _LOCAL_SIGNATURE in data[end : archive.start_dir]:
        raise intake_error("junk_around", part="zip")


def _has_same_sizes(local_header: bytes, entry: ZipInfo) -> bool:
    crc, packed, unpacked = struct.unpack_from("<LLL", local_header, 14)
    return (
        crc == entry.CRC
        and packed in (entry.compress_size, _ZIP64_SIZE_MARKER)
        and unpacked in (entry.file_size, _ZIP64_SIZE_MARKER)
    )


def _has_same_name(entry: ZipInfo, name: bytes, flags: int) -> bool:
    utf8 = 0x800
    return name.decode("utf-8" if flags & utf8 else "cp437", "replace") == entry.orig_filename


def iter_xml_parts(container: Container) -> Iterator[str]:
    """Yield the names of the parts that hold XML."""
    return (name for name in sorted(container.names) if name.lower().endswith(_XML_SUFFIXES))
