"""The styles of the template's cells: cells to fill in are white and unlocked, all others grey and locked."""

from collections.abc import Iterator
from typing import Final

from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side

from contracts.form_model import Field, Role
from workbooks.writer.cell_formats import BODY_FONT_SIZE, HEI_FONT, SONG_FONT

TITLE, SUBTITLE, UNIT, LABEL, HEADER = "title", "subtitle", "unit", "label", "header"
INPUT, TEXT_INPUT, DATE_INPUT, YEAR_INPUT = "input", "text_input", "date_input", "year_input"
LOCKED, LOCKED_CENTRE, TOTAL, TOTAL_CENTRE, SPACER = "locked", "locked_centre", "total", "total_centre", "spacer"
NOTE, EMPHASIS, BOX, CENTRE, LINK = "note", "emphasis", "box", "centre", "link"
"""The names of the styles."""

TEXT_FORMAT: Final = "@"
DATE_FORMAT: Final = 'yyyy"年"m"月"d"日"'
YEAR_FORMAT: Final = "0"
_TEXT_KINDS: Final = frozenset({"string"})
_HEADER_FILL, _COMPUTED_FILL, _SPACER_FILL = "E7E6E6", "F2F2F2", "BFBFBF"
_LINK_COLOUR: Final = "0563C1"
_SIDE: Final = Side(style="thin")
_BOX: Final = Border(left=_SIDE, right=_SIDE, top=_SIDE, bottom=_SIDE)
_PLAIN: Final = Font(name=SONG_FONT, size=BODY_FONT_SIZE)
_BOLD: Final = Font(name=SONG_FONT, size=BODY_FONT_SIZE, bold=True)
_MIDDLE, _WRAPPED = Alignment(vertical="center"), Alignment(vertical="center", wrap_text=True)
_CENTRE: Final = Alignment(vertical="center", horizontal="center")
_WRAPPED_CENTRE: Final = Alignment(vertical="center", horizontal="center", wrap_text=True)
_SHRUNK: Final = Alignment(vertical="center", shrink_to_fit=True)


def build_styles() -> Iterator[NamedStyle]:
    """Yield the styles."""
    yield from _build_heading_styles()
    yield from _build_input_styles()
    yield from _build_locked_styles()


def _build_heading_styles() -> Iterator[NamedStyle]:
    yield NamedStyle(TITLE, font=Font(name=SONG_FONT, size=18, bold=True), alignment=_CENTRE)
    yield NamedStyle(SUBTITLE, font=_PLAIN, alignment=_MIDDLE)
    yield NamedStyle(EMPHASIS, font=_BOLD, alignment=_MIDDLE)
    yield NamedStyle(UNIT, font=_PLAIN, alignment=Alignment(vertical="center", horizontal="right"))
    yield NamedStyle(NOTE, font=_PLAIN, alignment=Alignment(vertical="top", wrap_text=True))
    heading_font = Font(name=HEI_FONT, size=BODY_FONT_SIZE)
    heading_fill = PatternFill("solid", fgColor=_HEADER_FILL)
    yield NamedStyle(HEADER, font=heading_font, border=_BOX, fill=heading_fill, alignment=_WRAPPED_CENTRE)


def _build_input_styles() -> Iterator[NamedStyle]:
    formats = ((INPUT, "General"), (DATE_INPUT, DATE_FORMAT), (YEAR_INPUT, YEAR_FORMAT), (TEXT_INPUT, TEXT_FORMAT))
    for name, number_format in formats:
        alignment = _SHRUNK
        if name == TEXT_INPUT:
            alignment = _WRAPPED
        yield NamedStyle(
            name,
            font=_PLAIN,
            border=_BOX,
            alignment=alignment,
            protection=Protection(locked=False),
            number_format=number_format,
        )


def _build_locked_styles() -> Iterator[NamedStyle]:
    grey = PatternFill("solid", fgColor=_COMPUTED_FILL)
    yield NamedStyle(LABEL, font=_PLAIN, border=_BOX, alignment=_WRAPPED, fill=grey)
    yield NamedStyle(LOCKED, font=_PLAIN, border=_BOX, alignment=_SHRUNK, fill=grey)
    yield NamedStyle(LOCKED_CENTRE, font=_PLAIN, border=_BOX, alignment=_CENTRE, fill=grey)
    yield NamedStyle(TOTAL, font=_BOLD, border=_BOX, alignment=_SHRUNK, fill=grey)
    yield NamedStyle(TOTAL_CENTRE, font=_BOLD, border=_BOX, alignment=_CENTRE, fill=grey)
    yield NamedStyle(SPACER, font=Font(name=SONG_FONT, size=1), fill=PatternFill("solid", fgColor=_SPACER_FILL))
    yield NamedStyle(BOX, font=_PLAIN, border=_BOX, alignment=_WRAPPED)
    yield NamedStyle(CENTRE, font=_PLAIN, border=_BOX, alignment=_WRAPPED_CENTRE)
    link_font = Font(name=SONG_FONT, size=BODY_FONT_SIZE, color=_LINK_COLOUR, underline="single")
    yield NamedStyle(LINK, font=link_font, border=_BOX, alignment=_MIDDLE)


def choose_input_style(field: Field) -> str:
    """Return the style of a cell to fill in."""
    if field.kind == "date":
        return DATE_INPUT
    if field.kind in _TEXT_KINDS:
        return TEXT_INPUT
    if field.role is Role.FIGURE or field.decimals:
        return INPUT
    return YEAR_INPUT


def choose_number_format(field: Field) -> str | None:
    """Return the number format of a figure: the decimals of its column; None for any other field."""
    if field.kind not in ("number", "integer") or not field.decimals:
        return None
    return f"0.{'0' * field.decimals}"
