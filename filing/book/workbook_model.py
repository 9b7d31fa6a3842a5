"""A workbook as values: what stands in which cell and how it is to look, free of any spreadsheet library."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class CellStyle(StrEnum):
    """How a cell is to look; the writing room turns a look into fonts, borders and fills."""

    TITLE = "title"  # centred over the table's width, 小标宋 18-22 pt
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
    SUBTITLE = "subtitle"  # a document's number below its title, centred
    PARAGRAPH = "paragraph"  # a document's body, 仿宋, no border
    CLOSING = "closing"  # a document's last lines at the right: who, when
    BLANK = "blank"  # a box for a hand or a seal
    INPUT = "input"  # to be filled in, light yellow; open where the sheet is locked


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: *value* is what every viewer shows; *formula* (with its leading =) makes it live.

    *decimals* is the precision of a figure; *span* merges that many columns to the right, itself included;
    *link* is a place in the same book, as ``'sheet'!A1``; *source* a place in another workbook of the same filing,
    as ``folder/file.xlsx#'sheet'!A1`` relative to this one; *choices* is what a drop-down offers.
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
    """One row of bars: its name, and the cells that hold its figures, as ``'sheet'!C5:C9``."""

    name: str
    value_range: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart of horizontal bars over the cells of a sheet of the same book.

    *row* is where it begins (1-based), *width* and *height* are millimetres; *names* are the cells with what each
    bar stands for; *axis* says what is counted.
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
    """One sheet: *rows* top to bottom (an empty tuple is an empty row), *widths* of columns in characters.

    *header_rows* (first, last; 1-based) are repeated on every printed page and, where *frozen*, stay in sight above.
    *row_heights* are points by 1-based row; the height of any other row is estimated from its texts. *locked* keeps
    all but the cells to fill in from being changed by a slip, without a password. *groups* counts the columns, from
    the left, that stay together on paper: a sheet too wide for one page is printed over several, side by side, each
    beginning with the first *titles* columns, which stay in sight on a screen too. *one_page* is for a document or a
    drawing, which is never broken over two pages.
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
    """A workbook to be written; *created* is an ISO date from the ledger: no clock decides on its bytes."""

    title: str
    subject: str
    created_at: str
    sheets: tuple[FilingSheet, ...]
