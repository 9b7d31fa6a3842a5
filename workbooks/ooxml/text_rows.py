"""Rows of the sheets that we add to a workbook, written as text because there may be many thousands of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import starmap
from xml.sax.saxutils import escape

from workbooks.ooxml.text_extent import estimate_lines
from workbooks.ooxml.xml_parts import LxmlElement, prepare_text, write_xml

_LINE_HEIGHT_POINTS = 14.25
_ROW_PADDING_POINTS = 5.25
# Excel knows no higher row.
_MAX_ROW_HEIGHT_POINTS = 409.0
_EMPTY_SHEET_DATA = b"<sheetData/>"


@dataclass(frozen=True, slots=True)
class RowWriter:
    """The markup of the rows of one of our sheets, in the order in which they were begun."""

    fragments: list[str] = field(default_factory=list)

    def begin_row(self, number: int, *, height: float | None = None, fixed: bool = False) -> None:
        """Begin the row *number* (from 1); *height* is in points, and *fixed* marks it as a custom height."""
        # We give the height because not every program makes room for wrapped text when it opens a file. It is not
        # marked as a custom one by default, so that a row grows with the explanation typed into it.
        attributes = f'r="{number}"'
        if height is not None:
            attributes += f' ht="{height:g}"'
        if fixed:
            attributes += ' customHeight="1"'
        self.fragments.append(f"</row><row {attributes}>")

    def write_text(self, address: str, text: str, style: int = 0) -> None:
        """Write a cell whose *text* can become neither a formula nor a link; without text the cell stays blank."""
        # An empty text would hide that the cell is still to be filled in.
        cell_type = content = ""
        if text:
            cell_type = ' t="inlineStr"'
            content = f'<is><t xml:space="preserve">{escape(prepare_text(text))}</t></is>'
        self.fragments.append(f'<c r="{address}" s="{style}"{cell_type}>{content}</c>')

    def insert_into(self, root: LxmlElement) -> bytes:
        """Return the sheet *root*, whose sheetData is still empty, with these rows in it."""
        sheet = write_xml(root)
        if not self.fragments:
            return sheet
        rows = "".join(self.fragments).removeprefix("</row>") + "</row>"
        return sheet.replace(_EMPTY_SHEET_DATA, b"<sheetData>" + rows.encode() + b"</sheetData>", 1)


def estimate_row_height(texts: Sequence[str], widths: Sequence[int]) -> float:
    """Return the height in points that a row needs to show every text wrapped into its column."""
    line_count = max(starmap(estimate_lines, zip(texts, widths, strict=True)))
    return min(line_count * _LINE_HEIGHT_POINTS + _ROW_PADDING_POINTS, _MAX_ROW_HEIGHT_POINTS)
