"""Canonical forms of cell values and formulas, independent of the program that saved the workbook."""

import re
from collections.abc import Mapping
from decimal import Context, Decimal, InvalidOperation

from filing.book.cell_builders import MAX_DIGITS

CanonicalValues = Mapping[str, Mapping[str, str]]
"""Canonical values by sheet and cell address."""
WorkbookPresentation = Mapping[str, Mapping[str, Mapping[str, str]]]
"""What a workbook shows besides its values, by sheet, kind and location."""

_QUOTED_TEXT_PATTERN = re.compile(r'("(?:[^"]|"")*")')
_SHEET_NAME_PATTERN = re.compile(r"'((?:[^']|'')+)'!")


def encode_value(value: str | int | Decimal | None) -> str:
    """Return the canonical form of a value, or an empty string if there is no value."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return f"t:{value}"
    return encode_number(str(value))


def encode_number(text: str, *, digits: int = MAX_DIGITS) -> str:
    """Return the canonical form of a figure, rounded to *digits*: by default the fifteen that a spreadsheet keeps."""
    try:
        figure = Context(prec=digits).create_decimal(Decimal(text))
    except InvalidOperation:
        return f"t:{text}"
    if not figure:
        return "n:0"
    return f"n:{format(figure.normalize(), 'f')}"


def encode_formula(formula: str, result: str) -> str:
    """Return the canonical form of a formula cell: the normalised formula and its result."""
    return f"f:{normalise_formula(formula)}\n{result}"


def normalise_formula(formula: str) -> str:
    """Return a formula or cell reference without differences in blanks, capitals and quotes around sheet names."""
    parts = _QUOTED_TEXT_PATTERN.split(formula.removeprefix("="))
    # Every second part is a quoted text, which stays as it is.
    parts[::2] = map(_normalise_part, parts[::2])
    return "".join(parts)


def _normalise_part(part: str) -> str:
    unquoted = _SHEET_NAME_PATTERN.sub(_unquote_sheet_name, part)
    return re.sub(r"\s+", "", unquoted).upper()


def _unquote_sheet_name(match: re.Match[str]) -> str:
    return match[1].replace("''", "'") + "!"


def is_same_value(before: str, after: str) -> bool:
    """Return whether two canonical values are the same.

    The results of a formula may differ in the last binary digit, or be missing in *after*.
    """
    if before == after:
        return True
    if not (before.startswith("f:") and after.startswith("f:")):
        return False
    old_formula, old_result = before.split("\n", 1)
    new_formula, new_result = after.split("\n", 1)
    if old_formula != new_formula:
        return False
    return not new_result or old_result == new_result or _is_close(old_result, new_result)


def _is_close(before: str, after: str) -> bool:
    if not (before.startswith("n:") and after.startswith("n:")):
        return False
    old_figure, new_figure = Decimal(before[2:]), Decimal(after[2:])
    return abs(old_figure - new_figure) <= max(abs(old_figure), abs(new_figure)) * Decimal("1e-12")


def format_canonical_value(value: str) -> str:
    """Return a canonical value in a form for people."""
    if value.startswith("f:"):
        formula, result = value[2:].split("\n", 1)
        return f"={formula}（{result[2:]}）"
    return value[2:]
