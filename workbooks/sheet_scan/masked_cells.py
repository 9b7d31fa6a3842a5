"""Cells whose look hides what they hold, or shows something else: gathered while the rows of a sheet go by.

Most workbooks have no such style, and then no row is looked at.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from checks.model.cell_ref import column_number
from workbooks.sheet_scan.hiding_styles import STRUCK_OUT, StyleEffect
from workbooks.sheet_scan.sheet_grammar import FORMULA, SHARED_STRING_CELL

MAX_CELLS_COUNTED: Final = (
    2_000_000  # cells of a sheet that are counted: what a sheet may have is bounded, and so is this
)
_MAX_STYLES_IN_PATTERN: Final = 64  # styles that are looked for by their numbers
_SHARED_STRING: Final = re.compile(rb"<(?:[\w.-]+:)?si(?:\s[^<>]*)?(?:/>|>(.*?)</(?:[\w.-]+:)?si>)", re.DOTALL)
_STRIKE_TAG: Final = re.compile(rb"""<(?:[\w.-]+:)?strike(?:\s+val\s*=\s*["'](?:1|true|on)["'])?\s*/?>""")
_INLINE_TEXT_CELL: Final = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^<>]*?>(<is>.*?</is>)', re.DOTALL)
_CELL_REFERENCE: Final = re.compile(rb"([A-Z]+)([0-9]+)")

RowRange = list[int]  # first and last row
HiddenCellGroup = tuple[str, int, list[RowRange]]  # effect, column, rows


def find_struck_strings(content: bytes) -> frozenset[int]:
    """Return the numbers of the shared texts of which any part is struck out."""
    if b"strike" not in content:
        return frozenset()
    texts = enumerate(_SHARED_STRING.finditer(content))
    return frozenset(at for at, text in texts if text[1] and _STRIKE_TAG.search(text[1]))


@dataclass(slots=True)
class HiddenCellScanner:
    """The masked cells of one sheet: by effect and column, the rows in stretches."""

    style_effects: Mapping[int, StyleEffect]
    struck_string_ids: frozenset[int]
    row_ranges: dict[tuple[str, bytes], list[RowRange]] = field(default_factory=dict)
    cell_count: int = 0
    cell_pattern: re.Pattern[bytes] | None = None

    def __post_init__(self) -> None:
        if self.style_effects:
            self.cell_pattern = _compile_style_pattern(self.style_effects)

    def add_rows(self, rows: bytes) -> None:
        """Look through some rows that the grammar has matched."""
        if self.cell_count >= MAX_CELLS_COUNTED:
            return
        for effect, letters, row in self._find_hidden_cells(rows):
            self.cell_count += 1
            stretches = self.row_ranges.setdefault((effect, letters), [])
            if stretches and stretches[-1][1] + 1 == row:
                stretches[-1][1] = row
            else:
                stretches.append([row, row])

    def list_hidden_cells(self) -> tuple[HiddenCellGroup, ...]:
        """Return what was found, column by column."""
        placed = ((effect, column_number(at.decode()), rows) for (effect, at), rows in self.row_ranges.items())
        return tuple(sorted(placed))

    def _find_hidden_cells(self, rows: bytes) -> Iterator[tuple[str, bytes, int]]:
        for cell in self.cell_pattern.finditer(rows) if self.cell_pattern else ():
            letters, row, style, kind, value = cell.groups()
            if (look := self.style_effects.get(int(style or 0))) and (
                effect := look.get_effect(_parse_value(kind, value))
            ):
                yield effect, letters, int(row)
        if self.struck_string_ids:
            for text in SHARED_STRING_CELL.finditer(rows):
                if int(text[2]) in self.struck_string_ids and (place := _CELL_REFERENCE.fullmatch(text[1])):
                    yield STRUCK_OUT, place[1], int(place[2])
        if b"strike" in rows:
            for text in _INLINE_TEXT_CELL.finditer(rows):
                if _STRIKE_TAG.search(text[3]):
                    yield STRUCK_OUT, text[1], int(text[2])


def _compile_style_pattern(style_effects: Mapping[int, StyleEffect]) -> re.Pattern[bytes]:
    """Return what finds the filled cells that wear one of the styles; a cell that names none wears the first."""
    numbers = (
        b"|".join(b"%d" % one for one in sorted(style_effects))
        if len(style_effects) <= _MAX_STYLES_IN_PATTERN
        else rb"[0-9]{1,6}"
    )
    style = rb'(?: s="(%s)")' % numbers + (rb"?+" if 0 in style_effects else b"")
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
