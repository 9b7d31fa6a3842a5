"""Builders of cells for a whole filing: text that is never a formula, figures that a sheet can store, dates."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Context, Decimal

from contracts.messages import Messages
from filing.book.workbook_model import Cell, CellStyle

MAX_PORTRAIT_COLUMNS = 8
PORTRAIT_WIDTH, LANDSCAPE_WIDTH = 72.0, 116.0
"""How many characters fit between the margins of A4."""
MAX_LINES_PER_ROW = 14
"""The lines of a printed row; a taller row would fill a page, and past 409 points it would be cut off."""
MAX_DIGITS = 15
"""The digits that a spreadsheet keeps."""
RATE_PRECISION = Decimal("0.0001")
_CONTROL_CHARACTERS = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"

CellRow = tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableHeading:
    """The two rows above a table: the form's number, the text at the right, and the title over *column_count* columns.

    If *form_number* is empty, `filing.book.table_numbers` numbers the table.
    """

    right_text: str
    title: str
    column_count: int
    form_number: str = ""

    def build_rows(self) -> tuple[CellRow, CellRow]:
        """Return the two rows above the table."""
        left_span = max(1, self.column_count // 2)
        return (
            (
                build_text_cell(self.form_number, CellStyle.FORM_NUMBER, span=left_span),
                build_text_cell(self.right_text, CellStyle.UNIT, span=self.column_count - left_span),
            ),
            (build_text_cell(self.title, CellStyle.TITLE, span=self.column_count),),
        )


def fill_page_width(widths: Sequence[float], *, landscape: bool, column: int = 1) -> tuple[float, ...]:
    """Widen one column (0-based) so that a narrow table fills the page; spreadsheet programs stretch it differently."""
    page_width = LANDSCAPE_WIDTH if landscape else PORTRAIT_WIDTH
    spare = page_width - sum(widths)
    filled = list(widths)
    filled[column] += max(0.0, spare)
    return tuple(filled)


def clean_text(raw: object) -> str:
    """Return a text without the characters that a spreadsheet cannot store; line breaks are kept."""
    return re.sub(_CONTROL_CHARACTERS, " ", str(raw).replace("\r\n", "\n"))


def build_text_cell(
    raw: object,
    style: CellStyle = CellStyle.TEXT,
    *,
    span: int = 1,
    link: str | None = None,
    source_link: str | None = None,
) -> Cell:
    """Build a text cell; it is never a formula, whatever it begins with."""
    return Cell(clean_text(raw), style, span=span, link=link, source_link=source_link)


def build_figure_cell(amount: Decimal | None, style: CellStyle, *, decimals: int, formula: str | None = None) -> Cell:
    """Build a cell for a figure; the cell is empty if the amount was not reported."""
    value = None
    if amount is not None:
        value = Context(prec=MAX_DIGITS).plus(amount)
    return Cell(value, style, formula=formula, decimals=decimals)


def compute_rate(done: Decimal | None, planned: Decimal | None) -> Decimal | None:
    """Return the share of the target that was reached, rounded to 0.01 %, or None without a target."""
    if done is None or not planned:
        return None
    return (done / planned).quantize(RATE_PRECISION, rounding=ROUND_HALF_UP)


def build_header_row(titles: Iterable[str]) -> CellRow:
    """Return a header row with one column for each title."""
    return tuple(build_text_cell(title, CellStyle.HEADER) for title in titles)


def format_date(day: date | str, messages: Messages) -> str:
    """Format a date as in documents; a text that is not an ISO date is kept as it is."""
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day)
        except ValueError:
            return clean_text(day)
    return messages("filing.date", year=day.year, month=day.month, day=day.day)


def get_local_date(moment: str) -> date:
    """Return the day in Beijing time of a moment in ISO 8601; a moment without a time zone is UTC."""
    beijing = timezone(timedelta(hours=8))
    instant = datetime.fromisoformat(moment)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return instant.astimezone(beijing).date()


def split_long_row(row: CellRow, widths: Sequence[float]) -> tuple[CellRow, ...]:
    """Split a row into several if a text is longer than a printed row can show."""
    portions_by_column = [_split_text(cell, width) for cell, width in zip(row, widths, strict=True)]
    count = max(map(len, portions_by_column))
    if count <= 1:
        return (row,)
    return tuple(_build_continuation(row, portions_by_column, index) for index in range(count))


def _build_continuation(row: CellRow, portions_by_column: Sequence[Sequence[str]], index: int) -> CellRow:
    return tuple(
        _build_portion_cell(cell, portions, index) for cell, portions in zip(row, portions_by_column, strict=True)
    )


def _build_portion_cell(cell: Cell, portions: Sequence[str], index: int) -> Cell:
    if index < len(portions):
        return replace(cell, value=portions[index])
    if index == 0:
        # The cell is not a text, and the first row shows it.
        return cell
    return replace(cell, value="")


def _split_text(cell: Cell, width: float) -> list[str]:
    if not isinstance(cell.value, str):
        return []
    room, portions, lines, used = max(4.0, width - 2), [""], 1, 0
    for character in cell.value:
        size = 1 if character <= "~" else 2
        if character == "\n":
            lines, used = lines + 1, 0
        elif used + size > room:
            lines, used = lines + 1, size
        else:
            used += size
        if lines > MAX_LINES_PER_ROW:
            portions.append("")
            lines = 1
        portions[-1] += character
    return portions
