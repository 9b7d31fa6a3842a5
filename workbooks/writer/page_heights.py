"""Page breaks between the rows of a long table, so that its signatures and notes never have a page to themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from filing.book.workbook_model import CellStyle, FilingSheet
from workbooks.writer.cell_formats import estimate_height
from workbooks.writer.page_widths import CELL_MARGIN_PIXELS, MM_PER_PIXEL, compute_page_widths, compute_scale

POINTS_PER_MM: Final = 72 / 25.4
# The height of a row that has none of its own, in points.
DEFAULT_ROW_HEIGHT: Final = 15.0
# The largest share of a page's height that may be put on it by fitting to fewer pages.
MAX_CROWDING_RATIO: Final = 1.2
# Pixels a character, of 宋体 and of its substitute on machines without it.
CHARACTER_WIDTHS: Final = (8, 9.3)
# With more pages, programs differ on where the last one begins.
MAX_TRUSTED_PAGES: Final = 8
# The share of a page that we fill if we set the breaks: the substitute of 宋体 is a little higher.
PAGE_FILL_RATIO: Final = 0.96
# Rows of the table that go to the last page with the notes.
ROWS_KEPT_WITH_NOTES: Final = 3


@dataclass(frozen=True, slots=True)
class PageBreaks:
    """How a long table is broken into pages.

    The table is fitted to *page_count* pages, 0 for as many as it takes. If that would crowd the pages, it is printed
    at *scale* (per cent) instead, with a page break before each of *break_rows* (from 0).
    """

    page_count: int = 0
    scale: int = 0
    break_rows: tuple[int, ...] = ()


def estimate_row_heights(sheet: FilingSheet) -> tuple[float, ...]:
    """Return the heights of all rows in points, 0 for a row that has none of its own."""
    heights = []
    for row_number, row in enumerate(sheet.rows, start=1):
        heights.append(sheet.row_heights.get(row_number) or estimate_height(row, sheet.widths))
    return tuple(heights)


def split_rows_into_pages(
    sheet: FilingSheet, row_heights: Sequence[float], printable_size: tuple[float, float]
) -> PageBreaks:
    """Return the page breaks of a table, chosen so that no page holds only the notes below the table.

    *row_heights* are those of `estimate_row_heights`. *printable_size* is the width and height of a page within its
    margins, in mm. Either the table is fitted to one page less and so printed a little smaller, or some of its rows go
    to the last page with the notes.
    """
    heights, repeated_height = _complete_heights(sheet, row_heights)
    capacities = [_compute_page_capacity(sheet, printable_size, width) for width in CHARACTER_WIDTHS]
    page_starts = [_find_page_starts(heights, repeated_height, capacity) for capacity in capacities]
    notes_row = _find_notes_row(sheet)
    scale = compute_scale(max(compute_page_widths(sheet, ())), printable_size[0])
    if notes_row and len(page_starts[0]) > MAX_TRUSTED_PAGES:
        return PageBreaks(scale=scale, break_rows=find_page_breaks(sheet, row_heights, printable_size[1], scale))
    page_count = _count_pages_without_notes(sheet, page_starts)
    if not page_count:
        return PageBreaks()
    crowded_starts = [
        _find_page_starts(heights, repeated_height, capacity * MAX_CROWDING_RATIO) for capacity in capacities
    ]
    if max(map(len, crowded_starts)) <= page_count:
        return PageBreaks(page_count=page_count)
    _, last_header_row = sheet.header_rows or (0, 0)
    return PageBreaks(scale=scale, break_rows=(max(last_header_row + 1, notes_row - ROWS_KEPT_WITH_NOTES),))


def _count_pages_without_notes(sheet: FilingSheet, page_starts: Sequence[Sequence[int]]) -> int:
    """Return the pages before a last page that holds only notes, or 0 if there is no such page.

    *page_starts* has the first row of each page for every width of character; the largest number counts.
    """
    page_count = 0
    for starts in page_starts:
        if len(starts) > 1 and _has_only_notes(sheet, starts[-1]):
            page_count = max(page_count, len(starts) - 1)
    return page_count


def find_page_breaks(
    sheet: FilingSheet, row_heights: Sequence[float], page_height: float, scale: int
) -> tuple[int, ...]:
    """Return the rows (from 0) with which each page after the first begins, so that programs need not choose them.

    *row_heights* are as above, *page_height* is in mm, and *scale* is the scale of the print in per cent. The notes go
    with the last rows of the table.
    """
    heights, repeated_height = _complete_heights(sheet, row_heights)
    capacity = page_height * POINTS_PER_MM * 100 / scale * PAGE_FILL_RATIO
    starts = _find_page_starts(heights, repeated_height, capacity)
    notes_row = _find_notes_row(sheet)
    if notes_row and len(starts) > 1:
        starts[-1] = max(starts[-2] + 1, min(starts[-1], notes_row - ROWS_KEPT_WITH_NOTES))
    return tuple(starts[1:])


def _complete_heights(sheet: FilingSheet, row_heights: Sequence[float]) -> tuple[list[float], float]:
    """Return the heights of all rows, and the height of those that every page repeats, in points."""
    heights = [height or DEFAULT_ROW_HEIGHT for height in row_heights]
    if sheet.header_rows is None:
        return heights, 0.0
    first, last = sheet.header_rows
    return heights, sum(heights[first - 1 : last])


def _find_notes_row(sheet: FilingSheet) -> int:
    """Return the row (from 0) with which the signatures and notes below a table begin, or 0 if it has none."""
    for row in range(len(sheet.rows)):
        if _has_only_notes(sheet, row):
            return row
    return 0


def _compute_page_capacity(sheet: FilingSheet, printable_size: tuple[float, float], character_width: float) -> float:
    """Return the height of a page in points of the sheet, which is scaled down to the width of the page."""
    table_width = sum((width * character_width + CELL_MARGIN_PIXELS) * MM_PER_PIXEL for width in sheet.widths)
    return printable_size[1] * POINTS_PER_MM * max(1.0, table_width / printable_size[0])


def _find_page_starts(heights: Sequence[float], repeated_height: float, capacity: float) -> list[int]:
    """Return the row (from 0) with which each page begins."""
    starts, used_height = [0], 0.0
    for row, height in enumerate(heights):
        if used_height + height > capacity and row > starts[-1]:
            starts.append(row)
            used_height = repeated_height
        used_height += height
    return starts


def _has_only_notes(sheet: FilingSheet, start: int) -> bool:
    """Return whether all cells from row *start* (from 0) on are notes."""
    return all(cell.style is CellStyle.NOTE for cell in chain.from_iterable(sheet.rows[start:]))
