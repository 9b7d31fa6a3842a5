"""Write single cells and the page setup of the template's pages."""

from decimal import Decimal
from typing import Final

from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from checks.model.cell_ref import format_address
from workbooks.writer.page_setup import A4_PAPER, MM_PER_INCH

MAX_PORTRAIT_COLUMNS: Final = 8
"""A table with more columns is printed in landscape."""
_LANDSCAPE_MARGINS: Final = (12, 12, 16, 16)
_PORTRAIT_MARGINS: Final = (20, 20, 25, 20)
_FOOTER_MARGIN: Final = 8
_PAGE_FOOTER: Final = '&"宋体,常规"&10第 &P 页 共 &N 页'


def write_text(page: Worksheet, position: tuple[int, int], text: str, style: str) -> Cell:
    """Write a text that stays a text, whatever it begins with."""
    cell = write_cell(page, position, text, style)
    cell.data_type = "s"
    return cell


def write_cell(page: Worksheet, position: tuple[int, int], value: str | int | Decimal | None, style: str) -> Cell:
    """Write a value, or a formula if it is a text that begins with an equals sign."""
    row, column = position
    cell = page.cell(row, column, value)
    if not isinstance(cell, Cell):
        raise TypeError(f"{page.title}!{format_address(row, column)} is part of a merged cell")
    cell.style = style
    return cell


def write_wide_text(page: Worksheet, row: int, columns: tuple[int, int], text: str, style: str) -> None:
    """Write a text or a formula over several columns of a row."""
    first, last = columns
    write_cell(page, (row, first), text, style)
    if last > first:
        page.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)


def set_widths(page: Worksheet, widths: list[float]) -> None:
    """Set the widths of the columns, in characters."""
    for column, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(column)].width = width


def set_up_page(page: Worksheet, *, last_row: int, last_column: int, landscape: bool, title_rows: str = "") -> None:
    """Set paper, print area, margins and footer: all columns on one page width, headings on each page."""
    page.print_area = f"A1:{format_address(last_row, last_column)}"
    page.page_setup.paperSize = A4_PAPER
    page.page_setup.orientation = "landscape" if landscape else "portrait"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_options.horizontalCentered = True
    if title_rows:
        page.print_title_rows = title_rows
    margins = _LANDSCAPE_MARGINS if landscape else _PORTRAIT_MARGINS
    inches = [margin / MM_PER_INCH for margin in margins]
    page.page_margins.left, page.page_margins.right, page.page_margins.top, page.page_margins.bottom = inches
    page.page_margins.footer = _FOOTER_MARGIN / MM_PER_INCH
    page.HeaderFooter.oddFooter = HeaderFooterItem(center=_HeaderFooterPart(text=_PAGE_FOOTER))
    page.sheet_view.showGridLines = False
