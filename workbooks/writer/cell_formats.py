"""How each look of a cell is drawn, and how tall a row has to be for its text to be seen whole."""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from filing.book.workbook_model import Cell, CellStyle

# A spreadsheet names one font a cell and no fallback. 方正小标宋 is not part of Windows, and in its place a
# viewer would show a thin default face; 宋体 in bold is on every machine and looks the same on each.
SONG_FONT: Final = "宋体"
HEI_FONT: Final = "黑体"
FANG_FONT: Final = "仿宋"
# Only ASCII is ever set in it, so where it is missing any substitute does.
MONO_FONT: Final = "Consolas"

BODY_FONT_SIZE: Final = 11
DEFAULT_COLUMN_WIDTH: Final = 8.43  # a column that was given no width
MAX_ROW_HEIGHT: Final = 409.0  # points; the format allows no taller row
LINE_SPACING: Final = 1.35
ROW_PADDING: Final = 5.0
FORMULA_PREFIXES: Final = ("=", "+", "-", "@")

_FIGURE_STYLES: Final = frozenset({CellStyle.FIGURE, CellStyle.TOTAL_FIGURE})
_PERCENT_STYLES: Final = frozenset({CellStyle.PERCENT, CellStyle.TOTAL_PERCENT})
_UNBREAKABLE_PIECES: Final = re.compile(r"[!-~]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleFormat:
    """Font, place, frame and fill of one look; *edges* is ``box``, ``under`` or nothing."""

    font: str = SONG_FONT
    size: float = BODY_FONT_SIZE
    bold: bool = False
    align: str = "left"
    edges: str = "box"
    fill: str | None = None
    wrap: bool = True
    min_height: float = 20.0  # height of a row that holds one line


_TEXT_FORMAT: Final = StyleFormat()
_FIGURE_FORMAT: Final = StyleFormat(align="right", wrap=False)
_PLAIN_FORMAT: Final = StyleFormat(edges="", wrap=False)

STYLE_FORMATS: Final[Mapping[CellStyle, StyleFormat]] = MappingProxyType(
    {
        CellStyle.TITLE: StyleFormat(size=20, bold=True, align="center", edges="", min_height=38),
        CellStyle.FORM_NUMBER: _PLAIN_FORMAT,
        CellStyle.UNIT: replace(_PLAIN_FORMAT, align="right"),
        CellStyle.HEADER: StyleFormat(font=HEI_FONT, align="center", fill="#F2F2F2", min_height=24),
        CellStyle.TEXT: _TEXT_FORMAT,
        CellStyle.CENTRE: replace(_TEXT_FORMAT, align="center"),
        CellStyle.FIGURE: _FIGURE_FORMAT,
        CellStyle.TOTAL_TEXT: replace(_TEXT_FORMAT, bold=True),
        CellStyle.TOTAL_FIGURE: replace(_FIGURE_FORMAT, bold=True),
        CellStyle.PERCENT: _FIGURE_FORMAT,
        CellStyle.TOTAL_PERCENT: replace(_FIGURE_FORMAT, bold=True),
        CellStyle.LABEL: replace(_TEXT_FORMAT, edges=""),
        CellStyle.VALUE: replace(_TEXT_FORMAT, edges="under"),
        CellStyle.NOTE: StyleFormat(size=10.5, edges="", min_height=17),
        CellStyle.SUBTITLE: StyleFormat(font=FANG_FONT, size=12, edges="", align="center", min_height=24),
        CellStyle.PARAGRAPH: StyleFormat(font=FANG_FONT, size=14, edges="", min_height=26),
        CellStyle.CLOSING: StyleFormat(font=FANG_FONT, size=14, edges="", align="right", min_height=26),
        CellStyle.BLANK: StyleFormat(align="center", min_height=56),
        CellStyle.HASH: StyleFormat(font=MONO_FONT, size=9),
        CellStyle.HARD: replace(_TEXT_FORMAT, fill="#FFC7CE"),
        CellStyle.SOFT: replace(_TEXT_FORMAT, fill="#FFEB9C"),
        CellStyle.REPORT: replace(_TEXT_FORMAT, fill="#DDEBF7"),
        CellStyle.INPUT: replace(_TEXT_FORMAT, fill="#FFFFCC"),
    }
)


def describe_format(cell: Cell) -> dict[str, object]:
    """Say how *cell* is to be drawn, in the words of the writing library."""
    style = STYLE_FORMATS[cell.style]
    return {
        **_describe_font(style),
        **_describe_edges(style),
        "align": style.align,
        "valign": "vcenter",
        "text_wrap": style.wrap and not has_link(cell),
        # a figure wider than its column would print as ####, which a reader takes for an error;
        # a link is one word to some programs, which cut it where they cannot break it
        "shrink": cell.style in _FIGURE_STYLES | _PERCENT_STYLES or has_link(cell),
        "num_format": choose_number_format(cell),
        "quote_prefix": needs_text_mark(cell),
        **({"locked": False, "num_format": "@"} if cell.style is CellStyle.INPUT else {}),
    }


def has_link(cell: Cell) -> bool:
    """Tell whether a cell leads somewhere."""
    return cell.link is not None or cell.source_link is not None


def needs_text_mark(cell: Cell) -> bool:
    """Tell text such as ``=1+1`` that must stay text when a clerk edits its cell and leaves it again."""
    return cell.formula is None and isinstance(cell.value, str) and cell.value.startswith(FORMULA_PREFIXES)


def choose_number_format(cell: Cell) -> str:
    """Print a figure with exactly the decimals of its column, without thousands separators."""
    if cell.style in _PERCENT_STYLES:
        return "0.00%"
    if cell.style in _FIGURE_STYLES or isinstance(cell.value, int | Decimal):
        return f"0.{'0' * cell.decimals}" if cell.decimals else "0"
    return "General"


def estimate_height(row: tuple[Cell, ...], widths: tuple[float, ...]) -> float:
    """Estimate the height at which no text of *row* is cut: viewers never fit merged cells by themselves."""
    tallest = 0.0
    column = 0
    for cell in row:
        room = sum(widths[i] if i < len(widths) else DEFAULT_COLUMN_WIDTH for i in range(column, column + cell.span))
        tallest = max(tallest, _estimate_cell_height(cell, room))
        column += cell.span
    return min(tallest, MAX_ROW_HEIGHT)


def count_lines(text: str, line_width: float) -> int:
    """Count the lines that *text* takes in a column *room* half-width characters wide."""
    return sum(_count_wrapped_lines(line, max(line_width, 2.0)) for line in text.split("\n"))


def _describe_font(style: StyleFormat) -> dict[str, object]:
    return {
        "font_name": style.font,
        "font_size": style.size,
        "bold": style.bold,
        # GB 2312: lets a machine without the named font pick a Chinese one instead of a Latin one
        "font_charset": 0 if style.font == MONO_FONT else 134,
        "font_family": 3,
        # a font tied to the theme is overruled by it: figures would appear in Calibri
        "font_scheme": "none",
    }


def _describe_edges(style: StyleFormat) -> dict[str, object]:
    edges = {"box": {"border": 1}, "under": {"bottom": 1}}.get(style.edges, {})
    fill = {"bg_color": style.fill, "pattern": 1} if style.fill else {}
    return {**edges, **fill}


def _estimate_cell_height(cell: Cell, line_width: float) -> float:
    style = STYLE_FORMATS[cell.style]
    lines = 1
    if style.wrap and isinstance(cell.value, str) and not has_link(cell):
        # widths are counted in characters of the body size; one is kept back for the cell's own margins and
        # for punctuation that may not begin a line
        lines = count_lines(cell.value, line_width * BODY_FONT_SIZE / style.size - 1)
    return max(style.min_height, lines * style.size * LINE_SPACING + ROW_PADDING)


def _count_wrapped_lines(line: str, line_width: float) -> int:
    lines, used = 1, 0.0
    for piece in _UNBREAKABLE_PIECES.findall(line):
        width = _measure_width(piece)
        if used + width <= line_width:
            used += width
            continue
        # a Latin word or a figure moves down whole, and is broken only when a line is too short for it
        lines += math.ceil(width / line_width) - (used == 0)
        used = width % line_width or line_width
    return lines


def _measure_width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)
