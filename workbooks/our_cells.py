"""Rows and texts of the sheets that we add to a workbook."""

from collections.abc import Sequence

from workbooks.markup import Element, add, stored_text
from workbooks.text_extent import lines_needed

_LINE = 14.25  # points that a line of the body takes
_PADDING = 5.25
_GREATEST_HEIGHT = 409.0  # Excel knows no higher row


def add_row(data: Element, number: int, *, height: float) -> Element:
    """Begin a row."""
    # The height is stated, as not every program makes room for wrapped text when it opens a file, but not
    # as a custom one: a row grows with the explanation that is typed into it.
    return add(data, "row", r=str(number), ht=f"{height:g}")


def add_text(line: Element, place: str, text: str, style: int) -> None:
    """Write a text that can become neither a formula nor a link."""
    cell = add(line, "c", r=place, s=str(style))
    if not text:
        return  # an empty text would hide that the cell is still to be filled in
    cell.set("t", "inlineStr")
    spoken = add(add(cell, "is"), "t")
    spoken.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    spoken.text = stored_text(text)


def fitting_height(texts: Sequence[str], widths: Sequence[int]) -> float:
    """Return the points that a row needs to show every text wrapped into its column."""
    lines = max(lines_needed(text, width) for text, width in zip(texts, widths, strict=True))
    return min(lines * _LINE + _PADDING, _GREATEST_HEIGHT)
