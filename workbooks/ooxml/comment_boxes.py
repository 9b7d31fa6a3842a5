"""Size and place of the boxes in which a sheet shows its comments, in pixels."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, islice
from typing import Self

from checks.model.cell_ref import LAST_COLUMN, LAST_ROW, Position
from workbooks.ooxml.cell_edits import iter_sheet_rows
from workbooks.ooxml.text_extent import estimate_lines
from workbooks.ooxml.xml_parts import LxmlElement, find_child, is_on, iter_grandchildren, parse_index

# A text of 9 points, in pixels.
_CHARACTER_WIDTH, _LINE_HEIGHT, _BOX_MARGIN = 6, 16, 14
_BOX_WIDTH, _MAX_BOX_WIDTH, _MAX_BOX_HEIGHT = 300, 480, 640
# Rows or columns that a box may span, so that long hidden stretches cost nothing.
_MAX_SPAN = 400
# Column, offset, row and offset of both corners.
_ANCHOR_LENGTH = 8
# The widest column in characters and the highest row in points (Excel specifications and limits).
_MAX_COLUMN_WIDTH, _MAX_ROW_HEIGHT = 255.0, 409.5
_DEFAULT_COLUMN_WIDTH, _DEFAULT_ROW_HEIGHT = 9.14, 15.0
_PIXELS_PER_CHARACTER, _PIXELS_PER_POINT = 7, 4 / 3
# No box lies more pixels into its first column or row than the largest of them has.
_MAX_OFFSET = 2000


@dataclass(frozen=True, slots=True)
class SheetGrid:
    """The widths of the columns and the heights of the rows of a sheet, in pixels; both are numbered from 0."""

    column_widths: list[tuple[range, int]]
    row_heights: dict[int, int]
    default_width: int
    default_height: int

    @classmethod
    def measure(cls, sheet: LxmlElement) -> Self:
        """Read the sizes from the tree of a sheet."""
        defaults: dict[str, str] = {}
        format_element = find_child(sheet, "sheetFormatPr")
        if format_element is not None:
            defaults.update(format_element.attrib)
        return cls(
            column_widths=list(map(_parse_column_width, iter_grandchildren(sheet, "cols", "{*}col"))),
            row_heights=dict(_iter_custom_heights(sheet)),
            default_width=_parse_width(defaults.get("defaultColWidth")),
            default_height=_parse_height(defaults.get("defaultRowHeight")),
        )

    def get_width(self, column: int) -> int:
        """Return the width of a column, 0 if it is hidden."""
        for columns, width in self.column_widths:
            if column in columns:
                return width
        return self.default_width

    def get_height(self, row: int) -> int:
        """Return the height of a row, 0 if it is hidden."""
        return self.row_heights.get(row, self.default_height)


@dataclass(frozen=True, slots=True)
class CommentBox:
    """The top left corner of a box (column and row from 0, with the pixels into each) and its size in pixels."""

    column: int
    column_offset: int
    row: int
    row_offset: int
    width: int
    height: int

    @classmethod
    def place_beside(cls, cell: Position, size: tuple[int, int]) -> Self:
        """Return the box of *size* for a comment on *cell*: to its right, beginning one row above it."""
        row, column = cell[0] - 1, cell[1] - 1
        return cls(min(column + 1, LAST_COLUMN - 1), 15, max(row - 1, 0), 10, *size)

    @classmethod
    def parse_anchor(cls, anchor: str, grid: SheetGrid) -> Self | None:
        """Return the box with this VML anchor, or None if the anchor is not eight numbers of a place on a sheet."""
        numbers = [parse_index(number, -1) for number in anchor.split(",")]
        if len(numbers) != _ANCHOR_LENGTH or not _is_plausible(numbers):
            return None
        column, column_offset, row, row_offset, last_column, last_column_offset, last_row, last_row_offset = numbers
        columns = range(column, min(last_column, column + _MAX_SPAN))
        rows = range(row, min(last_row, row + _MAX_SPAN))
        width = sum(map(grid.get_width, columns)) - column_offset + last_column_offset
        height = sum(map(grid.get_height, rows)) - row_offset + last_row_offset
        return cls(column, column_offset, row, row_offset, width, height)

    def enlarge(self, size: tuple[int, int]) -> Self:
        """Return this box with at least the width and the height in *size*."""
        return replace(self, width=max(size[0], self.width), height=max(size[1], self.height))

    def format_anchor(self, grid: SheetGrid) -> str:
        """Return the anchor as VML writes it: column, offset, row and offset of both corners."""
        last_column, last_column_offset = _find_end(
            self.column, self.column_offset + self.width, grid.get_width, LAST_COLUMN
        )
        last_row, last_row_offset = _find_end(self.row, self.row_offset + self.height, grid.get_height, LAST_ROW)
        first_corner = (self.column, self.column_offset, self.row, self.row_offset)
        last_corner = (last_column, last_column_offset, last_row, last_row_offset)
        return ", ".join(map(str, first_corner + last_corner))


def estimate_box_size(text: str) -> tuple[int, int]:
    """Return the width and height in pixels that show the whole text; the box is wider if it would grow too high."""
    for width in (_BOX_WIDTH, _MAX_BOX_WIDTH):
        line_count = estimate_lines(text, (width - _BOX_MARGIN) // _CHARACTER_WIDTH)
        height = line_count * _LINE_HEIGHT + _BOX_MARGIN
        if height <= _MAX_BOX_HEIGHT:
            return width, height
    return _MAX_BOX_WIDTH, _MAX_BOX_HEIGHT


def _find_end(start: int, length: int, get_size: Callable[[int], int], limit: int) -> tuple[int, int]:
    """Return the row or column that lies *length* pixels after the beginning of *start*, and the pixels into it."""
    for number in islice(count(start), min(_MAX_SPAN, limit - 1 - start)):
        if length <= get_size(number):
            return number, length
        length -= get_size(number)
    return min(start + _MAX_SPAN, limit - 1), 0


def _parse_column_width(item: LxmlElement) -> tuple[range, int]:
    columns = range(parse_index(item.get("min"), 1) - 1, parse_index(item.get("max"), 1))
    if is_on(item.get("hidden")):
        return columns, 0
    return columns, _parse_width(item.get("width"))


def _iter_custom_heights(sheet: LxmlElement) -> Iterator[tuple[int, int]]:
    """Yield the rows that are hidden or have a height of their own."""
    for row_number, row in iter_sheet_rows(sheet):
        if is_on(row.get("hidden")):
            yield row_number - 1, 0
        elif row.get("ht"):
            yield row_number - 1, _parse_height(row.get("ht"))


def _parse_width(text: str | None) -> int:
    """Return a column width, given in characters, in pixels."""
    return round(_parse_size(text, _DEFAULT_COLUMN_WIDTH, _MAX_COLUMN_WIDTH) * _PIXELS_PER_CHARACTER)


def _parse_height(text: str | None) -> int:
    """Return a row height, given in points, in pixels."""
    return round(_parse_size(text, _DEFAULT_ROW_HEIGHT, _MAX_ROW_HEIGHT) * _PIXELS_PER_POINT)


def _parse_size(text: str | None, default: float, maximum: float) -> float:
    """Return the size in *text*, at most *maximum*, or *default* if it is not a number that a size can be."""
    try:
        size = float(text or "")
    except ValueError:
        return default
    if not math.isfinite(size) or size < 0:
        return default
    return min(size, maximum)


def _is_plausible(anchor: Sequence[int]) -> bool:
    """Return whether the eight numbers of an anchor are a place on a sheet; -1 stands for what is not a number."""
    if min(anchor) < 0 or max(anchor[1::2]) > _MAX_OFFSET:
        return False
    return max(anchor[0], anchor[4]) < LAST_COLUMN and max(anchor[2], anchor[6]) < LAST_ROW
