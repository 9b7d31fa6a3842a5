"""How long a column may be to be read text by text.

A plan of polars costs some hundred microseconds whatever it works on; a text in Python costs one or two. Below some
hundred rows Python is faster, above it polars is. Both give the same result, which a property test holds.
"""

from typing import Final

MAX_TEXTS: Final = 300


def is_short(length: int) -> bool:
    """Return whether a column of this length is read text by text."""
    return length <= MAX_TEXTS
