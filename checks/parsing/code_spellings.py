"""Read codes of a list, and numbers of plots, in every spelling that people use for them."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final

import polars as pl

from checks.parsing.text_normalisation import normalise_text
from contracts.recognition_words import compile_pattern

_SEPARATOR: Final = re.compile(r"[-/∕⁄\\_.·•—–―‐‑‒−~'’‘`()\[\]【】《》<>〔〕\"“”:,、]")
# A shorter code may be part of another word.
_MIN_CONTAINED_CHARACTERS: Final = 5
# Digits on both sides of a hyphen are one number only if both groups are long enough to have a fixed length.
_HYPHEN: Final = r"[-_—–―‐‑‒−]+"
_LOOSE_HYPHEN: Final = rf"(?:(?<=\d{{3}}){_HYPHEN}(?=\d{{3}})|(?<!\d){_HYPHEN}|{_HYPHEN}(?!\d))"
# County, year, letter and running number, each of a fixed length.
_FIXED_NUMBER: Final = r"\d{10}[A-Z]\d{6}"
_STANDARD_YEAR: Final = compile_pattern("standard_year")
ALREADY_PLAIN: Final = r"[0-9A-Z]*"


def standardise_codes_expr(text: pl.Expr, codes: Sequence[str]) -> pl.Expr:
    """Return each normalised text as the code that it spells; a text that spells none stays as it is.

    Case, width, spaces and punctuation do not matter, nor what stands around a long code, such as the year of a
    standard; zeros that a spreadsheet removed from the front of a code are restored.
    """
    standardise = partial(_standardise_codes, codes=codes)
    return text.map_batches(standardise, return_dtype=pl.String, is_elementwise=True)


def standardise_plots_expr(text: pl.Expr) -> pl.Expr:
    """Return each normalised plot number in capitals and without hyphens, so that one plot has one number.

    A hyphen beside a group of one or two digits stays: 1-11 and 11-1 are two plots. In a number of the length that the
    province prescribes, no hyphen counts.
    """
    return text.map_batches(_standardise_plots, return_dtype=pl.String, is_elementwise=True)


def standardise_plot(text: str) -> str:
    """Return one plot number as `standardise_plots_expr` does."""
    number = normalise_text(text).upper()
    joined = re.sub(_HYPHEN, "", number)
    if re.fullmatch(_FIXED_NUMBER, joined):
        return joined
    return re.sub(_LOOSE_HYPHEN, "", number)


def find_code(text: str, codes: Sequence[str]) -> str:
    """Return the code that a text spells, or the text itself."""
    key = _build_key(text)
    keys = {_build_key(code): code for code in codes}
    if key in keys:
        return keys[key]
    contained = [code for code_key, code in keys.items() if _is_contained(code_key, key)]
    if len(contained) == 1:
        return contained[0]
    return _map_shortened_codes(codes).get(key, text)


def restore_zeros(texts: Iterable[str], codes: Sequence[str]) -> dict[str, str]:
    """Return those normalised texts that are codes without the zeros at their front, with the codes."""
    shortened = _map_shortened_codes(codes)
    written = set(map(normalise_text, texts)) & shortened.keys()
    return {text: shortened[text] for text in sorted(written)}


def _map_shortened_codes(codes: Sequence[str]) -> Mapping[str, str]:
    shortened = {code.lstrip("0"): code for code in codes if code.startswith("0") and code.isdigit()}
    return {text: code for text, code in shortened.items() if text and text not in codes}


def _build_key(text: str) -> str:
    return _SEPARATOR.sub("", normalise_text(text).upper())


def _is_contained(code_key: str, key: str) -> bool:
    if len(code_key) < _MIN_CONTAINED_CHARACTERS:
        return False
    before, found, after = key.partition(code_key)
    is_whole = not before[-1:].isdigit() and (not after[:1].isdigit() or _is_year(after))
    return bool(found) and is_whole


def _is_year(text: str) -> bool:
    """Return whether a text is the year after the number of a standard, with 年 or without."""
    return _STANDARD_YEAR.fullmatch(text) is not None


def _standardise_codes(texts: pl.Series, codes: Sequence[str]) -> pl.Series:
    is_code = texts.is_in(list(codes))
    return _replace_distinct(texts, is_code, partial(find_code, codes=codes))


def _standardise_plots(texts: pl.Series) -> pl.Series:
    return _replace_distinct(texts, texts.str.contains(f"^{ALREADY_PLAIN}$"), standardise_plot)


def _replace_distinct(texts: pl.Series, is_usual: pl.Series, find_replacement: Callable[[str], str]) -> pl.Series:
    """Return the texts with every unusual one replaced; each distinct text is looked up once."""
    distinct = texts.filter(~is_usual).drop_nulls().unique().to_list()
    if not distinct:
        return texts
    return texts.replace(distinct, list(map(find_replacement, distinct)))
