"""Which styles of a workbook hide what their cells hold, or show something else in its place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from workbooks.gate.xml_events import walk_elements
from workbooks.sheet_scan.number_formats import INVISIBLE, NumberFormat, get_built_in_code, parse_number_format

STRUCK_OUT: Final = "struck"
Rgb = tuple[int, int, int]
Colour = Rgb | tuple[str, str, str] | None  # known, known by its name alone, or left to the program

_WHITE: Final[Rgb] = (255, 255, 255)
_BLACK: Final[Rgb] = (0, 0, 0)
_KNOWN_COLOURS: Final[Mapping[tuple[str, str], Rgb]] = MappingProxyType(
    {
        **{("indexed", at): _BLACK for at in ("0", "8", "64")},
        **{("indexed", at): _WHITE for at in ("1", "9", "65")},
        ("theme", "0"): _WHITE,
        ("theme", "1"): _BLACK,
    }
)
_HEX_COLOUR: Final = re.compile(r"[0-9A-Fa-f]{8}|[0-9A-Fa-f]{6}")
_MIN_VISIBLE_DIFFERENCE: Final = 32  # of 255: what differs by less in every colour is not seen
_MAX_INVISIBLE_FONT_POINTS: Final = 2.0  # points
_TRUE_VALUES: Final = (None, "1", "true", "on")


@dataclass(frozen=True, slots=True)
class StyleEffect:
    """What a style does to every cell that wears it (*effect*), or by its number format to some of them."""

    effect: str = ""
    number_format: NumberFormat | None = None

    def get_effect(self, value: float | None) -> str:
        """Name what becomes of a number, or of a text (None)."""
        return self.effect or (self.number_format.get_effect(value) if self.number_format else "")


@dataclass(slots=True)
class _Font:
    is_struck_out: bool = False
    colour: Colour = None
    size: float = 11.0


@dataclass(slots=True)
class _Fill:
    kind: str = "none"
    colour: Colour = None


@dataclass(slots=True)
class _StyleSheetReader:
    """The parts of a style sheet that say how a value looks, gathered while it goes by."""

    path: list[str] = field(default_factory=list)
    format_codes: dict[str, str] = field(default_factory=dict)
    fonts: list[_Font] = field(default_factory=list)
    fills: list[_Fill] = field(default_factory=list)
    cell_style_ids: list[tuple[str, str, str]] = field(default_factory=list)

    def start_element(self, name: str, attributes: Mapping[str, str]) -> None:
        above, over = (["", *self.path][-1], ["", "", *self.path][-2])
        self.path.append(name)
        if (above, name) == ("numFmts", "numFmt"):
            self.format_codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif (above, name) == ("fonts", "font"):
            self.fonts.append(_Font())
        elif (over, above) == ("fonts", "font"):
            self._apply_font_property(name, attributes)
        elif (above, name) == ("fills", "fill"):
            self.fills.append(_Fill("other"))
        elif (over, above) == ("fills", "fill") and name == "patternFill":
            self.fills[-1].kind = attributes.get("patternType", "none")
        elif above == "patternFill" and name == "fgColor" and "fills" in self.path:
            self.fills[-1].colour = _parse_colour(attributes)
        elif (above, name) == ("cellXfs", "xf"):
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
        fonts, fills = dict(enumerate(self.fonts)), dict(enumerate(self.fills))
        known: dict[tuple[str, str, str], StyleEffect] = {}
        for worn in self.cell_style_ids:
            if worn not in known:
                number, font, fill = worn
                seen = _determine_effect(fonts.get(_parse_index(font), _Font()), fills.get(_parse_index(fill), _Fill()))
                code = parse_number_format(self.format_codes.get(number, get_built_in_code(number)))
                known[worn] = StyleEffect(seen, code if code.has_effect else None)
        return {at: known[worn] for at, worn in enumerate(self.cell_style_ids) if known[worn] != StyleEffect()}


def parse_style_effects(part: str, content: bytes) -> dict[int, StyleEffect]:
    """Return the odd ones among the styles by their number; a part that is not well formed raises its fault."""
    sheet = _StyleSheetReader()
    walk_elements(part, content, sheet.start_element, sheet.end_element)
    return sheet.build_style_effects()


def _determine_effect(font: _Font, fill: _Fill) -> str:
    if font.is_struck_out:
        return STRUCK_OUT
    if font.size <= _MAX_INVISIBLE_FONT_POINTS:
        return INVISIBLE
    ink = _BLACK if font.colour is None else font.colour
    if fill.kind not in ("none", "solid") or (fill.kind == "solid" and fill.colour is None):
        return ""
    ground = _WHITE if fill.kind == "none" else fill.colour
    return INVISIBLE if _is_indistinguishable(ink, ground) else ""


def _is_indistinguishable(ink: Colour, ground: Colour) -> bool:
    if ink is None or ground is None or isinstance(ink[0], str) or isinstance(ground[0], str):
        return ink is not None and ink == ground
    return all(
        abs(int(first) - int(second)) < _MIN_VISIBLE_DIFFERENCE for first, second in zip(ink, ground, strict=True)
    )


def _parse_colour(attributes: Mapping[str, str]) -> Colour:
    for kind in ("rgb", "indexed", "theme"):
        if value := attributes.get(kind):
            tint = attributes.get("tint", "")
            if kind == "rgb" and _HEX_COLOUR.fullmatch(value):
                known: Rgb | None = (int(value[-6:-4], 16), int(value[-4:-2], 16), int(value[-2:], 16))
            else:
                known = _KNOWN_COLOURS.get((kind, value))
            return _apply_tint(known, _parse_number(tint, 0.0)) if known else (kind, value, tint)
    return None


def _apply_tint(colour: Rgb, tint: float) -> Rgb:
    """Darken (below 0) or lighten, as far as that can be told without its hue."""
    if tint < 0:
        return (int(colour[0] * (1 + tint)), int(colour[1] * (1 + tint)), int(colour[2] * (1 + tint)))
    return (_lighten_channel(colour[0], tint), _lighten_channel(colour[1], tint), _lighten_channel(colour[2], tint))


def _lighten_channel(channel: int, tint: float) -> int:
    return int(channel + (255 - channel) * tint)


def _parse_number(text: str, default: float) -> float:
    try:
        return float(text)
    except ValueError:
        return default


def _parse_index(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else -1  # noqa: PLR2004 - no style sheet has more
