"""How a sheet lies on paper: A4, the margins of official documents, page numbers, as many pages as can be read."""

from typing import Final

from xlsxwriter.worksheet import Worksheet

from filing.book.workbook_model import Sheet
from workbooks.writer.page_heights import Paged, all_breaks, paged
from workbooks.writer.page_widths import spread

MM_PER_INCH: Final = 25.4
A4: Final = 9
FOOTER: Final = '&C&"宋体,常规"&10第 &P 页 共 &N 页'


def set_paper(page: Worksheet, sheet: Sheet) -> None:
    """Set up the printing of a page."""
    page.set_paper(A4)
    _set_pages(page, sheet)
    page.center_horizontally()
    page.hide_gridlines(2)
    page.set_zoom(100)
    _set_margins(page, landscape=sheet.landscape)


def _set_pages(page: Worksheet, sheet: Sheet) -> None:
    """One page wide; or, where the sheet groups its columns, as many as they need to be read."""
    room = _room(landscape=sheet.landscape)
    if not sheet.groups:
        _set_rows(page, sheet, room)
        return
    found = spread(sheet, room[0])
    page.set_print_scale(found.scale)
    page.set_v_pagebreaks(list(found.breaks))
    page.set_h_pagebreaks(list(all_breaks(sheet, room[1], found.scale)))
    page.repeat_columns(0, sheet.titles - 1)
    page.print_across()


def _set_rows(page: Worksheet, sheet: Sheet, room: tuple[float, float]) -> None:
    found = Paged(high=1) if sheet.one_page else paged(sheet, room)
    if not found.rows:
        page.fit_to_pages(1, found.high)
        return
    page.set_print_scale(found.scale)  # where pages are fitted, programs pass over breaks
    page.set_h_pagebreaks(list(found.rows))


def _room(*, landscape: bool) -> tuple[float, float]:
    """Give what the margins leave of A4, in mm: width and height."""
    left, right, top, bottom, _ = _margins(landscape=landscape)
    wide, high = (297, 210) if landscape else (210, 297)
    return wide - left - right, high - top - bottom


def _margins(*, landscape: bool) -> tuple[int, int, int, int, int]:
    """Give the margins in mm: left, right, top, bottom, footer; in portrait those of GB/T 9704."""
    return (20, 20, 25, 25, 13) if landscape else (28, 26, 37, 35, 25)


def _set_margins(page: Worksheet, *, landscape: bool) -> None:
    page.set_landscape() if landscape else page.set_portrait()
    left, right, top, bottom, footer = _margins(landscape=landscape)
    page.set_margins(*(side / MM_PER_INCH for side in (left, right, top, bottom)))
    # the page number keeps its size however far the table is scaled down
    page.set_footer(FOOTER, {"margin": footer / MM_PER_INCH, "scale_with_doc": False})
