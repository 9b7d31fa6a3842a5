"""Checks of everything that goes into a cell: what a spreadsheet cannot hold unchanged is refused."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from filing.book.workbook_model import Cell

# UTF-16 units; the format has no room for more, and programs cut the rest off without a message.
MAX_TEXT_UNITS: Final = 32_767
MAX_FORMULA_CHARACTERS: Final = 8_192
# The characters of all choices of a drop-down, with the commas between them.
MAX_CHOICES_CHARACTERS: Final = 255
# A spreadsheet keeps no more digits: it would change the rest to zeros.
MAX_DIGITS: Final = 15
MIN_EXPONENT: Final = -300
ERROR_VALUES: Final = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})

_UNWRITABLE_CHARACTERS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_QUOTED_TEXT: Final = re.compile(r'"[^"]*"')
_CELL_REFERENCE: Final = r"(?:'(?P<quoted>(?:[^']|'')+)'|(?P<bare>[^'!]+))!\$?[A-Z]{1,3}\$?[1-9]\d{0,6}"
_INTERNAL_LINK: Final = re.compile(_CELL_REFERENCE)
# Another workbook or a page of the same outputs: never an address on a network, a drive or the root of one.
_WORKBOOK_LINK: Final = re.compile(
    rf"(?:\.\./)*(?:[^\\/:#?%*|\"<>.]+/)*[^\\/:#?%*|\"<>]+\.(?:html|xls[xm](?:#{_CELL_REFERENCE})?)"
)


@dataclass(frozen=True, slots=True)
class TargetCell:
    """The place that a cell is written to (*row* and *column* from 0); as a text, its name in an error message."""

    page: Worksheet
    row: int
    column: int

    def __str__(self) -> str:
        return f"sheet {self.page.get_name()!r}, cell {xl_rowcol_to_cell(self.row, self.column)}"

    @property
    def coordinates(self) -> tuple[int, int]:
        """Row and column, as xlsxwriter takes them."""
        return self.row, self.column


def check_value(target_cell: TargetCell, value: str | int | Decimal | None) -> str | int | Decimal | None:
    """Return *value* as it is to be written; raise TypeError or ValueError if it cannot be written unchanged."""
    if value is None:
        return None
    if isinstance(value, str):
        return check_text(target_cell, value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError(f"{target_cell}: a value is text, int, Decimal or None, got {type(value).__name__}")
    return _check_figure(target_cell, Decimal(value))


def check_text(location: object, text: str) -> str:
    """Return *text*; raise ValueError if the file cannot hold it as it is, instead of cutting or cleaning it."""
    if match := _UNWRITABLE_CHARACTERS.search(text):
        raise ValueError(f"{location}: U+{ord(match[0]):04X} cannot be written; remove it from the text")
    if 2 * len(text) > MAX_TEXT_UNITS:
        _refuse_long_text(location, text)
    return text


def _refuse_long_text(location: object, text: str) -> None:
    """Raise ValueError if a text is too long; a character outside the basic plane counts as two."""
    length = len(text.encode("utf-16-le")) // 2
    if length > MAX_TEXT_UNITS:
        raise ValueError(f"{location}: a text has at most {MAX_TEXT_UNITS} characters, got {length}; shorten it")


def check_formula(target_cell: TargetCell, formula: str) -> str:
    """Return *formula*; raise ValueError if it has no =, is too long, or refers to another book or program.

    References such as ``[1]Sheet1`` and ``cmd|'…'`` lead out of the book.
    """
    check_text(target_cell, formula)
    if not formula.startswith("=") or len(formula) > MAX_FORMULA_CHARACTERS:
        raise ValueError(f"{target_cell}: a formula starts with = and has at most {MAX_FORMULA_CHARACTERS} characters")
    if set("[|") & set(_QUOTED_TEXT.sub("", formula)):
        raise ValueError(f"{target_cell}: a formula may use this book only, got {formula!r}")
    return formula


def check_cached_value(target_cell: TargetCell, value: str | int | Decimal | None) -> str | int | Decimal:
    """Return the value to store beside a formula, empty for None; raise ValueError if it is an error value."""
    if value in ERROR_VALUES:
        raise ValueError(
            f"{target_cell}: a formula's value may not be an error, got {value}; correct what it refers to"
        )
    if value is None:
        return ""
    return value


def check_choices(target_cell: TargetCell, choices: tuple[str, ...]) -> list[str]:
    """Return the choices of a drop-down; raise ValueError if the file cannot hold them."""
    for choice in choices:
        check_text(target_cell, choice)
    has_comma = any("," in choice for choice in choices)
    if has_comma or len(",".join(choices)) > MAX_CHOICES_CHARACTERS:
        raise ValueError(f"{target_cell}: a drop-down holds {MAX_CHOICES_CHARACTERS} characters, without commas")
    return list(choices)


def refuse_dead_link(target_cell: TargetCell, cell: Cell, sheet_names: frozenset[str]) -> None:
    """Raise ValueError unless the links of *cell* lead into this book, or to a workbook or page of the outputs."""
    if cell.link is None and cell.source_link is None:
        return
    # xlsxwriter writes a link without escaping it.
    check_text(target_cell, f"{cell.link or ''}{cell.source_link or ''}")
    if cell.source_link is not None and (cell.link is not None or _WORKBOOK_LINK.fullmatch(cell.source_link) is None):
        raise ValueError(
            f"{target_cell}: a link names a workbook of this filing as folder/file.xlsx, got {cell.source_link!r}"
        )
    if cell.link is not None and _read_target_sheet(cell.link) not in sheet_names:
        raise ValueError(f"{target_cell}: a link names a cell of this book as 'sheet'!A1, got {cell.link!r}")


def raise_on_error(code: int | None, location: object) -> None:
    """Raise ValueError if xlsxwriter reports with *code* that it skipped or cut a write; it raises nothing itself."""
    if code:
        raise ValueError(f"{location}: could not be written (code {code}); it is outside what a sheet can hold")


def _check_figure(target_cell: TargetCell, figure: Decimal) -> int | Decimal:
    """Return a figure in its shortest form, 1.0 as 1; raise ValueError if a spreadsheet would change it."""
    if not figure.is_finite():
        raise ValueError(f"{target_cell}: a figure must be finite, got {figure}")
    significant_digits = "".join(map(str, figure.as_tuple().digits)).strip("0")
    is_kept = len(significant_digits) <= MAX_DIGITS and MIN_EXPONENT < figure.adjusted() < MAX_DIGITS
    if figure and not is_kept:
        raise ValueError(
            f"{target_cell}: a spreadsheet keeps {MAX_DIGITS} digits, got {figure}; write a longer number as text"
        )
    if figure == figure.to_integral_value():
        return int(figure)
    return figure.normalize()


def _read_target_sheet(link: str) -> str | None:
    """Return the name of the sheet that a link such as ``'sheet'!A1`` leads to, or None if it is no such link."""
    match = _INTERNAL_LINK.fullmatch(link)
    if match is None:
        return None
    return match["bare"] or match["quoted"].replace("''", "'")
