"""The rows of a long table are written alike: those are judged and taken apart in one match for each stretch of rows.

The pattern allows a part of what the grammar of a sheet does, in the columns of the table at hand. Of a stretch in
which anything is written otherwise nothing is said: it goes the way of all sheets.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from checks.model.cell_ref import column_number
from workbooks.sheet_scan.sheet_grammar import ATTRIBUTE

_MOST_COLUMNS: Final = 200
_MOST_VAIN: Final = 3  # stretches that did not match, one after the other: then no more are tried
_ROW_TAG: Final = b"<row "
_COLUMNS: Final = re.compile(rb'<c r="([A-Z]{1,3})')
# A number, a text in the cell, one in the list of texts, or nothing; as all cells of a row, in their order.
_CELL: Final = (
    rb'(?:<c r="%s\1"(?: s="[0-9]{1,6}")?+(?:(?: t="n")?+>(?:<v>([^<]++)</v>)?+</c>'
    rb'| (t)="(?:inlineStr"><is><t(?: xml:space="(?:preserve|default)")?+>[^<]*+</t></is>|s"><v>[0-9]{1,8}</v>)</c>'
    rb"|/>))?+"
)
_ROW: Final = rb'<row r="([1-9][0-9]{0,6})"(%s*+)(?:/>|>%s</row>)(?=<row |\Z)'


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsAlike:
    """A stretch of rows taken apart: their numbers, the attributes of each, what stands in them by column.

    *values* has the numbers as written, row by row, empty where there is none; *texts* how many texts there are.
    *valued* is how many rows there are down to the last one in which anything stands.
    """

    numbers: Sequence[int]
    looks: Sequence[bytes]
    values: Mapping[str, Sequence[bytes]]
    texts: Mapping[str, int]
    valued: int


@dataclass(slots=True)
class Alike:
    """How the rows of one sheet are written, as far as they have gone by."""

    columns: tuple[bytes, ...] = ()
    pattern: re.Pattern[bytes] | None = None
    vain: int = 0

    def taken_apart(self, rows: bytes) -> RowsAlike | None:
        """Return what stands in some whole rows; nothing where one of them is written otherwise."""
        if self.vain >= _MOST_VAIN or not rows.startswith(_ROW_TAG):
            return None
        found = self._found(rows) or (self._found(rows) if self._learnt(rows) else [])
        self.vain = 0 if found else self.vain + 1
        return _by_column(found, self.columns) if found else None

    def _found(self, rows: bytes) -> list[tuple[bytes, ...]]:
        """Return the rows, if they match one and all: each ends where the next begins."""
        found = self.pattern.findall(rows) if self.pattern and self.pattern.match(rows) else []
        return found if len(found) == rows.count(_ROW_TAG) else []

    def _learnt(self, rows: bytes) -> bool:
        """Take in columns that did not occur before; tell whether there are any."""
        seen = {*self.columns, *_COLUMNS.findall(rows)}
        if len(seen) == len(self.columns) or len(seen) > _MOST_COLUMNS:
            return False
        self.columns = tuple(sorted(seen, key=lambda one: column_number(one.decode())))
        cells = b"".join(_CELL % one for one in self.columns)
        self.pattern = re.compile(_ROW % (ATTRIBUTE, cells))
        return True


def _by_column(rows: Sequence[tuple[bytes, ...]], columns: Sequence[bytes]) -> RowsAlike:
    numbers, looks, *cells = zip(*rows, strict=True)
    found = list(zip((one.decode() for one in columns), cells[::2], cells[1::2], strict=True))
    return RowsAlike(
        numbers=[int(one) for one in numbers],
        looks=looks,
        values={letters: values for letters, values, _ in found if any(values)},
        texts={letters: len(texts) - texts.count(b"") for letters, _, texts in found if any(texts)},
        valued=next((at for at in range(len(rows), 0, -1) if any(rows[at - 1][2:])), 0),
    )
