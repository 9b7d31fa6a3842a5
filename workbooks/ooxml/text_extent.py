"""How much room a text takes, Chinese characters counting twice."""

from unicodedata import east_asian_width


def text_width(text: str) -> int:
    """Return the width of one line in places, two for each wide character."""
    return sum(2 if east_asian_width(character) in "WFA" else 1 for character in text)


def lines_needed(text: str, places: int) -> int:
    """Return how many lines of that many places a text fills when it is wrapped."""
    return sum(max(1, -(-text_width(line) // places)) for line in text.split("\n"))
