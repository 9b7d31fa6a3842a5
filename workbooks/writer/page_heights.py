"""How many pages a long table takes, so that its signatures and notes do not stand on a page of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from filing.book.workbook_model import Look, Sheet
from workbooks.writer.cell_formats import estimate_height
from workbooks.writer.page_widths import MARGIN_PIXELS, MM_A_PIXEL, printed_sizes, scale_to

POINTS_A_MM: Final = 72 / 25.4
LINE: Final = 15.0  # points of a row that was given no height
CROWDED: Final = 1.2  # pages are not crowded by more than this
FONTS: Final = (8, 9.3)  # pixels a character, of 宋体 and of what stands in for it where there is none
MOST_TRUSTED: Final = 8  # pages; over more of them programs differ on where the last one begins
FILLED: Final = 0.96  # of a page that is broken by us: what stands in for 宋体 is a little higher
TAKEN_OVER: Final = 3  # rows that go to the last page with the notes


@dataclass(frozen=True, slots=True)
class Paged:
    """How a long table is broken into pages.

    *high* is over how many pages it is to be fitted, 0 where as many as it takes are right. Where that would crowd
    it, it is printed at *scale* (per cent) instead, and another page begins before each of the *rows* (from 0).
    """

    high: int = 0
    scale: int = 0
    rows: tuple[int, ...] = ()


def paged(sheet: Sheet, room: tuple[float, float]) -> Paged:
    """Return how a table is broken so that nothing but its last lines never stands on a page.

    *room* is what the margins leave of a page, in mm: width and height. One page less is asked for and the table set
    a little smaller; or some rows go over to the last page with the notes.
    """
    heights, repeated = _heights(sheet)
    starts = [_starts(heights, repeated, _capacity(sheet, room, pixels)) for pixels in FONTS]
    notes, scale = _notes(sheet), scale_to(max(printed_sizes(sheet, ())), room[0])
    if notes and len(starts[0]) > MOST_TRUSTED:
        return Paged(scale=scale, rows=all_breaks(sheet, room[1], scale))
    lonely = [len(one) - 1 for one in starts if len(one) > 1 and _notes_alone(sheet, one[-1])]
    if not lonely:
        return Paged()
    wanted = max(lonely)
    crowded = (len(_starts(heights, repeated, _capacity(sheet, room, one) * CROWDED)) > wanted for one in FONTS)
    if not any(crowded):
        return Paged(high=wanted)
    return Paged(scale=scale, rows=(max((sheet.header_rows or (0, 0))[1] + 1, notes - TAKEN_OVER),))


def all_breaks(sheet: Sheet, high: float, scale: int) -> tuple[int, ...]:
    """Return the rows (from 0) with which each further page begins, so that no program has to find them.

    *high* is the height of a page in mm, *scale* what the sheet is printed at in per cent. The notes go with the last
    rows of the table.
    """
    heights, repeated = _heights(sheet)
    starts = _starts(heights, repeated, high * POINTS_A_MM * 100 / scale * FILLED)
    notes = _notes(sheet)
    if notes and len(starts) > 1:
        starts[-1] = max(starts[-2] + 1, min(starts[-1], notes - TAKEN_OVER))
    return tuple(starts[1:])


def _heights(sheet: Sheet) -> tuple[list[float], float]:
    """Return the heights of all rows, and of those that every page repeats, in points."""
    first, last = sheet.header_rows or (0, 0)
    heights = [_height(sheet, at) for at in range(len(sheet.rows))]
    return heights, sum(heights[first - 1 : last]) if first else 0.0


def _notes(sheet: Sheet) -> int:
    """Return the row (from 0) with which the signatures and notes below a table begin, 0 where there are none."""
    return next((at for at in range(len(sheet.rows)) if _notes_alone(sheet, at)), 0)


def _height(sheet: Sheet, at: int) -> float:
    return sheet.row_heights.get(at + 1) or estimate_height(sheet.rows[at], sheet.widths) or LINE


def _capacity(sheet: Sheet, room: tuple[float, float], pixels: float) -> float:
    """Return the height of a page in points of the sheet, which is scaled down to the page's width."""
    wide = sum((one * pixels + MARGIN_PIXELS) * MM_A_PIXEL for one in sheet.widths)
    return room[1] * POINTS_A_MM * max(1.0, wide / room[0])


def _starts(heights: Sequence[float], repeated: float, capacity: float) -> list[int]:
    """Return the row (from 0) with which each page begins."""
    starts, used = [0], 0.0
    for at, height in enumerate(heights):
        if used + height > capacity and at > starts[-1]:
            starts.append(at)
            used = repeated
        used += height
    return starts


def _notes_alone(sheet: Sheet, start: int) -> bool:
    return all(cell.look is Look.NOTE for row in sheet.rows[start:] for cell in row)
