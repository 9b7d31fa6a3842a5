"""Cell addresses such as C5 as row and column numbers, and back."""

import re
from typing import TypeAlias

Position: TypeAlias = tuple[int, int]  # row, column, both from 1

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})", re.ASCII)


def position(address: str) -> Position | None:
    """Return where an address points, nothing if it is no address of a single cell."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    row, column = int(found[2]), column_number(found[1])
    return (row, column) if row <= LAST_ROW and column <= LAST_COLUMN else None


def corners(reference: str) -> tuple[Position, Position] | None:
    """Return first and last cell of a range such as A1:C5, or of a single cell."""
    first, _, last = reference.partition(":")
    start, end = position(first), position(last or first)
    return (start, end) if start and end else None


def address(place: Position) -> str:
    """Write a position as an address."""
    return f"{column_letters(place[1])}{place[0]}"


def column_number(letters: str) -> int:
    """Return 1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """Return A for 1, AA for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def link_target(sheet: str, cell: str) -> str:
    """Write sheet and cell as a link inside the workbook wants them, the sheet's name quoted."""
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell}"
