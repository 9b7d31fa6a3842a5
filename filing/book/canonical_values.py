"""What a workbook says, whatever program saved it: typed cells by value, live cells by formula and what they show."""

import re
from collections.abc import Mapping
from decimal import Context, Decimal, InvalidOperation

from filing.book.cell_builders import MAX_DIGITS

CanonicalValues = Mapping[str, Mapping[str, str]]  # by sheet and address
WorkbookPresentation = Mapping[str, Mapping[str, Mapping[str, str]]]  # by sheet, kind and place

_QUOTED_TEXT_PATTERN = re.compile(r'("(?:[^"]|"")*")')
_SHEET_NAME_PATTERN = re.compile(r"'((?:[^']|'')+)'!")


def encode_value(value: str | int | Decimal | None) -> str:
    """Return the canonical form of a value; empty where there is none."""
    if value is None or value == "":
        return ""
    return f"t:{value}" if isinstance(value, str) else encode_number(str(value))


def encode_number(text: str, *, digits: int = MAX_DIGITS) -> str:
    """Return the canonical form of a figure: the fifteen digits that a spreadsheet keeps, or fewer."""
    try:
        figure = Context(prec=digits).create_decimal(Decimal(text))
    except InvalidOperation:
        return f"t:{text}"
    return f"n:{format(figure.normalize(), 'f')}" if figure else "n:0"


def encode_formula(formula: str, result: str) -> str:
    """Return the canonical form of a live cell; programs differ in blanks, capitals and quotes round a sheet's name."""
    return f"f:{normalise_formula(formula)}\n{result}"


def normalise_formula(formula: str) -> str:
    """Return a formula, or the name of cells, without what programs write each in their own way."""
    parts = _QUOTED_TEXT_PATTERN.split(formula.removeprefix("="))
    return "".join(one if at % 2 else _normalise_part(one) for at, one in enumerate(parts))


def _normalise_part(part: str) -> str:
    named = _SHEET_NAME_PATTERN.sub(lambda found: found[1].replace("''", "'") + "!", part)
    return re.sub(r"\s+", "", named).upper()


def is_same_value(before: str, after: str) -> bool:
    """Tell whether two canonical values say the same; a sum computed anew may differ in its last binary digit."""
    if before == after:
        return True
    if not (before.startswith("f:") and after.startswith("f:")):
        return False
    (formula, was), (other, now) = before.split("\n", 1), after.split("\n", 1)
    return formula == other and (not now or was == now or _is_close(was, now))


def _is_close(before: str, after: str) -> bool:
    if not (before.startswith("n:") and after.startswith("n:")):
        return False
    one, other = Decimal(before[2:]), Decimal(after[2:])
    return abs(one - other) <= max(abs(one), abs(other)) * Decimal("1e-12")


def format_canonical_value(value: str) -> str:
    """Return a canonical value as people read it."""
    if value.startswith("f:"):
        formula, shown = value[2:].split("\n", 1)
        return f"={formula}（{shown[2:]}）"
    return value[2:]
