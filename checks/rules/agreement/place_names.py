"""Years and administrative divisions that a title, an office or a text names."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from checks.parsing.dates import convert_chinese_numerals
from checks.parsing.text_normalisation import normalise_text
from checks.recognition.form_instance import FormUnderCheck
from contracts.recognition_words import compile_pattern, get_recognition_words

_CJK: Final = get_recognition_words().words["han_range"]
_YEAR: Final = compile_pattern("title_year")
_CHINESE_YEAR: Final = compile_pattern("title_chinese_year")
# 2024-2026年, 2024年至2026年: a period, of which the accounting year may be any year.
_PERIOD: Final = compile_pattern("title_period")
_SHORT_NAME_LENGTH: Final = 2
_LEADING_DIVISION: Final = compile_pattern("title_leading_division")
# What follows a county's name in a title.
_LEADING_YEAR: Final = compile_pattern("title_leading_year")
_AFTER_COUNTY_IN_TITLE: Final = compile_pattern("title_after_county_in_title")


def find_years(text: str, comparisons: Iterable[str] = ()) -> list[int]:
    """Return the years that a text names, without periods, dates, numbers of documents and years after *comparisons*.

    *comparisons* are words such as 比 and 截至 after which another year may be named.
    """
    plain = normalise_text(text)
    plain = _CHINESE_YEAR.sub(lambda match: convert_chinese_numerals(match[0]), plain)
    plain = _PERIOD.sub(" ", plain)
    words = tuple(comparisons)
    matches = [match for match in _YEAR.finditer(plain) if not plain[: match.start()].endswith(words)]
    return [int(match["year"]) for match in matches]


def find_other_divisions(text: str, subject: FormUnderCheck) -> list[str]:
    """Return the other counties and cities of the register that a text names; none if it names the own county.

    A longer name hides the shorter one in it: 静宁县 does not name 宁县, and a township's name does not name a city.
    """
    county = subject.county
    if county is None:
        return []
    register = subject.submission.register
    own_names = {county.name, register.cities[county.city]}
    hiding_names = {*county.townships.values(), *county.former_names}
    other_names = {other.name for other in register.counties.values()} | set(register.cities.values())
    found = list(_iter_names(normalise_text(text), {*own_names, *hiding_names, *other_names}))
    if county.name in found:
        return []
    return [name for name in dict.fromkeys(found) if name in other_names - own_names - hiding_names]


def _iter_names(text: str, names: Iterable[str]) -> Iterator[str]:
    """Yield the names in a text, the longest one at each place; a name of two characters must begin a word."""
    for match in _compile_names(frozenset(names)).finditer(text):
        yield match[0]


@lru_cache(maxsize=64)  # the same names are looked for in every title
def _compile_names(names: frozenset[str]) -> re.Pattern[str]:
    ordered = sorted(names, key=len, reverse=True)
    patterns = (
        rf"(?<![{_CJK}]){re.escape(name)}" if len(name) <= _SHORT_NAME_LENGTH else re.escape(name) for name in ordered
    )
    return re.compile("|".join(patterns))


def find_leading_division(text: str, subject: FormUnderCheck, generic_words: Sequence[str], *, is_title: bool) -> str:
    """Return the county or city at the beginning of a text, after the own province and city; empty if there is none.

    It need not be in the register. *generic_words* are words such as 开发区 that end like a county but are none. In a
    title, a year or the townships must follow, because other words may end like a county as well.
    """
    county = subject.county
    if county is None:
        return ""
    register = subject.submission.register
    rest = _LEADING_YEAR.sub("", normalise_text(text))
    for prefix in (*register.provinces.values(), register.cities[county.city]):
        rest = rest.removeprefix(prefix)
    if rest.startswith(county.name):
        return ""
    match = _LEADING_DIVISION.match(rest)
    if match is None or match[0].endswith(tuple(generic_words)):
        return ""
    if is_title and not _AFTER_COUNTY_IN_TITLE.match(rest, match.end()):
        return ""
    return match[0]
