"""The columns of a table of a notice: what each of them holds, by its heading and by its cells."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import filterfalse

from contracts.notice_vocabulary import NoticeVocabulary
from notices.content.figures import is_figure
from notices.content.text import remove_spaces

_YEAR = re.compile(r"^((?:19|20)[0-9]{2})年?度?$")
_YEAR_IN_TEXT = re.compile(r"((?:19|20)[0-9]{2})年")
_BRACKETS = re.compile(r"[（(\[【]([^（）()\[\]【】]*)[）)\]】]")
_FIGURE_WITH_UNIT = re.compile(r"-?[0-9][0-9,]*(?:\.[0-9]+)?[万亿]?[^0-9.,，、;；（(]{0,3}")
_NUMBERING = frozenset("甲乙丙丁戊己庚辛壬癸")
_HEADING_SEPARATOR = "·"


class ColumnKind(StrEnum):
    """What a column holds."""

    SERIAL = "serial"
    NAME = "name"
    YEAR = "year"
    TOTAL = "total"
    QUANTITY = "quantity"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeColumn:
    """One column, counted from 0: its heading, its kind, the year that it is of, and its unit if the heading has one.

    *group* is the heading over several columns that this one stands under, empty if there is none.
    *whole* is the index of the column that this one is a part of. *is_exhaustive* tells that all parts of the whole
    stand beside each other under one heading, so that they add up to it.
    """

    index: int
    heading: str
    kind: ColumnKind
    year: int | None = None
    unit: str = ""
    group: str = ""
    whole: int | None = None
    is_exhaustive: bool = False

    @property
    def has_figures(self) -> bool:
        """Whether the column holds figures of the plan."""
        return self.kind in {ColumnKind.YEAR, ColumnKind.TOTAL, ColumnKind.QUANTITY}


def count_title_rows(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows at the top hold one text over the whole width: a title, or the unit."""
    for number, row in enumerate(rows):
        if sum(map(bool, map(str.strip, row))) != 1:
            return number
    return 0


