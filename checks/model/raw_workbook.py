"""A workbook as received: every cell with its address, nothing interpreted yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import polars as pl


class CellKind(IntEnum):
    """What the file says a cell holds."""

    EMPTY = 0
    NUMBER = 1
    TEXT = 2
    BOOLEAN = 3
    ERROR = 4
    DATE = 5
    UNCALCULATED = 6  # a formula whose result the file does not hold


@dataclass(frozen=True, slots=True)
class HiddenCells:
    """Filled cells of one column whose look hides what they hold, or shows something else in its place.

    *effect* is ``struck`` (crossed out), ``unseen`` (written in the colour of the ground), ``blank`` (a number format
    that shows nothing) or ``otherwise`` (one that shows another number); *rows* holds first and last row of each
    stretch, counted from 1.
    """

    effect: str
    column: int
    rows: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSheet:
    """One sheet.

    *text* and *kinds* have the same shape: columns named A, B, C…, the first row is Excel's row 1. *text* is null
    where a cell is empty; a number stands there as a plain decimal of at most 15 significant digits, which is what
    Excel itself keeps. *formulas* maps an address to the formula whose cached value is in *text*. *merges* holds
    first and last cell of each merged range; rows and columns, hidden ones too, count from 1. *since_1904* tells from
    when a bare number counts days.
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
class RawWorkbook:
    """All sheets of one file, in the file's order."""

    sheets: tuple[RawSheet, ...]
