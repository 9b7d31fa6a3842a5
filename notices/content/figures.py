"""Figures as notices write them: 1,100; 5.66万亩; 三千五百亩; each with its unit."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

DIGITS = "零一二三四五六七八九"
_DIGIT_VALUES = {character: value for value, character in enumerate(DIGITS)} | {"〇": 0, "两": 2}
_SMALL_UNITS = {"十": 10, "百": 100, "千": 1000}
_LARGE_UNITS = {"万": 10_000, "亿": 100_000_000}
_CHINESE = "".join([*_DIGIT_VALUES, *_SMALL_UNITS, *_LARGE_UNITS])
_PLAIN = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|-?[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class QuotedAmount:
    """A figure with its unit in a paragraph: *start* and *end* count characters from 0, *end* excluded."""

    value: Decimal
    unit: str
    start: int
    end: int


def parse_figure(text: str) -> Decimal | None:
    """Return the value of a cell of a table, or None if it is no figure; ``-`` and ``/`` alone are none."""
    match = _PLAIN.fullmatch(text.strip())
    if match is None:
        return None
    try:
        return Decimal(match[0].replace(",", ""))
    except InvalidOperation:
        return None


def is_figure(text: str) -> bool:
    """Return whether a cell of a table holds a figure."""
    return parse_figure(text) is not None


def find_amounts(text: str, units: Mapping[str, str]) -> Iterator[QuotedAmount]:
    """Yield every figure that one of the units follows, in the order of the text.

    *units* maps a unit to the one in which it is counted by; a longer unit is preferred (万亩 before 亩).
    """
    names = "|".join(sorted(map(re.escape, units), key=len, reverse=True))
    pattern = re.compile(rf"({_PLAIN.pattern}|[{_CHINESE}]+)\s*({names})")
    for match in pattern.finditer(text):
        value = _parse_written(match[1])
        if value is not None:
            yield QuotedAmount(value, match[2], match.start(), match.end())


def _parse_written(text: str) -> Decimal | None:
    plain = parse_figure(text)
    if plain is not None:
        return plain
    return parse_chinese_number(text)


def parse_chinese_number(text: str) -> Decimal | None:
    """Return the value of a number in Chinese numerals, such as 三千五百 or 一万二千, or None if it is none."""
    total, section, digit = 0, 0, 0
    if not text or not any(character in _DIGIT_VALUES or character == "十" for character in text):
        return None
    for character in text:
        if character in _DIGIT_VALUES:
            digit = _DIGIT_VALUES[character]
        elif character in _SMALL_UNITS:
            section += (digit or 1) * _SMALL_UNITS[character]
            digit = 0
        elif character in _LARGE_UNITS:
            total += (section + digit) * _LARGE_UNITS[character]
            section, digit = 0, 0
        else:
            return None
    return Decimal(total + section + digit)
