"""Small books to be written, and readers of the file that was written."""

from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from filing.book.workbook_model import Cell, FilingBook, FilingSheet
from workbooks.writer.write_book import write_book


def make_book(*rows: tuple[Cell, ...], **settings: object) -> FilingBook:
    """Make a book of one sheet 汇总 with *rows* and any setting of a sheet replaced."""
    sheet = FilingSheet(name="汇总", rows=rows, widths=(20, 12, 12))
    return FilingBook(
        title="核算备案",
        subject="2024年度",
        created_at="2024-03-25",
        page_number="第 &P 页 共 &N 页",
        sheets=(replace(sheet, **settings),),  # type: ignore[arg-type]
    )


def open_book(written: bytes, *, cached: bool = False) -> Workbook:
    """Read a workbook as another library does, with formulas or with their cached values."""
    return load_workbook(BytesIO(written), data_only=cached)


def open_sheet(book: FilingBook, *, cached: bool = False) -> Worksheet:
    """Write *book* and read its first sheet back."""
    sheet = open_book(write_book(book), cached=cached).worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def read_part(written: bytes, name: str) -> str:
    """Read one part of the file as text."""
    with ZipFile(BytesIO(written)) as parts:
        return parts.read(name).decode()
