"""Formulas that a cell shares with the first cell of its range: the file holds their text only once."""

import re
from html import unescape
from typing import Final

from checks.model.cell_ref import LAST_COLUMN, LAST_ROW, column_letters, column_number, parse_known_address

_SHARED_INDEX: Final = re.compile(rb' si="([0-9]{1,9})"')
# Texts and quoted sheet names, in which nothing is an address.
_QUOTED: Final = re.compile(r"""("[^"]*"|'[^']*')""")
_ADDRESS: Final = re.compile(r"(?<![A-Za-z0-9_.$])(\$?)([A-Z]{1,3})(\$?)([1-9][0-9]{0,6})(?![\w(.!])")


class SharedFormulas:
    """The formulas of one sheet that other cells share, by their index."""

    def __init__(self) -> None:
        self._formulas: dict[bytes, tuple[str, str]] = {}

    def read_text(self, address: str, attributes: bytes, text: bytes) -> str:
        """Return the formula of a cell without its equals sign; empty if it is shared and not known."""
        formula = unescape(text.decode("utf-8", "replace"))
        index = _SHARED_INDEX.search(attributes)
        if index is None or b't="shared"' not in attributes:
            return formula
        if formula:
            self._formulas[index[1]] = (address, formula)
            return formula
        if index[1] not in self._formulas:
            return ""
        return move_formula(self._formulas[index[1]], address)


def move_formula(first: tuple[str, str], address: str) -> str:
    """Return the formula of the cell *address* that shares the formula of the *first* cell (address and formula)."""
    first_address, formula = first
    (first_row, first_column), (row, column) = parse_known_address(first_address), parse_known_address(address)
    pieces = _QUOTED.split(formula)
    for index in range(0, len(pieces), 2):
        pieces[index] = _move_addresses(pieces[index], row - first_row, column - first_column)
    return "".join(pieces)


def _move_addresses(text: str, rows: int, columns: int) -> str:
    def move(match: re.Match[str]) -> str:
        row, column = int(match[4]), column_number(match[2])
        if not match[3]:
            row = (row + rows - 1) % LAST_ROW + 1
        if not match[1]:
            column = (column + columns - 1) % LAST_COLUMN + 1
        return f"{match[1]}{column_letters(column)}{match[3]}{row}"

    return _ADDRESS.sub(move, text)
