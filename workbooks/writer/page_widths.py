"""How a wide table is laid over several sheets of paper, so that it can be read there."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from filing.book.workbook_model import Sheet

PIXELS_A_CHARACTER: Final = 10  # 8 where 宋体 11 is at hand; what stands in for it elsewhere is as wide as this
MARGIN_PIXELS: Final = 5
MM_A_PIXEL: Final = 25.4 / 96
LEAST_SCALE: Final = 70  # per cent: 11 pt are nearly 8 pt then, and nobody needs a glass
SLACK: Final = 0.97  # programs measure fonts differently, and a column too many would go to a page of its own


@dataclass(frozen=True, slots=True)
class Spread:
    """At which scale, in per cent, and before which columns (from 0) another page begins."""

    scale: int
    breaks: tuple[int, ...]


def spread(sheet: Sheet, room_mm: float) -> Spread:
    """Return how a sheet's groups of columns go on pages *room_mm* wide: as few as can be read."""
    sizes = [_millimetres(one) for one in sheet.widths]
    titles = sum(sizes[: sheet.titles])
    pages: list[float] = [0.0]
    breaks: list[int] = []
    for start, end in pairwise((0, *accumulate(sheet.groups))):
        size = sum(sizes[start:end])
        if pages[-1] and pages[-1] + size > room_mm * SLACK * 100 / LEAST_SCALE:
            breaks.append(start)
            pages.append(titles)
        pages[-1] += size
    return Spread(scale_to(max(pages), room_mm), tuple(breaks))


def scale_to(widest: float, room_mm: float) -> int:
    """Return the scale, in per cent, at which so many mm go on a page."""
    return max(10, min(100, int(100 * room_mm * SLACK / widest)))


def _millimetres(width: float) -> float:
    return (width * PIXELS_A_CHARACTER + MARGIN_PIXELS) * MM_A_PIXEL


def printed_sizes(sheet: Sheet, breaks: Sequence[int]) -> list[float]:
    """Return how wide each page of a sheet is before it is scaled, in mm."""
    sizes = [_millimetres(one) for one in sheet.widths]
    ends = (0, *breaks, len(sizes))
    return [sum(sizes[start:end]) + (sum(sizes[: sheet.titles]) if start else 0) for start, end in pairwise(ends)]