def count_header_rows(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows at the top hold titles and headings: those before the first with a figure."""
    first_row = count_title_rows(rows)
    for number, row in enumerate(rows):
        if number > first_row and any(map(is_figure, row)) and not is_numbering_row(row):
            return number
    return len(rows)


def is_numbering_row(row: Sequence[str]) -> bool:
    """Return whether a row only numbers the columns: 甲 乙 1 2 3."""
    marks = list(filter(None, map(remove_spaces, row)))
    numbers = list(map(int, filter(str.isdecimal, marks)))
    letters = set(filterfalse(str.isdecimal, marks))
    return bool(letters) and letters <= _NUMBERING and numbers == list(range(1, len(numbers) + 1))


def has_years_down(rows: Sequence[Sequence[str]], vocabulary: NoticeVocabulary) -> bool:
    """Return whether the years of a table stand below each other, and the names beside each other."""
    names = [remove_spaces(row[0]) for row in rows[count_header_rows(rows) :] if row]
    years = [name for name in names if _YEAR.match(name)]
    others = [name for name in names if not _YEAR.match(name) and name not in vocabulary.headings["total"]]
    return len(years) > 1 and not others


def name_columns(rows: Sequence[Sequence[str]], vocabulary: NoticeVocabulary) -> tuple[NoticeColumn, ...]:
    """Return the columns of a table with its headings on top."""
    header_count = count_header_rows(rows)
    header_rows = rows[count_title_rows(rows) : header_count]
    headings = list(_join_headings(list(filterfalse(is_numbering_row, header_rows))))
    body = rows[header_count:]
    columns = [_classify(index, heading, body, vocabulary) for index, heading in enumerate(headings)]
    columns = _find_year_columns(columns, vocabulary)
    return tuple(_find_wholes(_choose_name_column(columns, body), vocabulary))


def _find_year_columns(columns: Sequence[NoticeColumn], vocabulary: NoticeVocabulary) -> list[NoticeColumn]:
    """Return the columns; quantities that differ in the year alone (2024年任务, 2025年任务) are columns of years.

    Targets up to a year (到2025年) are no columns of years: they do not add up.
    """
    quantities = [column for column in columns if column.kind is ColumnKind.QUANTITY]
    years = [column.year for column in quantities]
    has_one_each = len(quantities) > 1 and None not in years and len(set(years)) == len(years)
    is_cumulative = any(word in column.heading for column in quantities for word in vocabulary.cumulative_words)
    if not has_one_each or is_cumulative:
        return list(columns)
    return [replace(column, kind=ColumnKind.YEAR) if column in quantities else column for column in columns]


def _join_headings(header_rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the heading of each column; a heading over several columns counts for all of them."""
    filled = [_fill_right(row) for row in header_rows[:-1]] + [list(header_rows[-1])] if header_rows else []
    for texts in zip(*filled, strict=True):
        parts = filter(None, map(remove_spaces, texts))
        yield _HEADING_SEPARATOR.join(dict.fromkeys(parts))


def _fill_right(row: Sequence[str]) -> list[str]:
    filled: list[str] = []
    for text in row:
        filled.append(text if text.strip() or not filled else filled[-1])
    return filled


def _classify(index: int, heading: str, body: Sequence[Sequence[str]], vocabulary: NoticeVocabulary) -> NoticeColumn:
    unit = find_unit(heading, vocabulary)
    group, _, own_heading = strip_brackets(heading).rpartition(_HEADING_SEPARATOR)
    year = _YEAR.match(own_heading)
    if year is not None:
        kind = ColumnKind.YEAR
        return NoticeColumn(index=index, heading=heading, kind=kind, year=int(year[1]), unit=unit, group=group)
    for kind in (ColumnKind.SERIAL, ColumnKind.TOTAL):
        if own_heading in vocabulary.headings[kind.value]:
            return NoticeColumn(index=index, heading=heading, kind=kind, unit=unit, group=group)
    name = strip_brackets(heading)
    if any(name in vocabulary.headings[other] for other in ("remark", "unit", "code")):
        return NoticeColumn(index=index, heading=heading, kind=ColumnKind.OTHER)
    kind = ColumnKind.QUANTITY if _holds_figures(index, body, vocabulary) else ColumnKind.OTHER
    return NoticeColumn(index=index, heading=heading, kind=kind, unit=unit, year=find_year(name))


def find_year(text: str) -> int | None:
    """Return the year that a heading or title names, or None if it names none or several."""
    years = set(_YEAR_IN_TEXT.findall(text))
    if len(years) != 1:
        return None
    return int(years.pop())


def find_unit(text: str, vocabulary: NoticeVocabulary) -> str:
    """Return the unit in the brackets of a heading, empty if there is none."""
    for inside in _BRACKETS.findall(text):
        unit = remove_spaces(inside).removeprefix("单位").lstrip(":：")
        if unit in vocabulary.units:
            return unit
    return ""


def strip_brackets(text: str) -> str:
    """Return a heading without what stands in brackets."""
    return _BRACKETS.sub("", remove_spaces(text))


def _holds_figures(index: int, body: Sequence[Sequence[str]], vocabulary: NoticeVocabulary) -> bool:
    cells = [remove_spaces(row[index]) for row in body]
    cells = [cell for cell in cells if cell and cell not in vocabulary.blank_marks]
    figures = list(filter(_FIGURE_WITH_UNIT.fullmatch, cells))
    return len(figures) * 2 > len(cells)


def _choose_name_column(columns: Sequence[NoticeColumn], body: Sequence[Sequence[str]]) -> list[NoticeColumn]:
    """Return the columns with the first one of texts as the names of the rows."""
    for column in columns:
        has_cells = any(row[column.index].strip() for row in body)
        if column.kind is ColumnKind.OTHER and has_cells:
            named = replace(column, kind=ColumnKind.NAME)
            return [named if other.index == column.index else other for other in columns]
    return list(columns)


def _find_wholes(columns: Sequence[NoticeColumn], vocabulary: NoticeVocabulary) -> Iterator[NoticeColumn]:
    """Yield the columns, those that are parts of another with its index."""
    whole: NoticeColumn | None = None
    for column in columns:
        is_marked = column.heading.startswith(vocabulary.part_marks)
        if whole is not None and is_marked:
            yield replace(column, whole=whole.index)
        elif whole is not None and column.heading.startswith(f"{whole.heading}{_HEADING_SEPARATOR}"):
            yield replace(column, whole=whole.index, is_exhaustive=True)
        else:
            yield column
            whole = column if column.kind is ColumnKind.QUANTITY else None
