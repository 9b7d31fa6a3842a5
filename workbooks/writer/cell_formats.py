"""How each look of a cell is drawn, and how tall a row has to be for its text to be seen whole."""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from filing.book.workbook_model import Cell, Look

# A spreadsheet names one font a cell and no fallback. 方正小标宋 is not part of Windows, and in its place a
# viewer would show a thin default face; 宋体 in bold is on every machine and looks the same on each.
SONG: Final = "宋体"
HEI: Final = "黑体"
FANG: Final = "仿宋"
# Only ASCII is ever set in it, so where it is missing any substitute does.
MONO: Final = "Consolas"

BODY_SIZE: Final = 11
DEFAULT_WIDTH: Final = 8.43  # a column that was given no width
TALLEST: Final = 409.0  # points; the format allows no taller row
LINE_SPACING: Final = 1.35
PADDING: Final = 5.0
TRIGGERS: Final = ("=", "+", "-", "@")

_FIGURES: Final = frozenset({Look.FIGURE, Look.TOTAL_FIGURE})
_PERCENTS: Final = frozenset({Look.PERCENT, Look.TOTAL_PERCENT})
_PIECES: Final = re.compile(r"[!-~]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Font, place, frame and fill of one look; *edges* is ``box``, ``under`` or nothing."""

    font: str = SONG
    size: float = BODY_SIZE
    bold: bool = False
    align: str = "left"
    edges: str = "box"
    fill: str | None = None
    wrap: bool = True
    least: float = 20.0  # height of a row that holds one line


_TEXT: Final = Style()
_FIGURE: Final = Style(align="right", wrap=False)
_PLAIN: Final = Style(edges="", wrap=False)

STYLES: Final[Mapping[Look, Style]] = MappingProxyType(
    {
        Look.TITLE: Style(size=20, bold=True, align="center", edges="", least=38),
        Look.FORM_NUMBER: _PLAIN,
        Look.UNIT: replace(_PLAIN, align="right"),
        Look.HEADER: Style(font=HEI, align="center", fill="#F2F2F2", least=24),
        Look.TEXT: _TEXT,
        Look.CENTRE: replace(_TEXT, align="center"),
        Look.FIGURE: _FIGURE,
        Look.TOTAL_TEXT: replace(_TEXT, bold=True),
        Look.TOTAL_FIGURE: replace(_FIGURE, bold=True),
        Look.PERCENT: _FIGURE,
        Look.TOTAL_PERCENT: replace(_FIGURE, bold=True),
        Look.LABEL: replace(_TEXT, edges=""),
        Look.VALUE: replace(_TEXT, edges="under"),
        Look.NOTE: Style(size=10.5, edges="", least=17),
        Look.SUBTITLE: Style(font=FANG, size=12, edges="", align="center", least=24),
        Look.PARAGRAPH: Style(font=FANG, size=14, edges="", least=26),
        Look.CLOSING: Style(font=FANG, size=14, edges="", align="right", least=26),
        Look.BLANK: Style(align="center", least=56),
        Look.HASH: Style(font=MONO, size=9),
        Look.HARD: replace(_TEXT, fill="#FFC7CE"),
        Look.SOFT: replace(_TEXT, fill="#FFEB9C"),
        Look.REPORT: replace(_TEXT, fill="#DDEBF7"),
        Look.INPUT: replace(_TEXT, fill="#FFFFCC"),
    }
)


def describe_format(cell: Cell) -> dict[str, object]:
    """Say how *cell* is to be drawn, in the words of the writing library."""
    style = STYLES[cell.look]
    return {
        **_describe_font(style),
        **_describe_edges(style),
        "align": style.align,
        "valign": "vcenter",
        "text_wrap": style.wrap and not leads(cell),
        # a figure wider than its column would print as ####, which a reader takes for an error;
        # a link is one word to some programs, which cut it where they cannot break it
        "shrink": cell.look in _FIGURES | _PERCENTS or leads(cell),
        "num_format": choose_number_format(cell),
        "quote_prefix": needs_text_mark(cell),
        **({"locked": False, "num_format": "@"} if cell.look is Look.INPUT else {}),
    }


def leads(cell: Cell) -> bool:
    """Tell whether a cell leads somewhere."""
    return cell.link is not None or cell.source is not None


def needs_text_mark(cell: Cell) -> bool:
    """Tell text such as ``=1+1`` that must stay text when a clerk edits its cell and leaves it again."""
    return cell.formula is None and isinstance(cell.value, str) and cell.value.startswith(TRIGGERS)


def choose_number_format(cell: Cell) -> str:
    """Print a figure with exactly the decimals of its column, without thousands separators."""
    if cell.look in _PERCENTS:
        return "0.00%"
    if cell.look in _FIGURES or isinstance(cell.value, int | Decimal):
        return f"0.{'0' * cell.decimals}" if cell.decimals else "0"
    return "General"


def estimate_height(row: tuple[Cell, ...], widths: tuple[float, ...]) -> float:
    """Estimate the height at which no text of *row* is cut: viewers never fit merged cells by themselves."""
    tallest = 0.0
    column = 0
    for cell in row:
        room = sum(widths[i] if i < len(widths) else DEFAULT_WIDTH for i in range(column, column + cell.span))
        tallest = max(tallest, _estimate_cell_height(cell, room))
        column += cell.span
    return min(tallest, TALLEST)


def count_lines(text: str, room: float) -> int:
    """Count the lines that *text* takes in a column *room* half-width characters wide."""
    return sum(_count_wrapped(line, max(room, 2.0)) for line in text.split("\n"))


def _describe_font(style: Style) -> dict[str, object]:
    return {
        "font_name": style.font,
        "font_size": style.size,
        "bold": style.bold,
        # GB 2312: lets a machine without the named font pick a Chinese one instead of a Latin one
        "font_charset": 0 if style.font == MONO else 134,
        "font_family": 3,
        # a font tied to the theme is overruled by it: figures would appear in Calibri
        "font_scheme": "none",
    }


def _describe_edges(style: Style) -> dict[str, object]:
    edges = {"box": {"border": 1}, "under": {"bottom": 1}}.get(style.edges, {})
    fill = {"bg_color": style.fill, "pattern": 1} if style.fill else {}
    return {**edges, **fill}


def _estimate_cell_height(cell: Cell, room: float) -> float:
    style = STYLES[cell.look]
    lines = 1
    if style.wrap and isinstance(cell.value, str) and not leads(cell):
        # widths are counted in characters of the body size; one is kept back for the cell's own margins and
        # for punctuation that may not begin a line
        lines = count_lines(cell.value, room * BODY_SIZE / style.size - 1)
    return max(style.least, lines * style.size * LINE_SPACING + PADDING)


def _count_wrapped(line: str, room: float) -> int:
    lines, used = 1, 0.0
    for piece in _PIECES.findall(line):
        width = _measure(piece)
        if used + width <= room:
            used += width
            continue
        # a Latin word or a figure moves down whole, and is broken only when a line is too short for it
        lines += math.ceil(width / room) - (used == 0)
        used = width % room or room
    return lines


def _measure(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)
