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

_MAX_COLUMNS: Final = 200
_MAX_FAILED_MATCHES: Final = 3  # stretches that did not match, one after the other: then no more are tried
_ROW_TAG: Final = b"<row "
_CELL_COLUMNS: Final = re.compile(rb'<c r="([A-Z]{1,3})')
# A number, a text in the cell, one in the list of texts, or nothing; as all cells of a row, in their order.
_CELL_PATTERN: Final = (
    rb'(?:<c r="%s\1"(?: s="[0-9]{1,6}")?+(?:(?: t="n")?+>(?:<v>([^<]++)</v>)?+</c>'
    rb'| (t)="(?:inlineStr"><is><t(?: xml:space="(?:preserve|default)")?+>[^<]*+</t></is>|s"><v>[0-9]{1,8}</v>)</c>'
    rb"|/>))?+"
)
_ROW_PATTERN: Final = rb'<row r="([1-9][0-9]{0,6})"(%s*+)(?:/>|>%s</row>)(?=<row |\Z)'


@dataclass(frozen=True, slots=True, kw_only=True)
class UniformRows:
    """A stretch of rows taken apart: their numbers, the attributes of each, what stands in them by column.

    *values* has the numbers as written, row by row, empty where there is none; *texts* how many texts there are.
    *valued* is how many rows there are down to the last one in which anything stands.
    """

    row_numbers: Sequence[int]
    row_attributes: Sequence[bytes]
    values: Mapping[str, Sequence[bytes]]
    text_counts: Mapping[str, int]
    filled_row_count: int


@dataclass(slots=True)
class UniformRowParser:
    """How the rows of one sheet are written, as far as they have gone by."""

    columns: tuple[bytes, ...] = ()
    pattern: re.Pattern[bytes] | None = None
    failed_matches: int = 0

    def parse_rows(self, rows: bytes) -> UniformRows | None:
        """Return what stands in some whole rows; nothing where one of them is written otherwise."""
        if self.failed_matches >= _MAX_FAILED_MATCHES or not rows.startswith(_ROW_TAG):
            return None
        found = self._match_rows(rows) or (self._match_rows(rows) if self._extend_columns(rows) else [])
        self.failed_matches = 0 if found else self.failed_matches + 1
        return _group_by_column(found, self.columns) if found else None

    def _match_rows(self, rows: bytes) -> list[tuple[bytes, ...]]:
        """Return the rows, if they match one and all: each ends where the next begins."""
        found = self.pattern.findall(rows) if self.pattern and self.pattern.match(rows) else []
        return found if len(found) == rows.count(_ROW_TAG) else []

    def _extend_columns(self, rows: bytes) -> bool:
        """Take in columns that did not occur before; tell whether there are any."""
        seen = {*self.columns, *_CELL_COLUMNS.findall(rows)}
        if len(seen) == len(self.columns) or len(seen) > _MAX_COLUMNS:
            return False
        self.columns = tuple(sorted(seen, key=lambda one: column_number(one.decode())))
        cells = b"".join(_CELL_PATTERN % one for one in self.columns)
        self.pattern = re.compile(_ROW_PATTERN % (ATTRIBUTE, cells))
        return True


def _group_by_column(rows: Sequence[tuple[bytes, ...]], columns: Sequence[bytes]) -> UniformRows:
    numbers, looks, *cells = zip(*rows, strict=True)
    found = list(zip((one.decode() for one in columns), cells[::2], cells[1::2], strict=True))
    return UniformRows(
        row_numbers=[int(one) for one in numbers],
        row_attributes=looks,
        values={letters: values for letters, values, _ in found if any(values)},
        text_counts={letters: len(texts) - texts.count(b"") for letters, _, texts in found if any(texts)},
        filled_row_count=next((at for at in range(len(rows), 0, -1) if any(rows[at - 1][2:])), 0),
    )
