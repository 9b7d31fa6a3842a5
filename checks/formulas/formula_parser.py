"""Parse one formula and compute it on the way: arithmetic, SUM, ROUND, subtotals, counts and IF."""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Final, Protocol

from checks.formulas.formula_value import FormulaValue, UnsupportedFormulaError
from checks.model.cell_ref import CellRef

_FORMULA_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<ref>
        (?:'(?P<quoted>[^'\[\]]+)'!|(?P<sheet>[^\s'!\[\](),:+\-*/&=]+)!)?   # another sheet of the workbook
        \$?(?P<c1>[A-Z]{1,3})\$?(?P<r1>\d+)                                  # a cell
        (?::\$?(?P<c2>[A-Z]{1,3})\$?(?P<r2>\d+))?                            # or a range
      )(?![\w(])
    | (?P<number>\d+(?:\.\d+)?)(?![\w.])
    | (?:_xlfn\.)?(?P<function>SUM|ROUND|SUBTOTAL|AGGREGATE|COUNT|COUNTA|IF)\(
    | (?P<text>"(?:[^"]|"")*")
    | (?P<comparison><=|>=|<>|[<>=])
    | (?P<sign>[+\-*/(),])
    )""",
    re.VERBOSE,
)
# The numbers by which SUBTOTAL and AGGREGATE know the sum.
_SUBTOTAL_SUM_NUMBERS: Final = ("9", "109")
_AGGREGATE_SUM_NUMBER: Final = "9"

_COMPARISONS: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    "=": eq,
    "<>": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}
_EMPTY_TEXT: Final = '""'


class CellValues(Protocol):
    """The cells that a formula reads."""

    def read_cells(self, token: re.Match[str], current_sheet: str) -> list[CellRef]:
        """Return the cells of a reference, row by row."""

    def add_up(self, cells: list[CellRef]) -> FormulaValue:
        """Return the sum of the cells."""

    def add_up_subtotal(self, cells: list[CellRef]) -> FormulaValue:
        """Return the sum of the cells that a subtotal counts."""

    def count_numbers(self, cells: list[CellRef]) -> int:
        """Return the number of cells with a number."""

    def count_entries(self, cells: list[CellRef]) -> int:
        """Return the number of cells with any content."""

    def is_blank(self, cell: CellRef) -> bool:
        """Return whether a cell equals the empty text."""


def parse_formula(formula: str, sheet: str, cell_values: CellValues) -> FormulaValue:
    """Compute a formula on a sheet; raise `UnsupportedFormulaError` if it does more than arithmetic."""
    return _FormulaParser(list(_split_tokens(formula.removeprefix("="))), sheet, cell_values).parse()


def find_references(formula: str) -> list[re.Match[str]]:
    """Return the references of a formula to cells and ranges, or nothing if it has parts that are not understood."""
    try:
        return [token for token in _split_tokens(formula.removeprefix("=")) if token["ref"]]
    except UnsupportedFormulaError:
        return []


class _FormulaParser:
    """Parses one formula by recursive descent and computes it on the way."""

    def __init__(self, tokens: list[re.Match[str]], sheet: str, cell_values: CellValues) -> None:
        self._tokens = tokens
        self._sheet = sheet
        self._cell_values = cell_values
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
            return self._cell_values.add_up(self._cell_values.read_cells(token, self._sheet))
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
        if name == "IF":
            return self._parse_choice()
        if name in ("COUNT", "COUNTA"):
            return FormulaValue(Decimal(self._parse_count(name)))
        if name == "SUM":
            return self._parse_arguments(self._cell_values.add_up)
        self._skip_sum_number(name)
        return self._parse_arguments(self._cell_values.add_up_subtotal)

    def _parse_choice(self) -> FormulaValue:
        """Compute the part of an IF that its condition chooses; the other part is not computed."""
        is_true = self._parse_condition()
        self._skip(",")
        if not is_true:
            self._skip_argument()
            self._skip(",")
        value = self._parse_sum()
        if is_true and self._next_sign == ",":
            self._skip(",")
            self._skip_argument()
        self._skip(")")
        return value

    def _parse_condition(self) -> bool:
        """Compare two numbers, or one cell with the empty text."""
        start = self._position
        token, comparison, text = self._take(), self._peek(), self._peek(1)
        if token["ref"] and comparison and comparison["comparison"] and text and text["text"]:
            self._position += 2
            return self._compare_text(token, comparison["comparison"], text["text"])
        self._position = start
        left = self._parse_sum()
        compare = _COMPARISONS.get(self._take()["comparison"])
        if compare is None:
            raise UnsupportedFormulaError
        return compare(left.amount, self._parse_sum().amount)

    def _compare_text(self, token: re.Match[str], comparison: str, text: str) -> bool:
        cells = self._cell_values.read_cells(token, self._sheet)
        if text != _EMPTY_TEXT or len(cells) != 1 or comparison not in ("=", "<>"):
            raise UnsupportedFormulaError
        return self._cell_values.is_blank(cells[0]) is (comparison == "=")

    def _parse_count(self, name: str) -> int:
        """Count the numbers, or the cells with any content, in the cells and ranges that are listed."""
        count = self._cell_values.count_numbers
        if name == "COUNTA":
            count = self._cell_values.count_entries
        total = 0
        while True:
            token = self._take()
            if not token["ref"]:
                raise UnsupportedFormulaError
            total += count(self._cell_values.read_cells(token, self._sheet))
            if self._next_sign != ",":
                self._skip(")")
                return total
            self._skip(",")

    def _skip_argument(self) -> None:
        """Go on to the comma or bracket that ends an argument."""
        depth = 0
        while depth or self._next_sign not in (",", ")"):
            token = self._take()
            if token["function"] or token["sign"] == "(":
                depth += 1
            elif token["sign"] == ")":
                depth -= 1

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
                total = total.add(add_up(self._cell_values.read_cells(token, self._sheet)))
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

    def _peek(self, distance: int = 0) -> re.Match[str] | None:
        if self._position + distance >= len(self._tokens):
            return None
        return self._tokens[self._position + distance]

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
