"""Styles of an OpenDocument table that matter to a reader: what hides a sheet or a cell, and shown decimals."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_SHOWN_NUMBER: Final = re.compile(r"-?(?P<whole>[0-9][0-9,]*)(?:\.(?P<decimals>[0-9]+))?(?P<percent>%?)")
_HEX_COLOUR: Final = re.compile(r"#[0-9A-Fa-f]{6}")
_POINTS: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)pt")
DATE_FORMAT: Final = "yyyy-mm-dd"
MOMENT_FORMAT: Final = "yyyy-mm-dd hh:mm:ss"


@dataclass(slots=True)
class StyleCollector:
    """Collects the styles of the file by name, and the formats of the cells that are written, each once."""

    hidden_tables: set[str] = field(default_factory=set)
    cell_properties: dict[str, dict[str, Any]] = field(default_factory=dict)
    formats: dict[tuple[tuple[str, Any], ...], int] = field(default_factory=dict)
    current_style: str = ""

    def start_style(self, attributes: Mapping[str, str]) -> None:
        """Begin a style; it takes over the properties of its parent, which stands before it."""
        self.current_style = attributes.get("name", "")
        parent_properties = self.cell_properties.get(attributes.get("parent-style-name", ""), {})
        self.cell_properties[self.current_style] = dict(parent_properties)

    def add_properties(self, name: str, attributes: Mapping[str, str]) -> None:
        """Record properties of the style that was begun last."""
        properties = self.cell_properties.setdefault(self.current_style, {})
        if name == "table-properties" and attributes.get("display") == "false":
            self.hidden_tables.add(self.current_style)
        elif name == "table-cell-properties" and _HEX_COLOUR.fullmatch(attributes.get("background-color", "")):
            properties |= {"pattern": 1, "bg_color": attributes["background-color"]}
        elif name == "text-properties":
            properties |= _read_text_properties(attributes)

    def find_format(self, style: str, number_format: str) -> int:
        """Return the number of the format of a cell with this style and number format."""
        properties = {**self.cell_properties.get(style, {}), "num_format": number_format}
        return self.formats.setdefault(tuple(sorted(properties.items())), len(self.formats) + 1)

    def list_formats(self) -> dict[int, dict[str, Any]]:
        """Return the properties of each format by its number."""
        return {number: dict(properties) for properties, number in self.formats.items()}


def _read_text_properties(attributes: Mapping[str, str]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    if attributes.get("text-line-through-style", "none") != "none":
        properties["font_strikeout"] = True
    if _HEX_COLOUR.fullmatch(attributes.get("color", "")):
        properties["font_color"] = attributes["color"]
    if points := _POINTS.fullmatch(attributes.get("font-size", "")):
        properties["font_size"] = float(points[1])
    if attributes.get("font-weight") == "bold":
        properties["bold"] = True
    return properties


def derive_number_format(shown_text: str) -> str:
    """Return the number format by which a number is shown so.

    >>> derive_number_format("1,281.75")
    '#,##0.00'
    """
    shown = _SHOWN_NUMBER.fullmatch(shown_text)
    if shown is None or not (shown["decimals"] or shown["percent"] or "," in shown["whole"]):
        return "0" if shown else "General"
    whole = "#,##0" if "," in shown["whole"] else "0"
    decimals = "." + "0" * len(shown["decimals"]) if shown["decimals"] else ""
    return whole + decimals + shown["percent"]
