"""Page breaks between the columns of a wide table, so that it can be read on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from filing.book.workbook_model import FilingSheet

# 8 on machines with 宋体 in 11 points; its substitute elsewhere is as wide as this.
PIXELS_PER_CHARACTER: Final = 10
CELL_MARGIN_PIXELS: Final = 5
MM_PER_PIXEL: Final = 25.4 / 96
# A text of 11 points then has nearly 8 points, which is still easy to read.
MIN_SCALE_PERCENT: Final = 70
# Programs measure fonts differently, and one column too many would have a page to itself.
WIDTH_SAFETY_FACTOR: Final = 0.97


@dataclass(frozen=True, slots=True)
class PageSplit:
    """The scale of the print in per cent, and the columns (from 0) with which further pages begin."""

    scale: int
    break_columns: tuple[int, ...]


def split_columns_into_pages(sheet: FilingSheet, page_width_mm: float) -> PageSplit:
    """Distribute the groups of columns over pages *page_width_mm* wide: as few as remain readable."""
    widths = list(map(_convert_to_mm, sheet.widths))
    title_width = sum(widths[: sheet.title_column_count])
    max_page_width = page_width_mm * WIDTH_SAFETY_FACTOR * 100 / MIN_SCALE_PERCENT
    page_widths: list[float] = [0.0]
    break_columns: list[int] = []
    for start, end in pairwise((0, *accumulate(sheet.column_group_sizes))):
        group_width = sum(widths[start:end])
        if page_widths[-1] and page_widths[-1] + group_width > max_page_width:
            break_columns.append(start)
            page_widths.append(title_width)
        page_widths[-1] += group_width
    return PageSplit(compute_scale(max(page_widths), page_width_mm), tuple(break_columns))


def compute_scale(content_width_mm: float, page_width_mm: float) -> int:
    """Return the scale in per cent, from 10 to 100, at which the content is as wide as the page."""
    return max(10, min(100, int(100 * page_width_mm * WIDTH_SAFETY_FACTOR / content_width_mm)))


def _convert_to_mm(width: float) -> float:
    return (width * PIXELS_PER_CHARACTER + CELL_MARGIN_PIXELS) * MM_PER_PIXEL


def compute_page_widths(sheet: FilingSheet, break_columns: Sequence[int]) -> list[float]:
    """Return the width of each page of a sheet before scaling, in mm; further pages repeat the title columns."""
    widths = list(map(_convert_to_mm, sheet.widths))
    page_widths = []
    for start, end in pairwise((0, *break_columns, len(widths))):
        page_width = sum(widths[start:end])
        if start:
            page_width += sum(widths[: sheet.title_column_count])
        page_widths.append(page_width)
    return page_widths
