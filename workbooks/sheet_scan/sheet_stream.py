"""Stream the markup of a sheet as it is unpacked: the head, batches of whole rows, and the tail.

A long sheet is never in memory as a whole: its markup is ten times the size of its values.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from workbooks.gate.intake_fault import IntakeError, format_part_name, intake_error
from workbooks.gate.workbook_parts import SheetPart
from workbooks.gate.zip_container import MEGABYTE, Container, refuse_unsafe_xml

CHUNK_SIZE: Final = 4 * MEGABYTE
# Of the markup before the rows, and of a single row.
_MAX_HELD_BYTES: Final = 32 * MEGABYTE
_SHEET_DATA_START: Final = re.compile(rb"<(?:([A-Za-z_][\w.-]{0,30}):)?sheetData\s*(/?)>")
_SHEET_DATA_END: Final = re.compile(rb"\A</(?:[\w.-]+:)?sheetData\s*>")


@dataclass(slots=True)
class SheetRows:
    """Iterates over the rows of one sheet; *prefix*, *head* and *tail* are known once the iteration has ended."""

    container: Container
    sheet: SheetPart
    prefix: bytes = b""
    head: bytes = b""
    tail: list[bytes] = field(default_factory=list)

    def __iter__(self) -> Iterator[bytes]:
        """Yield batches of whole rows; raise IntakeError if the part is not a sheet."""
        chunks = self.container.iter_chunks(self.sheet.part, CHUNK_SIZE)
        rest, is_empty = self._find_sheet_data(chunks)
        if is_empty:
            self.tail += [rest, *chunks]
            return
        yield from self._iter_batches(rest, chunks)

    def build_skeleton(self) -> bytes:
        """Return the markup around the rows, without the rows."""
        closing_tag = b"</" + self._get_name_prefix() + b"sheetData>"
        tail = b"".join(self.tail)
        refuse_unsafe_xml(self.sheet.part, tail)
        if tail.startswith(b"</"):
            return self.head + _SHEET_DATA_END.sub(closing_tag, tail, count=1)
        return self.head + closing_tag + tail

    def _get_name_prefix(self) -> bytes:
        if not self.prefix:
            return b""
        return self.prefix + b":"

    def _find_sheet_data(self, chunks: Iterator[bytes]) -> tuple[bytes, bool]:
        """Read up to the rows; return the rest of what was read, and whether the sheet has no rows."""
        for chunk in chunks:
            self.head += chunk
            refuse_unsafe_xml(self.sheet.part, self.head)
            if opening_tag := _SHEET_DATA_START.search(self.head):
                rest = self.head[opening_tag.end() :]
                self.prefix, self.head = opening_tag[1] or b"", self.head[: opening_tag.end()]
                if opening_tag[2]:
                    self.head = re.sub(rb"\s*/>\Z", b">", self.head)
                return rest, bool(opening_tag[2])
            if len(self.head) > _MAX_HELD_BYTES:
                raise intake_error("suspicious", part=format_part_name(self.sheet.part), sheet=self.sheet.name)
        raise self._build_truncation_error()

    def _iter_batches(self, rest: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
        prefix = self._get_name_prefix()
        closing_tag, row_tag = b"</" + prefix + b"sheetData", b"<" + prefix + b"row"
        while (end := rest.find(closing_tag)) < 0:
            if (last_row_start := rest.rfind(row_tag)) > 0:
                yield rest[:last_row_start]
                rest = rest[last_row_start:]
            elif len(rest) > _MAX_HELD_BYTES:
                raise intake_error("suspicious", part=format_part_name(self.sheet.part), sheet=self.sheet.name)
            chunk = next(chunks, None)
            if chunk is None:
                raise self._build_truncation_error()
            rest += chunk
        if rest[:end].strip():
            yield rest[:end]
        self.tail += [rest[end:], *chunks]

    def _build_truncation_error(self) -> IntakeError:
        return intake_error("damaged", part=format_part_name(self.sheet.part), sheet=self.sheet.name)
