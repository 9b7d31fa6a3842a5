"""Which styles of a workbook hide what their cells hold, or show something else in its place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from workbooks.gate.xml_events import walk
from workbooks.sheet_scan.number_formats import PALE, Format, built_in, read_format

STRUCK: Final = "struck"
Rgb = tuple[int, int, int]
Colour = Rgb | tuple[str, str, str] | None  # known, known by its name alone, or left to the program

_WHITE: Final[Rgb] = (255, 255, 255)
_BLACK: Final[Rgb] = (0, 0, 0)
_NAMED: Final[Mapping[tuple[str, str], Rgb]] = MappingProxyType(
    {
        **{("indexed", at): _BLACK for at in ("0", "8", "64")},
        **{("indexed", at): _WHITE for at in ("1", "9", "65")},
        ("theme", "0"): _WHITE,
        ("theme", "1"): _BLACK,
    }
)
_HEX: Final = re.compile(r"[0-9A-Fa-f]{8}|[0-9A-Fa-f]{6}")
_ALIKE: Final = 32  # of 255: what differs by less in every colour is not seen
_TINY: Final = 2.0  # points
_YES: Final = (None, "1", "true", "on")


@dataclass(frozen=True, slots=True)
class Look:
    """What a style does to every cell that wears it (*effect*), or by its number format to some of them."""

    effect: str = ""
    format: Format | None = None

    def on(self, value: float | None) -> str:
        """Name what becomes of a number, or of a text (None)."""
        return self.effect or (self.format.effect(value) if self.format else "")


@dataclass(slots=True)
class _Font:
    struck: bool = False
    colour: Colour = None
    size: float = 11.0


@dataclass(slots=True)
class _Fill:
    kind: str = "none"
    colour: Colour = None


@dataclass(slots=True)
class _Sheet:
    """The parts of a style sheet that say how a value looks, gathered while it goes by."""

    path: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    fonts: list[_Font] = field(default_factory=list)
    fills: list[_Fill] = field(default_factory=list)
    worn: list[tuple[str, str, str]] = field(default_factory=list)

    def start(self, name: str, given: Mapping[str, str]) -> None:
        above, over = (["", *self.path][-1], ["", "", *self.path][-2])
        self.path.append(name)
        if (above, name) == ("numFmts", "numFmt"):
            self.codes[given.get("numFmtId", "")] = given.get("formatCode", "")
        elif (above, name) == ("fonts", "font"):
            self.fonts.append(_Font())
        elif (over, above) == ("fonts", "font"):
            self._font(name, given)
        elif (above, name) == ("fills", "fill"):
            self.fills.append(_Fill("other"))
        elif (over, above) == ("fills", "fill") and name == "patternFill":
            self.fills[-1].kind = given.get("patternType", "none")
        elif above == "patternFill" and name == "fgColor" and "fills" in self.path:
            self.fills[-1].colour = _colour(given)
        elif (above, name) == ("cellXfs", "xf"):
            self.worn.append((given.get("numFmtId", "0"), given.get("fontId", "0"), given.get("fillId", "0")))

    def end(self) -> None:
        self.path.pop()

    def _font(self, name: str, given: Mapping[str, str]) -> None:
        font = self.fonts[-1]
        if name == "strike":
            font.struck = given.get("val") in _YES
        elif name == "color":
            font.colour = _colour(given)
        elif name == "sz":
            font.size = _number(given.get("val", ""), font.size)

    def looks(self) -> dict[int, Look]:
        fonts, fills = dict(enumerate(self.fonts)), dict(enumerate(self.fills))
        known: dict[tuple[str, str, str], Look] = {}
        for worn in self.worn:
            if worn not in known:
                number, font, fill = worn
                seen = _effect(fonts.get(_index(font), _Font()), fills.get(_index(fill), _Fill()))
                code = read_format(self.codes.get(number, built_in(number)))
                known[worn] = Look(seen, code if code.odd else None)
        return {at: known[worn] for at, worn in enumerate(self.worn) if known[worn] != Look()}


def odd_looks(part: str, content: bytes) -> dict[int, Look]:
    """Return the odd ones among the styles by their number; a part that is not well formed raises its fault."""
    sheet = _Sheet()
    walk(part, content, sheet.start, sheet.end)
    return sheet.looks()


def _effect(font: _Font, fill: _Fill) -> str:
    if font.struck:
        return STRUCK
    if font.size <= _TINY:
        return PALE
    ink = _BLACK if font.colour is None else font.colour
    if fill.kind not in ("none", "solid") or (fill.kind == "solid" and fill.colour is None):
        return ""
    ground = _WHITE if fill.kind == "none" else fill.colour
    return PALE if _alike(ink, ground) else ""


def _alike(one: Colour, other: Colour) -> bool:
    if one is None or other is None or isinstance(one[0], str) or isinstance(other[0], str):
        return one is not None and one == other
    return all(abs(int(first) - int(second)) < _ALIKE for first, second in zip(one, other, strict=True))


def _colour(given: Mapping[str, str]) -> Colour:
    for kind in ("rgb", "indexed", "theme"):
        if value := given.get(kind):
            tint = given.get("tint", "")
            if kind == "rgb" and _HEX.fullmatch(value):
                known: Rgb | None = (int(value[-6:-4], 16), int(value[-4:-2], 16), int(value[-2:], 16))
            else:
                known = _NAMED.get((kind, value))
            return _tinted(known, _number(tint, 0.0)) if known else (kind, value, tint)
    return None


def _tinted(colour: Rgb, tint: float) -> Rgb:
    """Darken (below 0) or lighten, as far as that can be told without its hue."""
    if tint < 0:
        return (int(colour[0] * (1 + tint)), int(colour[1] * (1 + tint)), int(colour[2] * (1 + tint)))
    return (_lighter(colour[0], tint), _lighter(colour[1], tint), _lighter(colour[2], tint))


def _lighter(part: int, tint: float) -> int:
    return int(part + (255 - part) * tint)


def _number(text: str, otherwise: float) -> float:
    try:
        return float(text)
    except ValueError:
        return otherwise


def _index(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else -1  # noqa: PLR2004 - no style sheet has more
