"""Page setup: A4, the margins of official documents, page numbers, and page breaks that keep a sheet readable."""

from collections.abc import Sequence
from typing import Final

from xlsxwriter.worksheet import Worksheet

from filing.book.workbook_model import FilingBook, FilingSheet
from workbooks.writer.page_heights import PageBreaks, find_page_breaks, split_rows_into_pages
from workbooks.writer.page_widths import split_columns_into_pages

MM_PER_INCH: Final = 25.4
# The number that spreadsheets have for the paper size A4.
A4_PAPER: Final = 9
SECOND_LINE: Final = '\n&"宋体,常规"&7 '
FIRST_LINE: Final = '&C&"宋体,常规"&10'


def format_footer(book: FilingBook) -> str:
    """Return the footer of every page, as spreadsheets write it: the page number, and the book's own line below."""
    first_line = FIRST_LINE + book.page_number
    if not book.footer:
        return first_line
    return first_line + SECOND_LINE + book.footer.replace("&", "&&")


def configure_paper(page: Worksheet, sheet: FilingSheet, row_heights: Sequence[float], footer: str) -> None:
    """Set paper, margins, footer and page breaks of a page; *row_heights* are in points."""
    page.set_paper(A4_PAPER)
    _apply_page_breaks(page, sheet, row_heights)
    page.center_horizontally()
    page.hide_gridlines(2)
    page.set_zoom(100)
    _apply_margins(page, footer, landscape=sheet.landscape)


def _apply_page_breaks(page: Worksheet, sheet: FilingSheet, row_heights: Sequence[float]) -> None:
    """Make the print one page wide, or as many as are readable if the sheet groups its columns."""
    printable_size = _compute_printable_size(landscape=sheet.landscape)
    if not sheet.column_group_sizes:
        _apply_row_breaks(page, sheet, row_heights, printable_size)
        return
    page_split = split_columns_into_pages(sheet, printable_size[0])
    page.set_print_scale(page_split.scale)
    page.set_v_pagebreaks(list(page_split.break_columns))
    page.set_h_pagebreaks(list(find_page_breaks(sheet, row_heights, printable_size[1], page_split.scale)))
    page.repeat_columns(0, sheet.title_column_count - 1)
    page.print_across()


def _apply_row_breaks(
    page: Worksheet, sheet: FilingSheet, row_heights: Sequence[float], printable_size: tuple[float, float]
) -> None:
    page_breaks = PageBreaks(page_count=1)
    if not sheet.is_one_page:
        page_breaks = split_rows_into_pages(sheet, row_heights, printable_size)
    if not page_breaks.break_rows:
        page.fit_to_pages(1, page_breaks.page_count)
        return
    # A scale is set because programs ignore breaks in a sheet that is fitted to pages.
    page.set_print_scale(page_breaks.scale)
    page.set_h_pagebreaks(list(page_breaks.break_rows))


def _compute_printable_size(*, landscape: bool) -> tuple[float, float]:
    """Return the width and height of A4 within its margins, in mm."""
    left, right, top, bottom, _ = _choose_margins(landscape=landscape)
    width, height = 210, 297
    if landscape:
        width, height = height, width
    return width - left - right, height - top - bottom


def _choose_margins(*, landscape: bool) -> tuple[int, int, int, int, int]:
    """Return the margins in mm: left, right, top, bottom, footer; those in portrait are from GB/T 9704."""
    if landscape:
        return 20, 20, 25, 25, 13
    return 28, 26, 37, 35, 25


def _apply_margins(page: Worksheet, footer: str, *, landscape: bool) -> None:
    if landscape:
        page.set_landscape()
    else:
        page.set_portrait()
    *sides, footer_margin = _choose_margins(landscape=landscape)
    page.set_margins(*(side / MM_PER_INCH for side in sides))
    # The page number keeps its size even if the table is scaled down.
    page.set_footer(footer, {"margin": footer_margin / MM_PER_INCH, "scale_with_doc": False})
