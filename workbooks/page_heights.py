"""How many pages a long table takes, so that its signatures and notes do not stand on a page of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from filing.book import Look, Sheet
from workbooks.looks import estimate_height
from workbooks.page_widths import MARGIN_PIXELS, MM_A_PIXEL, printed_sizes, scale_to

POINTS_A_MM: Final = 72 / 25.4
LINE: Final = 15.0  # points of a row that was given no height
CROWDED: Final = 1.2  # pages are not crowded by more than this
FONTS: Final = (8, 9.3)  # pixels a character, of 宋体 and of what stands in for it where there is none
MOST_TRUSTED: Final = 8  # pages; over more of them nobody can tell where the last one begins
TAKEN_OVER: Final = 3  # rows that go to the last page with the notes


@dataclass(frozen=True, slots=True)
class Paged:
    """How a long table is broken into pages.

    *high* is over how many pages it is to be fitted, 0 where as many as it takes are right. Where that would crowd
    it, it is printed at *scale* (per cent) instead, and another page begins before the row *row* (from 0).
    """

    high: int = 0
    scale: int = 0
    row: int = 0


def paged(sheet: Sheet, room: tuple[float, float]) -> Paged:
    """Return how a table is broken so that nothing but its last lines never stands on a page.

    *room* is what the margins leave of a page, in mm: width and height. One page less is asked for and the table set
    a little smaller; or some rows go over to the last page with the notes.
    """
    first, last = sheet.header_rows or (0, 0)
    heights = [_height(sheet, at) for at in range(len(sheet.rows))]
    repeated = sum(heights[first - 1 : last]) if first else 0.0
    counted = [_pages(heights, repeated, _capacity(sheet, room, pixels)) for pixels in FONTS]
    notes = next((at for at in range(len(sheet.rows)) if _notes_alone(sheet, at)), 0)
    over = Paged(scale=scale_to(max(printed_sizes(sheet, ())), room[0]), row=max(last + 1, notes - TAKEN_OVER))
    if notes and counted[0][0] > MOST_TRUSTED:
        return over
    lonely = [count - 1 for count, start in counted if count > 1 and _notes_alone(sheet, start)]
    if not lonely:
        return Paged()
    wanted = max(lonely)
    crowded = (_pages(heights, repeated, _capacity(sheet, room, one) * CROWDED)[0] > wanted for one in FONTS)
    return over if any(crowded) else Paged(high=wanted)


def _height(sheet: Sheet, at: int) -> float:
    return sheet.row_heights.get(at + 1) or estimate_height(sheet.rows[at], sheet.widths) or LINE


def _capacity(sheet: Sheet, room: tuple[float, float], pixels: float) -> float:
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
