"""Signatures and notes do not stand on a page of their own."""

from dataclasses import replace
from itertools import pairwise

import pytest

from filing.book.workbook_model import Cell, CellStyle, FilingSheet
from workbooks.writer.page_heights import PageBreaks, estimate_row_heights, find_page_breaks, split_rows_into_pages

ROOM = (156.0, 225.0)  # of A4 in portrait
LINE = 20.0


def table(rows: int, notes: int = 3, *, width: float = 20.0) -> FilingSheet:
    """Make a table of *rows* rows of one line, with a header and as many notes below."""
    body = [(Cell("甲"),)] * rows + [(Cell("注：一", CellStyle.NOTE),)] * notes
    return FilingSheet(name="表", rows=((Cell("名", CellStyle.HEADER),), *body), widths=(width,), header_rows=(1, 1))


def split(sheet: FilingSheet) -> PageBreaks:
    """Split a table into pages with the heights that its rows have in the file."""
    return split_rows_into_pages(sheet, estimate_row_heights(sheet), ROOM)


def test_a_table_that_ends_on_its_page_is_left_alone() -> None:
    """Nothing is fitted where the notes stand below rows of the table."""
    assert split(table(10)) == PageBreaks()
    assert split(table(50)) == PageBreaks()


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_notes_alone_are_drawn_back(pages: int) -> None:
    """Where the last row of the table is the last of a page, the notes come to it: one page less, a little smaller."""
    found = {rows: split(table(rows)) for rows in range(30 * pages - 6, 32 * pages + 2)}
    assert {item.page_count for item in found.values()} == {0, pages}
    assert {item.break_rows for item in found.values()} == {()}


def test_a_page_is_never_crowded() -> None:
    """Twenty lines of notes would press a full page together: some rows go over to them instead."""
    found = {rows: split(table(rows, 20)) for rows in range(24, 34)}
    taken = {rows: item.break_rows for rows, item in found.items() if item.break_rows}
    assert {item.page_count for item in found.values()} == {0}
    assert taken
    assert all(breaks == (rows + 1 - 3,) for rows, breaks in taken.items())
    assert all(found[rows].scale == 100 for rows in taken)


def test_a_wide_table_has_more_lines_on_its_page() -> None:
    """What is scaled down to the width of the page is scaled in height as well."""
    wide = {rows for rows in range(20, 80) if split(table(rows, width=120.0)) != PageBreaks()}
    narrow = {rows for rows in range(20, 80) if split(table(rows)).page_count == 1}
    assert narrow
    assert min(wide) > max(narrow)


@pytest.mark.parametrize("rows", range(400, 440))
def test_a_very_long_table_is_broken_by_us(rows: int) -> None:
    """Over many pages programs differ by a row: there every page is begun by us, all full but the last."""
    found = split(table(rows))
    ends = (0, *found.break_rows, rows + 1 + 3)
    pages = [last - first for first, last in pairwise(ends)]
    assert found.scale == 100
    assert found.break_rows[-1] <= rows + 1 - 3
    assert pages[0] - 1 - (3 + 3) <= min(pages[:-1]) <= max(pages) <= pages[0]
    assert pages[-1] >= 3 + 3


def test_rows_of_unlike_heights_fill_no_page_over() -> None:
    """What a page holds is counted in height, its repeated header with it."""
    sheet = replace(table(60), row_heights=dict.fromkeys(range(1, 62, 2), 40.0))
    starts = (0, *find_page_breaks(sheet, estimate_row_heights(sheet), ROOM[1], 100), 64)
    heights = [sheet.row_heights.get(at + 1, 15.0) for at in range(64)]
    used = [sum(heights[first:last]) + (40.0 if first else 0.0) for first, last in pairwise(starts)]
    assert max(used) <= ROOM[1] / 25.4 * 72
    assert min(used[:-1]) > 0.8 * ROOM[1] / 25.4 * 72
