"""A workbook as values: the content and style of each cell, independent of any spreadsheet library."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class CellStyle(StrEnum):
    """The style of a cell; `workbooks.writer` turns it into fonts, borders and fills.

    The comments give the meaning and the format of each style.
    """

    TITLE = "title"  # centred over the width of the table, 小标宋 18-22 pt
    FORM_NUMBER = "form_number"  # top left: 表号
    UNIT = "unit"  # top right: 单位
    HEADER = "header"  # 黑体 on light grey, bordered, wrapped, centred
    TEXT = "text"  # bordered, left
    CENTRE = "centre"  # bordered, centred
    FIGURE = "figure"  # bordered, right, precision of the column
    TOTAL_TEXT = "total_text"
    TOTAL_FIGURE = "total_figure"
    PERCENT = "percent"
    TOTAL_PERCENT = "total_percent"
    LABEL = "label"  # left column of a cover, no border
    VALUE = "value"  # right column of a cover, underlined
    NOTE = "note"  # 注 below a table, no border
    HASH = "hash"  # monospaced, small
    HARD = "hard"  # 强制, light red FFC7CE, bordered
    SOFT = "soft"  # 核实, light amber FFEB9C
    REPORT = "report"  # 提示, light blue DDEBF7
    SUBTITLE = "subtitle"  # the number of a document below its title, centred
    PARAGRAPH = "paragraph"  # the body of a document, 仿宋, no border
    CLOSING = "closing"  # the last lines of a document, right: issuing office and date
    BLANK = "blank"  # a box for a signature or seal
    INPUT = "input"  # to be filled in, light yellow, editable in a locked sheet


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; *value* is what every viewer shows, and *formula* (with its leading =) computes it.

    *decimals* is the precision of a figure. *span* is the number of columns that the cell covers. *link* is a cell in
    the same book (``'sheet'!A1``). *source_link* is a cell in another workbook of the same filing
    (``folder/file.xlsx#'sheet'!A1``, relative to this one). *choices* are the items of a drop-down list.
    """

    value: str | int | Decimal | None
    style: CellStyle = CellStyle.TEXT
    formula: str | None = None
    decimals: int = 0
    span: int = 1
    link: str | None = None
    source_link: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChartSeries:
    """One series of bars: its name and the range of its values (``'sheet'!C5:C9``)."""

    name: str
    value_range: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart of horizontal bars from cells of the same book.

    *label_range* are the cells with the names of the bars. *first_row* (1-based) is where the chart begins.
    """

    title: str
    label_range: str
    series: tuple[ChartSeries, ...]
    first_row: int
    width_mm: float
    height_mm: float
    axis_title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingSheet:
    """One sheet; *rows* are top to bottom (an empty tuple is an empty row), *widths* of columns in characters.

    *header_rows* (first and last, 1-based) are repeated on every printed page and, if *has_frozen_header*, stay
    visible on the screen. *row_heights* are points by 1-based row; other heights are estimated from the texts.
    *is_locked* protects all cells except inputs against accidental changes, without a password.

    *column_group_sizes* are the numbers of columns, from the left, that stay together on paper: a sheet too wide for
    one page is printed on several, each of which begins with the first *title_column_count* columns; these also stay
    visible on the screen. *is_one_page* is for a document or a drawing that is never split over two pages.
    """

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]
    landscape: bool = False
    header_rows: tuple[int, int] | None = None
    row_heights: dict[int, float] = field(default_factory=dict)
    is_locked: bool = False
    column_group_sizes: tuple[int, ...] = ()
    title_column_count: int = 0
    charts: tuple[Chart, ...] = ()
    is_one_page: bool = False
    has_frozen_header: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingBook:
    """A workbook to be written; *created_at* is an ISO time from the ledger, so that no clock influences its bytes.

    *page_number* is printed at the foot of every page, with the codes of spreadsheets for the page and their number,
    and *footer* below it.
    """

    title: str
    subject: str
    created_at: str
    sheets: tuple[FilingSheet, ...]
    footer: str = ""
    page_number: str = "&P / &N"
