"""The zip archive of a workbook: its parts, their order, their declared types."""

from dataclasses import dataclass
from io import BytesIO
from itertools import count
from typing import Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from workbooks.ooxml.xml_parts import LxmlElement, add_child, parse_xml, write_xml

CONTENT_TYPES = "[Content_Types].xml"
_MAX_BYTES_PACKED_SLOWLY = (
    4 * 1024 * 1024
)  # a part of so many bytes is packed in a hurry: a ledger of many rows packs well anyway
_FAST_COMPRESSION = 1
_FIXED_TIMESTAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One part with the particulars of its place in the archive."""

    info: ZipInfo
    content: bytes


@dataclass(frozen=True, slots=True)
class ZipPackage:
    """The parts of a workbook by name, whose case does not count, in the order of the archive."""

    entries: dict[str, ZipEntry]

    @classmethod
    def load(cls, data: bytes) -> Self:
        """Open an archive held in memory."""
        with ZipFile(BytesIO(data)) as archive:
            return cls({info.filename.lower(): ZipEntry(info, archive.read(info)) for info in archive.infolist()})

    def to_bytes(self) -> bytes:
        """Write the archive; the same parts always give the same bytes."""
        target = BytesIO()
        with ZipFile(target, "w", ZIP_DEFLATED) as archive:
            for entry in self.entries.values():
                level = _FAST_COMPRESSION if len(entry.content) > _MAX_BYTES_PACKED_SLOWLY else None
                archive.writestr(_copy_info(entry.info), entry.content, compresslevel=level)
        return target.getvalue()

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.entries

    def list_names(self) -> list[str]:
        """Return the names of all parts."""
        return [entry.info.filename for entry in self.entries.values()]

    def get_part(self, name: str) -> bytes:
        """Return the bytes of a part."""
        return self.entries[name.lower()].content

    def store_part(self, name: str, content: bytes) -> None:
        """Store a part: an old one keeps its place and date, a new one comes last."""
        old = self.entries.get(name.lower())
        self.entries[name.lower()] = ZipEntry(old.info if old else _create_info(name), content)

    def drop_part(self, name: str) -> None:
        """Leave out a part and the declaration of its type."""
        self.entries.pop(name.lower(), None)
        types = parse_xml(self.get_part(CONTENT_TYPES))
        _remove_declaration(types, name)
        self.store_part(CONTENT_TYPES, write_xml(types))

    def find_free_name(self, pattern: str) -> str:
        """Return the first name not in use, the pattern's {} replaced by 1, 2, …."""
        return next(name for number in count(1) if (name := pattern.format(number)) not in self)

    def declare_type(self, name: str, content_type: str) -> None:
        """Declare the type of one part."""
        types = parse_xml(self.get_part(CONTENT_TYPES))
        _remove_declaration(types, name)  # two declarations of one part are a damaged file to Excel
        add_child(types, "Override", PartName=f"/{name}", ContentType=content_type)
        self.store_part(CONTENT_TYPES, write_xml(types))

    def declare_default_type(self, extension: str, content_type: str) -> None:
        """Declare the type of all parts with an extension that has none yet."""
        types = parse_xml(self.get_part(CONTENT_TYPES))
        if any(known.get("Extension", "").lower() == extension for known in types.findall("{*}Default")):
            return
        default = add_child(types, "Default", Extension=extension, ContentType=content_type)
        types.insert(0, default)
        self.store_part(CONTENT_TYPES, write_xml(types))


def _remove_declaration(types: LxmlElement, name: str) -> None:
    for override in types.findall("{*}Override"):
        if override.get("PartName", "").lstrip("/").lower() == name.lower():
            types.remove(override)


def _create_info(name: str) -> ZipInfo:
    info = ZipInfo(name, _FIXED_TIMESTAMP)
    info.compress_type = ZIP_DEFLATED
    info.create_system = 0  # otherwise the system that runs this would show in the bytes
    return info


def _copy_info(old: ZipInfo) -> ZipInfo:
    """Take over what describes the part; sizes and offsets are found anew."""
    info = ZipInfo(old.filename, old.date_time)
    info.compress_type = ZIP_STORED if old.compress_type == ZIP_STORED else ZIP_DEFLATED
    info.create_system = old.create_system
    info.external_attr = old.external_attr
    return info
