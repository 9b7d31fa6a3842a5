"""Compound files (OLE) with a directory and nothing else."""

import struct
from collections.abc import Sequence

_NO_ENTRY = 0xFFFFFFFF
_END_OF_CHAIN = 0xFFFFFFFE


def compound_file(top: Sequence[str], embedded: Sequence[str] = ()) -> bytes:
    """Make a file with the streams *top* and, in a folder of its own as Excel embeds a document, those of another."""
    names = [*top, *(["MBD0001"] if embedded else []), *embedded]
    entries = [_entry("Root Entry", 5, child=1 if names else _NO_ENTRY)]
    last_top = len(names) - len(embedded)
    for number, name in enumerate(names, 1):
        right = number + 1 if number not in (last_top, len(names)) else _NO_ENTRY
        is_folder = bool(embedded) and number == last_top
        entries.append(_entry(name, 1 + (not is_folder), right=right, child=number + 1 if is_folder else _NO_ENTRY))
    entries += [bytes(128)] * (-len(entries) % 4)
    count = len(entries) // 4
    chain = [0xFFFFFFFD, *range(2, count + 1), _END_OF_CHAIN]
    table = struct.pack("<128L", *chain, *[_NO_ENTRY] * (128 - len(chain)))
    return _header() + table + b"".join(entries)


def _header() -> bytes:
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHH", header, 26, 3, 0xFFFE, 9)
    struct.pack_into("<L", header, 48, 1)
    struct.pack_into("<109L", header, 76, 0, *[_NO_ENTRY] * 108)
    return bytes(header)


def _entry(name: str, kind: int, *, right: int = _NO_ENTRY, child: int = _NO_ENTRY) -> bytes:
    written = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBLLL48x", written, len(written), kind, 1, _NO_ENTRY, right, child)
