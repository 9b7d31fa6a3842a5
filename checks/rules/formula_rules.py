"""Formulas whose stored result is stale; only sums, additions and subtractions are recomputed.

(phase: parsed)
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import Final

from checks.model.cell_ref import CellRef, column_number
from checks.model.raw_workbook import CellKind, RawSheet, RawWorkbook
from checks.model.violation import Violation
from checks.parsing.text_normalisation import format_plain_number
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import ROW, Table
from contracts.form_model import Rule

_FORMULA_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<ref>
        (?:'(?P<quoted>[^'\[\]]+)'!|(?P<sheet>[^\s'!\[\](),:+\-*/&=]+)!)?   # another sheet of the workbook
        \$?(?P<c1>[A-Z]{1,3})\$?(?P<r1>\d+)                                  # a cell
        (?::\$?(?P<c2>[A-Z]{1,3})\$?(?P<r2>\d+))?                            # or a range
      )(?![\w(])
    | (?P<number>\d+(?:\.\d+)?)(?![\w.])
    | (?P<word>SUM\()
    | (?P<sign>[+\-(),])
    )""",
    re.VERBOSE,
)
# Spreadsheets add in binary; the error is far below the last decimal of any figure reported.
_RELATIVE_TOLERANCE: Final = Decimal("1e-9")
_MAX_CELLS_SUMMED: Final = 100_000
_MAX_CELLS_SHOWN: Final = 20


