"""How the cells of a workbook look, as far as the look decides what a reader is told: format, colours, crossed out."""

from typing import Final
from xml.etree.ElementTree import Element

MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_BUILT_IN: Final = {"0": "General", "1": "0", "2": "0.00", "9": "0%", "10": "0.00%", "49": "@"}
_NO_FILL: Final = frozenset({"", "none", "gray125"})
_BLACK: Final = frozenset({"000000"})
_SMALLEST: Final = 6.0  # points: smaller letters are not meant to be read


def looks_of(styles: Element | None) -> tuple[str, ...]:
    """Return what each cell style does to what is shown, by its number; empty where it does nothing."""
    if styles is None:
        return ()
    formats = {one.attrib["numFmtId"]: one.attrib["formatCode"] for one in styles.iter(f"{MAIN}numFmt")}
    fonts = [font_look(one) for one in styles.findall(f"{MAIN}fonts/{MAIN}font")]
    fills = [_fill(one) for one in styles.findall(f"{MAIN}fills/{MAIN}fill")]
    return tuple(
        _joined([_format(one, formats), *_at(fonts, one, "fontId"), *_at(fills, one, "fillId")])
        for one in styles.findall(f"{MAIN}cellXfs/{MAIN}xf")
    )


def font_look(font: Element) -> str:
    """Return what a font, or a run of a text, does to what is shown."""
    colour = _colour(font.find(f"{MAIN}color"))
    strike = font.find(f"{MAIN}strike")
    size = font.find(f"{MAIN}sz")
    return _joined(
        [
            f"color {colour}" if colour else "",
            "strike" if strike is not None and strike.attrib.get("val", "1") not in {"0", "false"} else "",
            "tiny" if size is not None and float(size.attrib["val"]) < _SMALLEST else "",
        ]
    )


def _joined(parts: list[str]) -> str:
    return "; ".join(one for one in parts if one)


def _at(listed: list[str], style: Element, name: str) -> list[str]:
    place = int(style.attrib.get(name, "0"))
    return [listed[place]] if place < len(listed) else []


def _format(style: Element, formats: dict[str, str]) -> str:
    number = style.attrib.get("numFmtId", "0")
    said = formats.get(number) or _BUILT_IN.get(number, f"#{number}")
    return "" if said == "General" else said


def _fill(fill: Element) -> str:
    pattern = fill.find(f"{MAIN}patternFill")
    if pattern is None:
        return "fill other" if len(fill) else ""
    kind = pattern.attrib.get("patternType", "")
    if kind in _NO_FILL:
        return ""
    colour = _colour(pattern.find(f"{MAIN}fgColor"))
    return f"fill {colour}" if kind == "solid" else f"fill {kind} {colour}"


def _colour(colour: Element | None) -> str:
    """Return a colour; empty for black, however it was said: by the theme, by an index, as automatic."""
    if colour is None:
        return ""
    given = colour.attrib
    if "rgb" in given:
        said = given["rgb"][-6:].upper()
        return "" if said in _BLACK else said
    if given.get("theme") == "1" or given.get("indexed") in {"8", "64"} or "auto" in given:
        return ""
    named = {name: given[name] for name in ("theme", "indexed", "tint") if name in given}
    return " ".join(f"{name} {value}" for name, value in named.items())
