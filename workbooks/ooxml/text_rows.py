"""Rows and texts of the sheets that we add to a workbook, written as text: they may be many thousands."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from workbooks.ooxml.text_extent import lines_needed
from workbooks.ooxml.xml_parts import Element, serialised, stored_text

_LINE = 14.25  # points that a line of the body takes
_PADDING = 5.25
_GREATEST_HEIGHT = 409.0  # Excel knows no higher row
_EMPTY = b"<sheetData/>"


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one of our sheets, in the order in which they were begun."""

    written: list[str] = field(default_factory=list)

    def begin(self, number: int, *, height: float | None = None, fixed: bool = False) -> None:
        """Begin a row."""
        # The height is stated, as not every program makes room for wrapped text when it opens a file, but not
        # as a custom one: a row grows with the explanation that is typed into it.
        high = "" if height is None else f' ht="{height:g}"'
        custom = ' customHeight="1"' if fixed else ""
        self.written.append(f'</row><row r="{number}"{high}{custom}>')

    def text(self, place: str, text: str, style: int = 0) -> None:
        """Write a text that can become neither a formula nor a link; none where it is empty."""
        # An empty text would hide that the cell is still to be filled in.
        kind, inside = "", ""
        if text:
            kind = ' t="inlineStr"'
            inside = f'<is><t xml:space="preserve">{escape(stored_text(text))}</t></is>'
        self.written.append(f'<c r="{place}" s="{style}"{kind}>{inside}</c>')

    def into(self, root: Element) -> bytes:
        """Return the sheet *root*, its element for rows still empty, with these rows in it."""
        whole = serialised(root)
        if not self.written:
            return whole
        rows = "".join(self.written).removeprefix("</row>") + "</row>"
        return whole.replace(_EMPTY, b"<sheetData>" + rows.encode() + b"</sheetData>", 1)


def fitting_height(texts: Sequence[str], widths: Sequence[int]) -> float:
    """Return the points that a row needs to show every text wrapped into its column."""
    lines = max(lines_needed(text, width) for text, width in zip(texts, widths, strict=True))
    return min(lines * _LINE + _PADDING, _GREATEST_HEIGHT)
