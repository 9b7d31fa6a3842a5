"""The headings at the top of a sheet: of one row or several, merged or not, each with the words that stand above it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from checks.model.raw_workbook import RawSheet
from checks.parsing.text_normalisation import compact
from contracts.form_model import Form

ANY_UNIT: Final = "(?:万亩|亩|公顷|平方米|平方公里)"
BRACKETED_UNIT: Final = re.compile(rf"\(({ANY_UNIT})\)$")
_ROWS: Final = 60  # titles, notes and headers stand above this row
_LEAST: Final = 2  # one matching word in a row is chance, two are a header
_DEEPEST: Final = 6  # rows of one header
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?")
_PUNCTUATION: Final = re.compile(r"[:;,、。/()\[\]·—-]")

Row = tuple[str, ...]
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading, spaces removed: as written, without its unit, and joined with the words that stand above it."""

    text: str
    plain: str
    joined: tuple[str, ...]  # punctuation left out


@dataclass(frozen=True, slots=True)
class Top:
    """The first rows of a sheet from row *start* on, counted from 0, an empty text for a blank.

    *headings* are those that end in a row, by column from 1; a row with figures has none.
    """

    start: int
    rows: tuple[Row, ...]
    headings: tuple[Mapping[int, Heading], ...]


@dataclass(frozen=True, slots=True)
class Names:
    """The headings that a form knows: as they are, and without punctuation."""

    exact: Mapping[str, str]
    bare: Mapping[str, str]

    @classmethod
    def of(cls, form: Form) -> Self:
        """Return the names of the fields by their headings."""
        exact = {compact(heading): one.name for one in form.fields for heading in one.headings}
        return cls(exact, {_PUNCTUATION.sub("", heading): name for heading, name in exact.items()})

    def known(self, headings: Mapping[int, Heading]) -> dict[int, str]:
        """Return the columns whose heading is known: with the words above it before alone."""
        named = ((column, self._name(one)) for column, one in headings.items())
        return {column: name for column, name in named if name}

    def _name(self, heading: Heading) -> str | None:
        whole = next((self.bare[one] for one in heading.joined if one in self.bare), None)
        return whole or self.exact.get(heading.text) or self.exact.get(heading.plain)


def top_of(sheet: RawSheet, start: int = 0) -> Top:
    """Return the top of a sheet, or of what stands on it from a row on."""
    rows = [[compact(text or "") for text in row] for row in sheet.text.slice(start, _ROWS).rows()]
    down, over = _merged(rows, sheet, start)
    return Top(start, tuple(map(tuple, down)), tuple(dict(_headings(down, over, at)) for at in range(len(down))))


def _merged(rows: list[list[str]], sheet: RawSheet, start: int) -> tuple[list[list[str]], list[list[str]]]:
    """Return the rows with each heading standing in every row of its range, and in every column as well."""
    down, over = [list(row) for row in rows], [list(row) for row in rows]
    for (first, left), (last, right) in sheet.merges:
        top, bottom = first - 1 - start, min(last - start, len(rows))
        if 0 <= top < len(rows) and last - first < _DEEPEST and left <= len(rows[top]):
            text = rows[top][left - 1]
            for row in range(top, bottom):
                down[row][left - 1] = down[row][left - 1] or text
                for column in range(left - 1, min(right, len(rows[top]))):
                    over[row][column] = over[row][column] or text
    return down, over


def _headings(down: Rows, over: Rows, at: int) -> Iterator[tuple[int, Heading]]:
    """Yield the headings that end in a row: its own, and above a blank the nearest one of a lone header cell."""
    if not any(down[at]) or _is_data(down[at]):
        return
    above = _above(down, at)
    for column, own in enumerate(down[at]):
        text = next((one for one in (own, *(down[row][column] for row in reversed(above))) if one), "")
        if text:
            words = [over[row][column] for row in above]
            yield column + 1, Heading(text, _without_unit(text), tuple(_joined(words, text)))


def _joined(words: Sequence[str], text: str) -> Iterator[str]:
    """Yield a heading with all the words above it, then with each, the nearest first."""
    own = _bare(text)
    above = [one for one in dict.fromkeys(map(_bare, words)) if one and one != own]
    if above:
        yield "".join((*above, own))
    for one in reversed(above):
        yield one + own
        yield own + one


def _above(rows: Rows, at: int) -> list[int]:
    """Return the rows above one that belong to its header."""
    found = [row for row in range(max(0, at - _DEEPEST + 1), at) if sum(map(bool, rows[row])) >= _LEAST]
    return [] if any(_is_data(rows[row]) for row in found) else found


def header_row(known: Sequence[int]) -> int | None:
    """Return the row with the most known headings; of several that follow each other, the lowest bears the table."""
    most = max(known, default=0)
    if most < _LEAST:
        return None
    at = known.index(most)
    while at + 1 < len(known) and known[at + 1] == most:
        at += 1
    return at


def _bare(heading: str) -> str:
    return _PUNCTUATION.sub("", _without_unit(heading))


def _without_unit(heading: str) -> str:
    return BRACKETED_UNIT.sub("", heading)


def _is_data(row: Sequence[str]) -> bool:
    """Tell whether a row holds bare numbers; years in a heading carry their 年."""
    return any(_NUMBER.fullmatch(text) for text in row)
