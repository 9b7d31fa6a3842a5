"""Cells made one way throughout a filing: text that stays text, figures that a sheet can hold, dates."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Context, Decimal

from contracts.messages import Messages
from filing.book.workbook_model import Cell, CellStyle

MAX_PORTRAIT_COLUMNS = 8
PORTRAIT_WIDTH, LANDSCAPE_WIDTH = 72.0, 116.0  # characters that fit between the margins of A4
MAX_LINES_PER_ROW = 14  # a row taller than this would fill a printed page, and past 409 points be cut
MAX_DIGITS = 15  # a spreadsheet keeps no more
RATE_PRECISION = Decimal("0.0001")
_CONTROL_CHARACTERS = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"

CellRow = tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableHeading:
    """What stands above a table: what is said at the right, title, over how many columns, and the form's number.

    A table without a number of its own is given one by the book that it stands in.
    """

    right_text: str
    title: str
    column_count: int
    form_number: str = ""

    def build_rows(self) -> tuple[CellRow, CellRow]:
        """Return the two rows."""
        left = max(1, self.column_count // 2)
        return (
            (
                build_text_cell(self.form_number, CellStyle.FORM_NUMBER, span=left),
                build_text_cell(self.right_text, CellStyle.UNIT, span=self.column_count - left),
            ),
            (build_text_cell(self.title, CellStyle.TITLE, span=self.column_count),),
        )


def fill_page_width(widths: Sequence[float], *, landscape: bool, column: int = 1) -> tuple[float, ...]:
    """Widen one column (from zero) so that a narrow table takes the whole page: programs differ in stretching it."""
    spare = (LANDSCAPE_WIDTH if landscape else PORTRAIT_WIDTH) - sum(widths)
    return tuple(one + max(0.0, spare) if place == column else one for place, one in enumerate(widths))


def clean_text(raw: object) -> str:
    """Return a text without the characters that no spreadsheet can hold; a line break stays one."""
    return re.sub(_CONTROL_CHARACTERS, " ", str(raw).replace("\r\n", "\n"))


def build_text_cell(
    raw: object,
    style: CellStyle = CellStyle.TEXT,
    *,
    span: int = 1,
    link: str | None = None,
    source_link: str | None = None,
) -> Cell:
    """Make a cell of text; whatever it begins with, it is never a formula."""
    return Cell(clean_text(raw), style, span=span, link=link, source_link=source_link)


def build_figure_cell(amount: Decimal | None, style: CellStyle, *, decimals: int, formula: str | None = None) -> Cell:
    """Make a cell of a figure; an amount that was not reported leaves it empty."""
    value = None if amount is None else Context(prec=MAX_DIGITS).plus(amount)
    return Cell(value, style, formula=formula, decimals=decimals)


def compute_rate(done: Decimal | None, planned: Decimal | None) -> Decimal | None:
    """Return the share of the target that was reached, to 0.01 %; nothing without a target."""
    if done is None or not planned:
        return None
    return (done / planned).quantize(RATE_PRECISION, rounding=ROUND_HALF_UP)


def build_header_row(titles: Iterable[str]) -> CellRow:
    """Return a header row of one column a title."""
    return tuple(build_text_cell(one, CellStyle.HEADER) for one in titles)


def format_date(day: date | str, messages: Messages) -> str:
    """Write a date as documents do; what is no date is left as it was written."""
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day)
        except ValueError:
            return clean_text(day)
    return messages("filing.date", year=day.year, month=day.month, day=day.day)


def get_local_date(moment: str) -> date:
    """Return the day, by the clock of the people concerned, of a UTC time in ISO 8601."""
    beijing = timezone(timedelta(hours=8))
    found = datetime.fromisoformat(moment)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(beijing).date()


def split_long_row(row: CellRow, widths: Sequence[float]) -> tuple[CellRow, ...]:
    """Continue a row in further ones where a text is longer than a printed row can show."""
    parts = [_split_text(cell, width) for cell, width in zip(row, widths, strict=True)]
    count = max(len(one) for one in parts)
    return (row,) if count <= 1 else tuple(_build_continuation(row, parts, at) for at in range(count))


def _build_continuation(row: CellRow, parts: Sequence[Sequence[str]], index: int) -> CellRow:
    return tuple(
        replace(cell, value=portions[index] if index < len(portions) else "") if portions or index else cell
        for cell, portions in zip(row, parts, strict=True)
    )


def _split_text(cell: Cell, width: float) -> list[str]:
    if not isinstance(cell.value, str):
        return []
    room, portions, lines, used = max(4.0, width - 2), [""], 1, 0
    for character in cell.value:
        size = 1 if character <= "~" else 2
        if character == "\n" or used + size > room:
            lines, used = lines + 1, 0
        used += 0 if character == "\n" else size
        if lines > MAX_LINES_PER_ROW:
            portions.append("")
            lines = 1
        portions[-1] += character
    return portions