def check_formula_results(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report each formula whose stored result is stale, and once how many formulas could not be recomputed."""
    location, table = subject.search.location, subject.table
    if location is None or table is None or not location.sheet.formulas:
        return
    skipped_cells: list[CellRef] = []
    for cell, formula, stored in _iter_stored_results(location.sheet, table):
        expected = compute_formula(formula, subject.book, location.sheet.name)
        if expected is None:
            skipped_cells.append(cell)
        elif abs(expected - stored) > _RELATIVE_TOLERANCE * max(Decimal(1), abs(expected)):
            yield _build_stale_violation(rule, cell, formula=formula, stored=stored, expected=expected)
    if skipped_cells:
        yield _build_skipped_violation(subject, rule, skipped_cells)


def _iter_stored_results(sheet: RawSheet, table: Table) -> Iterator[tuple[CellRef, str, Decimal]]:
    """Yield cell, formula and stored number of each formula in the rows and columns of a table."""
    rows, columns = set(table.raw[ROW].to_list()), set(table.columns.values())
    for address, formula in sheet.formulas.items():
        cell = CellRef(sheet.name, address)
        row, column = cell.position
        if row in rows and column in columns:
            stored = _get_number(sheet, row, column)
            if stored is not None:
                yield cell, formula, stored


def _build_stale_violation(rule: Rule, cell: CellRef, *, formula: str, stored: Decimal, expected: Decimal) -> Violation:
    value, expected_value = format_plain_number(stored), format_plain_number(expected)
    return Violation(
        rule=rule,
        sheet=cell.sheet,
        cell=cell,
        cells=(cell,),
        facts={"cell": cell.address, "value": value, "expected": expected_value, "formula": formula},
        value=value,
        expected=expected_value,
        difference=format_plain_number(stored - expected),
    )


def _build_skipped_violation(subject: FormUnderCheck, rule: Rule, cells: list[CellRef]) -> Violation:
    first_cell = cells[0]
    facts = {"title": subject.form.title, "count": str(len(cells)), "cell": first_cell.address}
    return Violation(
        rule=rule,
        sheet=first_cell.sheet,
        cell=first_cell,
        cells=tuple(cells[:_MAX_CELLS_SHOWN]),
        variant="taken",
        facts=facts,
    )


def compute_formula(formula: str, book: RawWorkbook, sheet: str) -> Decimal | None:
    """Compute a formula from the stored values of its cells, or return None if it does more than add and subtract.

    *sheet* is the name of the sheet that holds the formula.
    """
    try:
        tokens = list(_split_tokens(formula.removeprefix("=")))
        values = _CellValues({raw_sheet.name: raw_sheet for raw_sheet in book.sheets}, sheet)
        amount, position = _compute_sum(tokens, 0, values)
    except (_UnsupportedFormulaError, RecursionError):
        return None
    if position < len(tokens):
        return None
    return amount


class _UnsupportedFormulaError(Exception):
    """The formula does more than add and subtract cells, numbers and sums."""


class _CellValues:
    """The stored values of the workbook's cells as a formula refers to them; a cell without a number is None."""

    def __init__(self, sheets: Mapping[str, RawSheet], current_sheet: str) -> None:
        self._sheets = sheets
        self._current_sheet = current_sheet

    def get_values(self, token: re.Match[str]) -> list[Decimal | None]:
        """Return the values of a cell or range, row by row.

        Raise `_UnsupportedFormulaError` if its sheet does not exist or the range is too large.
        """
        sheet = self._sheets.get(token["quoted"] or token["sheet"] or self._current_sheet)
        if sheet is None:
            raise _UnsupportedFormulaError
        rows = range(int(token["r1"]), int(token["r2"] or token["r1"]) + 1)
        columns = range(column_number(token["c1"]), column_number(token["c2"] or token["c1"]) + 1)
        if len(rows) * len(columns) > _MAX_CELLS_SUMMED:
            raise _UnsupportedFormulaError
        return [_get_number(sheet, row, column) for row, column in product(rows, columns)]


def _split_tokens(text: str) -> Iterator[re.Match[str]]:
    position = 0
    while position < len(text.rstrip()):
        token = _FORMULA_TOKEN.match(text, position)
        if token is None:
            raise _UnsupportedFormulaError
        yield token
        position = token.end()


def _compute_sum(tokens: list[re.Match[str]], position: int, values: _CellValues) -> tuple[Decimal, int]:
    """Add up terms joined by plus and minus; return the sum and the position of the token after them."""
    total, sign = Decimal(0), 1
    while True:
        while position < len(tokens) and tokens[position]["sign"] in ("+", "-"):
            if tokens[position]["sign"] == "-":
                sign = -sign
            position += 1
        amount, position = _compute_term(tokens, position, values)
        total, sign = total + sign * amount, 1
        if position >= len(tokens) or tokens[position]["sign"] not in ("+", "-"):
            return total, position


def _compute_term(tokens: list[re.Match[str]], position: int, values: _CellValues) -> tuple[Decimal, int]:
    """Compute a number, a cell, a call of SUM or a bracket; return it and the position of the token after it."""
    if position >= len(tokens):
        raise _UnsupportedFormulaError
    token = tokens[position]
    if token["number"]:
        return Decimal(token["number"]), position + 1
    if token["ref"] and not token["c2"]:
        return values.get_values(token)[0] or Decimal(0), position + 1
    if token["word"]:
        return _compute_argument_sum(tokens, position + 1, values)
    if token["sign"] == "(":
        amount, closing_position = _compute_sum(tokens, position + 1, values)
        return amount, _skip_closing_bracket(tokens, closing_position)
    raise _UnsupportedFormulaError


def _compute_argument_sum(tokens: list[re.Match[str]], position: int, values: _CellValues) -> tuple[Decimal, int]:
    """Add up the arguments of SUM; return the sum and the position after its closing bracket."""
    total = Decimal(0)
    while True:
        if position < len(tokens) and tokens[position]["c2"]:
            amount = _sum_numbers(values.get_values(tokens[position]))
            position += 1
        else:
            amount, position = _compute_sum(tokens, position, values)
        total += amount
        if position >= len(tokens) or tokens[position]["sign"] != ",":
            return total, _skip_closing_bracket(tokens, position)
        position += 1


def _sum_numbers(values: list[Decimal | None]) -> Decimal:
    return sum((value for value in values if value is not None), Decimal(0))


def _skip_closing_bracket(tokens: list[re.Match[str]], position: int) -> int:
    if position >= len(tokens) or tokens[position]["sign"] != ")":
        raise _UnsupportedFormulaError
    return position + 1


def _get_number(sheet: RawSheet, row: int, column: int) -> Decimal | None:
    """Return the number in a cell, or None if the cell is outside the sheet's used area or holds no number."""
    if row > sheet.text.height or column > sheet.text.width or sheet.kinds[row - 1, column - 1] != CellKind.NUMBER:
        return None
    try:
        return Decimal(sheet.text[row - 1, column - 1])
    except (InvalidOperation, TypeError):
        return None
