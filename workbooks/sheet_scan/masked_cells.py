"""Find cells whose style hides their value or shows something else, batch by batch of a sheet's rows.

Most workbooks have no such style; their rows are not searched.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from checks.model.cell_ref import column_number
from workbooks.sheet_scan.hiding_styles import STRUCK_OUT, StyleEffect
from workbooks.sheet_scan.sheet_grammar import FORMULA, SHARED_STRING_CELL

# Bounds the work for one sheet; hidden cells beyond it are not listed.
MAX_CELLS_COUNTED: Final = 2_000_000
# More styles are not listed in the pattern; each filled cell is then looked up.
_MAX_STYLES_IN_PATTERN: Final = 64
_SHARED_STRING: Final = re.compile(rb"<(?:[\w.-]+:)?si(?:\s[^<>]*)?(?:/>|>(.*?)</(?:[\w.-]+:)?si>)", re.DOTALL)
_STRIKE_TAG: Final = re.compile(rb"""<(?:[\w.-]+:)?strike(?:\s+val\s*=\s*["'](?:1|true|on)["'])?\s*/?>""")
_INLINE_TEXT_CELL: Final = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^<>]*?>(<is>.*?</is>)', re.DOTALL)
_CELL_REFERENCE: Final = re.compile(rb"([A-Z]+)([0-9]+)")

# First and last row.
RowRange = list[int]
# Effect, column, rows.
HiddenCellGroup = tuple[str, int, list[RowRange]]


def find_struck_strings(content: bytes) -> frozenset[int]:
    """Return the indexes of the shared strings of which any part is struck out."""
    if b"strike" not in content:
        return frozenset()
    strings = enumerate(_SHARED_STRING.finditer(content))
    return frozenset(index for index, string in strings if string[1] and _STRIKE_TAG.search(string[1]))


@dataclass(slots=True)
class HiddenCellScanner:
    """Collects the hidden cells of one sheet as ranges of rows, by effect and column."""

    style_effects: Mapping[int, StyleEffect]
    struck_string_ids: frozenset[int]
    row_ranges: dict[tuple[str, bytes], list[RowRange]] = field(default_factory=dict)
    cell_count: int = 0
    cell_pattern: re.Pattern[bytes] | None = None

    def __post_init__(self) -> None:
        if self.style_effects:
            self.cell_pattern = _compile_style_pattern(self.style_effects)

    def add_rows(self, rows: bytes) -> None:
        """Search rows that the grammar has matched."""
        if self.cell_count >= MAX_CELLS_COUNTED:
            return
        for effect, letters, row in self._find_hidden_cells(rows):
            self.cell_count += 1
            row_ranges = self.row_ranges.setdefault((effect, letters), [])
            if row_ranges and row_ranges[-1][1] + 1 == row:
                row_ranges[-1][1] = row
            else:
                row_ranges.append([row, row])

    def list_hidden_cells(self) -> tuple[HiddenCellGroup, ...]:
        """Return the hidden cells, sorted by effect and column."""
        groups: list[HiddenCellGroup] = []
        for (effect, letters), row_ranges in self.row_ranges.items():
            groups.append((effect, column_number(letters.decode()), row_ranges))
        return tuple(sorted(groups))

    def _find_hidden_cells(self, rows: bytes) -> Iterator[tuple[str, bytes, int]]:
        """Yield effect, column letters and row of each hidden cell."""
        if self.cell_pattern:
            yield from self._find_by_style(self.cell_pattern, rows)
        if self.struck_string_ids:
            yield from self._find_struck_shared_strings(rows)
        if b"strike" in rows:
            yield from _find_struck_inline_texts(rows)

    def _find_by_style(self, cell_pattern: re.Pattern[bytes], rows: bytes) -> Iterator[tuple[str, bytes, int]]:
        for cell in cell_pattern.finditer(rows):
            letters, row, style_id, kind, value = cell.groups()
            style_effect = self.style_effects.get(int(style_id or 0))
            if style_effect and (effect := style_effect.get_effect(_parse_value(kind, value))):
                yield effect, letters, int(row)

    def _find_struck_shared_strings(self, rows: bytes) -> Iterator[tuple[str, bytes, int]]:
        for cell in SHARED_STRING_CELL.finditer(rows):
            if int(cell[2]) in self.struck_string_ids and (reference := _CELL_REFERENCE.fullmatch(cell[1])):
                yield STRUCK_OUT, reference[1], int(reference[2])


def _find_struck_inline_texts(rows: bytes) -> Iterator[tuple[str, bytes, int]]:
    for cell in _INLINE_TEXT_CELL.finditer(rows):
        if _STRIKE_TAG.search(cell[3]):
            yield STRUCK_OUT, cell[1], int(cell[2])


def _compile_style_pattern(style_effects: Mapping[int, StyleEffect]) -> re.Pattern[bytes]:
    """Return the pattern of the filled cells with one of the styles; a cell that names no style has style 0."""
    style_ids = rb"[0-9]{1,6}"
    if len(style_effects) <= _MAX_STYLES_IN_PATTERN:
        style_ids = b"|".join(b"%d" % style_id for style_id in sorted(style_effects))
    style = rb'(?: s="(%s)")' % style_ids
    if 0 in style_effects:
        style += rb"?+"
    kind = rb'(?: t="([a-zA-Z]{1,9})")?+>'
    return re.compile(
        rb'<c r="([A-Z]{1,3})([0-9]{1,7})"' + style + kind + FORMULA + rb"?+(?:<v>([^<]++)</v>|<is>(?!</is>))"
    )


def _parse_value(kind: bytes | None, value: bytes | None) -> float | None:
    if value is None or kind not in (None, b"n"):
        return None
    try:
        return float(value)
    except ValueError:
        return None
