"""A workbook as received: every cell with its address, before any interpretation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

import polars as pl

# The form of a file that holds one table and no other sheet.
SINGLE_TABLE: Final = "csv"


class CellKind(IntEnum):
    """The type of a cell according to the file; UNCALCULATED is a formula without a stored result."""

    EMPTY = 0
    NUMBER = 1
    TEXT = 2
    BOOLEAN = 3
    ERROR = 4
    DATE = 5
    UNCALCULATED = 6


@dataclass(frozen=True, slots=True)
class HiddenCells:
    """Filled cells of one column whose formatting hides their content or shows something else.

    *effect* is ``struck`` (struck through), ``unseen`` (font in the background colour), ``blank`` (a number format
    that shows nothing) or ``otherwise`` (one that shows another number). *rows* holds first and last row of each run
    of such cells, counted from 1.
    """

    effect: str
    column: int
    rows: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSheet:
    """One sheet.

    *text* and *kinds* have the same shape: columns named A, B, C…, and the first row is Excel's row 1. *text* is null
    for an empty cell; a number is a plain decimal of at most 15 significant digits, which is what Excel itself keeps.
    *formulas* maps an address to the formula whose cached value is in *text*. *merges* holds first and last cell, as
    (row, column), of each merged range; all rows and columns, hidden ones included, count from 1. *uses_1904_dates* is
    true if a bare number counts days from 1904, not from 1900.
    """

    name: str
    visible: bool
    text: pl.DataFrame
    kinds: pl.DataFrame
    formulas: Mapping[str, str] = field(default_factory=dict)
    merges: tuple[tuple[tuple[int, int], tuple[int, int]], ...] = ()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    hidden_cells: tuple[HiddenCells, ...] = ()
    uses_1904_dates: bool = False


@dataclass(frozen=True, slots=True)
class Conversion:
    """How a file in another format was read: its *form* (``xls``, ``ods`` or ``csv``).

    *lost_formulas* are cells, such as ``附件2!C13``, whose formula could not be converted; their results were.
    """

    form: str
    lost_formulas: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class RawWorkbook:
    """All sheets of one file, in the order of the file.

    *foreign_content* names by kind what the file holds besides: ``macro``, ``embedded`` (documents and programs) and
    ``link`` (files that formulas take values from), ``remote_names`` and ``remote_rules`` (names, validations and
    formats that ask the network). *conversion* is None for an .xlsx.
    """

    sheets: tuple[RawSheet, ...]
    foreign_content: Mapping[str, Sequence[str]] = field(default_factory=dict)
    conversion: Conversion | None = None

    @property
    def has_formulas(self) -> bool:
        """Whether any cell holds a formula."""
        return any(sheet.formulas for sheet in self.sheets)
