"""The markup of a sheet as it is unpacked: what stands before the rows, whole rows piece by piece, what stands behind.

A long sheet is never held whole: its markup is ten times the size of what it says.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from workbooks.gate.intake_fault import IntakeError, format_part_name, intake_error
from workbooks.gate.workbook_parts import SheetPart
from workbooks.gate.zip_container import MEGABYTE, Container, refuse_unsafe_xml

CHUNK_SIZE: Final = 4 * MEGABYTE
_MAX_HELD_BYTES: Final = 32 * MEGABYTE  # of the markup before the rows, and of a single row
_SHEET_DATA_START: Final = re.compile(rb"<(?:([A-Za-z_][\w.-]{0,30}):)?sheetData\s*(/?)>")
_SHEET_DATA_END: Final = re.compile(rb"\A</(?:[\w.-]+:)?sheetData\s*>")


@dataclass(slots=True)
class SheetRows:
    """One sheet on its way through: *prefix*, *head* and *tail* are there once the rows have been taken."""

    container: Container
    sheet: SheetPart
    prefix: bytes = b""
    head: bytes = b""
    tail: list[bytes] = field(default_factory=list)

    def __iter__(self) -> Iterator[bytes]:
        """Yield stretches of whole rows; what is no sheet at all raises the fault."""
        pieces = self.container.iter_chunks(self.sheet.part, CHUNK_SIZE)
        rest, empty = self._find_sheet_data(pieces)
        if empty:
            self.tail += [rest, *pieces]
            return
        yield from self._iter_batches(rest, pieces)

    def build_skeleton(self) -> bytes:
        """Return the markup around the rows, the rows left out."""
        name = b"</" + (self.prefix + b":" if self.prefix else b"") + b"sheetData>"
        behind = b"".join(self.tail)
        refuse_unsafe_xml(self.sheet.part, behind)
        return self.head + (_SHEET_DATA_END.sub(name, behind, count=1) if behind.startswith(b"</") else name + behind)

    def _find_sheet_data(self, chunks: Iterator[bytes]) -> tuple[bytes, bool]:
        """Read up to the rows; return what was read of them, and whether there are none."""
        for piece in chunks:
            self.head += piece
            refuse_unsafe_xml(self.sheet.part, self.head)
            if opening := _SHEET_DATA_START.search(self.head):
                rest = self.head[opening.end() :]
                self.prefix, self.head = opening[1] or b"", self.head[: opening.end()]
                if opening[2]:
                    self.head = re.sub(rb"\s*/>\Z", b">", self.head)
                return rest, bool(opening[2])
            if len(self.head) > _MAX_HELD_BYTES:
                raise intake_error("suspicious", part=format_part_name(self.sheet.part), sheet=self.sheet.name)
        raise self._build_truncation_error()

    def _iter_batches(self, rest: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
        name = self.prefix + b":" if self.prefix else b""
        closing, opening = b"</" + name + b"sheetData", b"<" + name + b"row"
        while (end := rest.find(closing)) < 0:
            if (cut := rest.rfind(opening)) > 0:
                yield rest[:cut]
                rest = rest[cut:]
            elif len(rest) > _MAX_HELD_BYTES:
                raise intake_error("suspicious", part=format_part_name(self.sheet.part), sheet=self.sheet.name)
            piece = next(chunks, None)
            if piece is None:
                raise self._build_truncation_error()
            rest += piece
        if rest[:end].strip():
            yield rest[:end]
        self.tail += [rest[end:], *chunks]

    def _build_truncation_error(self) -> IntakeError:
        return intake_error("damaged", part=format_part_name(self.sheet.part), sheet=self.sheet.name)
