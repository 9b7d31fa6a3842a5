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

from workbooks.gate.intake_fault import found, shown_part

MEGABYTE = 1024 * 1024
_BROKEN = (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError, struct.error)


@dataclass(frozen=True, slots=True)
class Caps:
    """Limits that cost honest files nothing: measured on a thousand real workbooks, set well above all of them."""

    file: int = 64 * MEGABYTE
    entries: int = 2000
    part: int = 192 * MEGABYTE  # a hundred thousand plots of thirty columns, texts in their cells, are 168
    total: int = 256 * MEGABYTE
    ratio: int = 200  # unpacked to packed; bombs start above it
    ratio_from: int = 24 * MEGABYTE  # a part, or all together: a hundred thousand equal formats are packed tighter
    sheets: int = 64


CAPS = Caps()

_ENCRYPTED_FLAGS = 0x1 | 0x40 | 0x2000  # ZipCrypto, strong encryption, masked headers
_STREAMED_FLAG = 0x8  # sizes and CRC follow the data
_CENTRAL, _LOCAL, _END = b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"
_END_SIZE, _LOCAL_SIZE = 22, 30
_LONG = 0xFFFFFFFF  # the size stands elsewhere
_MEDIA = re.compile(r"(?i)(^|/)(media|embeddings|fonts|customdata)/|\.(png|jpe?g|gif|bmp|tiff?|emf|wmf|wdp|svg)$")
_XML = (".xml", ".rels", ".vml")


@dataclass(frozen=True, slots=True)
class Container:
    """A zip whose directory holds nothing odd."""

    archive: ZipFile
    names: frozenset[str]

    @classmethod
    def opened(cls, data: bytes) -> Self:
        """Open a zip; what is odd or too large in its directory raises the fault, nothing is unpacked."""
        _refuse_too_many(data)
        try:
            archive = ZipFile(BytesIO(data))
        except (*_BROKEN, UnicodeDecodeError) as error:
            raise found("damaged", part="zip") from error
        entries = archive.infolist()
        _refuse_odd_entries(entries)
        _refuse_swollen(entries)
        _refuse_trailing(data, archive)
        _refuse_overlaps(data, archive)
        return cls(archive, frozenset(archive.namelist()))

    @property
    def unpacked(self) -> int:
        """The size of all parts together, as the directory has it."""
        return sum(entry.file_size for entry in self.archive.infolist())

    def read(self, name: str) -> bytes:
        """Unpack one part, its CRC checked."""
        try:
            content = self.archive.read(name)
        except _BROKEN as error:
            raise found("damaged", part=shown_part(name)) from error
        if name.lower().endswith(_XML):
            refuse_odd_xml(name, content)
        return content

    def pieces(self, name: str, size: int) -> Iterator[bytes]:
        """Unpack one part piece by piece; its CRC is checked with the last."""
        try:
            with self.archive.open(name) as part:
                while piece := part.read(size):
                    yield piece
        except _BROKEN as error:
            raise found("damaged", part=shown_part(name)) from error

    def check_rest(self, done: frozenset[str]) -> None:
        """Check the CRC of every other part; pictures too large to unpack are never opened, so they may stay."""
        for entry in self.archive.infolist():
            if entry.filename not in done and not entry.is_dir() and not _swollen(entry):
                self.read(entry.filename)


