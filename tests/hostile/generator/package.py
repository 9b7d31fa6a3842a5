"""A small submission as loose parts, so that a case can damage one and zip the rest as they are."""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO

from tests.builders.dongchuan import submission

SHEET = "xl/worksheets/sheet3.xml"  # annex 3
WORKBOOK = "xl/workbook.xml"


@dataclass
class Parts:
    """The parts of a workbook by name, to be changed and packed again."""

    parts: dict[str, bytes] = field(default_factory=dict)

    def swap(self, part: str, old: str | bytes, new: str | bytes, count: int = 1) -> "Parts":
        """Replace the first *count* occurrences in a part; what is not there is a mistake of the case."""
        before, after = _bytes(old), _bytes(new)
        assert before in self.parts[part], f"{old!r} not in {part}"
        self.parts[part] = self.parts[part].replace(before, after, count)
        return self

    def put(self, part: str, content: str | bytes) -> "Parts":
        """Add or replace a part."""
        self.parts[part] = _bytes(content)
        return self

    def drop(self, part: str) -> "Parts":
        """Leave a part out."""
        del self.parts[part]
        return self

    def zipped(self, method: int = zipfile.ZIP_DEFLATED) -> bytes:
        """Return the file."""
        return zipped(self.parts, method)


def good() -> Parts:
    """Return the parts of the submission's second version, which is accepted."""
    return Parts(dict(_sound()))


@cache
def _sound() -> Mapping[str, bytes]:
    """The parts as they are packed; made once, as hundreds of cases begin with them."""
    with zipfile.ZipFile(BytesIO(submission(2).bytes())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Zip parts in their order."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2025, 1, 10, 0, 0, 0)), content, method)
    return buffer.getvalue()


def entry(name: bytes, content: bytes, *, flags: int = 0, method: int = 0, crc: int | None = None) -> bytes:
    """Return a local header with its stored data, for files that no library would write."""
    crc = zlib.crc32(content) if crc is None else crc
    head = struct.pack(
        "<4sHHHHHLLLHH", b"PK\x03\x04", 20, flags, method, 0, 33, crc, len(content), len(content), len(name), 0
    )
    return head + name + content


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
