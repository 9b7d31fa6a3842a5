"""Cells whose look hides what they hold, or shows something else: gathered while the rows of a sheet go by.

Most workbooks have no such style, and then no row is looked at.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from checks.model.cell_ref import column_number
from workbooks.sheet_scan.hiding_styles import STRUCK, Look
from workbooks.sheet_scan.sheet_grammar import FORMULA, TEXT_INDEX

MOST: Final = 2_000_000  # cells of a sheet that are counted: what a sheet may have is bounded, and so is this
_FEW: Final = 64  # styles that are looked for by their numbers
_STRING: Final = re.compile(rb"<(?:[\w.-]+:)?si(?:\s[^<>]*)?(?:/>|>(.*?)</(?:[\w.-]+:)?si>)", re.DOTALL)
_STRIKE: Final = re.compile(rb"""<(?:[\w.-]+:)?strike(?:\s+val\s*=\s*["'](?:1|true|on)["'])?\s*/?>""")
_OWN_TEXT: Final = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^<>]*?>(<is>.*?</is>)', re.DOTALL)
_PLACE: Final = re.compile(rb"([A-Z]+)([0-9]+)")

Stretch = list[int]  # first and last row
Masked = tuple[str, int, list[Stretch]]  # effect, column, rows


def struck_strings(content: bytes) -> frozenset[int]:
    """Return the numbers of the shared texts of which any part is struck out."""
    if b"strike" not in content:
        return frozenset()
    texts = enumerate(_STRING.finditer(content))
    return frozenset(at for at, text in texts if text[1] and _STRIKE.search(text[1]))


@dataclass(slots=True)
class Masking:
    """The masked cells of one sheet: by effect and column, the rows in stretches."""

    looks: Mapping[int, Look]
    struck: frozenset[int]
    found: dict[tuple[str, bytes], list[Stretch]] = field(default_factory=dict)
    count: int = 0
    pattern: re.Pattern[bytes] | None = None

    def __post_init__(self) -> None:
        if self.looks:
            self.pattern = _wearing(self.looks)

    def take(self, rows: bytes) -> None:
        """Look through some rows that the grammar has matched."""
        if self.count >= MOST:
            return
        for effect, letters, row in self._masked(rows):
            self.count += 1
            stretches = self.found.setdefault((effect, letters), [])
            if stretches and stretches[-1][1] + 1 == row:
                stretches[-1][1] = row
            else:
                stretches.append([row, row])

    def masked(self) -> tuple[Masked, ...]:
        """Return what was found, column by column."""
        placed = ((effect, column_number(at.decode()), rows) for (effect, at), rows in self.found.items())
        return tuple(sorted(placed))

    def _masked(self, rows: bytes) -> Iterator[tuple[str, bytes, int]]:
        for cell in self.pattern.finditer(rows) if self.pattern else ():
            letters, row, style, kind, value = cell.groups()
            if (look := self.looks.get(int(style or 0))) and (effect := look.on(_value(kind, value))):
                yield effect, letters, int(row)
        if self.struck:
            for text in TEXT_INDEX.finditer(rows):
                if int(text[2]) in self.struck and (place := _PLACE.fullmatch(text[1])):
                    yield STRUCK, place[1], int(place[2])
        if b"strike" in rows:
            for text in _OWN_TEXT.finditer(rows):
                if _STRIKE.search(text[3]):
                    yield STRUCK, text[1], int(text[2])


def _wearing(looks: Mapping[int, Look]) -> re.Pattern[bytes]:
    """Return what finds the filled cells that wear one of the styles; a cell that names none wears the first."""
    numbers = b"|".join(b"%d" % one for one in sorted(looks)) if len(looks) <= _FEW else rb"[0-9]{1,6}"
    style = rb'(?: s="(%s)")' % numbers + (rb"?+" if 0 in looks else b"")
    kind = rb'(?: t="([a-zA-Z]{1,9})")?+>'
    return re.compile(
        rb'<c r="([A-Z]{1,3})([0-9]{1,7})"' + style + kind + FORMULA + rb"?+(?:<v>([^<]++)</v>|<is>(?!</is>))"
    )


def _value(kind: bytes | None, value: bytes | None) -> float | None:
    if value is None or kind not in (None, b"n"):
        return None
    try:
        return float(value)
    except ValueError:
        return None
