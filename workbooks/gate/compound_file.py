"""Name the document in a compound file (OLE, MS-CFB): Office before 2007, or a workbook with a password."""

import struct
from collections.abc import Iterator
from typing import Final

MAGIC_NUMBER: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER_SIZE: Final = 512
_ENTRY_SIZE: Final = 128
_MAX_SECTORS: Final = 4096
_MAX_ENTRIES: Final = 65_536
_HEADER_FAT_START: Final = 76
_ROOT_TYPE: Final = 5
_NO_ENTRY: Final = 0xFFFFFFFF
# Sector sizes of the two versions of the format, as powers of two.
_SECTOR_SHIFTS: Final = (9, 12)
_MACRO_STORAGE: Final = "_vba_project"
_DOCUMENT_STORAGE: Final = "MBD"
_MAX_NAMES: Final = 20
_KIND_BY_STREAM: Final = {
    "encryptedpackage": "encrypted",
    "workbook": "xls",
    "book": "xls",
    "worddocument": "word",
    "powerpoint document": "slides",
}


def detect_compound_kind(data: bytes) -> str | None:
    """Return the kind of document by the streams at the top of the file, or None if there is none that is known.

    A document embedded in another lies in a folder of its own, so that its streams do not count.
    """
    try:
        names = {name.lower() for name in _iter_top_names(data)}
    except (struct.error, IndexError):
        return None
    for stream_name, kind in _KIND_BY_STREAM.items():
        if stream_name in names:
            return kind
    return None


def list_foreign_storages(data: bytes) -> dict[str, list[str]]:
    """Return the names of macros and of embedded documents by kind (macro, embedded); at most twenty of each."""
    try:
        names = sorted(_iter_top_names(data))
    except (struct.error, IndexError):
        return {}
    macros = [name for name in names if name.lower().startswith(_MACRO_STORAGE)]
    documents = [name for name in names if name.startswith(_DOCUMENT_STORAGE)]
    names_by_kind = {"macro": macros[:_MAX_NAMES], "embedded": documents[:_MAX_NAMES]}
    return {kind: kind_names for kind, kind_names in names_by_kind.items() if kind_names}


def _iter_top_names(data: bytes) -> Iterator[str]:
    """Yield the names of the entries at the top; raise struct.error or IndexError if the directory is damaged."""
    entries = _read_directory(data)
    if not entries or entries[0][66] != _ROOT_TYPE:
        return
    waiting, known = [struct.unpack_from("<L", entries[0], 76)[0]], set()
    while waiting:
        index = waiting.pop()
        if index == _NO_ENTRY or index in known:
            continue
        known.add(index)
        entry = entries[index]
        name_length = struct.unpack_from("<H", entry, 64)[0]
        yield entry[: max(min(name_length, 64) - 2, 0)].decode("utf-16-le", "replace")
        # Entries of one folder are a binary tree: the next ones are on its left and right.
        waiting.extend(struct.unpack_from("<LL", entry, 68))


def _read_directory(data: bytes) -> list[bytes]:
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in _SECTOR_SHIFTS:
        return []
    size, next_sectors = 1 << shift, _read_next_sectors(data, 1 << shift)
    sector, entries = struct.unpack_from("<L", data, 48)[0], []
    for _ in range(_MAX_SECTORS):
        if sector >= len(next_sectors):
            break
        content = data[(sector + 1) * size : (sector + 2) * size]
        entries += [content[start : start + _ENTRY_SIZE] for start in range(0, len(content), _ENTRY_SIZE)]
        sector = next_sectors[sector]
    return entries[:_MAX_ENTRIES]


def _read_next_sectors(data: bytes, size: int) -> list[int]:
    """Return the sector that follows each sector, as far as the header itself lists the table."""
    next_sectors: list[int] = []
    for sector in struct.unpack_from("<109L", data, _HEADER_FAT_START):
        table = data[(sector + 1) * size : (sector + 2) * size]
        if len(table) < size:
            break
        next_sectors += struct.unpack(f"<{size // 4}L", table)
    return next_sectors
