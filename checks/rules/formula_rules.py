"""Formulas whose kept result is not what they compute; only sums, additions and subtractions are computed anew.

(phase: parsed)
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from checks.model.cell_ref import CellRef, column_number
from checks.model.raw_workbook import CellKind, RawSheet, RawWorkbook
from checks.model.violation import Violation
from checks.parsing.text_normalisation import format_plain_number
from checks.recognition.form_instance import FormUnderCheck
from contracts.form_model import Rule

_FORMULA_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<ref>
        (?:'(?P<quoted>[^'\[\]]+)'!|(?P<sheet>[^\s'!\[\](),:+\-*/&=]+)!)?   # another sheet of the same workbook
        \$?(?P<c1>[A-Z]{1,3})\$?(?P<r1>\d+)                                  # a cell
        (?::\$?(?P<c2>[A-Z]{1,3})\$?(?P<r2>\d+))?                            # or a range
      )(?![\w(])
    | (?P<number>\d+(?:\.\d+)?)(?![\w.])
    | (?P<word>SUM\()
    | (?P<sign>[+\-(),])
    )""",
    re.VERBOSE,
)
_RELATIVE_TOLERANCE: Final = Decimal("1e-9")  # spreadsheets add in binary: far less than any decimal that is reported
_MAX_CELLS_SUMMED: Final = 100_000
_MAX_CELLS_SHOWN: Final = 20


def check_formula_results(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with a formula whose kept result is stale; say how many could not be computed anew."""
    located, table = subject.search.location, subject.table
    if located is None or table is None or not located.sheet.formulas:
        return
    rows, columns = set(table.raw["row"].to_list()), set(table.columns.values())
    taken: list[CellRef] = []
    for at, formula in located.sheet.formulas.items():
        cell = CellRef(located.sheet.name, at)
        row, column = cell.position
        kept = _get_number(located.sheet, row, column) if row in rows and column in columns else None
        if kept is None:
            continue
        due = compute_formula(formula, subject.book, located.sheet.name)
        if due is None:
            taken.append(cell)
        elif abs(due - kept) > _RELATIVE_TOLERANCE * max(Decimal(1), abs(due)):
            facts = {
                "cell": at,
                "value": format_plain_number(kept),
                "expected": format_plain_number(due),
                "formula": formula,
            }
            yield Violation(
                rule=rule,
                sheet=cell.sheet,
                cell=cell,
                cells=(cell,),
                facts=facts,
                value=format_plain_number(kept),
                expected=format_plain_number(due),
                difference=format_plain_number(kept - due),
            )
    if taken:
        facts = {"title": subject.form.title, "count": str(len(taken)), "cell": taken[0].address}
        shown = tuple(taken[:_MAX_CELLS_SHOWN])
        yield Violation(rule=rule, sheet=taken[0].sheet, cell=taken[0], cells=shown, variant="taken", facts=facts)


def compute_formula(formula: str, book: RawWorkbook, sheet: str) -> Decimal | None:
    """Compute a formula from the kept values of its cells; nothing where it does more than add and subtract."""
    try:
        tokens = list(_split_tokens(formula.removeprefix("=")))
        values = _CellValues({one.name: one for one in book.sheets}, sheet)
        amount, rest = _compute_sum(tokens, 0, values)
    except (_UnsupportedFormulaError, RecursionError):
        return None
    return amount if rest == len(tokens) else None


class _UnsupportedFormulaError(Exception):
    """The formula does what is not computed here."""


class _CellValues:
    """The kept values of the workbook's cells, as formulas see them: what is no number counts as nothing in a sum."""

    def __init__(self, sheets: Mapping[str, RawSheet], current_sheet: str) -> None:
        self._sheets = sheets
        self._current_sheet = current_sheet

    def get_values(self, token: re.Match[str]) -> list[Decimal | None]:
        """Return the values of a cell or range."""
        sheet = self._sheets.get(token["quoted"] or token["sheet"] or self._current_sheet)
        if sheet is None:
            raise _UnsupportedFormulaError
        rows = range(int(token["r1"]), int(token["r2"] or token["r1"]) + 1)
        columns = range(column_number(token["c1"]), column_number(token["c2"] or token["c1"]) + 1)
        if len(rows) * len(columns) > _MAX_CELLS_SUMMED:
            raise _UnsupportedFormulaError
        return [_get_number(sheet, row, column) for row in rows for column in columns]


def _split_tokens(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(text.rstrip()):
        found = _FORMULA_TOKEN.match(text, at)
        if found is None:
            raise _UnsupportedFormulaError
        yield found
        at = found.end()


def _compute_sum(tokens: list[re.Match[str]], position: int, values: _CellValues) -> tuple[Decimal, int]:
    """Read terms joined by plus and minus."""
    total, sign = Decimal(0), 1
    while True:
        while position < len(tokens) and tokens[position]["sign"] in ("+", "-"):
            sign = -sign if tokens[position]["sign"] == "-" else sign
            position += 1
        amount, position = _compute_term(tokens, position, values)
        total, sign = total + sign * amount, 1
        if position >= len(tokens) or tokens[position]["sign"] not in ("+", "-"):
            return total, position


def _compute_term(tokens: list[re.Match[str]], position: int, values: _CellValues) -> tuple[Decimal, int]:
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
        amount, after = _compute_sum(tokens, position + 1, values)
        return amount, _skip_closing_bracket(tokens, after)
    raise _UnsupportedFormulaError


def _compute_argument_sum(tokens: list[re.Match[str]], position: int, values: _CellValues) -> tuple[Decimal, int]:
    total = Decimal(0)
    while True:
        if position < len(tokens) and tokens[position]["c2"]:
            total += sum((one for one in values.get_values(tokens[position]) if one is not None), Decimal(0))
            position += 1
        else:
            amount, position = _compute_sum(tokens, position, values)
            total += amount
        if position < len(tokens) and tokens[position]["sign"] == ",":
            position += 1
            continue
        return total, _skip_closing_bracket(tokens, position)


def _skip_closing_bracket(tokens: list[re.Match[str]], position: int) -> int:
    if position >= len(tokens) or tokens[position]["sign"] != ")":
        raise _UnsupportedFormulaError
    return position + 1


def _get_number(sheet: RawSheet, row: int, column: int) -> Decimal | None:
    if row > sheet.text.height or column > sheet.text.width or sheet.kinds[row - 1, column - 1] != CellKind.NUMBER:
        return None
    try:
        return Decimal(sheet.text[row - 1, column - 1])
    except (InvalidOperation, TypeError):
        return None
