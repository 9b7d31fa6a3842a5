"""How much room a text takes, Chinese characters counting twice."""

from unicodedata import east_asian_width


def measure_width(text: str) -> int:
    """Return the width of one line in places, two for each wide character."""
    return sum(2 if east_asian_width(character) in "WFA" else 1 for character in text)


def estimate_lines(text: str, line_width: int) -> int:
    """Return how many lines of that many places a text fills when it is wrapped."""
    return sum(max(1, -(-measure_width(line) // line_width)) for line in text.split("\n"))
