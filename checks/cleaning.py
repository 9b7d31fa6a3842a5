"""How written text is read: the same rules for headings, names and figures, in Python and in polars."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

import polars as pl

_INVISIBLE = r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]+"
_PLAIN_NUMBER = r"^[+-]?\d+(\.\d+)?$"


def compact(text: str) -> str:
    """Return *text* with compatibility forms folded (full-width to half-width) and every space removed."""
    return re.sub(_INVISIBLE, "", unicodedata.normalize("NFKC", text))


def compact_expr(column: pl.Expr) -> pl.Expr:
    """Do what `compact` does to a whole column; what is then empty becomes null."""
    short = column.str.normalize("NFKC").str.replace_all(_INVISIBLE, "")
    return pl.when(short == "").then(None).otherwise(short)


def number_expr(column: pl.Expr) -> pl.Expr:
    """Return the plain decimal text that a column's text means, null where it means none.

    Full-width digits, spaces and thousand separators are read through; nothing else is.
    """
    short = compact_expr(column).str.replace_all(",", "", literal=True)
    return pl.when(short.str.contains(_PLAIN_NUMBER)).then(short).otherwise(None)


def read_integer(text: str | None) -> int | None:
    """Return the whole number that a cover value means, or nothing."""
    try:
        number = Decimal(compact(text or "").replace(",", ""))
    except InvalidOperation:
        return None
    if not number.is_finite() or number != number.to_integral_value() or abs(number) >= 10**12:
        return None
    return int(number)


def plain(number: Decimal) -> str:
    """Return an amount as people write it: no exponent, the decimals kept, no minus on zero."""
    return format(abs(number) if number == 0 else number, "f")
