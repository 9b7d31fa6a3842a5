"""The headings at the top of a sheet: of one row or several, merged or not, each with the words that stand above it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from checks.model.raw_workbook import RawSheet
from checks.parsing.text_normalisation import normalise_text
from contracts.form_model import Form

ANY_UNIT: Final = "(?:万亩|亩|公顷|平方米|平方公里)"
BRACKETED_UNIT: Final = re.compile(rf"\(({ANY_UNIT})\)$")
_MAX_ROWS_SEARCHED: Final = 60  # titles, notes and headers stand above this row
_MIN_MATCHING_HEADINGS: Final = 2  # one matching word in a row is chance, two are a header
_MAX_HEADER_ROWS: Final = 6  # rows of one header
_BARE_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?")
_PUNCTUATION: Final = re.compile(r"[:;,、。/()\[\]·—-]")

TextRow = tuple[str, ...]
TextRows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class ColumnHeading:
    """One heading, spaces removed: as written, without its unit, and joined with the words that stand above it."""

    text: str
    without_unit: str
    combined_texts: tuple[str, ...]  # punctuation left out


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """The first rows of a sheet from row *start* on, counted from 0, an empty text for a blank.

    *headings* are those that end in a row, by column from 1; a row with figures has none.
    """

    start: int
    rows: tuple[TextRow, ...]
    headings: tuple[Mapping[int, ColumnHeading], ...]


@dataclass(frozen=True, slots=True)
class KnownHeadings:
    """The headings that a form knows: as they are, and without punctuation."""

    exact: Mapping[str, str]
    without_punctuation: Mapping[str, str]

    @classmethod
    def from_form(cls, form: Form) -> Self:
        """Return the names of the fields by their headings."""
        exact = {normalise_text(heading): one.name for one in form.fields for heading in one.all_headings}
        return cls(exact, {_PUNCTUATION.sub("", heading): name for heading, name in exact.items()})

    def match_columns(self, headings: Mapping[int, ColumnHeading]) -> dict[int, str]:
        """Return the columns whose heading is known: with the words above it before alone."""
        named = ((column, self._match_heading(one)) for column, one in headings.items())
        return {column: name for column, name in named if name}

    def _match_heading(self, heading: ColumnHeading) -> str | None:
        whole = next(
            (self.without_punctuation[one] for one in heading.combined_texts if one in self.without_punctuation), None
        )
        return whole or self.exact.get(heading.text) or self.exact.get(heading.without_unit)


def read_header_block(sheet: RawSheet, start: int = 0) -> HeaderBlock:
    """Return the top of a sheet, or of what stands on it from a row on."""
    rows = [[normalise_text(text or "") for text in row] for row in sheet.text.slice(start, _MAX_ROWS_SEARCHED).rows()]
    down, over = _fill_merged_cells(rows, sheet, start)
    return HeaderBlock(
        start, tuple(map(tuple, down)), tuple(dict(_find_headings(down, over, at)) for at in range(len(down)))
    )


def _fill_merged_cells(rows: list[list[str]], sheet: RawSheet, start: int) -> tuple[list[list[str]], list[list[str]]]:
    """Return the rows with each heading standing in every row of its range, and in every column as well."""
    down, over = [list(row) for row in rows], [list(row) for row in rows]
    for (first, left), (last, right) in sheet.merges:
        top, bottom = first - 1 - start, min(last - start, len(rows))
        if 0 <= top < len(rows) and last - first < _MAX_HEADER_ROWS and left <= len(rows[top]):
            text = rows[top][left - 1]
            for row in range(top, bottom):
                down[row][left - 1] = down[row][left - 1] or text
                for column in range(left - 1, min(right, len(rows[top]))):
                    over[row][column] = over[row][column] or text
    return down, over


def _find_headings(
    filled_down: TextRows, filled_across: TextRows, row_index: int
) -> Iterator[tuple[int, ColumnHeading]]:
    """Yield the headings that end in a row: its own, and above a blank the nearest one of a lone header cell."""
    if not any(filled_down[row_index]) or _is_data_row(filled_down[row_index]):
        return
    above = _find_rows_above(filled_down, row_index)
    for column, own in enumerate(filled_down[row_index]):
        text = next((one for one in (own, *(filled_down[row][column] for row in reversed(above))) if one), "")
        if text:
            words = [filled_across[row][column] for row in above]
            yield column + 1, ColumnHeading(text, _remove_unit(text), tuple(_combine_texts(words, text)))


def _combine_texts(texts_above: Sequence[str], text: str) -> Iterator[str]:
    """Yield a heading with all the words above it, then with each, the nearest first."""
    own = _normalise_heading(text)
    above = [one for one in dict.fromkeys(map(_normalise_heading, texts_above)) if one and one != own]
    if above:
        yield "".join((*above, own))
    for one in reversed(above):
        yield one + own
        yield own + one


def _find_rows_above(rows: TextRows, row_index: int) -> list[int]:
    """Return the rows above one that belong to its header."""
    found = [
        row
        for row in range(max(0, row_index - _MAX_HEADER_ROWS + 1), row_index)
        if sum(map(bool, rows[row])) >= _MIN_MATCHING_HEADINGS
    ]
    return [] if any(_is_data_row(rows[row]) for row in found) else found


def find_header_row(match_counts: Sequence[int]) -> int | None:
    """Return the row with the most known headings; of several that follow each other, the lowest bears the table."""
    most = max(match_counts, default=0)
    if most < _MIN_MATCHING_HEADINGS:
        return None
    at = match_counts.index(most)
    while at + 1 < len(match_counts) and match_counts[at + 1] == most:
        at += 1
    return at


def _normalise_heading(heading: str) -> str:
    return _PUNCTUATION.sub("", _remove_unit(heading))


def _remove_unit(heading: str) -> str:
    return BRACKETED_UNIT.sub("", heading)


def _is_data_row(row: Sequence[str]) -> bool:
    """Tell whether a row holds bare numbers; years in a heading carry their 年."""
    return any(_BARE_NUMBER.fullmatch(text) for text in row)
