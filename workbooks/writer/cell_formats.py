"""The formats of all cell styles, and the height that a row needs to show its texts completely."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import chain, repeat
from types import MappingProxyType
from typing import Final

from filing.book.workbook_model import Cell, CellStyle
from workbooks.ooxml.text_extent import measure_width

# A cell has one font and no fallback. 方正小标宋 is not part of Windows, so a viewer would replace it by a thin
# default typeface; 宋体 in bold is on every machine and looks the same on each.
SONG_FONT: Final = "宋体"
HEI_FONT: Final = "黑体"
FANG_FONT: Final = "仿宋"
# It is used for ASCII only, so any substitute will do.
MONO_FONT: Final = "Consolas"

# Points.
BODY_FONT_SIZE: Final = 11
# The width of a column that has none of its own, in characters.
DEFAULT_COLUMN_WIDTH: Final = 8.43
# Points; the file format allows no higher row.
MAX_ROW_HEIGHT: Final = 409.0
LINE_SPACING: Final = 1.35
ROW_PADDING: Final = 5.0
# Headings and explanations are the same in every county's book.
MAX_CACHED_TEXTS: Final = 4096
FORMULA_PREFIXES: Final = ("=", "+", "-", "@")

_FIGURE_STYLES: Final = frozenset({CellStyle.FIGURE, CellStyle.TOTAL_FIGURE})
_PERCENT_STYLES: Final = frozenset({CellStyle.PERCENT, CellStyle.TOTAL_PERCENT})
_UNBREAKABLE_PIECES: Final = re.compile(r"[!-~]+|.", re.DOTALL)

# The character set GB 2312 makes a machine without the font choose another Chinese one instead of a Latin one.
_GB2312_CHARSET: Final = 134
_ANSI_CHARSET: Final = 0
_EDGE_PROPERTIES: Final[Mapping[str, Mapping[str, int]]] = MappingProxyType(
    {"box": {"border": 1}, "under": {"bottom": 1}}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleFormat:
    """Font, alignment, border and fill of one cell style.

    *size* and *min_height* (the height of a row with a single line) are in points; *edges* is ``box``, ``under``
    (a line below) or empty.
    """

    font: str = SONG_FONT
    size: float = BODY_FONT_SIZE
    bold: bool = False
    align: str = "left"
    edges: str = "box"
    fill: str | None = None
    wrap: bool = True
    min_height: float = 20.0


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
        CellStyle.SUBTITLE: StyleFormat(font=FANG_FONT, size=14, edges="", align="center", min_height=24),
        # 三号仿宋, as GB/T 9704 asks of official documents.
        CellStyle.PARAGRAPH: StyleFormat(font=FANG_FONT, size=16, edges="", min_height=29),
        CellStyle.CLOSING: StyleFormat(font=FANG_FONT, size=16, edges="", align="right", min_height=29),
        CellStyle.BLANK: StyleFormat(align="center", min_height=56),
        CellStyle.HASH: StyleFormat(font=MONO_FONT, size=9),
        CellStyle.HARD: replace(_TEXT_FORMAT, fill="#FFC7CE"),
        CellStyle.SOFT: replace(_TEXT_FORMAT, fill="#FFEB9C"),
        CellStyle.REPORT: replace(_TEXT_FORMAT, fill="#DDEBF7"),
        CellStyle.INPUT: replace(_TEXT_FORMAT, fill="#FFFFCC"),
    }
)


def describe_format(cell: Cell) -> dict[str, object]:
    """Return the format of *cell* as the properties that xlsxwriter takes."""
    style = STYLE_FORMATS[cell.style]
    properties = {
        **_describe_font(style),
        **_describe_edges(style),
        "align": style.align,
        "valign": "vcenter",
        "text_wrap": style.wrap and not has_link(cell),
        # A figure wider than its column would print as ####, which a reader takes for an error. A link is one word
        # to some programs, which cut it off because they cannot wrap it.
        "shrink": cell.style in _FIGURE_STYLES | _PERCENT_STYLES or has_link(cell),
        "num_format": choose_number_format(cell),
        "quote_prefix": needs_text_mark(cell),
    }
    if cell.style is CellStyle.INPUT:
        properties.update(locked=False, num_format="@")
    return properties


def has_link(cell: Cell) -> bool:
    """Return whether a cell has a link."""
    return cell.link is not None or cell.source_link is not None


def needs_text_mark(cell: Cell) -> bool:
    """Return whether a text such as ``=1+1`` would become a formula if a clerk edited its cell."""
    return cell.formula is None and isinstance(cell.value, str) and cell.value.startswith(FORMULA_PREFIXES)


def choose_number_format(cell: Cell) -> str:
    """Return the number format: a figure has exactly the decimals of its column and no thousands separators."""
    if cell.style in _PERCENT_STYLES:
        return "0.00%"
    if cell.style not in _FIGURE_STYLES and not isinstance(cell.value, int | Decimal):
        return "General"
    if not cell.decimals:
        return "0"
    return f"0.{'0' * cell.decimals}"


def estimate_height(row: tuple[Cell, ...], widths: tuple[float, ...]) -> float:
    """Return the height in points at which no text of *row* is cut off; *widths* are those of all columns.

    Viewers never fit the height to merged cells by themselves.
    """
    height, column = 0.0, 0
    for cell in row:
        height = max(height, _estimate_cell_height(cell, widths, column))
        column += cell.span
    return min(height, MAX_ROW_HEIGHT)


@lru_cache(maxsize=MAX_CACHED_TEXTS)
def count_lines(text: str, line_width: float) -> int:
    """Return the number of lines that *text* takes in a column *line_width* half-width characters wide."""
    if "\n" not in text and 2 * len(text) <= line_width:
        # Most texts fit on one line even if all of their characters are wide.
        return 1
    return sum(_count_wrapped_lines(line, max(line_width, 2.0)) for line in text.split("\n"))


def _describe_font(style: StyleFormat) -> dict[str, object]:
    charset = _GB2312_CHARSET
    if style.font == MONO_FONT:
        charset = _ANSI_CHARSET
    return {
        "font_name": style.font,
        "font_size": style.size,
        "bold": style.bold,
        "font_charset": charset,
        "font_family": 3,
        # The theme overrides a font that is tied to it: figures would appear in Calibri.
        "font_scheme": "none",
    }


def _describe_edges(style: StyleFormat) -> dict[str, object]:
    properties: dict[str, object] = {**_EDGE_PROPERTIES.get(style.edges, {})}
    if style.fill:
        properties.update(bg_color=style.fill, pattern=1)
    return properties


def _estimate_cell_height(cell: Cell, widths: tuple[float, ...], column: int) -> float:
    """Return the height that a cell needs which begins at *column* (from 0)."""
    style = STYLE_FORMATS[cell.style]
    line_count = 1
    if isinstance(cell.value, str) and style.wrap and not has_link(cell):
        # Widths are counted in characters of the body size. One character is reserved for the margins of the cell
        # and for punctuation that may not begin a line.
        line_width = _sum_widths(widths, column, cell.span)
        line_count = count_lines(cell.value, line_width * BODY_FONT_SIZE / style.size - 1)
    return max(style.min_height, line_count * style.size * LINE_SPACING + ROW_PADDING)


def _sum_widths(widths: tuple[float, ...], column: int, span: int) -> float:
    covered_widths = widths[column : column + span]
    return sum(chain(covered_widths, repeat(DEFAULT_COLUMN_WIDTH, span - len(covered_widths))))


def _count_wrapped_lines(line: str, line_width: float) -> int:
    line_count, used_width = 1, 0.0
    for piece in _UNBREAKABLE_PIECES.findall(line):
        width = measure_width(piece)
        if used_width + width <= line_width:
            used_width += width
            continue
        # A Latin word or a figure moves to the next line whole; it is broken only if it is longer than a line.
        line_count += math.ceil(width / line_width) - (used_width == 0)
        used_width = width % line_width or line_width
    return line_count
