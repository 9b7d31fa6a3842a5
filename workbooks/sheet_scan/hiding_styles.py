"""Find the styles of a workbook that hide the values of their cells or show something else in their place."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, TypeVar

from workbooks.gate.intake_fault import format_part_name, intake_error
from workbooks.gate.xml_events import walk_elements
from workbooks.sheet_scan.number_formats import INVISIBLE, NumberFormat, get_built_in_code, parse_number_format

STRUCK_OUT: Final = "struck"
Rgb = tuple[int, int, int]
# An RGB colour; the kind, value and tint of a colour that is only named; or None for the program's default.
Colour = Rgb | tuple[str, str, str] | None

_WHITE: Final[Rgb] = (255, 255, 255)
_BLACK: Final[Rgb] = (0, 0, 0)
# Indexed colours: ECMA-376 part 1, 18.8.27; 64 and 65 are the system's foreground and background.
_KNOWN_COLOURS: Final[Mapping[tuple[str, str], Rgb]] = MappingProxyType(
    {
        ("indexed", "0"): _BLACK,
        ("indexed", "8"): _BLACK,
        ("indexed", "64"): _BLACK,
        ("indexed", "1"): _WHITE,
        ("indexed", "9"): _WHITE,
        ("indexed", "65"): _WHITE,
        ("theme", "0"): _WHITE,
        ("theme", "1"): _BLACK,
    }
)
_HEX_COLOUR: Final = re.compile(r"[0-9A-Fa-f]{8}|[0-9A-Fa-f]{6}")
# Of 255: colours that differ by less in every channel look the same.
_MIN_VISIBLE_DIFFERENCE: Final = 32
_MAX_INVISIBLE_FONT_POINTS: Final = 2.0
_MAX_INDEX_DIGITS: Final = 9
# Of formats, fonts, fills and borders each. Excel takes 65,490 formats, which cost 0.8 GB to mark; its older files took
# 4,000, so that a book copied from year to year since then has room for four times what it can have brought along.
MAX_STYLES: Final = 16_000
_COUNTED_LISTS: Final = frozenset({"cellXfs", "fonts", "fills", "borders"})
_TRUE_VALUES: Final = (None, "1", "true", "on")


@dataclass(frozen=True, slots=True)
class StyleEffect:
    """What a style does to every cell that has it (*effect*), or to some of them by its number format."""

    effect: str = ""
    number_format: NumberFormat | None = None

    def get_effect(self, value: float | None) -> str:
        """Return the effect on a number, or on a text (None); empty if the value is shown."""
        if self.effect or self.number_format is None:
            return self.effect
        return self.number_format.get_effect(value)


@dataclass(slots=True)
class _Font:
    is_struck_out: bool = False
    colour: Colour = None
    size: float = 11.0


@dataclass(slots=True)
class _Fill:
    kind: str = "none"
    colour: Colour = None


_FontOrFill = TypeVar("_FontOrFill", _Font, _Fill)


@dataclass(slots=True)
class _StyleSheetReader:
    """Collects fonts, fills, number formats and cell styles from the events of a style sheet.

    *cell_style_ids* are number format, font and fill of each cell style.
    """

    path: list[str] = field(default_factory=list)
    format_codes: dict[str, str] = field(default_factory=dict)
    fonts: list[_Font] = field(default_factory=list)
    fills: list[_Fill] = field(default_factory=list)
    cell_style_ids: list[tuple[str, str, str]] = field(default_factory=list)
    entry_counts: Counter[str] = field(default_factory=Counter)

    def start_element(self, name: str, attributes: Mapping[str, str]) -> None:
        grandparent, parent = ["", "", *self.path][-2:]
        self.path.append(name)
        if parent in _COUNTED_LISTS:
            self.entry_counts[parent] += 1
        if (parent, name) == ("numFmts", "numFmt"):
            self.format_codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif (parent, name) == ("fonts", "font"):
            self.fonts.append(_Font())
        elif (grandparent, parent) == ("fonts", "font"):
            self._apply_font_property(name, attributes)
        elif (parent, name) == ("fills", "fill"):
            self.fills.append(_Fill("other"))
        elif (grandparent, parent) == ("fills", "fill") and name == "patternFill":
            self.fills[-1].kind = attributes.get("patternType", "none")
        elif parent == "patternFill" and name == "fgColor" and "fills" in self.path:
            self.fills[-1].colour = _parse_colour(attributes)
        elif (parent, name) == ("cellXfs", "xf"):
            self.cell_style_ids.append(
                (attributes.get("numFmtId", "0"), attributes.get("fontId", "0"), attributes.get("fillId", "0"))
            )

    def end_element(self) -> None:
        self.path.pop()

    def _apply_font_property(self, name: str, attributes: Mapping[str, str]) -> None:
        font = self.fonts[-1]
        if name == "strike":
            font.is_struck_out = attributes.get("val") in _TRUE_VALUES
        elif name == "color":
            font.colour = _parse_colour(attributes)
        elif name == "sz":
            font.size = _parse_number(attributes.get("val", ""), font.size)

    def build_style_effects(self) -> dict[int, StyleEffect]:
        """Return the styles that have an effect, by index; equal combinations are evaluated once."""
        effects = {style_ids: self._build_effect(*style_ids) for style_ids in dict.fromkeys(self.cell_style_ids)}
        no_effect = StyleEffect()
        effects_by_index: dict[int, StyleEffect] = {}
        for index, style_ids in enumerate(self.cell_style_ids):
            if effects[style_ids] != no_effect:
                effects_by_index[index] = effects[style_ids]
        return effects_by_index

    def _build_effect(self, format_id: str, font_id: str, fill_id: str) -> StyleEffect:
        font = _get_by_id(self.fonts, font_id, _Font())
        fill = _get_by_id(self.fills, fill_id, _Fill())
        number_format = parse_number_format(self.format_codes.get(format_id, get_built_in_code(format_id)))
        return StyleEffect(_determine_effect(font, fill), number_format if number_format.has_effect else None)


def parse_style_effects(part: str, content: bytes) -> dict[int, StyleEffect]:
    """Return the cell styles that have an effect, by index; raise IntakeError if the part is malformed or too long."""
    reader = _StyleSheetReader()
    walk_elements(part, content, reader.start_element, reader.end_element)
    count = max(reader.entry_counts.values(), default=0)
    if count > MAX_STYLES:
        raise intake_error("too_many_styles", part=format_part_name(part), count=str(count), most=str(MAX_STYLES))
    return reader.build_style_effects()


def _determine_effect(font: _Font, fill: _Fill) -> str:
    if font.is_struck_out:
        return STRUCK_OUT
    if font.size <= _MAX_INVISIBLE_FONT_POINTS:
        return INVISIBLE
    if _is_indistinguishable(font.colour or _BLACK, _get_background(fill)):
        return INVISIBLE
    return ""


def _get_background(fill: _Fill) -> Colour:
    """Return the colour behind the text, or None if it is unknown or not uniform."""
    if fill.kind == "none":
        return _WHITE
    if fill.kind == "solid":
        return fill.colour
    return None


def _is_indistinguishable(ink: Colour, background: Colour) -> bool:
    if ink is None or background is None:
        return False
    if isinstance(ink[0], str) or isinstance(background[0], str):
        return ink == background
    differences = (abs(int(first) - int(second)) for first, second in zip(ink, background, strict=True))
    return max(differences) < _MIN_VISIBLE_DIFFERENCE


def _parse_colour(attributes: Mapping[str, str]) -> Colour:
    for kind in ("rgb", "indexed", "theme"):
        if value := attributes.get(kind):
            tint = attributes.get("tint", "")
            rgb = _resolve_rgb(kind, value)
            if rgb is None:
                return kind, value, tint
            return _apply_tint(rgb, _parse_number(tint, 0.0))
    return None


def _resolve_rgb(kind: str, value: str) -> Rgb | None:
    """Return the RGB colour of (A)RRGGBB digits or of a known index, or None if it is unknown."""
    if kind == "rgb" and _HEX_COLOUR.fullmatch(value):
        return int(value[-6:-4], 16), int(value[-4:-2], 16), int(value[-2:], 16)
    return _KNOWN_COLOURS.get((kind, value))


def _apply_tint(colour: Rgb, tint: float) -> Rgb:
    """Darken (tint below 0) or lighten each channel, an approximation of the change of lightness that Excel makes."""
    red, green, blue = colour
    if tint < 0:
        return int(red * (1 + tint)), int(green * (1 + tint)), int(blue * (1 + tint))
    return _lighten_channel(red, tint), _lighten_channel(green, tint), _lighten_channel(blue, tint)


def _lighten_channel(channel: int, tint: float) -> int:
    return int(channel + (255 - channel) * tint)


def _parse_number(text: str, default: float) -> float:
    try:
        return float(text)
    except ValueError:
        return default


def _get_by_id(items: list[_FontOrFill], item_id: str, default: _FontOrFill) -> _FontOrFill:
    """Return the item at a decimal index, or the default if the index is malformed or out of range."""
    if not item_id.isdecimal() or len(item_id) > _MAX_INDEX_DIGITS:
        return default
    index = int(item_id)
    if index >= len(items):
        return default
    return items[index]
