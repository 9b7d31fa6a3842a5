"""How written text is read: the same rules for headings, names and figures, in Python and in polars.

The rules for figures stand in RULES by name; what each of them changes is listed for the steward (rule F05). Every
rule is idempotent, and none makes a figure of a blank.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

import polars as pl

_INVISIBLE_CHARACTERS = (
    r"\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"  # spaces, and what is never seen
)
_INVISIBLE_RUN = f"[{_INVISIBLE_CHARACTERS}]+"
_PLAIN_NUMBER = r"^[+-]?\d+(\.\d+)?$"
_ALREADY_NORMALISED: Final = "^[!-~\u4e00-\u9fff]+$"  # nothing to fold, nothing to take out: what nearly every cell is
ASCII_NUMBER: Final = r"^[+-]?[0-9]+(\.[0-9]+)?$"
_AREA_UNITS: Final = ("平方公里", "平方米", "公顷", "万亩", "亩")
_ZERO_DASH: Final = r"^[-−–—―─ー]{1,2}$"  # the dashes by which people mean 0; a blank stays blank
_GROUPED_NUMBER: Final = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
# What may stand in a figure; a raised or circled digit is none, although folding would make it one.
_FIGURE_CHARACTERS: Final = rf"^[{_INVISIBLE_CHARACTERS}0-9０-９.．,，+＋\-－−–—―─ー平方公里米顷万亩]*$"


def normalise_text(text: str) -> str:
    """Return *text* with compatibility forms folded (full-width to half-width) and every space removed."""
    return unicodedata.normalize("NFKC", re.sub(_INVISIBLE_RUN, "", unicodedata.normalize("NFKC", text)))


def normalise_text_expr(column: pl.Expr) -> pl.Expr:
    """Do what `compact` does to a whole column; what is then empty becomes null."""
    return column.map_batches(_normalise_series, return_dtype=pl.String, is_elementwise=True)


def parse_number_expr(column: pl.Expr, unit: str = "") -> pl.Expr:
    """Return the plain decimal text that a column's text means, null where it means none.

    Full-width digits, spaces, thousand separators, a dash for 0 and the column's own *unit* after a figure are read
    through; nothing else is.
    """
    return column.map_batches(
        lambda texts: _parse_number_series(texts, unit), return_dtype=pl.String, is_elementwise=True
    )


def _normalise_series(texts: pl.Series) -> pl.Series:
    return _replace_where_needed(texts, texts.str.contains(_ALREADY_NORMALISED), _fold_text_expr(pl.col(texts.name)))


def _fold_text_expr(text: pl.Expr) -> pl.Expr:
    short = text.str.normalize("NFKC").str.replace_all(_INVISIBLE_RUN, "").str.normalize("NFKC")
    return pl.when(short == "").then(None).otherwise(short)


def _parse_number_series(texts: pl.Series, unit: str) -> pl.Series:
    return _replace_where_needed(texts, texts.str.contains(ASCII_NUMBER), _build_number_expr(pl.col(texts.name), unit))


def _build_number_expr(text: pl.Expr, unit: str) -> pl.Expr:
    short = _fold_text_expr(pl.when(text.str.contains(_FIGURE_CHARACTERS)).then(text).otherwise(None))
    short = short.str.strip_suffix(unit) if unit else short
    minus = short.str.replace("^[−－]", "-")
    grouped = (
        pl.when(minus.str.contains(_GROUPED_NUMBER)).then(minus.str.replace_all(",", "", literal=True)).otherwise(minus)
    )
    plain = pl.when(grouped.str.contains(_PLAIN_NUMBER)).then(grouped).otherwise(None)
    return pl.when(minus.str.contains(_ZERO_DASH)).then(pl.lit("0")).otherwise(plain)


def _replace_where_needed(texts: pl.Series, is_clean: pl.Series, replacement: pl.Expr) -> pl.Series:
    """Return the texts, those not *fine* as they stand changed: folding all of them costs twenty times more."""
    odd = (~is_clean).arg_true()
    if not odd.len():
        return texts
    others = texts.gather(odd).to_frame().select(replacement.alias(texts.name)).to_series()
    return others if odd.len() == texts.len() else texts.clone().scatter(odd, others)


def _remove_thousands_separators(text: str) -> str:
    return text.replace(",", "") if re.fullmatch(_GROUPED_NUMBER, text) else text


def _remove_unit(text: str) -> str:
    """Take one unit off a figure; what is no figure without it keeps it."""
    bare = next((text.removesuffix(unit) for unit in _AREA_UNITS if text.endswith(unit)), text)
    return bare if re.fullmatch(r"[+-]?[\d.,]*\d", bare) else text


def _convert_dash_to_zero(text: str) -> str:
    return "0" if re.fullmatch(_ZERO_DASH, text) else text


NORMALISATION_RULES: Final[Mapping[str, Callable[[str], str]]] = {
    "line_break": lambda text: re.sub(r"[\r\n]+", "", text),
    "space": lambda text: re.sub(_INVISIBLE_RUN, "", text),
    "full_width": lambda text: unicodedata.normalize("NFKC", text),
    "unit": _remove_unit,  # before the commas: behind a unit they are not seen to part thousands
    "separator": _remove_thousands_separators,
    "dash": _convert_dash_to_zero,
}


def find_applied_rules(text: str) -> tuple[str, ...]:
    """Return the names of the rules that change the text of a figure, in the order in which they are applied."""
    names: list[str] = []
    for name, rule in NORMALISATION_RULES.items():
        if (after := rule(text)) != text:
            names.append(name)
        text = after
    return tuple(names)


def read_integer(text: str | None) -> int | None:
    """Return the whole number that a cover value means, or nothing."""
    try:
        number = Decimal(_remove_thousands_separators(normalise_text(text or "")))
    except InvalidOperation:
        return None
    if not number.is_finite() or number != number.to_integral_value() or abs(number) >= 10**12:
        return None
    return int(number)


def format_plain_number(number: Decimal) -> str:
    """Return an amount as people write it: no exponent, the decimals kept, no minus on zero."""
    return format(abs(number) if number == 0 else number, "f")
