"""Formulas whose kept result is not what they compute; only sums, additions and subtractions are computed anew.

(phase: parsed)
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from checks.model.cell_ref import CellRef, column_number
from checks.model.raw_workbook import CellKind, RawBook, RawSheet
from checks.model.violation import Offence
from checks.parsing.text_normalisation import plain
from checks.recognition.form_instance import Subject
from contracts.form_model import Rule

_TOKEN: Final = re.compile(
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
_SLACK: Final = Decimal("1e-9")  # spreadsheets add in binary: far less than any decimal that is reported
_MOST_CELLS: Final = 100_000
_SHOWN: Final = 20


def formula_results(subject: Subject, rule: Rule) -> Iterator[Offence]:
    """Find fault with a formula whose kept result is stale; say how many could not be computed anew."""
    located, table = subject.search.located, subject.table
    if located is None or table is None or not located.sheet.formulas:
        return
    rows, columns = set(table.raw["row"].to_list()), set(table.columns.values())
    taken: list[CellRef] = []
    for at, formula in located.sheet.formulas.items():
        cell = CellRef(located.sheet.name, at)
        row, column = cell.position
        kept = _number(located.sheet, row, column) if row in rows and column in columns else None
        if kept is None:
            continue
        due = computed(formula, subject.book, located.sheet.name)
        if due is None:
            taken.append(cell)
        elif abs(due - kept) > _SLACK * max(Decimal(1), abs(due)):
            facts = {"cell": at, "value": plain(kept), "expected": plain(due), "formula": formula}
            yield Offence(
                rule=rule,
                sheet=cell.sheet,
                cell=cell,
                cells=(cell,),
                facts=facts,
                value=plain(kept),
                expected=plain(due),
                difference=plain(kept - due),
            )
    if taken:
        facts = {"title": subject.form.title, "count": str(len(taken)), "cell": taken[0].address}
        shown = tuple(taken[:_SHOWN])
        yield Offence(rule=rule, sheet=taken[0].sheet, cell=taken[0], cells=shown, case="taken", facts=facts)


def computed(formula: str, book: RawBook, sheet: str) -> Decimal | None:
    """Compute a formula from the kept values of its cells; nothing where it does more than add and subtract."""
    try:
        tokens = list(_tokens(formula.removeprefix("=")))
        values = _Values({one.name: one for one in book.sheets}, sheet)
        amount, rest = _sum(tokens, 0, values)
    except (_Beyond, RecursionError):
        return None
    return amount if rest == len(tokens) else None


class _Beyond(Exception):  # noqa: N818 - no error: the formula is taken at its kept value
    """The formula does what is not computed here."""


class _Values:
    """The kept values of the workbook's cells, as formulas see them: what is no number counts as nothing in a sum."""

    def __init__(self, sheets: Mapping[str, RawSheet], here: str) -> None:
        self._sheets = sheets
        self._here = here

    def of(self, token: re.Match[str]) -> list[Decimal | None]:
        """Return the values of a cell or range."""
        sheet = self._sheets.get(token["quoted"] or token["sheet"] or self._here)
        if sheet is None:
            raise _Beyond
        rows = range(int(token["r1"]), int(token["r2"] or token["r1"]) + 1)
        columns = range(column_number(token["c1"]), column_number(token["c2"] or token["c1"]) + 1)
        if len(rows) * len(columns) > _MOST_CELLS:
            raise _Beyond
        return [_number(sheet, row, column) for row in rows for column in columns]


def _tokens(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _Beyond
        yield found
        at = found.end()


def _sum(tokens: list[re.Match[str]], at: int, values: _Values) -> tuple[Decimal, int]:
    """Read terms joined by plus and minus."""
    total, sign = Decimal(0), 1
    while True:
        while at < len(tokens) and tokens[at]["sign"] in ("+", "-"):
            sign = -sign if tokens[at]["sign"] == "-" else sign
            at += 1
        amount, at = _term(tokens, at, values)
        total, sign = total + sign * amount, 1
        if at >= len(tokens) or tokens[at]["sign"] not in ("+", "-"):
            return total, at


def _term(tokens: list[re.Match[str]], at: int, values: _Values) -> tuple[Decimal, int]:
    if at >= len(tokens):
        raise _Beyond
    token = tokens[at]
    if token["number"]:
        return Decimal(token["number"]), at + 1
    if token["ref"] and not token["c2"]:
        return values.of(token)[0] or Decimal(0), at + 1
    if token["word"]:
        return _arguments(tokens, at + 1, values)
    if token["sign"] == "(":
        amount, after = _sum(tokens, at + 1, values)
        return amount, _closed(tokens, after)
    raise _Beyond


def _arguments(tokens: list[re.Match[str]], at: int, values: _Values) -> tuple[Decimal, int]:
    total = Decimal(0)
    while True:
        if at < len(tokens) and tokens[at]["c2"]:
            total += sum((one for one in values.of(tokens[at]) if one is not None), Decimal(0))
            at += 1
        else:
            amount, at = _sum(tokens, at, values)
            total += amount
        if at < len(tokens) and tokens[at]["sign"] == ",":
            at += 1
            continue
        return total, _closed(tokens, at)


def _closed(tokens: list[re.Match[str]], at: int) -> int:
    if at >= len(tokens) or tokens[at]["sign"] != ")":
        raise _Beyond
    return at + 1


def _number(sheet: RawSheet, row: int, column: int) -> Decimal | None:
    if row > sheet.text.height or column > sheet.text.width or sheet.kinds[row - 1, column - 1] != CellKind.NUMBER:
        return None
    try:
        return Decimal(sheet.text[row - 1, column - 1])
    except (InvalidOperation, TypeError):
        return None