def refuse_odd_xml(name: str, content: bytes) -> None:
    """Raise the fault of a part that declares a document type, or is written in anything but UTF-8."""
    head = content[:200]
    declared = re.match(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)""", head)
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:4]
    if wide or (declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii")):
        raise found("encoding", part=shown_part(name))
    if b"<!" in content and (b"<!DOCTYPE" in content or b"<!ENTITY" in content):
        raise found("doctype", part=shown_part(name))


def _refuse_too_many(data: bytes) -> None:
    """Count the entries before the directory is read: a hundred thousand cost seconds."""
    count = data.count(_CENTRAL)
    if count > CAPS.entries:
        raise found("suspicious", part=f"{count} entries")


def _refuse_odd_entries(entries: list[ZipInfo]) -> None:
    seen: set[str] = set()
    for entry in entries:
        key = entry.filename.lower().rstrip("/")
        if entry.flag_bits & _ENCRYPTED_FLAGS:
            raise found("encrypted", part=shown_part(entry.filename))
        if key in seen:
            raise found("part_twice", part=shown_part(entry.filename))
        if _odd_name(entry) or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise found("suspicious", part=shown_part(entry.filename))
        seen.add(key)


def _odd_name(entry: ZipInfo) -> bool:
    name = entry.orig_filename
    path = PurePosixPath(name)
    link = stat.S_ISLNK(entry.external_attr >> 16)
    return link or not name or path.is_absolute() or ".." in path.parts or bool(re.search(r"[\\:\x00-\x1f\x7f]", name))


def _swollen(entry: ZipInfo) -> bool:
    return entry.file_size > CAPS.part or _too_tight(entry.file_size, entry.compress_size)


def _too_tight(unpacked: int, packed: int) -> bool:
    return unpacked > CAPS.ratio_from and unpacked > CAPS.ratio * max(packed, 1)


def _refuse_swollen(entries: list[ZipInfo]) -> None:
    opened = [entry for entry in entries if not (_MEDIA.search(entry.filename) and _swollen(entry))]
    for entry in opened:
        if _swollen(entry):
            raise found("bomb", part=shown_part(entry.filename))
        if entry.file_size < entry.compress_size and entry.compress_type == zipfile.ZIP_STORED:
            raise found("damaged", part=shown_part(entry.filename))
    total = sum(entry.file_size for entry in opened)
    if total > CAPS.total or _too_tight(total, sum(entry.compress_size for entry in opened)):
        raise found("bomb", part="zip")


def _refuse_trailing(data: bytes, archive: ZipFile) -> None:
    """The directory ends the file: with something behind it, two readers may find two directories."""
    if not data.startswith(_LOCAL) or data.rfind(_END) != len(data) - _END_SIZE - len(archive.comment):
        raise found("junk_around", part="zip")


def _refuse_overlaps(data: bytes, archive: ZipFile) -> None:
    """Each entry has bytes of its own, and its own header tells the same name and sizes as the directory."""
    end = 0
    for entry in sorted(archive.infolist(), key=lambda one: one.header_offset):
        head = data[entry.header_offset : entry.header_offset + _LOCAL_SIZE]
        if entry.header_offset < end or len(head) < _LOCAL_SIZE or not head.startswith(_LOCAL):
            raise found("overlap", part=shown_part(entry.filename))
        flags, method = struct.unpack_from("<HH", head, 6)
        name_length, extra_length = struct.unpack_from("<HH", head, 26)
        start = entry.header_offset + _LOCAL_SIZE
        if not _same_name(entry, data[start : start + name_length], flags) or method != entry.compress_type:
            raise found("part_twice", part=shown_part(entry.filename))
        if flags & _ENCRYPTED_FLAGS:
            raise found("encrypted", part=shown_part(entry.filename))
        if not flags & _STREAMED_FLAG and not _told_alike(head, entry):
            raise found("damaged", part=shown_part(entry.filename))
        if _LOCAL in data[end : entry.header_offset]:
            raise found("junk_around", part="zip")  # read from the front, the file holds other parts
        end = start + name_length + extra_length + entry.compress_size
    if end > archive.start_dir:
        raise found("overlap", part="zip")
    if _LOCAL in data[end : archive.start_dir]:
        raise found("junk_around", part="zip")


def _told_alike(head: bytes, entry: ZipInfo) -> bool:
    crc, packed, unpacked = struct.unpack_from("<LLL", head, 14)
    return crc == entry.CRC and packed in (entry.compress_size, _LONG) and unpacked in (entry.file_size, _LONG)


def _same_name(entry: ZipInfo, name: bytes, flags: int) -> bool:
    utf8 = 0x800
    return name.decode("utf-8" if flags & utf8 else "cp437", "replace") == entry.orig_filename


def xml_names(container: Container) -> Iterator[str]:
    """Yield the names of the parts that hold XML."""
    return (name for name in sorted(container.names) if name.lower().endswith(_XML))
