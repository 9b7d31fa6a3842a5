"""What the styles of a workbook do to what readers see: number formats, colours, strikethrough, tiny letters."""

from collections.abc import Iterable, Sequence
from typing import Final

from workbooks.ooxml.xml_parts import LxmlElement
from workbooks.signed_content.related_parts import MAIN_NAMESPACE

_BUILT_IN_FORMATS: Final = {"0": "General", "1": "0", "2": "0.00", "9": "0%", "10": "0.00%", "49": "@"}
_EMPTY_FILLS: Final = frozenset({"", "none", "gray125"})
_BLACK: Final = "000000"
# Theme and palette entries that are black as programs write them.
_BLACK_THEME: Final = "1"
_BLACK_INDEXES: Final = frozenset({"8", "64"})
_COLOUR_ATTRIBUTES: Final = ("theme", "indexed", "tint")
# Smaller letters are not meant to be read.
_MIN_READABLE_FONT_POINTS: Final = 6.0


def describe_styles(styles: LxmlElement | None) -> tuple[str, ...]:
    """Return what each cell style does to what is shown, by its index; empty if it does nothing."""
    if styles is None:
        return ()
    formats = {}
    for number_format in styles.iter(f"{MAIN_NAMESPACE}numFmt"):
        formats[number_format.attrib["numFmtId"]] = number_format.attrib["formatCode"]
    fonts = list(map(describe_font, styles.findall(f"{MAIN_NAMESPACE}fonts/{MAIN_NAMESPACE}font")))
    fills = list(map(_describe_fill, styles.findall(f"{MAIN_NAMESPACE}fills/{MAIN_NAMESPACE}fill")))
    descriptions = []
    for style in styles.findall(f"{MAIN_NAMESPACE}cellXfs/{MAIN_NAMESPACE}xf"):
        font, fill = _pick_description(fonts, style, "fontId"), _pick_description(fills, style, "fillId")
        descriptions.append(join_descriptions([_describe_format(style, formats), font, fill]))
    return tuple(descriptions)


def describe_font(font: LxmlElement) -> str:
    """Return what a font, or the font of a run of text, does to what is shown."""
    descriptions = []
    colour = _describe_colour(font.find(f"{MAIN_NAMESPACE}color"))
    if colour:
        descriptions.append(f"color {colour}")
    strike = font.find(f"{MAIN_NAMESPACE}strike")
    if strike is not None and strike.get("val", "1") not in {"0", "false"}:
        descriptions.append("strike")
    size = font.find(f"{MAIN_NAMESPACE}sz")
    if size is not None and float(size.attrib["val"]) < _MIN_READABLE_FONT_POINTS:
        descriptions.append("tiny")
    return join_descriptions(descriptions)


def join_descriptions(descriptions: Iterable[str]) -> str:
    """Join the descriptions that are not empty."""
    return "; ".join(filter(None, descriptions))


def _pick_description(descriptions: Sequence[str], style: LxmlElement, attribute: str) -> str:
    """Return the description at the index in *attribute*, or an empty text if there is none."""
    index = int(style.get(attribute, "0"))
    if index >= len(descriptions):
        return ""
    return descriptions[index]


def _describe_format(style: LxmlElement, formats: dict[str, str]) -> str:
    number = style.get("numFmtId", "0")
    code = formats.get(number) or _BUILT_IN_FORMATS.get(number, f"#{number}")
    if code == "General":
        return ""
    return code


def _describe_fill(fill: LxmlElement) -> str:
    pattern = fill.find(f"{MAIN_NAMESPACE}patternFill")
    if pattern is None:
        return _describe_other_fill(fill)
    kind = pattern.get("patternType", "")
    if kind in _EMPTY_FILLS:
        return ""
    colour = _describe_colour(pattern.find(f"{MAIN_NAMESPACE}fgColor"))
    if kind == "solid":
        return f"fill {colour}"
    return f"fill {kind} {colour}"


def _describe_other_fill(fill: LxmlElement) -> str:
    """Describe a fill without a pattern, such as a gradient."""
    if len(fill):
        return "fill other"
    return ""


def _describe_colour(colour: LxmlElement | None) -> str:
    """Return a colour, empty for black, whether it is written as RGB, theme, palette index or automatic."""
    if colour is None:
        return ""
    rgb = colour.get("rgb")
    if rgb is not None:
        return _describe_rgb(rgb)
    if colour.get("theme") == _BLACK_THEME or colour.get("indexed") in _BLACK_INDEXES or "auto" in colour.attrib:
        return ""
    named_attributes = filter(colour.attrib.__contains__, _COLOUR_ATTRIBUTES)
    return " ".join(f"{name} {colour.attrib[name]}" for name in named_attributes)


def _describe_rgb(rgb: str) -> str:
    """Return the last six hexadecimal digits, without the alpha channel before them; empty for black."""
    digits = rgb[-6:].upper()
    if digits == _BLACK:
        return ""
    return digits
