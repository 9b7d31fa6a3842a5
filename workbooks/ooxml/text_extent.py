"""How much room a text takes if a wide character, such as a Chinese one, counts as two."""

from unicodedata import east_asian_width


def measure_width(text: str) -> int:
    """Return the width of one line in half-width characters; a wide character counts as two."""
    return len(text) + sum(map(_is_wide, text))


def estimate_lines(text: str, line_width: int) -> int:
    """Return how many lines *text* fills if it is wrapped at *line_width* half-width characters."""
    return sum(max(1, -(-measure_width(line) // line_width)) for line in text.split("\n"))


def _is_wide(character: str) -> bool:
    return east_asian_width(character) in "WFA"
