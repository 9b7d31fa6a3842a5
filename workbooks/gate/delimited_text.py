"""Recognise a text file that holds a table (.csv): its encoding, and the character between two values."""

import csv
import re
from collections import Counter
from typing import Final

_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# Of GBK and GB 2312 as well, which it contains; Excel in Chinese writes it.
_ENCODINGS: Final = ("utf-8", "gb18030")
_DELIMITERS: Final = (",", "\t", ";", "|")
_CONTROL_CHARACTER: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
# How Excel names the delimiter in the first line.
_NAMED_DELIMITER: Final = re.compile(r"sep=(.)\r?\n")
_PARSED_CHARACTERS: Final = 100_000
_MIN_ROWS: Final = 2


def decode_text(data: bytes) -> str | None:
    """Return the text of a file in UTF-8, UTF-16 with its mark, or GB 18030; None if it is in none of these."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decode(data[len(mark) :], encoding)
    for encoding in _ENCODINGS:
        text = _decode(data, encoding)
        if text is not None:
            return text
    return None


def _decode(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL_CHARACTER.search(text) else text


def split_named_delimiter(text: str) -> tuple[str, str]:
    """Return the delimiter that the first line names, or else an empty text; and the text without that line."""
    named = _NAMED_DELIMITER.match(text)
    if named is None:
        return "", text
    return named[1], text[named.end() :]


def find_delimiter(text: str) -> str | None:
    """Return the character that divides most rows into the same number of values, or None if none divides two rows."""
    named, rest = split_named_delimiter(text)
    if named:
        return named
    scores = {delimiter: _score_delimiter(rest[:_PARSED_CHARACTERS], delimiter) for delimiter in _DELIMITERS}
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] >= _MIN_ROWS else None


def _score_delimiter(text: str, delimiter: str) -> int:
    """Return the number of rows that have the commonest number of values above one."""
    counts: Counter[int] = Counter()
    try:
        for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter):
            counts[len(row)] += len(row) > 1
    except csv.Error:
        return 0
    return max(counts.values(), default=0)
