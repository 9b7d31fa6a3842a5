"""The zip archive of a workbook: its parts, their order, their declared types."""

from dataclasses import dataclass
from io import BytesIO
from itertools import count
from typing import Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from workbooks.ooxml.xml_parts import Element, add, parse, serialised

CONTENT_TYPES = "[Content_Types].xml"
_LONG = 4 * 1024 * 1024  # a part of so many bytes is packed in a hurry: a ledger of many rows packs well anyway
_FAST = 1
_STAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Entry:
    """One part with the particulars of its place in the archive."""

    info: ZipInfo
    content: bytes


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a workbook by name, whose case does not count, in the order of the archive."""

    entries: dict[str, Entry]

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Open an archive held in memory."""
        with ZipFile(BytesIO(data)) as archive:
            return cls({info.filename.lower(): Entry(info, archive.read(info)) for info in archive.infolist()})

    def to_bytes(self) -> bytes:
        """Write the archive; the same parts always give the same bytes."""
        target = BytesIO()
        with ZipFile(target, "w", ZIP_DEFLATED) as archive:
            for entry in self.entries.values():
                level = _FAST if len(entry.content) > _LONG else None
                archive.writestr(_copied(entry.info), entry.content, compresslevel=level)
        return target.getvalue()

    def __contains__(self, name: str) -> bool:
        return name.lower() in self.entries

    def names(self) -> list[str]:
        """Return the names of all parts."""
        return [entry.info.filename for entry in self.entries.values()]

    def content(self, name: str) -> bytes:
        """Return the bytes of a part."""
        return self.entries[name.lower()].content

    def put(self, name: str, content: bytes) -> None:
        """Store a part: an old one keeps its place and date, a new one comes last."""
        old = self.entries.get(name.lower())
        self.entries[name.lower()] = Entry(old.info if old else _new(name), content)

    def drop(self, name: str) -> None:
        """Leave out a part and the declaration of its type."""
        self.entries.pop(name.lower(), None)
        types = parse(self.content(CONTENT_TYPES))
        _undeclare(types, name)
        self.put(CONTENT_TYPES, serialised(types))

    def free_name(self, pattern: str) -> str:
        """Return the first name not in use, the pattern's {} replaced by 1, 2, …."""
        return next(name for number in count(1) if (name := pattern.format(number)) not in self)

    def declare(self, name: str, content_type: str) -> None:
        """Declare the type of one part."""
        types = parse(self.content(CONTENT_TYPES))
        _undeclare(types, name)  # two declarations of one part are a damaged file to Excel
        add(types, "Override", PartName=f"/{name}", ContentType=content_type)
        self.put(CONTENT_TYPES, serialised(types))

    def declare_default(self, extension: str, content_type: str) -> None:
        """Declare the type of all parts with an extension that has none yet."""
        types = parse(self.content(CONTENT_TYPES))
        if any(known.get("Extension", "").lower() == extension for known in types.findall("{*}Default")):
            return
        default = add(types, "Default", Extension=extension, ContentType=content_type)
        types.insert(0, default)
        self.put(CONTENT_TYPES, serialised(types))


def _undeclare(types: Element, name: str) -> None:
    for override in types.findall("{*}Override"):
        if override.get("PartName", "").lstrip("/").lower() == name.lower():
            types.remove(override)


def _new(name: str) -> ZipInfo:
    info = ZipInfo(name, _STAMP)
    info.compress_type = ZIP_DEFLATED
    info.create_system = 0  # otherwise the system that runs this would show in the bytes
    return info


def _copied(old: ZipInfo) -> ZipInfo:
    """Take over what describes the part; sizes and offsets are found anew."""
    info = ZipInfo(old.filename, old.date_time)
    info.compress_type = ZIP_STORED if old.compress_type == ZIP_STORED else ZIP_DEFLATED
    info.create_system = old.create_system
    info.external_attr = old.external_attr
    return info
