"""What a workbook says, whatever program saved it: typed cells by value, live cells by formula and what they show."""

import re
from collections.abc import Mapping
from decimal import Context, Decimal, InvalidOperation

from filing.book.cell_builders import MOST_DIGITS

Values = Mapping[str, Mapping[str, str]]  # by sheet and address
Around = Mapping[str, Mapping[str, Mapping[str, str]]]  # by sheet, kind and place

_QUOTED = re.compile(r'("(?:[^"]|"")*")')
_SHEET = re.compile(r"'((?:[^']|'')+)'!")


def typed(value: str | int | Decimal | None) -> str:
    """Return the canonical form of a value; empty where there is none."""
    if value is None or value == "":
        return ""
    return f"t:{value}" if isinstance(value, str) else number(str(value))


def number(written: str, *, digits: int = MOST_DIGITS) -> str:
    """Return the canonical form of a figure: the fifteen digits that a spreadsheet keeps, or fewer."""
    try:
        figure = Context(prec=digits).create_decimal(Decimal(written))
    except InvalidOperation:
        return f"t:{written}"
    return f"n:{format(figure.normalize(), 'f')}" if figure else "n:0"


def live(formula: str, shown: str) -> str:
    """Return the canonical form of a live cell; programs differ in blanks, capitals and quotes round a sheet's name."""
    return f"f:{plain_formula(formula)}\n{shown}"


def plain_formula(formula: str) -> str:
    """Return a formula, or the name of cells, without what programs write each in their own way."""
    parts = _QUOTED.split(formula.removeprefix("="))
    return "".join(one if at % 2 else _unquoted(one) for at, one in enumerate(parts))


def _unquoted(part: str) -> str:
    named = _SHEET.sub(lambda found: found[1].replace("''", "'") + "!", part)
    return re.sub(r"\s+", "", named).upper()


def agree(before: str, after: str) -> bool:
    """Tell whether two canonical values say the same; a sum computed anew may differ in its last binary digit."""
    if before == after:
        return True
    if not (before.startswith("f:") and after.startswith("f:")):
        return False
    (formula, was), (other, now) = before.split("\n", 1), after.split("\n", 1)
    return formula == other and (not now or was == now or _close(was, now))


def _close(was: str, now: str) -> bool:
    if not (was.startswith("n:") and now.startswith("n:")):
        return False
    one, other = Decimal(was[2:]), Decimal(now[2:])
    return abs(one - other) <= max(abs(one), abs(other)) * Decimal("1e-12")


def said(value: str) -> str:
    """Return a canonical value as people read it."""
    if value.startswith("f:"):
        formula, shown = value[2:].split("\n", 1)
        return f"={formula}（{shown[2:]}）"
    return value[2:]
