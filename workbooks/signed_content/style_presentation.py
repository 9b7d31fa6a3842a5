"""How the cells of a workbook look, as far as the look decides what a reader is told: format, colours, crossed out."""

from typing import Final
from xml.etree.ElementTree import Element

MAIN_NAMESPACE: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_BUILT_IN_FORMATS: Final = {"0": "General", "1": "0", "2": "0.00", "9": "0%", "10": "0.00%", "49": "@"}
_EMPTY_FILLS: Final = frozenset({"", "none", "gray125"})
_BLACK_COLOURS: Final = frozenset({"000000"})
_MIN_READABLE_FONT_POINTS: Final = 6.0  # points: smaller letters are not meant to be read


def describe_styles(styles: Element | None) -> tuple[str, ...]:
    """Return what each cell style does to what is shown, by its number; empty where it does nothing."""
    if styles is None:
        return ()
    formats = {one.attrib["numFmtId"]: one.attrib["formatCode"] for one in styles.iter(f"{MAIN_NAMESPACE}numFmt")}
    fonts = [describe_font(one) for one in styles.findall(f"{MAIN_NAMESPACE}fonts/{MAIN_NAMESPACE}font")]
    fills = [_describe_fill(one) for one in styles.findall(f"{MAIN_NAMESPACE}fills/{MAIN_NAMESPACE}fill")]
    return tuple(
        _join_parts(
            [
                _describe_format(one, formats),
                *_pick_by_index(fonts, one, "fontId"),
                *_pick_by_index(fills, one, "fillId"),
            ]
        )
        for one in styles.findall(f"{MAIN_NAMESPACE}cellXfs/{MAIN_NAMESPACE}xf")
    )


def describe_font(font: Element) -> str:
    """Return what a font, or a run of a text, does to what is shown."""
    colour = _describe_colour(font.find(f"{MAIN_NAMESPACE}color"))
    strike = font.find(f"{MAIN_NAMESPACE}strike")
    size = font.find(f"{MAIN_NAMESPACE}sz")
    return _join_parts(
        [
            f"color {colour}" if colour else "",
            "strike" if strike is not None and strike.attrib.get("val", "1") not in {"0", "false"} else "",
            "tiny" if size is not None and float(size.attrib["val"]) < _MIN_READABLE_FONT_POINTS else "",
        ]
    )


def _join_parts(parts: list[str]) -> str:
    return "; ".join(one for one in parts if one)


def _pick_by_index(descriptions: list[str], style: Element, attribute: str) -> list[str]:
    place = int(style.attrib.get(attribute, "0"))
    return [descriptions[place]] if place < len(descriptions) else []


def _describe_format(style: Element, formats: dict[str, str]) -> str:
    number = style.attrib.get("numFmtId", "0")
    said = formats.get(number) or _BUILT_IN_FORMATS.get(number, f"#{number}")
    return "" if said == "General" else said


def _describe_fill(fill: Element) -> str:
    pattern = fill.find(f"{MAIN_NAMESPACE}patternFill")
    if pattern is None:
        return "fill other" if len(fill) else ""
    kind = pattern.attrib.get("patternType", "")
    if kind in _EMPTY_FILLS:
        return ""
    colour = _describe_colour(pattern.find(f"{MAIN_NAMESPACE}fgColor"))
    return f"fill {colour}" if kind == "solid" else f"fill {kind} {colour}"


def _describe_colour(colour: Element | None) -> str:
    """Return a colour; empty for black, however it was said: by the theme, by an index, as automatic."""
    if colour is None:
        return ""
    given = colour.attrib
    if "rgb" in given:
        said = given["rgb"][-6:].upper()
        return "" if said in _BLACK_COLOURS else said
    if given.get("theme") == "1" or given.get("indexed") in {"8", "64"} or "auto" in given:
        return ""
    named = {name: given[name] for name in ("theme", "indexed", "tint") if name in given}
    return " ".join(f"{name} {value}" for name, value in named.items())
