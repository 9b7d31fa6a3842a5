"""Hold the two readings of a small sheet against each other number by number.

A plan of polars for each column costs more than comparing some thousand numbers. `cross_check` and `number_agreement`
do the same for large sheets, with the same result; a property test holds that.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import polars as pl

from checks.model.raw_workbook import CellKind
from workbooks.gate.intake_fault import intake_error
from workbooks.reader.number_agreement import (
    DATE_SERIAL_END,
    IMPOSSIBLE_DATE_PATTERN,
    MIN_NUMBER,
    NONZERO_PATTERN,
    UNREADABLE_DATE_SERIAL,
    format_number,
    is_near,
    parse_date,
)

MAX_NUMBERS: Final = 20_000
MAX_ROWS: Final = 300
_FLOAT: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number of the markup: its row, its text as written, and whether it is written plainly."""

    row: int
    text: str
    is_plain: bool


@dataclass(slots=True)
class ColumnCells:
    """The cells of one column, from row 1 on, as the library read them; numbers are entered as they are written."""

    sheet_name: str
    letters: str
    texts: list[str | None]
    kinds: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Take every filled cell for a text."""
        self.kinds = [int(CellKind.TEXT) if text is not None else 0 for text in self.texts]

    def enter_numbers(self, numbers: Sequence[WrittenNumber], *, since_1904: bool) -> int:
        """Enter the numbers of the markup; return how many of them the library did not read.

        Raise IntakeError with the cell if the readings differ.
        """
        self._refuse_bad_rows([number.row for number in numbers])
        unread_count = 0
        for number in numbers:
            library_text = self.texts[number.row - 1]
            unread_count += library_text is None
            self.kinds[number.row - 1] = int(CellKind.NUMBER)
            if library_text != number.text or not number.is_plain:
                self._enter_differing(number, library_text, since_1904=since_1904)
        return unread_count

    def _refuse_bad_rows(self, rows: Sequence[int]) -> None:
        if not all(row < next_row for row, next_row in pairwise(rows)):
            counts = Counter(rows)
            for row in rows:
                if counts[row] > 1:
                    raise intake_error("cell_twice", sheet=self.sheet_name, cell=f"{self.letters}{row}")
        if any(row > len(self.texts) for row in rows):
            raise intake_error("readings_differ", sheet=self.sheet_name, cell=f"{self.letters}{rows[-1]}")

    def _enter_differing(self, number: WrittenNumber, library_text: str | None, *, since_1904: bool) -> None:
        """Enter a number that is written otherwise than the library writes it, or a date."""
        value = float(number.text)
        if _is_agreed(value, library_text):
            self.texts[number.row - 1] = _restore_text(number, value)
            return
        day = parse_date(value, library_text, since_1904=since_1904)
        if day is None:
            raise intake_error("readings_differ", sheet=self.sheet_name, cell=f"{self.letters}{number.row}")
        self.texts[number.row - 1] = day
        self.kinds[number.row - 1] = int(CellKind.DATE)

    def build_texts(self) -> pl.Series:
        """Return the texts as a column."""
        return pl.Series(self.letters, self.texts, dtype=pl.String)

    def build_kinds(self) -> pl.Series:
        """Return the kinds as a column."""
        return pl.Series(self.letters, self.kinds, dtype=pl.UInt8)


def _is_agreed(value: float, library_text: str | None) -> bool:
    if library_text is None:
        return abs(value) > UNREADABLE_DATE_SERIAL
    if _FLOAT.fullmatch(library_text):
        return is_near(value, float(library_text))
    return (value < 0 or value >= DATE_SERIAL_END) and re.search(IMPOSSIBLE_DATE_PATTERN, library_text) is not None


def _restore_text(number: WrittenNumber, value: float) -> str:
    is_tiny = abs(value) < MIN_NUMBER and re.search(NONZERO_PATTERN, number.text) is not None
    return number.text if number.is_plain or is_tiny else format_number(value)


def group_numbers(numbers: pl.DataFrame) -> dict[str, list[WrittenNumber]]:
    """Return the numbers of a sheet by the letters of their column, in the order of the markup."""
    groups: dict[str, list[WrittenNumber]] = {}
    for row, letters, text, is_plain in numbers.select("row", "column", "text", "plain").iter_rows():
        groups.setdefault(letters, []).append(WrittenNumber(row, text, is_plain))
    return groups


def are_writable(columns: Iterable[pl.Series], control_pattern: str, max_length: int) -> bool:
    """Return whether no text has a control character or more bytes than *max_length*."""
    has_control = re.compile(control_pattern).search
    for texts in columns:
        for text in filter(None, texts.to_list()):
            if has_control(text) or len(text.encode()) > max_length:
                return False
    return True
