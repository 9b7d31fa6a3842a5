"""Convert addresses of cells and ranges in A1 notation to row and column numbers, and back."""

import re
from dataclasses import dataclass
from typing import Self, TypeAlias

Position: TypeAlias = tuple[int, int]
"""Row and column, both counted from 1."""

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class CellRef:
    """One cell of a workbook: sheet name and A1 address.

    Row and column are 0 if *address* is not the address of a single cell.
    """

    sheet: str
    address: str

    @classmethod
    def from_position(cls, sheet: str, row: int, column: int) -> Self:
        """Return the cell at a row and a column, both counted from 1."""
        return cls(sheet, format_address(row, column))

    def move_to_row(self, row: int) -> Self:
        """Return the cell of the same column in another row."""
        return self.from_position(self.sheet, row, self.column)

    @property
    def position(self) -> Position:
        """Row and column, both counted from 1."""
        return parse_address(self.address) or (0, 0)

    @property
    def row(self) -> int:
        """The row, counted from 1."""
        return self.position[0]

    @property
    def column(self) -> int:
        """The column, counted from 1."""
        return self.position[1]

    @property
    def reading_order(self) -> tuple[str, int, int, str]:
        """Sort key by sheet, row and column: B2 comes before AA2 and before B10."""
        return self.sheet, *self.position, self.address


def parse_address(address: str) -> Position | None:
    """Return row and column of an address such as C5 or $C$5, or None if it is not the address of a single cell."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return None
    row, column = int(match[2]), column_number(match[1])
    if row > LAST_ROW or column > LAST_COLUMN:
        return None
    return row, column


def parse_range(reference: str) -> tuple[Position, Position] | None:
    """Return first and last cell of a range such as A1:C5 or of a single cell, or None if it is neither."""
    first, _, last = reference.partition(":")
    start, end = parse_address(first), parse_address(last or first)
    if start is None or end is None:
        return None
    return start, end


def parse_known_address(address: str) -> Position:
    """Return row and column of an address that is known to be well formed."""
    letters = column_part(address)
    return int(address[len(letters) :]), column_number(letters)


def column_part(address: str) -> str:
    """Return the column letters of an address that is known to be well formed."""
    return address.rstrip("0123456789")


def format_range(first: Position, last: Position) -> str:
    """Return the A1 reference of a range; a range of one cell gives its address."""
    if first == last:
        return format_address(*first)
    return f"{format_address(*first)}:{format_address(*last)}"


def format_address(row: int, column: int) -> str:
    """Return the A1 address of a row and a column, both counted from 1."""
    return f"{column_letters(column)}{row}"


def column_number(letters: str) -> int:
    """Return the number of a column: 1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """Return the letters of a column: A for 1, AA for 27."""
    letters = ""
    while number:
        number, remainder = divmod(number - 1, 26)
        letters = chr(ord("A") + remainder) + letters
    return letters
