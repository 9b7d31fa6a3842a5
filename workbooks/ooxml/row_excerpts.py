"""The few rows of a long sheet that are to change, cut out and put back; the others stay as they are, byte for byte."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import pairwise
from typing import Self

from workbooks.ooxml.xml_parts import Element, parse, serialised

_DATA = re.compile(rb"<((?:[\w.-]+:)?)sheetData\s*>")
_NUMBER = re.compile(rb"""\sr=["'](\d+)["']""")
_SIZED = re.compile(rb"""\s(?:ht|hidden)=""")
_UNUSUAL = (b"<![CDATA[", b"<!--", b"<?mso")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")

Row = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class _Cut:
    """A sheet in three pieces: what stands before the rows, the rows with their numbers, what follows them."""

    head: bytes
    rows: tuple[Row, ...]
    tail: bytes


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A sheet as a tree with the wanted rows only; rows with a height of their own stand there as empty ones.

    Where a sheet cannot be cut (no numbers on its rows, another encoding), the tree holds all of it.
    """

    root: Element
    cut: _Cut | None
    wanted: frozenset[int]

    @classmethod
    def of(cls, content: bytes, wanted: Collection[int]) -> Self:
        """Cut the wanted rows out of a sheet."""
        rows = frozenset(wanted)
        cut = _cut(content)
        if cut is None:
            return cls.full(content)
        kept = (row if number in rows else _stub(row) for number, row in cut.rows)
        return cls(parse(cut.head + b"".join(kept) + cut.tail), cut, rows)

    @classmethod
    def full(cls, content: bytes) -> Self:
        """Take the whole sheet."""
        return cls(parse(content), None, frozenset())

    def whole(self) -> bytes:
        """Return the sheet with the rows of the tree in their places."""
        written = serialised(self.root)
        changed = _cut(written) if self.cut else None
        if self.cut is None or changed is None:
            return written
        ours = [(number, row) for number, row in changed.rows if number in self.wanted]
        theirs = (one for one in self.cut.rows if one[0] not in self.wanted)
        rows = merge(ours, theirs, key=lambda one: one[0])
        return b"".join((changed.head, *(row for _, row in rows), changed.tail))


def _cut(content: bytes) -> _Cut | None:
    """Cut a sheet apart, nothing where its rows do not stand there plainly and in order."""
    found = None if content.startswith(_UTF16) or any(sign in content for sign in _UNUSUAL) else _DATA.search(content)
    if found is None:
        return None
    prefix = found[1]
    end = content.rfind(b"</" + prefix + b"sheetData")
    rows = _rows(content[found.end() : end], prefix) if end >= 0 else None
    return None if rows is None else _Cut(content[: found.end()], rows, content[end:])


def _rows(body: bytes, prefix: bytes) -> tuple[Row, ...] | None:
    closing = b"</" + prefix + b"row>"
    opening = re.compile(rb"\s*<" + prefix + rb"row\b[^>]*>")
    rows: list[Row] = []
    *pieces, last = body.split(closing)
    for piece in pieces:
        rows.extend(_in_piece(piece, opening, closing))
    rows.extend(_in_piece(last, opening, b"") if last.strip() else ())
    numbers = [number for number, _ in rows]
    ascending = all(one < other for one, other in pairwise(numbers))
    return tuple(rows) if ascending and 0 not in numbers[:1] else None


def _in_piece(piece: bytes, opening: re.Pattern[bytes], closing: bytes) -> Iterator[Row]:
    """Yield the rows of one piece: empty ones that close themselves, then the one that the piece ends with."""
    at = 0
    while (tag := opening.match(piece, at)) is not None:
        number = _NUMBER.search(tag[0])
        counted = int(number[1]) if number else 0  # a row without a number spoils the order, and so the cut
        if tag[0].endswith(b"/>"):
            yield counted, tag[0]
            at = tag.end()
            continue
        yield counted, piece[at:] + closing
        return
    if piece[at:].strip():
        yield 0, piece


def _stub(row: bytes) -> bytes:
    """Keep of a row what tells its height, so that comment boxes find their place."""
    end = row.find(b">")
    tag = row[: end + 1]
    if not _SIZED.search(tag):
        return b""
    return tag if tag.endswith(b"/>") else tag[:-1] + b"/>"
