"""The few rows of a long sheet that are to change, cut out and put back; the others stay as they are, byte for byte."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import pairwise
from typing import Self

from workbooks.ooxml.xml_parts import LxmlElement, parse_xml, write_xml

_SHEET_DATA_TAG = re.compile(rb"<((?:[\w.-]+:)?)sheetData\s*>")
_ROW_NUMBER = re.compile(rb"""\sr=["'](\d+)["']""")
_HEIGHT_ATTRIBUTE = re.compile(rb"""\s(?:ht|hidden)=""")
_UNSUPPORTED_MARKUP = (b"<![CDATA[", b"<!--", b"<?mso")
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")

NumberedRow = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class _SheetPieces:
    """A sheet in three pieces: what stands before the rows, the rows with their numbers, what follows them."""

    head: bytes
    rows: tuple[NumberedRow, ...]
    tail: bytes


@dataclass(frozen=True, slots=True)
class RowExcerpt:
    """A sheet as a tree with the wanted rows only; rows with a height of their own stand there as empty ones.

    Where a sheet cannot be cut (no numbers on its rows, another encoding), the tree holds all of it.
    """

    root: LxmlElement
    pieces: _SheetPieces | None
    row_numbers: frozenset[int]

    @classmethod
    def extract(cls, content: bytes, row_numbers: Collection[int]) -> Self:
        """Cut the wanted rows out of a sheet."""
        rows = frozenset(row_numbers)
        cut = _split_sheet(content)
        if cut is None:
            return cls.parse_all(content)
        kept = (row if number in rows else _keep_row_height(row) for number, row in cut.rows)
        return cls(parse_xml(cut.head + b"".join(kept) + cut.tail), cut, rows)

    @classmethod
    def parse_all(cls, content: bytes) -> Self:
        """Take the whole sheet."""
        return cls(parse_xml(content), None, frozenset())

    def write_sheet(self) -> bytes:
        """Return the sheet with the rows of the tree in their places."""
        written = write_xml(self.root)
        changed = _split_sheet(written) if self.pieces else None
        if self.pieces is None or changed is None:
            return written
        ours = [(number, row) for number, row in changed.rows if number in self.row_numbers]
        theirs = (one for one in self.pieces.rows if one[0] not in self.row_numbers)
        rows = merge(ours, theirs, key=lambda one: one[0])
        return b"".join((changed.head, *(row for _, row in rows), changed.tail))


def _split_sheet(content: bytes) -> _SheetPieces | None:
    """Cut a sheet apart, nothing where its rows do not stand there plainly and in order."""
    found = (
        None
        if content.startswith(_UTF16_BOMS) or any(sign in content for sign in _UNSUPPORTED_MARKUP)
        else _SHEET_DATA_TAG.search(content)
    )
    if found is None:
        return None
    prefix = found[1]
    end = content.rfind(b"</" + prefix + b"sheetData")
    rows = _split_rows(content[found.end() : end], prefix) if end >= 0 else None
    return None if rows is None else _SheetPieces(content[: found.end()], rows, content[end:])


def _split_rows(body: bytes, prefix: bytes) -> tuple[NumberedRow, ...] | None:
    closing = b"</" + prefix + b"row>"
    opening = re.compile(rb"\s*<" + prefix + rb"row\b[^>]*>")
    rows: list[NumberedRow] = []
    *pieces, last = body.split(closing)
    for piece in pieces:
        rows.extend(_iter_rows(piece, opening, closing))
    rows.extend(_iter_rows(last, opening, b"") if last.strip() else ())
    numbers = [number for number, _ in rows]
    ascending = all(one < other for one, other in pairwise(numbers))
    return tuple(rows) if ascending and 0 not in numbers[:1] else None


def _iter_rows(piece: bytes, opening: re.Pattern[bytes], closing: bytes) -> Iterator[NumberedRow]:
    """Yield the rows of one piece: empty ones that close themselves, then the one that the piece ends with."""
    at = 0
    while (tag := opening.match(piece, at)) is not None:
        number = _ROW_NUMBER.search(tag[0])
        counted = int(number[1]) if number else 0  # a row without a number spoils the order, and so the cut
        if tag[0].endswith(b"/>"):
            yield counted, tag[0]
            at = tag.end()
            continue
        yield counted, piece[at:] + closing
        return
    if piece[at:].strip():
        yield 0, piece


def _keep_row_height(row: bytes) -> bytes:
    """Keep of a row what tells its height, so that comment boxes find their place."""
    end = row.find(b">")
    tag = row[: end + 1]
    if not _HEIGHT_ATTRIBUTE.search(tag):
        return b""
    return tag if tag.endswith(b"/>") else tag[:-1] + b"/>"
