"""Rows and texts of the sheets that we add to a workbook, written as text: they may be many thousands."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from workbooks.ooxml.text_extent import estimate_lines
from workbooks.ooxml.xml_parts import LxmlElement, prepare_text, write_xml

_LINE_HEIGHT = 14.25  # points that a line of the body takes
_ROW_PADDING = 5.25
_MAX_ROW_HEIGHT = 409.0  # Excel knows no higher row
_EMPTY_SHEET_DATA = b"<sheetData/>"


@dataclass(frozen=True, slots=True)
class RowWriter:
    """The rows of one of our sheets, in the order in which they were begun."""

    fragments: list[str] = field(default_factory=list)

    def begin_row(self, number: int, *, height: float | None = None, fixed: bool = False) -> None:
        """Begin a row."""
        # The height is stated, as not every program makes room for wrapped text when it opens a file, but not
        # as a custom one: a row grows with the explanation that is typed into it.
        high = "" if height is None else f' ht="{height:g}"'
        custom = ' customHeight="1"' if fixed else ""
        self.fragments.append(f'</row><row r="{number}"{high}{custom}>')

    def write_text(self, address: str, text: str, style: int = 0) -> None:
        """Write a text that can become neither a formula nor a link; none where it is empty."""
        # An empty text would hide that the cell is still to be filled in.
        kind, inside = "", ""
        if text:
            kind = ' t="inlineStr"'
            inside = f'<is><t xml:space="preserve">{escape(prepare_text(text))}</t></is>'
        self.fragments.append(f'<c r="{address}" s="{style}"{kind}>{inside}</c>')

    def insert_into(self, root: LxmlElement) -> bytes:
        """Return the sheet *root*, its element for rows still empty, with these rows in it."""
        whole = write_xml(root)
        if not self.fragments:
            return whole
        rows = "".join(self.fragments).removeprefix("</row>") + "</row>"
        return whole.replace(_EMPTY_SHEET_DATA, b"<sheetData>" + rows.encode() + b"</sheetData>", 1)


def estimate_row_height(texts: Sequence[str], widths: Sequence[int]) -> float:
    """Return the points that a row needs to show every text wrapped into its column."""
    lines = max(estimate_lines(text, width) for text, width in zip(texts, widths, strict=True))
    return min(lines * _LINE_HEIGHT + _ROW_PADDING, _MAX_ROW_HEIGHT)
