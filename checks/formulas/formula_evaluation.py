"""Compute formulas of sums, products and subtotals from the values of their cells; any other formula is left alone."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal, DecimalException
from itertools import product
from typing import Final

from checks.formulas.formula_value import FormulaValue, UnsupportedFormulaError
from checks.model.cell_ref import CellRef, column_letters, column_number
from checks.model.raw_workbook import CellKind, RawSheet, RawWorkbook

_FORMULA_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<ref>
        (?:'(?P<quoted>[^'\[\]]+)'!|(?P<sheet>[^\s'!\[\](),:+\-*/&=]+)!)?   # another sheet of the workbook
        \$?(?P<c1>[A-Z]{1,3})\$?(?P<r1>\d+)                                  # a cell
        (?::\$?(?P<c2>[A-Z]{1,3})\$?(?P<r2>\d+))?                            # or a range
      )(?![\w(])
    | (?P<number>\d+(?:\.\d+)?)(?![\w.])
    | (?:_xlfn\.)?(?P<function>SUM|ROUND|SUBTOTAL|AGGREGATE)\(
    | (?P<sign>[+\-*/(),])
    )""",
    re.VERBOSE,
)
_MAX_CELLS_SUMMED: Final = 100_000
_SUBTOTAL_PATTERN: Final = re.compile(r"=(?:_xlfn\.)?(?:SUBTOTAL|AGGREGATE)\(")
# The numbers by which SUBTOTAL and AGGREGATE know the sum.
_SUBTOTAL_SUM_NUMBERS: Final = ("9", "109")
_AGGREGATE_SUM_NUMBER: Final = "9"

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
            parser = _FormulaParser(list(_split_tokens(formula.removeprefix("="))), sheet, self)
            return parser.parse()
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

    def add_up(self, cells: list[CellRef]) -> FormulaValue:
        """Return the sum of the cells; those without a number are left out."""
        total, coefficients = Decimal(0), dict[CellRef, Decimal]()
        for cell in cells:
            amount = self._read_number(cell)
            if amount is not None:
                total += amount
                coefficients[cell] = coefficients.get(cell, Decimal(0)) + 1
        return FormulaValue(total, coefficients)

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


class _FormulaParser:
    """Parses one formula by recursive descent and computes it on the way."""

    def __init__(self, tokens: list[re.Match[str]], sheet: str, evaluator: FormulaEvaluator) -> None:
        self._tokens = tokens
        self._sheet = sheet
        self._evaluator = evaluator
        self._position = 0

    def parse(self) -> FormulaValue:
        """Compute the whole formula; raise `UnsupportedFormulaError` if a token is left over."""
        value = self._parse_sum()
        if self._position < len(self._tokens):
            raise UnsupportedFormulaError
        return value

    def _parse_sum(self) -> FormulaValue:
        """Add up products joined by plus and minus."""
        total = self._parse_product()
        while self._next_sign in ("+", "-"):
            sign = self._take_signs()
            total = total.add(self._parse_product(), sign)
        return total

    def _parse_product(self) -> FormulaValue:
        value = self._parse_signed()
        while self._next_sign in ("*", "/"):
            operator = self._take()["sign"]
            factor = self._parse_signed()
            if operator == "/":
                factor = factor.invert()
            value = value.multiply(factor)
        return value

    def _parse_signed(self) -> FormulaValue:
        if self._take_signs() == 1:
            return self._parse_operand()
        return FormulaValue(Decimal(0)).add(self._parse_operand(), -1)

    def _take_signs(self) -> int:
        sign = 1
        while self._next_sign in ("+", "-"):
            if self._take()["sign"] == "-":
                sign = -sign
        return sign

    def _parse_operand(self) -> FormulaValue:
        """Compute a number, a cell, a function or a bracket."""
        token = self._take()
        if token["number"]:
            return FormulaValue(Decimal(token["number"]))
        if token["ref"] and not token["c2"]:
            return self._evaluator.add_up(self._evaluator.read_cells(token, self._sheet))
        if token["function"]:
            return self._parse_function(token["function"])
        if token["sign"] == "(":
            value = self._parse_sum()
            self._skip(")")
            return value
        raise UnsupportedFormulaError

    def _parse_function(self, name: str) -> FormulaValue:
        if name == "ROUND":
            value = self._parse_sum()
            self._skip(",")
            places = self._parse_sum()
            self._skip(")")
            return value.round_to(places.amount)
        if name == "SUM":
            return self._parse_arguments(self._evaluator.add_up)
        self._skip_sum_number(name)
        return self._parse_arguments(self._evaluator.add_up_subtotal)

    def _skip_sum_number(self, name: str) -> None:
        """Skip the number that asks for a sum, and the option of AGGREGATE."""
        number = self._take()["number"]
        if name == "SUBTOTAL":
            is_sum = number in _SUBTOTAL_SUM_NUMBERS
        else:
            is_sum = number == _AGGREGATE_SUM_NUMBER
            self._skip(",")
            self._take()
        if not is_sum:
            raise UnsupportedFormulaError
        self._skip(",")

    def _parse_arguments(self, add_up: Callable[[list[CellRef]], FormulaValue]) -> FormulaValue:
        """Add up the arguments of a function, each a range or a sum."""
        total = FormulaValue(Decimal(0))
        while True:
            token = self._peek()
            if token is not None and token["c2"]:
                self._position += 1
                total = total.add(add_up(self._evaluator.read_cells(token, self._sheet)))
            else:
                total = total.add(self._parse_sum())
            if self._next_sign != ",":
                self._skip(")")
                return total
            self._position += 1

    @property
    def _next_sign(self) -> str | None:
        token = self._peek()
        if token is None:
            return None
        return token["sign"]

    def _peek(self) -> re.Match[str] | None:
        if self._position >= len(self._tokens):
            return None
        return self._tokens[self._position]

    def _take(self) -> re.Match[str]:
        token = self._peek()
        if token is None:
            raise UnsupportedFormulaError
        self._position += 1
        return token

    def _skip(self, sign: str) -> None:
        if self._take()["sign"] != sign:
            raise UnsupportedFormulaError


def _split_tokens(text: str) -> Iterator[re.Match[str]]:
    position = 0
    while position < len(text.rstrip()):
        token = _FORMULA_TOKEN.match(text, position)
        if token is None:
            raise UnsupportedFormulaError
        yield token
        position = token.end()


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
