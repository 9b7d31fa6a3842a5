"""How many pages a long table takes, so that its signatures and notes do not stand on a page of their own."""

from collections.abc import Sequence
from typing import Final

from filing.book import Look, Sheet
from workbooks.looks import estimate_height
from workbooks.page_widths import MARGIN_PIXELS, MM_A_PIXEL, PIXELS_A_CHARACTER

POINTS_A_MM: Final = 72 / 25.4
LINE: Final = 15.0  # points of a row that was given no height
CROWDED: Final = 1.15  # pages are not crowded by more than this
FONTS: Final = (8, PIXELS_A_CHARACTER)  # pixels a character, of 宋体 and of what stands in for it


def pages_high(sheet: Sheet, room: tuple[float, float]) -> int:
    """Return over how many pages a sheet is to be fitted; 0 where as many as it takes are right.

    *room* is what the margins leave of a page, in mm: width and height. Where nothing but the last lines would come
    to stand on a last page, one page less is asked for, and the table is set a little smaller.
    """
    first, last = sheet.header_rows or (0, 0)
    heights = [_height(sheet, at) for at in range(len(sheet.rows))]
    repeated = sum(heights[first - 1 : last]) if first else 0.0
    counted = [_pages(heights, repeated, _capacity(sheet, room, pixels)) for pixels in FONTS]
    lonely = [count - 1 for count, start in counted if count > 1 and _notes_alone(sheet, start)]
    if not lonely:
        return 0
    wanted = max(lonely)
    crowded = [_pages(heights, repeated, _capacity(sheet, room, pixels) * CROWDED)[0] > wanted for pixels in FONTS]
    return 0 if any(crowded) else wanted


def _height(sheet: Sheet, at: int) -> float:
    return sheet.row_heights.get(at + 1) or estimate_height(sheet.rows[at], sheet.widths) or LINE


def _capacity(sheet: Sheet, room: tuple[float, float], pixels: int) -> float:
    """Return the height of a page in points of the sheet, which is scaled down to the page's width."""
    wide = sum((one * pixels + MARGIN_PIXELS) * MM_A_PIXEL for one in sheet.widths)
    return room[1] * POINTS_A_MM * max(1.0, wide / room[0])


def _pages(heights: Sequence[float], repeated: float, capacity: float) -> tuple[int, int]:
    """Return how many pages the rows take, and with which row (from 0) the last one begins."""
    pages, start, used = 1, 0, 0.0
    for at, height in enumerate(heights):
        if used + height > capacity and at > start:
            pages, start, used = pages + 1, at, repeated
        used += height
    return pages, start


def _notes_alone(sheet: Sheet, start: int) -> bool:
    return all(cell.look is Look.NOTE for row in sheet.rows[start:] for cell in row)
