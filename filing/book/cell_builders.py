"""Cells made one way throughout a filing: text that stays text, figures that a sheet can hold, dates."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Context, Decimal

from contracts.messages import Wording
from filing.book.workbook_model import Cell, Look

COLUMNS_IN_PORTRAIT = 8
PORTRAIT_ROOM, LANDSCAPE_ROOM = 72.0, 116.0  # characters that fit between the margins of A4
MOST_LINES = 14  # a row taller than this would fill a printed page, and past 409 points be cut
MOST_DIGITS = 15  # a spreadsheet keeps no more
RATE_STEP = Decimal("0.0001")
_CONTROL = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"

Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands above a table: what is said at the right, title, over how many columns, and the form's number.

    A table without a number of its own is given one by the book that it stands in.
    """

    right: str
    title: str
    columns: int
    number: str = ""

    def rows(self) -> tuple[Row, Row]:
        """Return the two rows."""
        left = max(1, self.columns // 2)
        return (
            (
                text(self.number, Look.FORM_NUMBER, span=left),
                text(self.right, Look.UNIT, span=self.columns - left),
            ),
            (text(self.title, Look.TITLE, span=self.columns),),
        )


def full(widths: Sequence[float], *, landscape: bool, at: int = 1) -> tuple[float, ...]:
    """Widen one column (from zero) so that a narrow table takes the whole page: programs differ in stretching it."""
    spare = (LANDSCAPE_ROOM if landscape else PORTRAIT_ROOM) - sum(widths)
    return tuple(one + max(0.0, spare) if place == at else one for place, one in enumerate(widths))


def clean(raw: object) -> str:
    """Return a text without the characters that no spreadsheet can hold; a line break stays one."""
    return re.sub(_CONTROL, " ", str(raw).replace("\r\n", "\n"))


def text(
    raw: object, look: Look = Look.TEXT, *, span: int = 1, link: str | None = None, source: str | None = None
) -> Cell:
    """Make a cell of text; whatever it begins with, it is never a formula."""
    return Cell(clean(raw), look, span=span, link=link, source=source)


def figure(amount: Decimal | None, look: Look, *, decimals: int, formula: str | None = None) -> Cell:
    """Make a cell of a figure; an amount that was not reported leaves it empty."""
    value = None if amount is None else Context(prec=MOST_DIGITS).plus(amount)
    return Cell(value, look, formula=formula, decimals=decimals)


def rate_of(done: Decimal | None, planned: Decimal | None) -> Decimal | None:
    """Return the share of the target that was reached, to 0.01 %; nothing without a target."""
    if done is None or not planned:
        return None
    return (done / planned).quantize(RATE_STEP, rounding=ROUND_HALF_UP)


def headers(titles: Iterable[str]) -> Row:
    """Return a header row of one column a title."""
    return tuple(text(one, Look.HEADER) for one in titles)


def say_date(day: date | str, words: Wording) -> str:
    """Write a date as documents do; what is no date is left as it was written."""
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day)
        except ValueError:
            return clean(day)
    return words("filing.date", year=day.year, month=day.month, day=day.day)


def day_of(moment: str) -> date:
    """Return the day, by the clock of the people concerned, of a UTC time in ISO 8601."""
    beijing = timezone(timedelta(hours=8))
    found = datetime.fromisoformat(moment)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(beijing).date()


def fold(row: Row, widths: Sequence[float]) -> tuple[Row, ...]:
    """Continue a row in further ones where a text is longer than a printed row can show."""
    parts = [_portions(cell, width) for cell, width in zip(row, widths, strict=True)]
    count = max(len(one) for one in parts)
    return (row,) if count <= 1 else tuple(_continue(row, parts, at) for at in range(count))


def _continue(row: Row, parts: Sequence[Sequence[str]], at: int) -> Row:
    return tuple(
        replace(cell, value=portions[at] if at < len(portions) else "") if portions or at else cell
        for cell, portions in zip(row, parts, strict=True)
    )


def _portions(cell: Cell, width: float) -> list[str]:
    if not isinstance(cell.value, str):
        return []
    room, portions, lines, used = max(4.0, width - 2), [""], 1, 0
    for character in cell.value:
        size = 1 if character <= "~" else 2
        if character == "\n" or used + size > room:
            lines, used = lines + 1, 0
        used += 0 if character == "\n" else size
        if lines > MOST_LINES:
            portions.append("")
            lines = 1
        portions[-1] += character
    return portions
