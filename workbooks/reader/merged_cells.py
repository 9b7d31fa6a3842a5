"""Refuse figures covered by a merged range: Excel does not show them, but every reader counts them."""

from collections import defaultdict
from typing import Final

import polars as pl

from checks.model.cell_ref import column_letters, format_address, format_range
from workbooks.gate.intake_fault import intake_error
from workbooks.reader.cross_check import SheetFrames
from workbooks.sheet_scan.sheet_scanner import CellRange, SheetScan

_MAX_COVERED_CELLS: Final = 2_000_000


def refuse_hidden_figures(scan: SheetScan, frames: SheetFrames) -> None:
    """Raise IntakeError, naming a cell, if a merged range covers a value other than the one shown."""
    height, width = frames.text.height, frames.text.width
    clipped_ranges = [_clip_range(merged_range, height, width) for merged_range in scan.merges]
    _refuse_large_merges(scan, clipped_ranges)
    rows: dict[int, list[int]] = defaultdict(list)
    shown_values: dict[int, list[str | None]] = defaultdict(list)
    for first, last in clipped_ranges:
        if first[0] > height or first[1] > width:
            continue
        shown_value = frames.text[first[0] - 1, first[1] - 1]
        for column in range(first[1], last[1] + 1):
            # The first cell of the range is the one that Excel shows.
            covered_rows = range(first[0] + (column == first[1]), last[0] + 1)
            rows[column].extend(covered_rows)
            shown_values[column].extend([shown_value] * len(covered_rows))
    for column, column_rows in rows.items():
        text = frames.text[column_letters(column)]
        _refuse_hidden_in_column(scan, text, column, column_rows, shown_values[column])


def _clip_range(merged_range: CellRange, height: int, width: int) -> CellRange:
    first, last = merged_range
    return first, (min(last[0], height), min(last[1], width))


def _refuse_large_merges(scan: SheetScan, clipped_ranges: list[CellRange]) -> None:
    covered_cells = 0
    for first, last in clipped_ranges:
        covered_cells += max(0, last[0] - first[0] + 1) * max(0, last[1] - first[1] + 1)
    if covered_cells > _MAX_COVERED_CELLS or any(map(_is_whole_sheet, scan.merges)):
        largest_range = max(scan.merges, key=_compute_area)
        raise intake_error("merge_too_large", sheet=scan.sheet.name, cell=format_range(*largest_range))


def _refuse_hidden_in_column(
    scan: SheetScan, text: pl.Series, column: int, rows: list[int], shown_values: list[str | None]
) -> None:
    covered = text.gather([row - 1 for row in rows])
    shown = pl.Series(shown_values, dtype=pl.String)
    wrong = covered.is_not_null() & (covered != "") & covered.ne_missing(shown)
    if wrong.any():
        row = rows[int(wrong.arg_max() or 0)]
        raise intake_error("merge_hides", sheet=scan.sheet.name, cell=format_address(row, column))


def _compute_area(merged_range: CellRange) -> int:
    return (merged_range[1][0] - merged_range[0][0] + 1) * (merged_range[1][1] - merged_range[0][1] + 1)


def _is_whole_sheet(merged_range: CellRange) -> bool:
    rows, columns = 1_000_000, 16_000
    return merged_range[1][0] - merged_range[0][0] >= rows or merged_range[1][1] - merged_range[0][1] >= columns
