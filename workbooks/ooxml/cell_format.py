"""Formats of the cells that we add to a workbook, as values."""

from dataclasses import dataclass

# The built-in number format @ (ECMA-376 part 1, 18.8.30).
TEXT_FORMAT_ID = 49


@dataclass(frozen=True, slots=True)
class Font:
    """A typeface with its size in points; *link* makes it blue and underlined."""

    name: str
    size: float
    bold: bool = False
    link: bool = False

    @property
    def colour(self) -> str:
        """The colour of the text, as eight hexadecimal digits (ARGB)."""
        if self.link:
            return "FF0563C1"
        return "FF000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFormat:
    """The format of a cell of our own; *as_text* keeps what is typed into it from becoming a formula."""

    font: Font
    fill: str | None = None
    border: bool = True
    horizontal: str = "left"
    vertical: str = "center"
    as_text: bool = False
    locked: bool = True

    @property
    def number_format_id(self) -> int:
        """The number of the built-in number format."""
        if self.as_text:
            return TEXT_FORMAT_ID
        return 0
