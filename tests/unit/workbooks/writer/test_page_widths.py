"""A table too wide for one sheet of paper is laid over several on which it can be read."""

from itertools import pairwise

import pytest

from filing.book.workbook_model import Cell, FilingSheet
from workbooks.writer.page_widths import MIN_SCALE_PERCENT, compute_page_widths, split_columns_into_pages

ROOM = 257.0
TITLES = (5.0, 11.0)


def sheet(*groups: tuple[float, ...]) -> FilingSheet:
    """Make a sheet whose first group begins with the columns that every page repeats."""
    widths = tuple(width for group in groups for width in group)
    row = tuple(Cell("核", span=1) for _ in widths)
    return FilingSheet(
        name="表",
        rows=(row,),
        widths=widths,
        column_group_sizes=tuple(len(group) for group in groups),
        title_column_count=len(TITLES),
    )


@pytest.mark.parametrize("measures", [0, 1, 2, 3, 5, 9])
def test_every_page_can_be_read(measures: int) -> None:
    """Whatever the number of measures, a page holds whole groups and is not scaled below what can be read."""
    groups = [(*TITLES, 8.0, 5.0, 9.0), *([(9.5,) * 4] * measures), (32.0, 22.0, 28.0), (11.0, 23.0, 15.0, 23.0, 36.0)]
    wide = sheet(*groups)
    found = split_columns_into_pages(wide, ROOM)
    starts = [sum(map(len, groups[:at])) for at in range(len(groups))]
    assert set(found.break_columns) <= set(starts)
    assert found.scale >= MIN_SCALE_PERCENT
    assert all(size * found.scale / 100 <= ROOM for size in compute_page_widths(wide, found.break_columns))


def test_no_page_is_broken_off_early() -> None:
    """What still fits goes on the page: two neighbouring pages would not fit on one."""
    wide = sheet((*TITLES, 10.0), *([(9.0, 9.0)] * 12))
    found = split_columns_into_pages(wide, ROOM)
    sizes = compute_page_widths(wide, found.break_columns)
    group = (9.0 * 2 * 10 + 5 * 2) * 25.4 / 96
    assert len(sizes) > 1
    assert all(size + group > ROOM * 0.97 * 100 / MIN_SCALE_PERCENT for size, _ in pairwise(sizes))


def test_what_fits_is_not_enlarged_or_broken() -> None:
    """A narrow sheet stays on one page at its own size."""
    found = split_columns_into_pages(sheet((*TITLES, 8.0), (10.0,)), ROOM)
    assert (found.scale, found.break_columns) == (100, ())


def test_a_group_wider_than_paper_is_scaled_down() -> None:
    """A group that no page holds at a readable size is printed whole all the same."""
    found = split_columns_into_pages(sheet((*TITLES, 8.0), (200.0,)), ROOM)
    assert found.scale < MIN_SCALE_PERCENT
