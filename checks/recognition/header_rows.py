"""Read the header rows of a sheet: one row or several, merged or not, each heading with the texts above it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

from checks.model.raw_workbook import RawSheet
from checks.parsing.text_normalisation import normalise_text
from contracts.form_model import Form
from contracts.recognition_words import compile_pattern, get_recognition_words

# The units of area in every spelling, after folding: ㎡ and m² are then m2.
UNIT_SPELLINGS: Final = get_recognition_words().units
# A unit of area may follow its heading without any mark; others stand in brackets or after a mark.
_HEADING_UNIT: Final = compile_pattern("heading_unit")
# Titles, notes and headers are above this row.
_MAX_ROWS_SEARCHED: Final = 60
# One matching word in a row may be a coincidence, two are a header.
_MIN_MATCHING_HEADINGS: Final = 2
_MAX_HEADER_ROWS: Final = 6
_BARE_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?")
_PUNCTUATION: Final = re.compile(r"[:;,、。/()\[\]·—-]")

TextRow = tuple[str, ...]
TextRows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class ColumnHeading:
    """One heading, normalised: as written, without its unit, and combined with the texts above it.

    *combined_texts* have no punctuation; the most complete comes first.
    """

    text: str
    without_unit: str
    combined_texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """The first rows of a sheet from row *start* on, counted from 0; a blank is an empty text.

    *headings* holds, for each of the *rows*, the headings that end in it, by column from 1; a row with figures has
    none.
    """

    start: int
    rows: tuple[TextRow, ...]
    headings: tuple[Mapping[int, ColumnHeading], ...]


@lru_cache(maxsize=256)  # every region of every sheet is compared with every form
def _collect_headings(form: Form) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the field names by normalised heading, and by heading without punctuation."""
    exact: dict[str, str] = {}
    for field in form.fields:
        exact.update(dict.fromkeys(map(normalise_text, field.all_headings), field.name))
    return exact, {_PUNCTUATION.sub("", heading): name for heading, name in exact.items()}


@dataclass(frozen=True, slots=True)
class KnownHeadings:
    """The field names of a form by their normalised headings, with and without punctuation."""

    exact: Mapping[str, str]
    without_punctuation: Mapping[str, str]

    @classmethod
    def from_form(cls, form: Form) -> Self:
        """Collect all headings of a form's fields."""
        return cls(*_collect_headings(form))

    def match_columns(self, headings: Mapping[int, ColumnHeading]) -> dict[int, str]:
        """Return the field name of each column whose heading is known, alone or combined with the texts above it."""
        names_by_column: dict[int, str] = {}
        for column, heading in headings.items():
            name = self._match_heading(heading)
            if name:
                names_by_column[column] = name
        return names_by_column

    def _match_heading(self, heading: ColumnHeading) -> str | None:
        for text in heading.combined_texts:
            if text in self.without_punctuation:
                return self.without_punctuation[text]
        return self.exact.get(heading.text) or self.exact.get(heading.without_unit)


def read_header_block(sheet: RawSheet, start: int = 0) -> HeaderBlock:
    """Return the first rows of a sheet from row *start* on, counted from 0, with their headings."""
    rows = list(map(_normalise_row, sheet.text.slice(start, _MAX_ROWS_SEARCHED).rows()))
    filled_down, filled_across = _fill_merged_cells(rows, sheet, start)
    headings = [dict(_find_headings(filled_down, filled_across, row_index)) for row_index in range(len(rows))]
    return HeaderBlock(start, tuple(map(tuple, filled_down)), tuple(headings))


def _normalise_row(row: Iterable[str | None]) -> list[str]:
    return [normalise_text(text or "") for text in row]


