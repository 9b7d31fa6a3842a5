"""Cell formats of an .xls file, as properties that XlsxWriter knows."""

from typing import Any, Final

from xlrd.book import Book
from xlrd.formatting import XF

# Number formats 27-36 and 50-58 are dates in East Asian editions of Excel, which write no code for them
# (ECMA-376 part 1, 18.8.30).
_EAST_ASIAN_DATE_IDS: Final = frozenset({*range(27, 37), *range(50, 59)})
_EAST_ASIAN_DATE: Final = "yyyy-mm-dd"
_GENERAL: Final = "general"
_HORIZONTAL: Final = ("", "left", "center", "right", "fill", "justify", "center_across", "distributed")
_VERTICAL: Final = ("top", "vcenter", "bottom", "vjustify", "vdistributed")
_SOLID: Final = 1
_TWIPS_PER_POINT: Final = 20
_MAX_BORDER: Final = 13
_SIDES: Final = ("top", "bottom", "left", "right")


def build_cell_formats(book: Book) -> dict[int, dict[str, Any]]:
    """Return the properties of each cell format of the workbook by its number."""
    return {number: _build_properties(book, xf) for number, xf in enumerate(book.xf_list)}


def _build_properties(book: Book, xf: XF) -> dict[str, Any]:
    properties: dict[str, Any] = {"num_format": _get_number_format(book, xf.format_key)}
    properties |= _build_font_properties(book, xf.font_index)
    background = xf.background
    if background.fill_pattern == _SOLID and (colour := _format_colour(book, background.pattern_colour_index)):
        properties |= {"pattern": _SOLID, "bg_color": colour}
    for side in _SIDES:
        line = getattr(xf.border, f"{side}_line_style")
        if 0 < line <= _MAX_BORDER:
            properties[side] = line
    alignment = xf.alignment
    if 0 < alignment.hor_align < len(_HORIZONTAL):
        properties["align"] = _HORIZONTAL[alignment.hor_align]
    if alignment.vert_align < len(_VERTICAL):
        properties["valign"] = _VERTICAL[alignment.vert_align]
    if alignment.text_wrapped:
        properties["text_wrap"] = True
    return properties


def _get_number_format(book: Book, key: int) -> str:
    code = ""
    if key in book.format_map:
        # A format of an older file may have none.
        code = book.format_map[key].format_str or ""
    if key in _EAST_ASIAN_DATE_IDS and code.lower() in ("", _GENERAL):
        return _EAST_ASIAN_DATE
    return code or "General"


def _build_font_properties(book: Book, index: int) -> dict[str, Any]:
    if index >= len(book.font_list):
        return {}
    font = book.font_list[index]
    properties: dict[str, Any] = {"font_name": font.name, "font_size": font.height / _TWIPS_PER_POINT}
    if font.bold:
        properties["bold"] = True
    if font.italic:
        properties["italic"] = True
    if font.struck_out:
        properties["font_strikeout"] = True
    if colour := _format_colour(book, font.colour_index):
        properties["font_color"] = colour
    return properties


def _format_colour(book: Book, index: int) -> str:
    """Return a colour as #RRGGBB, or an empty text if it is the program's own."""
    rgb = book.colour_map.get(index)
    if rgb is None:
        return ""
    return "#{:02X}{:02X}{:02X}".format(*rgb)
