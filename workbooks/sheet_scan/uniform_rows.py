"""Parse rows in a uniform notation, as in long tables, with one pattern match for each batch of rows.

The pattern allows part of the grammar of a sheet, in the columns of the table. A batch with any other notation is not
parsed here: the grammar checks it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from checks.model.cell_ref import column_number
from workbooks.sheet_scan.sheet_grammar import ATTRIBUTE

_MAX_COLUMNS: Final = 200
# After so many batches in a row that did not match, no more are tried.
_MAX_FAILED_MATCHES: Final = 3
_ROW_TAG: Final = b"<row "
_CELL_COLUMNS: Final = re.compile(rb'<c r="([A-Z]{1,3})')
# A number, an inline text, a shared string, or nothing; a row has all its cells in order.
_CELL_PATTERN: Final = (
    rb'(?:<c r="%s\1"(?: s="[0-9]{1,6}")?+(?:(?: t="n")?+>(?:<v>([^<]++)</v>)?+</c>'
    rb'| (t)="(?:inlineStr"><is><t(?: xml:space="(?:preserve|default)")?+>[^<]*+</t></is>|s"><v>[0-9]{1,8}</v>)</c>'
    rb"|/>))?+"
)
_ROW_PATTERN: Final = rb'<row r="([1-9][0-9]{0,6})"(%s*+)(?:/>|>%s</row>)(?=<row |\Z)'


@dataclass(frozen=True, slots=True, kw_only=True)
class UniformRows:
    """A batch of parsed rows: their numbers, their attributes, and their content by column letters.

    *values* are the numbers as written, row by row, empty if there is none; *text_counts* is the number of texts.
    *filled_row_count* is the number of rows up to the last one with content.
    """

    row_numbers: Sequence[int]
    row_attributes: Sequence[bytes]
    values: Mapping[str, Sequence[bytes]]
    text_counts: Mapping[str, int]
    filled_row_count: int


@dataclass(slots=True)
class UniformRowParser:
    """Parses the rows of one sheet; learns its columns from the rows so far."""

    columns: tuple[bytes, ...] = ()
    pattern: re.Pattern[bytes] | None = None
    failed_matches: int = 0

    def parse_rows(self, rows: bytes) -> UniformRows | None:
        """Return the content of whole rows, or None if one of them is in another notation."""
        if self.failed_matches >= _MAX_FAILED_MATCHES or not rows.startswith(_ROW_TAG):
            return None
        matched_rows = self._match_rows(rows)
        if not matched_rows and self._extend_columns(rows):
            matched_rows = self._match_rows(rows)
        if not matched_rows:
            self.failed_matches += 1
            return None
        self.failed_matches = 0
        return _group_by_column(matched_rows, self.columns)

    def _match_rows(self, rows: bytes) -> list[tuple[bytes, ...]]:
        """Return the groups of each row, or an empty list unless all rows match: each ends where the next begins."""
        if self.pattern is None or not self.pattern.match(rows):
            return []
        matched_rows = self.pattern.findall(rows)
        if len(matched_rows) != rows.count(_ROW_TAG):
            return []
        return matched_rows

    def _extend_columns(self, rows: bytes) -> bool:
        """Add the columns of some rows to the pattern; return whether there are any new ones."""
        columns = {*self.columns, *_CELL_COLUMNS.findall(rows)}
        if len(columns) == len(self.columns) or len(columns) > _MAX_COLUMNS:
            return False
        self.columns = tuple(sorted(columns, key=_get_column_number))
        cells = b"".join(_CELL_PATTERN % letters for letters in self.columns)
        self.pattern = re.compile(_ROW_PATTERN % (ATTRIBUTE, cells))
        return True


def _get_column_number(letters: bytes) -> int:
    return column_number(letters.decode())


def _group_by_column(rows: Sequence[tuple[bytes, ...]], columns: Sequence[bytes]) -> UniformRows:
    """Return the rows as columns; each row is its number, its attributes, and a number and a text for each column."""
    row_numbers, row_attributes, *cells = zip(*rows, strict=True)
    values: dict[str, Sequence[bytes]] = {}
    text_counts: dict[str, int] = {}
    for letters, numbers, texts in zip(map(bytes.decode, columns), cells[::2], cells[1::2], strict=True):
        if any(numbers):
            values[letters] = numbers
        if any(texts):
            text_counts[letters] = len(texts) - texts.count(b"")
    return UniformRows(
        row_numbers=list(map(int, row_numbers)),
        row_attributes=row_attributes,
        values=values,
        text_counts=text_counts,
        filled_row_count=_count_filled_rows(rows),
    )


def _count_filled_rows(rows: Sequence[tuple[bytes, ...]]) -> int:
    for row_count in range(len(rows), 0, -1):
        if any(rows[row_count - 1][2:]):
            return row_count
    return 0
