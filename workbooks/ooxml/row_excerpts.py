"""The few rows of a long sheet that are to change, cut out and put back; all other rows keep their bytes."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import pairwise, starmap
from operator import itemgetter, lt
from typing import Self

from workbooks.ooxml.xml_parts import LxmlElement, parse_xml, write_xml

_SHEET_DATA_TAG = re.compile(rb"<((?:[\w.-]+:)?)sheetData\s*>")
_ROW_NUMBER = re.compile(rb"""\sr=["'](\d+)["']""")
_HEIGHT_ATTRIBUTE = re.compile(rb"""\s(?:ht|hidden)=""")
_UNSUPPORTED_MARKUP = (b"<![CDATA[", b"<!--", b"<?mso")
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")

NumberedRow = tuple[int, bytes]
"""A row's number and its markup."""


@dataclass(frozen=True, slots=True)
class _SheetPieces:
    """A sheet in three pieces: the markup before the rows, the rows with their numbers, the markup after them."""

    head: bytes
    rows: tuple[NumberedRow, ...]
    tail: bytes


@dataclass(frozen=True, slots=True)
class RowExcerpt:
    """A sheet as a tree that has only the chosen rows; other rows with their own height are kept as empty rows.

    The tree holds the whole sheet if it cannot be split: its rows have no numbers, or its encoding is not UTF-8.
    """

    root: LxmlElement
    pieces: _SheetPieces | None
    row_numbers: frozenset[int]

    @classmethod
    def extract(cls, content: bytes, row_numbers: Collection[int]) -> Self:
        """Parse the rows with *row_numbers* of the sheet *content*."""
        chosen_numbers = frozenset(row_numbers)
        pieces = _split_sheet(content)
        if pieces is None:
            return cls.parse_all(content)
        rows = b"".join(_iter_excerpted_rows(pieces.rows, chosen_numbers))
        return cls(parse_xml(pieces.head + rows + pieces.tail), pieces, chosen_numbers)

    @classmethod
    def parse_all(cls, content: bytes) -> Self:
        """Parse the whole sheet *content*."""
        return cls(parse_xml(content), None, frozenset())

    def write_sheet(self) -> bytes:
        """Return the whole sheet, with the rows of the tree in their places."""
        content = write_xml(self.root)
        if self.pieces is None:
            return content
        changed = _split_sheet(content)
        if changed is None:
            return content
        changed_rows = [row for row in changed.rows if row[0] in self.row_numbers]
        other_rows = [row for row in self.pieces.rows if row[0] not in self.row_numbers]
        rows = merge(changed_rows, other_rows, key=itemgetter(0))
        return b"".join((changed.head, *map(itemgetter(1), rows), changed.tail))


def _iter_excerpted_rows(rows: Collection[NumberedRow], chosen_numbers: Collection[int]) -> Iterator[bytes]:
    for number, row in rows:
        if number in chosen_numbers:
            yield row
        else:
            yield _keep_row_height(row)


def _split_sheet(content: bytes) -> _SheetPieces | None:
    """Split a sheet, or return None if its rows are not plain markup in ascending order."""
    if content.startswith(_UTF16_BOMS) or any(markup in content for markup in _UNSUPPORTED_MARKUP):
        return None
    opening = _SHEET_DATA_TAG.search(content)
    if opening is None:
        return None
    prefix = opening[1]
    end = content.rfind(b"</" + prefix + b"sheetData")
    if end < 0:
        return None
    rows = _split_rows(content[opening.end() : end], prefix)
    if rows is None:
        return None
    return _SheetPieces(content[: opening.end()], rows, content[end:])


def _split_rows(body: bytes, prefix: bytes) -> tuple[NumberedRow, ...] | None:
    """Split the content of sheetData into rows, or return None if their numbers do not ascend from 1 or more."""
    closing = b"</" + prefix + b"row>"
    opening = re.compile(rb"\s*<" + prefix + rb"row\b[^>]*>")
    rows: list[NumberedRow] = []
    *pieces, last = body.split(closing)
    for piece in pieces:
        rows.extend(_iter_rows(piece, opening, closing))
    if last.strip():
        rows.extend(_iter_rows(last, opening, b""))
    numbers = [number for number, _ in rows]
    if 0 in numbers[:1] or not all(starmap(lt, pairwise(numbers))):
        return None
    return tuple(rows)


def _iter_rows(piece: bytes, opening: re.Pattern[bytes], closing: bytes) -> Iterator[NumberedRow]:
    """Yield the rows of one piece: empty rows that close themselves, then the row that the piece ends with."""
    position = 0
    while (tag := opening.match(piece, position)) is not None:
        number = _read_row_number(tag[0])
        if not tag[0].endswith(b"/>"):
            yield number, piece[position:] + closing
            return
        yield number, tag[0]
        position = tag.end()
    if piece[position:].strip():
        yield 0, piece


def _read_row_number(tag: bytes) -> int:
    """Return the number in the opening tag of a row, or 0, which never ascends and so keeps the sheet whole."""
    match = _ROW_NUMBER.search(tag)
    if match is None:
        return 0
    return int(match[1])


def _keep_row_height(row: bytes) -> bytes:
    """Return an empty row with the height of *row*, which comment boxes are placed by; nothing if it has none."""
    tag = row[: row.find(b">") + 1]
    if not _HEIGHT_ATTRIBUTE.search(tag):
        return b""
    if tag.endswith(b"/>"):
        return tag
    return tag[:-1] + b"/>"
