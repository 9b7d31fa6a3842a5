"""Text of notices in one spelling, for comparison."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")


def remove_spaces(text: str) -> str:
    """Return a text in one width (NFKC) and without any space."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", text))
