"""How a wide table is laid over several sheets of paper, so that it can be read there."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from filing.book.workbook_model import FilingSheet

PIXELS_PER_CHARACTER: Final = 10  # 8 where 宋体 11 is at hand; what stands in for it elsewhere is as wide as this
CELL_MARGIN_PIXELS: Final = 5
MM_PER_PIXEL: Final = 25.4 / 96
MIN_SCALE_PERCENT: Final = 70  # per cent: 11 pt are nearly 8 pt then, and nobody needs a glass
WIDTH_SAFETY_FACTOR: Final = (
    0.97  # programs measure fonts differently, and a column too many would go to a page of its own
)


@dataclass(frozen=True, slots=True)
class PageSplit:
    """At which scale, in per cent, and before which columns (from 0) another page begins."""

    scale: int
    break_columns: tuple[int, ...]


def split_columns_into_pages(sheet: FilingSheet, page_width_mm: float) -> PageSplit:
    """Return how a sheet's groups of columns go on pages *room_mm* wide: as few as can be read."""
    sizes = [_convert_to_mm(one) for one in sheet.widths]
    titles = sum(sizes[: sheet.title_column_count])
    pages: list[float] = [0.0]
    breaks: list[int] = []
    for start, end in pairwise((0, *accumulate(sheet.column_group_sizes))):
        size = sum(sizes[start:end])
        if pages[-1] and pages[-1] + size > page_width_mm * WIDTH_SAFETY_FACTOR * 100 / MIN_SCALE_PERCENT:
            breaks.append(start)
            pages.append(titles)
        pages[-1] += size
    return PageSplit(compute_scale(max(pages), page_width_mm), tuple(breaks))


def compute_scale(content_width_mm: float, page_width_mm: float) -> int:
    """Return the scale, in per cent, at which so many mm go on a page."""
    return max(10, min(100, int(100 * page_width_mm * WIDTH_SAFETY_FACTOR / content_width_mm)))


def _convert_to_mm(width: float) -> float:
    return (width * PIXELS_PER_CHARACTER + CELL_MARGIN_PIXELS) * MM_PER_PIXEL


def compute_page_widths(sheet: FilingSheet, break_columns: Sequence[int]) -> list[float]:
    """Return how wide each page of a sheet is before it is scaled, in mm."""
    sizes = [_convert_to_mm(one) for one in sheet.widths]
    ends = (0, *break_columns, len(sizes))
    return [
        sum(sizes[start:end]) + (sum(sizes[: sheet.title_column_count]) if start else 0)
        for start, end in pairwise(ends)
    ]
