"""The zip archive of a workbook: its parts, their order, their declared types."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from workbooks.ooxml.xml_parts import LxmlElement, add_child, parse_xml, write_xml

CONTENT_TYPES = "[Content_Types].xml"
RELATIONSHIPS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
# A larger part is compressed fast: a table of many rows becomes small anyway.
_MAX_BYTES_PACKED_SLOWLY = 4 * 1024 * 1024
_FAST_COMPRESSION = 1
_FIXED_TIMESTAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """The content of one part and its header in the archive."""

    info: ZipInfo
    content: bytes


@dataclass(frozen=True, slots=True)
class ZipPackage:
    """The parts of a workbook by lower-case name, in the order of the archive."""

    entries: dict[str, ZipEntry]

    @classmethod
    def load(cls, data: bytes) -> Self:
        """Open an archive held in memory."""
        with ZipFile(BytesIO(data)) as archive:
            return cls({info.filename.lower(): ZipEntry(info, archive.read(info)) for info in archive.infolist()})

    def restore(self, entries: Mapping[str, ZipEntry]) -> None:
        """Set all parts back to *entries*, a copy of them taken before an attempt that failed."""
        self.entries.clear()
        self.entries.update(entries)

    def to_bytes(self) -> bytes:
        """Return the archive; the same parts always give the same bytes."""
        target = BytesIO()
        with ZipFile(target, "w", ZIP_DEFLATED) as archive:
            for entry in self.entries.values():
                level = _choose_compression_level(entry.content)
                archive.writestr(_copy_info(entry.info), entry.content, compresslevel=level)
        return target.getvalue()

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.entries

    def list_names(self) -> list[str]:
        """Return the names of all parts."""
        return [entry.info.filename for entry in self.entries.values()]

    def get_part(self, name: str) -> bytes:
        """Return the content of a part; raise KeyError if there is no such part."""
        return self.entries[name.lower()].content

    def store_part(self, name: str, content: bytes) -> None:
        """Store a part: one that exists keeps its place and its date, a new one comes last."""
        key = name.lower()
        entry = self.entries.get(key) or ZipEntry(_create_info(name), content)
        self.entries[key] = ZipEntry(entry.info, content)

    def drop_part(self, name: str) -> None:
        """Remove a part and the declaration of its type."""
        self.entries.pop(name.lower(), None)
        types = parse_xml(self.get_part(CONTENT_TYPES))
        _remove_declaration(types, name)
        self.store_part(CONTENT_TYPES, write_xml(types))

    def find_free_name(self, pattern: str) -> str:
        """Return the first unused name that *pattern* gives with its {} replaced by 1, 2, …."""
        number = 1
        while pattern.format(number) in self:
            number += 1
        return pattern.format(number)

    def declare_type(self, name: str, content_type: str) -> None:
        """Declare the type of one part."""
        types = parse_xml(self.get_part(CONTENT_TYPES))
        # Excel calls a file damaged that declares the type of a part twice.
        _remove_declaration(types, name)
        add_child(types, "Override", PartName=f"/{name}", ContentType=content_type)
        self.store_part(CONTENT_TYPES, write_xml(types))

    def declare_default_type(self, extension: str, content_type: str) -> None:
        """Declare the type of all parts with *extension* that have no type of their own."""
        types = parse_xml(self.get_part(CONTENT_TYPES))
        for default in types.findall("{*}Default"):
            if default.get("Extension", "").lower() == extension:
                default.set("ContentType", content_type)
                break
        else:
            types.insert(0, add_child(types, "Default", Extension=extension, ContentType=content_type))
        self.store_part(CONTENT_TYPES, write_xml(types))


def _remove_declaration(types: LxmlElement, name: str) -> None:
    for override in types.findall("{*}Override"):
        if override.get("PartName", "").lstrip("/").lower() == name.lower():
            types.remove(override)


def _choose_compression_level(content: bytes) -> int | None:
    """Return the level for zlib, or None for its default."""
    if len(content) > _MAX_BYTES_PACKED_SLOWLY:
        return _FAST_COMPRESSION
    return None


def _create_info(name: str) -> ZipInfo:
    info = ZipInfo(name, _FIXED_TIMESTAMP)
    info.compress_type = ZIP_DEFLATED
    # Otherwise the bytes would depend on the operating system.
    info.create_system = 0
    return info


def _copy_info(old: ZipInfo) -> ZipInfo:
    """Copy what describes the part; sizes and offsets are computed anew when the archive is written."""
    info = ZipInfo(old.filename, old.date_time)
    info.compress_type = ZIP_DEFLATED
    if old.compress_type == ZIP_STORED:
        info.compress_type = ZIP_STORED
    info.create_system = old.create_system
    info.external_attr = old.external_attr
    return info