def _fill_merged_cells(rows: list[list[str]], sheet: RawSheet, start: int) -> tuple[list[list[str]], list[list[str]]]:
    """Return the rows with each merged heading repeated down its first column, and repeated in all its cells."""
    filled_down, filled_across = list(map(list, rows)), list(map(list, rows))
    for (first_row, first_column), (last_row, last_column) in sheet.merges:
        top, bottom = first_row - 1 - start, min(last_row - start, len(rows))
        left = first_column - 1
        if not 0 <= top < len(rows) or last_row - first_row >= _MAX_HEADER_ROWS or left >= len(rows[top]):
            continue
        text = rows[top][left]
        for row_index in range(top, bottom):
            filled_down[row_index][left] = filled_down[row_index][left] or text
            for column_index in range(left, min(last_column, len(rows[top]))):
                filled_across[row_index][column_index] = filled_across[row_index][column_index] or text
    return filled_down, filled_across


def _find_headings(
    filled_down: TextRows, filled_across: TextRows, row_index: int
) -> Iterator[tuple[int, ColumnHeading]]:
    """Yield column, from 1, and heading of each heading that ends in a row; for a blank, the nearest text above."""
    if not any(filled_down[row_index]) or _is_data_row(filled_down[row_index]):
        return
    rows_above = _find_rows_above(filled_down, row_index)
    for column_index in range(len(filled_down[row_index])):
        column_texts = (filled_down[row][column_index] for row in (row_index, *reversed(rows_above)))
        text = next(filter(None, column_texts), "")
        if text:
            texts_above = [filled_across[row][column_index] for row in rows_above]
            combined_texts = tuple(_combine_texts(texts_above, text))
            yield column_index + 1, ColumnHeading(text, _remove_unit(text), combined_texts)


def _combine_texts(texts_above: Sequence[str], text: str) -> Iterator[str]:
    """Yield a heading with all distinct texts above it, then before and after each of them, the nearest first."""
    heading = _normalise_heading(text)
    distinct_texts = dict.fromkeys(map(_normalise_heading, texts_above))
    prefixes = [prefix for prefix in distinct_texts if prefix and prefix != heading]
    if prefixes:
        yield "".join((*prefixes, heading))
    for prefix in reversed(prefixes):
        yield prefix + heading
        yield heading + prefix


def _find_rows_above(rows: TextRows, row_index: int) -> list[int]:
    """Return the indices of the rows above a row that belong to its header; none if one of them holds data."""
    rows_above: list[int] = []
    for index in range(max(0, row_index - _MAX_HEADER_ROWS + 1), row_index):
        if sum(map(bool, rows[index])) < _MIN_MATCHING_HEADINGS:
            continue
        if _is_data_row(rows[index]):
            return []
        rows_above.append(index)
    return rows_above


def find_header_row(match_counts: Sequence[int]) -> int | None:
    """Return the index of the row with the most known headings, or None if no row has enough of them.

    If several consecutive rows have as many, the lowest of them is the header of the table.
    """
    max_count = max(match_counts, default=0)
    if max_count < _MIN_MATCHING_HEADINGS:
        return None
    row_index = match_counts.index(max_count)
    while row_index + 1 < len(match_counts) and match_counts[row_index + 1] == max_count:
        row_index += 1
    return row_index


def _normalise_heading(heading: str) -> str:
    return _PUNCTUATION.sub("", _remove_unit(heading))


def _remove_unit(heading: str) -> str:
    """Return a heading without the unit at its end; a heading that is a unit stays as it is."""
    return _HEADING_UNIT.sub("", heading) or heading


def find_heading_unit(heading: str) -> str:
    """Return the unit of area at the end of a normalised heading by its usual name, or an empty text."""
    match = _HEADING_UNIT.search(heading)
    if match is None or match.lastgroup is None:
        return ""
    return UNIT_SPELLINGS.get(match[match.lastgroup], "")


def _is_data_row(row: Sequence[str]) -> bool:
    """Return whether a row contains a bare number; the years in headings are followed by 年."""
    return any(map(_BARE_NUMBER.fullmatch, row))
