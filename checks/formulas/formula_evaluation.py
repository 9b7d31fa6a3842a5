"""Compute formulas of sums, products, counts and choices from the values of cells; any other formula is left alone."""

import re
from collections.abc import Callable
from decimal import Decimal, DecimalException
from itertools import product
from typing import Final

from checks.formulas.formula_parser import find_references, parse_formula
from checks.formulas.formula_value import FormulaValue, UnsupportedFormulaError
from checks.model.cell_ref import CellRef, column_letters, column_number
from checks.model.raw_workbook import CellKind, RawSheet, RawWorkbook

_MAX_CELLS_SUMMED: Final = 100_000
_SUBTOTAL_PATTERN: Final = re.compile(r"=(?:_xlfn\.)?(?:SUBTOTAL|AGGREGATE)\(")

CellReader = Callable[[CellRef], Decimal | None]
"""Returns the number that a formula reads from a cell, or None if it holds none."""


class FormulaEvaluator:
    """Computes formulas of one workbook; *counts_hidden* tells whether subtotals count hidden rows."""

    def __init__(self, book: RawWorkbook, *, counts_hidden: bool = True, read_number: CellReader | None = None) -> None:
        self._sheets = {raw_sheet.name: raw_sheet for raw_sheet in book.sheets}
        self._hidden_rows = {raw_sheet.name: frozenset(raw_sheet.hidden_rows) for raw_sheet in book.sheets}
        self._counts_hidden = counts_hidden
        self._read_number = read_number or self.read_stored_number

    def evaluate(self, formula: str, sheet: str) -> FormulaValue | None:
        """Return the value of a formula on a sheet, or None if it does more than arithmetic."""
        try:
            return parse_formula(formula, sheet, self)
        except (UnsupportedFormulaError, RecursionError, DecimalException):
            return None

    def get_formula(self, cell: CellRef) -> str | None:
        """Return the formula of a cell, or None if it has none."""
        sheet = self._sheets.get(cell.sheet)
        if sheet is None:
            return None
        return sheet.formulas.get(cell.address)

    def read_stored_number(self, cell: CellRef) -> Decimal | None:
        """Return the number that the file holds for a cell, or None if it holds none."""
        sheet = self._sheets.get(cell.sheet)
        if sheet is None:
            return None
        row, column = cell.position
        return read_number(sheet, row, column)

    def read_cells(self, token: re.Match[str], current_sheet: str) -> list[CellRef]:
        """Return the cells of a reference, row by row.

        Raise `UnsupportedFormulaError` if its sheet does not exist or the range is too large.
        """
        sheet = self._sheets.get(token["quoted"] or token["sheet"] or current_sheet)
        if sheet is None:
            raise UnsupportedFormulaError
        rows = range(int(token["r1"]), int(token["r2"] or token["r1"]) + 1)
        columns = range(column_number(token["c1"]), column_number(token["c2"] or token["c1"]) + 1)
        if len(rows) * len(columns) > _MAX_CELLS_SUMMED:
            raise UnsupportedFormulaError
        letters = {column: column_letters(column) for column in columns}
        return [CellRef(sheet.name, f"{letters[column]}{row}") for row, column in product(rows, columns)]

    def list_references(self, formula: str, sheet: str) -> set[CellRef]:
        """Return the cells that a formula on a sheet reads; none if it reads more than can be added up."""
        cells: set[CellRef] = set()
        try:
            for token in find_references(formula):
                cells.update(self.read_cells(token, sheet))
        except UnsupportedFormulaError:
            return set()
        return cells

    def add_up(self, cells: list[CellRef]) -> FormulaValue:
        """Return the sum of the cells; those without a number are left out."""
        total, coefficients = Decimal(0), dict[CellRef, Decimal]()
        for cell in cells:
            amount = self._read_number(cell)
            if amount is not None:
                total += amount
                coefficients[cell] = coefficients.get(cell, Decimal(0)) + 1
        return FormulaValue(total, coefficients)

    def count_numbers(self, cells: list[CellRef]) -> int:
        """Return the number of cells that hold a number or a date, as the function COUNT does."""
        return sum(self._read_number(cell) is not None or self._get_kind(cell) == CellKind.DATE for cell in cells)

    def count_entries(self, cells: list[CellRef]) -> int:
        """Return the number of cells that hold anything, as the function COUNTA does."""
        return sum(self._get_kind(cell) != CellKind.EMPTY for cell in cells)

    def is_blank(self, cell: CellRef) -> bool:
        """Return whether a cell equals the empty text: it has no content, or a formula gave it none."""
        if self._get_kind(cell) == CellKind.EMPTY:
            return True
        row, column = cell.position
        return not self._sheets[cell.sheet].text[row - 1, column - 1]

    def _get_kind(self, cell: CellRef) -> CellKind:
        sheet = self._sheets[cell.sheet]
        row, column = cell.position
        if row > sheet.text.height or column > sheet.text.width:
            return CellKind.EMPTY
        return CellKind(sheet.kinds[row - 1, column - 1])

    def add_up_subtotal(self, cells: list[CellRef]) -> FormulaValue:
        """Return the sum of the cells without subtotals and, unless they count, without hidden rows."""
        counted: list[CellRef] = []
        skipped: set[CellRef] = set()
        for cell in cells:
            if not self._counts_hidden and cell.row in self._hidden_rows[cell.sheet]:
                skipped.add(cell)
            elif not _SUBTOTAL_PATTERN.match(self.get_formula(cell) or ""):
                counted.append(cell)
        total = self.add_up(counted)
        return FormulaValue(total.amount, total.coefficients, frozenset(skipped))


def compute_formula(formula: str, book: RawWorkbook, sheet: str) -> Decimal | None:
    """Compute a formula from the stored values of its cells, or return None if it does more than arithmetic.

    *sheet* is the name of the sheet that holds the formula.
    """
    value = FormulaEvaluator(book).evaluate(formula, sheet)
    if value is None:
        return None
    return value.amount


def read_number(sheet: RawSheet, row: int, column: int) -> Decimal | None:
    """Return the number in a cell, or None if the cell is outside the sheet's used area or holds no number."""
    if row > sheet.text.height or column > sheet.text.width or sheet.kinds[row - 1, column - 1] != CellKind.NUMBER:
        return None
    try:
        return Decimal(sheet.text[row - 1, column - 1])
    except (DecimalException, TypeError):
        return None
