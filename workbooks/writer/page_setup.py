"""How a sheet lies on paper: A4, the margins of official documents, page numbers, as many pages as can be read."""

from typing import Final

from xlsxwriter.worksheet import Worksheet

from filing.book.workbook_model import FilingSheet
from workbooks.writer.page_heights import PageBreaks, find_page_breaks, split_rows_into_pages
from workbooks.writer.page_widths import split_columns_into_pages

MM_PER_INCH: Final = 25.4
A4_PAPER: Final = 9
PAGE_FOOTER: Final = '&C&"宋体,常规"&10第 &P 页 共 &N 页'


def configure_paper(page: Worksheet, sheet: FilingSheet) -> None:
    """Set up the printing of a page."""
    page.set_paper(A4_PAPER)
    _apply_page_breaks(page, sheet)
    page.center_horizontally()
    page.hide_gridlines(2)
    page.set_zoom(100)
    _apply_margins(page, landscape=sheet.landscape)


def _apply_page_breaks(page: Worksheet, sheet: FilingSheet) -> None:
    """One page wide; or, where the sheet groups its columns, as many as they need to be read."""
    room = _compute_printable_size(landscape=sheet.landscape)
    if not sheet.column_group_sizes:
        _apply_row_breaks(page, sheet, room)
        return
    found = split_columns_into_pages(sheet, room[0])
    page.set_print_scale(found.scale)
    page.set_v_pagebreaks(list(found.break_columns))
    page.set_h_pagebreaks(list(find_page_breaks(sheet, room[1], found.scale)))
    page.repeat_columns(0, sheet.title_column_count - 1)
    page.print_across()


def _apply_row_breaks(page: Worksheet, sheet: FilingSheet, printable_size: tuple[float, float]) -> None:
    found = PageBreaks(page_count=1) if sheet.is_one_page else split_rows_into_pages(sheet, printable_size)
    if not found.break_rows:
        page.fit_to_pages(1, found.page_count)
        return
    page.set_print_scale(found.scale)  # where pages are fitted, programs pass over breaks
    page.set_h_pagebreaks(list(found.break_rows))


def _compute_printable_size(*, landscape: bool) -> tuple[float, float]:
    """Give what the margins leave of A4, in mm: width and height."""
    left, right, top, bottom, _ = _choose_margins(landscape=landscape)
    wide, high = (297, 210) if landscape else (210, 297)
    return wide - left - right, high - top - bottom


def _choose_margins(*, landscape: bool) -> tuple[int, int, int, int, int]:
    """Give the margins in mm: left, right, top, bottom, footer; in portrait those of GB/T 9704."""
    return (20, 20, 25, 25, 13) if landscape else (28, 26, 37, 35, 25)


def _apply_margins(page: Worksheet, *, landscape: bool) -> None:
    page.set_landscape() if landscape else page.set_portrait()
    left, right, top, bottom, footer = _choose_margins(landscape=landscape)
    page.set_margins(*(side / MM_PER_INCH for side in (left, right, top, bottom)))
    # the page number keeps its size however far the table is scaled down
    page.set_footer(PAGE_FOOTER, {"margin": footer / MM_PER_INCH, "scale_with_doc": False})
