"""Walk the records of an .xls file (MS-XLS 2.1.4): formulas, which the library reads but does not keep."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from xlrd.book import Book
from xlrd.formula import FMLA_TYPE_CELL, FMLA_TYPE_SHARED, decompile_formula

from checks.model.cell_ref import format_address
from workbooks.gate.intake_fault import intake_error

_BOF, _EOF, _FORMULA, _SHARED, _MULTIPLE_NUMBERS = 0x0809, 0x000A, 0x0006, 0x04BC, 0x00BD
# NUMBER, RK, LABEL, LABELSST, BOOLERR, RSTRING: one cell each, which begins with its row and its column.
_VALUE_RECORDS: Final = frozenset({0x0203, 0x027E, 0x0204, 0x00FD, 0x0205, 0x00D6})
_SHARED_TOKEN: Final = 0x01
_BIFF8: Final = 80
_FORMULA_TOKENS_START, _SHARED_TOKENS_START = 22, 10

# How the library writes what it does not know.
_UNKNOWN_MARKS: Final = ("<<", "?", "\x00")
_WHOLE_NUMBER: Final = re.compile(r"(?<![\w.])([0-9]+)\.0(?![\w.])")

Position = tuple[int, int]


@dataclass(slots=True)
class SheetFormulas:
    """The formulas of one sheet by (row, column) from 0; *lost* are the cells whose formula cannot be written."""

    texts: dict[Position, str] = field(default_factory=dict)
    lost: list[Position] = field(default_factory=list)


def read_formulas(book: Book, sheet_index: int) -> SheetFormulas:
    """Return the formulas of a sheet; raise IntakeError if a cell has two values.

    Only the records of Excel 97 and later are decoded; in an older file no cell has a formula.
    """
    formulas = SheetFormulas()
    if book.biff_version < _BIFF8:
        return formulas
    tokens_by_cell: dict[Position, bytes] = {}
    shared: dict[Position, bytes] = {}
    filled: set[Position] = set()
    last_formula: Position = (0, 0)
    for code, content in _iter_records(book, sheet_index):
        for position in _list_filled_cells(code, content):
            if position in filled:
                address = format_address(position[0] + 1, position[1] + 1)
                raise intake_error("cell_twice", sheet=book.sheet_names()[sheet_index], cell=address)
            filled.add(position)
        if code == _FORMULA:
            last_formula = struct.unpack_from("<HH", content)
            tokens_by_cell[last_formula] = content
        elif code == _SHARED:
            shared[last_formula] = content
    for position, content in tokens_by_cell.items():
        text = _decode_formula(book, position, content, shared)
        if text:
            formulas.texts[position] = text
        else:
            formulas.lost.append(position)
    return formulas


def _iter_records(book: Book, sheet_index: int) -> Iterator[tuple[int, bytes]]:
    """Yield code and content of the records of a sheet, without those of the charts in it."""
    stream, offset, depth = book.mem, book._sh_abs_posn[sheet_index], 0  # noqa: SLF001 - the library offers no other way to its records
    end = book.base + book.stream_len
    while offset + 4 <= end:
        code, length = struct.unpack_from("<HH", stream, offset)
        content = stream[offset + 4 : offset + 4 + length]
        offset += 4 + length
        if code == _BOF:
            depth += 1
        elif code == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield code, content


def _list_filled_cells(code: int, content: bytes) -> list[Position]:
    if code in _VALUE_RECORDS or code == _FORMULA:
        return [struct.unpack_from("<HH", content)]
    if code == _MULTIPLE_NUMBERS:
        row, first_column = struct.unpack_from("<HH", content)
        (last_column,) = struct.unpack_from("<H", content, len(content) - 2)
        return [(row, column) for column in range(first_column, last_column + 1)]
    return []


def _decode_formula(book: Book, position: Position, content: bytes, shared: dict[Position, bytes]) -> str:
    """Return a formula as text, or an empty text if it cannot be told or is not understood."""
    start, kind = _FORMULA_TOKENS_START, FMLA_TYPE_CELL
    (length,) = struct.unpack_from("<H", content, start - 2)
    if length and content[start] == _SHARED_TOKEN:
        first_cell = struct.unpack_from("<HH", content, start + 1)
        if first_cell not in shared:
            return ""
        content, start, kind = shared[first_cell], _SHARED_TOKENS_START, FMLA_TYPE_SHARED
        (length,) = struct.unpack_from("<H", content, start - 2)
    try:
        text = decompile_formula(book, content[start:], length, kind, browx=position[0], bcolx=position[1])
    except Exception:  # noqa: BLE001 - the library fails in any way on what it does not know; the result of the formula stays
        return ""
    if not text or any(mark in text for mark in _UNKNOWN_MARKS):
        return ""
    return _write_whole_numbers(text)


def _write_whole_numbers(text: str) -> str:
    """Write the numbers of a formula as Excel does: the library writes 15 as 15.0."""
    parts = text.split('"')
    # Every second part is a text in quotes.
    parts[::2] = [_WHOLE_NUMBER.sub(r"\1", part) for part in parts[::2]]
    return '"'.join(parts)
