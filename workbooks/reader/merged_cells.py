"""Figures under a merged range: nobody sees them in Excel, every reader counts them."""

from collections import defaultdict
from typing import Final

import polars as pl

from checks.model.cell_ref import column_letters, format_address, format_range
from workbooks.gate.intake_fault import intake_error
from workbooks.reader.cross_check import SheetFrames
from workbooks.sheet_scan.sheet_scanner import CellRange, SheetScan

_MAX_COVERED_CELLS: Final = 2_000_000


def refuse_hidden_figures(scan: SheetScan, frames: SheetFrames) -> None:
    """Refuse a merged range that covers a value other than the one shown, naming the range's first such cell."""
    height, width = frames.text.height, frames.text.width
    clipped = [((first, (min(last[0], height), min(last[1], width)))) for first, last in scan.merges]
    covered = sum(max(0, last[0] - first[0] + 1) * max(0, last[1] - first[1] + 1) for first, last in clipped)
    if covered > _MAX_COVERED_CELLS or any(_is_whole_sheet(one) for one in scan.merges):
        widest = max(scan.merges, key=_compute_area)
        raise intake_error("merge_too_large", sheet=scan.sheet.name, cell=format_range(*widest))
    rows: dict[int, list[int]] = defaultdict(list)
    shown: dict[int, list[str | None]] = defaultdict(list)
    for first, last in clipped:
        if first[0] > height or first[1] > width:
            continue
        value = frames.text[first[0] - 1, first[1] - 1]
        for column in range(first[1], last[1] + 1):
            below = range(first[0] + (column == first[1]), last[0] + 1)
            rows[column].extend(below)
            shown[column].extend([value] * len(below))
    for column, numbers in rows.items():
        _refuse_hidden_in_column(scan, frames.text[column_letters(column)], column, numbers, shown[column])


def _refuse_hidden_in_column(
    scan: SheetScan, text: pl.Series, column: int, rows: list[int], shown_values: list[str | None]
) -> None:
    covered = text.gather([row - 1 for row in rows])
    wrong = covered.is_not_null() & (covered != "") & covered.ne_missing(pl.Series(shown_values, dtype=pl.String))
    if wrong.any():
        at = format_address(*(rows[int(wrong.arg_max() or 0)], column))
        raise intake_error("merge_hides", sheet=scan.sheet.name, cell=at)


def _compute_area(merged_range: CellRange) -> int:
    return (merged_range[1][0] - merged_range[0][0] + 1) * (merged_range[1][1] - merged_range[0][1] + 1)


def _is_whole_sheet(merged_range: CellRange) -> bool:
    rows, columns = 1_000_000, 16_000
    return merged_range[1][0] - merged_range[0][0] >= rows or merged_range[1][1] - merged_range[0][1] >= columns
