"""Normalise text: the same rules for headings, names and figures, in Python and in polars.

NORMALISATION_RULES holds the rules for figures by name; every change that one of them makes is listed for the county
data steward (rule F05). Every rule is idempotent, and none turns a blank into a figure.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

import polars as pl

# Spaces and characters without a glyph.
_INVISIBLE_CHARACTERS = r"\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_INVISIBLE_RUN = f"[{_INVISIBLE_CHARACTERS}]+"
_DIGITS: Final = r"[+-]?\d+(\.\d+)?"
_PLAIN_NUMBER: Final = rf"^{_DIGITS}$"
# Nearly every cell matches: nothing to fold or to remove.
_ALREADY_NORMALISED: Final = "^[!-~\u4e00-\u9fff]+$"
_ASCII_NUMBER: Final = r"[+-]?[0-9]+(\.[0-9]+)?"
ASCII_NUMBER: Final = rf"^{_ASCII_NUMBER}$"
# A spreadsheet keeps 15 digits of a number: the others are lost.
LONG_NUMBER: Final = r"^[+-]?[0-9]{16,}"
_AREA_UNITS: Final = ("平方公里", "平方米", "公顷", "万亩", "亩")
# The dashes that people write for 0; a blank stays blank.
_DASH_FOR_ZERO: Final = "[-−–—―─ー]{1,2}"
_ZERO_DASH: Final = f"^{_DASH_FOR_ZERO}$"
_GROUPED_NUMBER: Final = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
# The characters of a figure. Superscript and circled digits are not among them, although folding makes them digits.
_FIGURE_TEXT: Final = rf"[{_INVISIBLE_CHARACTERS}0-9０-９.．,，+＋\-－−–—―─ー平方公里米顷万亩]*"
_FIGURE_CHARACTERS: Final = rf"^{_FIGURE_TEXT}$"


@lru_cache(maxsize=16_384)  # headings and labels are compared with the same texts again and again
def normalise_text(text: str) -> str:
    """Return *text* with compatibility forms folded (full-width to half-width) and every space removed."""
    return unicodedata.normalize("NFKC", re.sub(_INVISIBLE_RUN, "", unicodedata.normalize("NFKC", text)))


def normalise_text_expr(column: pl.Expr) -> pl.Expr:
    """Apply `normalise_text` to a whole column; a text that is then empty becomes null."""
    return column.map_batches(_normalise_series, return_dtype=pl.String, is_elementwise=True)


def parse_number(text: str, unit: str = "") -> str | None:
    """Return the plain decimal text of one figure as `parse_number_expr` does."""
    if re.fullmatch(_ASCII_NUMBER, text):
        return text
    if not re.fullmatch(_FIGURE_TEXT, text):
        return None
    figure = normalise_text(text)
    if unit:
        figure = figure.removesuffix(unit)
    figure = re.sub("^[−－]", "-", figure)
    if re.fullmatch(_DASH_FOR_ZERO, figure):
        return "0"
    ungrouped = _remove_thousands_separators(figure)
    return ungrouped if re.fullmatch(_DIGITS, ungrouped) else None


def parse_number_expr(column: pl.Expr, unit: str = "") -> pl.Expr:
    """Return the plain decimal text of each figure in a column, or null for a text that is no figure.

    Full-width digits, spaces, thousands separators, a dash for 0 and the column's own *unit* after a figure are
    accepted; nothing else is.
    """
    return column.map_batches(
        lambda texts: _parse_number_series(texts, unit), return_dtype=pl.String, is_elementwise=True
    )


def _normalise_series(texts: pl.Series) -> pl.Series:
    return _replace_where_needed(texts, texts.str.contains(_ALREADY_NORMALISED), _fold_text_expr(pl.col(texts.name)))


def _fold_text_expr(text: pl.Expr) -> pl.Expr:
    folded = text.str.normalize("NFKC").str.replace_all(_INVISIBLE_RUN, "").str.normalize("NFKC")
    return pl.when(folded == "").then(None).otherwise(folded)


def _parse_number_series(texts: pl.Series, unit: str) -> pl.Series:
    return _replace_where_needed(texts, texts.str.contains(ASCII_NUMBER), _build_number_expr(pl.col(texts.name), unit))


def _build_number_expr(text: pl.Expr, unit: str) -> pl.Expr:
    figure = _fold_text_expr(pl.when(text.str.contains(_FIGURE_CHARACTERS)).then(text).otherwise(None))
    if unit:
        figure = figure.str.strip_suffix(unit)
    figure = figure.str.replace("^[−－]", "-")
    without_commas = figure.str.replace_all(",", "", literal=True)
    ungrouped = pl.when(figure.str.contains(_GROUPED_NUMBER)).then(without_commas).otherwise(figure)
    number = pl.when(ungrouped.str.contains(_PLAIN_NUMBER)).then(ungrouped).otherwise(None)
    return pl.when(figure.str.contains(_ZERO_DASH)).then(pl.lit("0")).otherwise(number)


def _replace_where_needed(texts: pl.Series, is_clean: pl.Series, replacement: pl.Expr) -> pl.Series:
    """Return the texts with those that are not *is_clean* replaced: folding all of them costs twenty times more."""
    positions = (~is_clean).arg_true()
    if not positions.len():
        return texts
    replaced = texts.gather(positions).to_frame().select(replacement.alias(texts.name)).to_series()
    if positions.len() == texts.len():
        return replaced
    return texts.clone().scatter(positions, replaced)


def _remove_thousands_separators(text: str) -> str:
    if re.fullmatch(_GROUPED_NUMBER, text):
        return text.replace(",", "")
    return text


def _remove_unit(text: str) -> str:
    """Remove the unit after a figure; a text that is no figure without the unit stays as it is."""
    for unit in _AREA_UNITS:
        if text.endswith(unit):
            figure = text.removesuffix(unit)
            return figure if re.fullmatch(r"[+-]?[\d.,]*\d", figure) else text
    return text


def _convert_dash_to_zero(text: str) -> str:
    if re.fullmatch(_ZERO_DASH, text):
        return "0"
    return text


NORMALISATION_RULES: Final[Mapping[str, Callable[[str], str]]] = {
    "line_break": lambda text: re.sub(r"[\r\n]+", "", text),
    "space": lambda text: re.sub(_INVISIBLE_RUN, "", text),
    "full_width": lambda text: unicodedata.normalize("NFKC", text),
    # Before "separator": commas are recognised as separators only once the unit is gone.
    "unit": _remove_unit,
    "separator": _remove_thousands_separators,
    "dash": _convert_dash_to_zero,
}


def find_applied_rules(text: str) -> tuple[str, ...]:
    """Return the names of the rules that change the text of a figure, in the order of application."""
    names: list[str] = []
    for name, rule in NORMALISATION_RULES.items():
        normalised = rule(text)
        if normalised != text:
            names.append(name)
        text = normalised
    return tuple(names)


def read_integer(text: str | None) -> int | None:
    """Return the whole number that the text of a cover value means, or None if it means none below 10**12."""
    try:
        number = Decimal(_remove_thousands_separators(normalise_text(text or "")))
    except InvalidOperation:
        return None
    if not number.is_finite() or number != number.to_integral_value() or abs(number) >= 10**12:
        return None
    return int(number)


def format_plain_number(number: Decimal) -> str:
    """Return an amount as people write it: no exponent, all decimals kept, no minus sign on zero."""
    if number == 0:
        number = abs(number)
    return format(number, "f")
