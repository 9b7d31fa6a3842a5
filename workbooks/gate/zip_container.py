"""The zip of a workbook: check its directory before anything is unpacked, then unpack one part at a time."""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from operator import attrgetter
from pathlib import PurePosixPath
from typing import Self
from zipfile import BadZipFile, ZipFile, ZipInfo

from workbooks.gate.intake_fault import format_part_name, intake_error

MEGABYTE = 1024 * 1024
_ZIP_ERRORS = (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError, struct.error)


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Limits of a zip, well above what a thousand real workbooks were measured to need."""

    max_file_bytes: int = 64 * MEGABYTE
    max_entries: int = 2000
    # A hundred thousand plots of thirty columns, with the texts in their cells, take 168 MB.
    max_part_bytes: int = 192 * MEGABYTE
    max_total_bytes: int = 256 * MEGABYTE
    # Unpacked to packed bytes; zip bombs start above it.
    max_ratio: int = 200
    # A part, or all together: below this size the ratio is not checked, since 100,000 equal formats pack tighter.
    min_bytes_for_ratio: int = 24 * MEGABYTE
    max_sheets: int = 64


ARCHIVE_LIMITS = ArchiveLimits()

# General purpose flags of the zip format (APPNOTE 4.4.4): ZipCrypto, strong encryption, masked headers; sizes and CRC
# after the data; names in UTF-8.
_ENCRYPTED_FLAGS = 0x1 | 0x40 | 0x2000
_STREAMED_FLAG = 0x8
_UTF8_FLAG = 0x800
_CENTRAL_SIGNATURE, _LOCAL_SIGNATURE, _END_SIGNATURE = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"
_END_RECORD_SIZE, _LOCAL_HEADER_SIZE = 22, 30
# Stands for a size that the zip64 extra field holds.
_ZIP64_SIZE_MARKER = 0xFFFFFFFF
_MEDIA_NAME = re.compile(r"(?i)(^|/)(media|embeddings|fonts|customdata)/|\.(png|jpe?g|gif|bmp|tiff?|emf|wmf|wdp|svg)$")
_UNSAFE_CHARACTER = re.compile(r"[\\:\x00-\x1f\x7f]")
_XML_SUFFIXES = (".xml", ".rels", ".vml")
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
# Where the cells of a workbook and all that leads to them are.
_CELL_FOLDERS = ("xl/", "_rels/", "[content_types].xml")
# What WPS, Power Query and add-ins keep beside them, in an encoding of their own.
_CELLLESS_FOLDERS = ("xl/connections", "xl/customdata/", "xl/model/", "xl/querytables/", "xl/webextensions/")


@dataclass(frozen=True, slots=True)
class Container:
    """A zip whose directory has passed all checks."""

    archive: ZipFile
    names: frozenset[str]

    @classmethod
    def open_zip(cls, data: bytes) -> Self:
        """Open a zip without unpacking it; raise IntakeError if its directory is unsafe, inconsistent or too large."""
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
        """The bytes of all parts together, as the directory declares them."""
        return sum(entry.file_size for entry in self.archive.infolist())

    def unpack_part(self, name: str) -> bytes:
        """Return the content of one part after checking its CRC; raise IntakeError for unsafe XML."""
        content = self._unpack(name)
        if name.lower().endswith(_XML_SUFFIXES):
            refuse_unsafe_xml(name, content)
        return content

    def unpack_xml(self, name: str) -> bytes:
        """Return the content of a part that is XML, whatever its name is, and holds no figures, as `unpack_part` does.

        Such a part may also be in UTF-16, as other programs write it.
        """
        content = self._unpack(name)
        refuse_doctype(name, content)
        return content

    def _unpack(self, name: str) -> bytes:
        try:
            return self.archive.read(name)
        except _ZIP_ERRORS as error:
            raise intake_error("damaged", part=format_part_name(name)) from error

    def iter_chunks(self, name: str, size: int) -> Iterator[bytes]:
        """Yield one part in chunks of *size* bytes; its CRC is checked with the last chunk."""
        try:
            with self.archive.open(name) as part:
                while chunk := part.read(size):
                    yield chunk
        except _ZIP_ERRORS as error:
            raise intake_error("damaged", part=format_part_name(name)) from error

    def check_remaining_parts(self, checked_names: frozenset[str]) -> None:
        """Check the CRC of all other parts, except oversized pictures: no reader opens them, so they are harmless."""
        for entry in self.archive.infolist():
            if entry.filename in checked_names or entry.is_dir() or _is_oversized(entry):
                continue
            if is_xml_with_cells(entry.filename):
                self.unpack_xml(entry.filename)
            else:
                self._unpack(entry.filename)


def is_xml_with_cells(name: str) -> bool:
    """Return whether a part is XML that cells, or what leads to them, may be in: a reader may open it."""
    lower_name = name.lower()
    if not lower_name.endswith(_XML_SUFFIXES) or lower_name.startswith(_CELLLESS_FOLDERS):
        return False
    return lower_name.startswith(_CELL_FOLDERS) or lower_name.endswith(".rels")


def refuse_unsafe_xml(name: str, content: bytes) -> None:
    """Raise IntakeError if a part declares a document type or an encoding other than UTF-8."""
    head = content[:200]
    declared = re.match(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)""", head)
    is_utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:4]
    if is_utf16 or (declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii")):
        raise intake_error("encoding", part=format_part_name(name))
    _refuse_declarations(name, content)


def refuse_doctype(name: str, content: bytes) -> None:
    """Raise IntakeError if a part declares a document type or an encoding other than UTF-8 and UTF-16."""
    if not content.startswith(_UTF16_BOMS):
        refuse_unsafe_xml(name, content)
        return
    try:
        text = content.decode("utf-16")
    except UnicodeDecodeError as error:
        raise intake_error("damaged", part=format_part_name(name)) from error
    _refuse_declarations(name, text.encode())


def _refuse_declarations(name: str, content: bytes) -> None:
    if b"<!" in content and (b"<!DOCTYPE" in content or b"<!ENTITY" in content):
        raise intake_error("doctype", part=format_part_name(name))


def _refuse_too_many_entries(data: bytes) -> None:
    """Count the entries before the directory is parsed: a hundred thousand would take seconds."""
    count = data.count(_CENTRAL_SIGNATURE)
    if count > ARCHIVE_LIMITS.max_entries:
        raise intake_error("suspicious", part=f"{count} entries")


def _refuse_unsafe_entries(entries: list[ZipInfo]) -> None:
    names: set[str] = set()
    for entry in entries:
        name = entry.filename.lower().rstrip("/")
        if entry.flag_bits & _ENCRYPTED_FLAGS:
            raise intake_error("encrypted", part=format_part_name(entry.filename))
        if name in names:
            raise intake_error("part_twice", part=format_part_name(entry.filename))
        if _has_unsafe_name(entry) or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise intake_error("suspicious", part=format_part_name(entry.filename))
        names.add(name)


def _has_unsafe_name(entry: ZipInfo) -> bool:
    name = entry.orig_filename
    path = PurePosixPath(name)
    if not name or stat.S_ISLNK(entry.external_attr >> 16):
        return True
    return path.is_absolute() or ".." in path.parts or _UNSAFE_CHARACTER.search(name) is not None


def _is_oversized(entry: ZipInfo) -> bool:
    return entry.file_size > ARCHIVE_LIMITS.max_part_bytes or _has_excessive_ratio(entry.file_size, entry.compress_size)


def _has_excessive_ratio(unpacked_bytes: int, packed_bytes: int) -> bool:
    if unpacked_bytes <= ARCHIVE_LIMITS.min_bytes_for_ratio:
        return False
    return unpacked_bytes > ARCHIVE_LIMITS.max_ratio * max(packed_bytes, 1)


def _refuse_bombs(entries: list[ZipInfo]) -> None:
    checked_entries = [entry for entry in entries if not _is_oversized_picture(entry)]
    for entry in checked_entries:
        if _is_oversized(entry):
            raise intake_error("bomb", part=format_part_name(entry.filename))
        if entry.file_size < entry.compress_size and entry.compress_type == zipfile.ZIP_STORED:
            raise intake_error("damaged", part=format_part_name(entry.filename))
    unpacked_bytes = sum(entry.file_size for entry in checked_entries)
    packed_bytes = sum(entry.compress_size for entry in checked_entries)
    if unpacked_bytes > ARCHIVE_LIMITS.max_total_bytes or _has_excessive_ratio(unpacked_bytes, packed_bytes):
        raise intake_error("bomb", part="zip")


def _is_oversized_picture(entry: ZipInfo) -> bool:
    return _MEDIA_NAME.search(entry.filename) is not None and _is_oversized(entry)


def _refuse_trailing_bytes(data: bytes, archive: ZipFile) -> None:
    """Refuse bytes after the directory: with them, two readers may find two directories."""
    end_record_start = len(data) - _END_RECORD_SIZE - len(archive.comment)
    if not data.startswith(_LOCAL_SIGNATURE) or data.rfind(_END_SIGNATURE) != end_record_start:
        raise intake_error("junk_around", part="zip")


def _refuse_overlapping_entries(data: bytes, archive: ZipFile) -> None:
    """Refuse entries that share bytes, or whose own header contradicts the directory."""
    end = 0
    for entry in sorted(archive.infolist(), key=attrgetter("header_offset")):
        entry_end = _check_local_header(data, entry, end)
        # A program that reads from the front would find other parts here.
        if _LOCAL_SIGNATURE in data[end : entry.header_offset]:
            raise intake_error("junk_around", part="zip")
        end = entry_end
    if end > archive.start_dir:
        raise intake_error("overlap", part="zip")
    if _LOCAL_SIGNATURE in data[end : archive.start_dir]:
        raise intake_error("junk_around", part="zip")


def _check_local_header(data: bytes, entry: ZipInfo, previous_end: int) -> int:
    """Compare an entry's own header with the directory; return the offset at which the entry ends."""
    part = format_part_name(entry.filename)
    header = data[entry.header_offset : entry.header_offset + _LOCAL_HEADER_SIZE]
    if (
        entry.header_offset < previous_end
        or len(header) < _LOCAL_HEADER_SIZE
        or not header.startswith(_LOCAL_SIGNATURE)
    ):
        raise intake_error("overlap", part=part)
    flags, method = struct.unpack_from("<HH", header, 6)
    name_length, extra_length = struct.unpack_from("<HH", header, 26)
    name_start = entry.header_offset + _LOCAL_HEADER_SIZE
    name = data[name_start : name_start + name_length]
    entry_end: int = name_start + name_length + extra_length + entry.compress_size
    if not _has_same_name(entry, name, flags) or method != entry.compress_type:
        raise intake_error("part_twice", part=part)
    if flags & _ENCRYPTED_FLAGS:
        raise intake_error("encrypted", part=part)
    if not flags & _STREAMED_FLAG and not _has_same_sizes(header, entry):
        raise intake_error("damaged", part=part)
    return entry_end


def _has_same_sizes(local_header: bytes, entry: ZipInfo) -> bool:
    crc, packed, unpacked = struct.unpack_from("<LLL", local_header, 14)
    return (
        crc == entry.CRC
        and packed in (entry.compress_size, _ZIP64_SIZE_MARKER)
        and unpacked in (entry.file_size, _ZIP64_SIZE_MARKER)
    )


def _has_same_name(entry: ZipInfo, name: bytes, flags: int) -> bool:
    encoding = "cp437"
    if flags & _UTF8_FLAG:
        encoding = "utf-8"
    return name.decode(encoding, "replace") == entry.orig_filename


def iter_xml_parts(container: Container) -> Iterator[str]:
    """Yield the names of the XML parts that a reader may open, in alphabetical order."""
    yield from filter(is_xml_with_cells, sorted(container.names))
