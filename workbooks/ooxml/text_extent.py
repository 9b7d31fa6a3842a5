"""How much room a text takes if a wide character, such as a Chinese one, counts as two."""

from functools import lru_cache
from typing import Final
from unicodedata import east_asian_width

MAX_CACHED_CHARACTERS: Final = 8192


def measure_width(text: str) -> int:
    """Return the width of one line in half-width characters; a wide character counts as two."""
    if text.isascii():
        return len(text)
    return len(text) + sum(map(_is_wide, text))


def estimate_lines(text: str, line_width: int) -> int:
    """Return how many lines *text* fills if it is wrapped at *line_width* half-width characters."""
    return sum(max(1, -(-measure_width(line) // line_width)) for line in text.split("\n"))


@lru_cache(maxsize=MAX_CACHED_CHARACTERS)
def _is_wide(character: str) -> bool:
    return east_asian_width(character) in "WFA"
