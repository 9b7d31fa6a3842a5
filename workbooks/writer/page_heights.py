"""How many pages a long table takes, so that its signatures and notes do not stand on a page of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from filing.book.workbook_model import CellStyle, FilingSheet
from workbooks.writer.cell_formats import estimate_height
from workbooks.writer.page_widths import CELL_MARGIN_PIXELS, MM_PER_PIXEL, compute_page_widths, compute_scale

POINTS_PER_MM: Final = 72 / 25.4
DEFAULT_ROW_HEIGHT: Final = 15.0  # points of a row that was given no height
MAX_CROWDING_RATIO: Final = 1.2  # pages are not crowded by more than this
CHARACTER_WIDTHS: Final = (8, 9.3)  # pixels a character, of 宋体 and of what stands in for it where there is none
MAX_TRUSTED_PAGES: Final = 8  # pages; over more of them programs differ on where the last one begins
PAGE_FILL_RATIO: Final = 0.96  # of a page that is broken by us: what stands in for 宋体 is a little higher
ROWS_KEPT_WITH_NOTES: Final = 3  # rows that go to the last page with the notes


@dataclass(frozen=True, slots=True)
class PageBreaks:
    """How a long table is broken into pages.

    *high* is over how many pages it is to be fitted, 0 where as many as it takes are right. Where that would crowd
    it, it is printed at *scale* (per cent) instead, and another page begins before each of the *rows* (from 0).
    """

    page_count: int = 0
    scale: int = 0
    break_rows: tuple[int, ...] = ()


def split_rows_into_pages(sheet: FilingSheet, printable_size: tuple[float, float]) -> PageBreaks:
    """Return how a table is broken so that nothing but its last lines never stands on a page.

    *room* is what the margins leave of a page, in mm: width and height. One page less is asked for and the table set
    a little smaller; or some rows go over to the last page with the notes.
    """
    heights, repeated = _estimate_row_heights(sheet)
    starts = [
        _find_page_starts(heights, repeated, _compute_page_capacity(sheet, printable_size, pixels))
        for pixels in CHARACTER_WIDTHS
    ]
    notes, scale = _find_notes_row(sheet), compute_scale(max(compute_page_widths(sheet, ())), printable_size[0])
    if notes and len(starts[0]) > MAX_TRUSTED_PAGES:
        return PageBreaks(scale=scale, break_rows=find_page_breaks(sheet, printable_size[1], scale))
    lonely = [len(one) - 1 for one in starts if len(one) > 1 and _has_only_notes(sheet, one[-1])]
    if not lonely:
        return PageBreaks()
    wanted = max(lonely)
    crowded = (
        len(
            _find_page_starts(
                heights, repeated, _compute_page_capacity(sheet, printable_size, one) * MAX_CROWDING_RATIO
            )
        )
        > wanted
        for one in CHARACTER_WIDTHS
    )
    if not any(crowded):
        return PageBreaks(page_count=wanted)
    return PageBreaks(
        scale=scale, break_rows=(max((sheet.header_rows or (0, 0))[1] + 1, notes - ROWS_KEPT_WITH_NOTES),)
    )


def find_page_breaks(sheet: FilingSheet, page_height: float, scale: int) -> tuple[int, ...]:
    """Return the rows (from 0) with which each further page begins, so that no program has to find them.

    *high* is the height of a page in mm, *scale* what the sheet is printed at in per cent. The notes go with the last
    rows of the table.
    """
    heights, repeated = _estimate_row_heights(sheet)
    starts = _find_page_starts(heights, repeated, page_height * POINTS_PER_MM * 100 / scale * PAGE_FILL_RATIO)
    notes = _find_notes_row(sheet)
    if notes and len(starts) > 1:
        starts[-1] = max(starts[-2] + 1, min(starts[-1], notes - ROWS_KEPT_WITH_NOTES))
    return tuple(starts[1:])


def _estimate_row_heights(sheet: FilingSheet) -> tuple[list[float], float]:
    """Return the heights of all rows, and of those that every page repeats, in points."""
    first, last = sheet.header_rows or (0, 0)
    heights = [_estimate_row_height(sheet, at) for at in range(len(sheet.rows))]
    return heights, sum(heights[first - 1 : last]) if first else 0.0


def _find_notes_row(sheet: FilingSheet) -> int:
    """Return the row (from 0) with which the signatures and notes below a table begin, 0 where there are none."""
    return next((at for at in range(len(sheet.rows)) if _has_only_notes(sheet, at)), 0)


def _estimate_row_height(sheet: FilingSheet, row: int) -> float:
    return sheet.row_heights.get(row + 1) or estimate_height(sheet.rows[row], sheet.widths) or DEFAULT_ROW_HEIGHT


def _compute_page_capacity(sheet: FilingSheet, printable_size: tuple[float, float], character_width: float) -> float:
    """Return the height of a page in points of the sheet, which is scaled down to the page's width."""
    wide = sum((one * character_width + CELL_MARGIN_PIXELS) * MM_PER_PIXEL for one in sheet.widths)
    return printable_size[1] * POINTS_PER_MM * max(1.0, wide / printable_size[0])


def _find_page_starts(heights: Sequence[float], repeated: float, capacity: float) -> list[int]:
    """Return the row (from 0) with which each page begins."""
    starts, used = [0], 0.0
    for at, height in enumerate(heights):
        if used + height > capacity and at > starts[-1]:
            starts.append(at)
            used = repeated
        used += height
    return starts


def _has_only_notes(sheet: FilingSheet, start: int) -> bool:
    return all(cell.style is CellStyle.NOTE for row in sheet.rows[start:] for cell in row)
