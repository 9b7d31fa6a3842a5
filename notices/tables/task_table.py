"""A table of tasks: who has to do how much of what, in which year."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from contracts.notice_vocabulary import NoticeVocabulary
from notices.content.document import DocumentTable, NoticeDocument
from notices.content.figures import is_figure, parse_figure
from notices.content.text import remove_spaces
from notices.tables.table_columns import (
    ColumnKind,
    NoticeColumn,
    count_header_rows,
    count_title_rows,
    find_unit,
    has_years_down,
    is_numbering_row,
    name_columns,
)

_ANNEX = re.compile(r"^附\s*(?:件|表)\s*([0-9一二三四五六七八九十]*)[:：]?$")
_UNIT_LINE = re.compile(r"^[（(]?\s*(?:计量)?单位\s*[:：]\s*(.+?)\s*[）)]?$")
# Numberings from the highest level down; rows without any are below all of them.
_NUMBERINGS = (
    re.compile(r"^[一二三四五六七八九十]+、"),
    re.compile(r"^[（(][一二三四五六七八九十]+[）)]"),
    re.compile(r"^[0-9]+[.、．]"),
    re.compile(r"^[（(][0-9]+[）)]"),
)
_MIN_FIGURE_CELLS = 2


class RowKind(StrEnum):
    """What a row of a table of tasks is."""

    ENTRY = "entry"
    SUBTOTAL = "subtotal"
    TOTAL = "total"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """One row: its number in the table (from 1, headings counted), its name and its figures by column.

    A blank cell is None. *parent* is the number of the row that this one is a part of, *is_marked_part* tells that it
    is called one (其中, #), so that the parts need not add up.
    """

    number: int
    name: str
    kind: RowKind
    figures: Mapping[int, Decimal | None]
    serial: str = ""
    parent: int | None = None
    is_marked_part: bool = False
    unreadable_columns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTable:
    """A table of tasks with its annex, title and unit; a column with a unit of its own has that."""

    number: int
    annex: str
    title: str
    unit: str
    columns: tuple[NoticeColumn, ...]
    rows: tuple[TaskRow, ...]
    is_transposed: bool = False

    def get_place(self, row: int, column: int) -> tuple[int, int]:
        """Return row and column of a cell in the source, both from 1."""
        if self.is_transposed:
            return column, row
        return row, column

    @property
    def total_row(self) -> TaskRow | None:
        """The row of totals, or None if there is none."""
        return next((row for row in self.rows if row.kind is RowKind.TOTAL), None)

    @property
    def entries(self) -> tuple[TaskRow, ...]:
        """All rows but totals and subtotals."""
        return tuple(row for row in self.rows if row.kind is RowKind.ENTRY)

    @property
    def figure_columns(self) -> tuple[NoticeColumn, ...]:
        """The columns of figures."""
        return tuple(column for column in self.columns if column.has_figures)

    def list_children(self, row: TaskRow) -> tuple[TaskRow, ...]:
        """Return the rows that are parts of a row."""
        return tuple(child for child in self.entries if child.parent == row.number)

    def is_sum(self, row: TaskRow) -> bool:
        """Return whether a row has parts, and these are all of it."""
        children = self.list_children(row)
        return bool(children) and not any(child.is_marked_part for child in children)

    def get_unit(self, column: NoticeColumn) -> str:
        """Return the unit of a column, empty if neither it nor the table has one."""
        return column.unit or self.unit


def find_task_tables(document: NoticeDocument, vocabulary: NoticeVocabulary) -> Iterator[TaskTable]:
    """Yield every table of the document that has names and figures."""
    for source in document.tables:
        table = source
        if has_years_down(source.rows, vocabulary):
            table = source.transpose()
        columns = name_columns(table.rows, vocabulary)
        if _is_task_table(table, columns):
            lines = read_lines_before(document, source, vocabulary)
            yield _build_task_table(table, columns, lines, vocabulary)


def _is_task_table(table: DocumentTable, columns: Sequence[NoticeColumn]) -> bool:
    figure_columns = _list_figure_columns(columns)
    figure_count = sum(is_figure(row[index]) for row in table.rows for index in figure_columns)
    has_names = any(column.kind is ColumnKind.NAME for column in columns)
    return has_names and figure_count >= _MIN_FIGURE_CELLS


def _list_figure_columns(columns: Sequence[NoticeColumn]) -> list[int]:
    """Return the indices of the columns of figures."""
    return [column.index for column in columns if column.has_figures]


def _build_task_table(
    table: DocumentTable,
    columns: tuple[NoticeColumn, ...],
    lines: tuple[str, str, str],
    vocabulary: NoticeVocabulary,
) -> TaskTable:
    annex, title, unit = lines
    return TaskTable(
        number=table.number,
        is_transposed=table.is_transposed,
        annex=annex,
        title=title,
        unit=unit or find_unit(title, vocabulary),
        columns=columns,
        rows=tuple(_read_rows(table, columns, vocabulary)),
    )


def read_lines_before(
    document: NoticeDocument, table: DocumentTable, vocabulary: NoticeVocabulary
) -> tuple[str, str, str]:
    """Return annex, title and unit from the lines before a table, those that are missing empty."""
    annex, unit = "", ""
    title_lines: list[str] = []
    title_rows = table.rows[: count_title_rows(table.rows)]
    lines = [paragraph.text for paragraph in document.list_paragraphs_before(table)]
    for text in map(remove_spaces, [*lines, *map("".join, title_rows)]):
        unit_line, annex_line = _UNIT_LINE.match(text), _ANNEX.match(text)
        if annex_line is not None:
            annex, title_lines = text.rstrip(":："), []
        elif unit_line is not None:
            unit = _read_unit(unit_line[1], vocabulary)
        else:
            title_lines.append(text)
    if annex:
        return annex, "".join(title_lines), unit
    return "", title_lines[-1] if title_lines else "", unit


def _read_unit(text: str, vocabulary: NoticeVocabulary) -> str:
    """Return what a line names as unit, as written if it names several; empty if none of them is known."""
    units = [unit for unit in re.split(r"[、,，/;；]", text) if unit in vocabulary.units]
    if not units:
        return ""
    return text


def _read_rows(
    table: DocumentTable, columns: Sequence[NoticeColumn], vocabulary: NoticeVocabulary
) -> Iterator[TaskRow]:
    parents: list[tuple[int, int]] = []  # level and number of the rows that later ones may be parts of
    for number, cells in enumerate(table.rows, start=1):
        if number <= count_header_rows(table.rows) or is_numbering_row(cells):
            continue
        row = _read_row(number, cells, columns, vocabulary)
        if row is None:
            continue
        if row.kind is not RowKind.ENTRY:
            yield row
            continue
        level = _find_level(_join_cells(cells, columns, ColumnKind.NAME))
        while parents and parents[-1][0] >= level:
            parents.pop()
        parent = parents[-1][1] if parents else None
        yield replace(row, parent=parent)
        parents.append((level, number))


def _find_level(written_name: str) -> int:
    for level, numbering in enumerate(_NUMBERINGS):
        if numbering.match(written_name):
            return level
    return len(_NUMBERINGS)


def _join_cells(cells: Sequence[str], columns: Sequence[NoticeColumn], kind: ColumnKind) -> str:
    """Return the text of the cells of a row in columns of a kind."""
    return "".join(remove_spaces(cells[column.index]) for column in columns if column.kind is kind)


def _read_row(
    number: int, cells: Sequence[str], columns: Sequence[NoticeColumn], vocabulary: NoticeVocabulary
) -> TaskRow | None:
    """Return a row, or None if it has neither name nor figure: a footnote, or a line between groups."""
    serial = _join_cells(cells, columns, ColumnKind.SERIAL)
    written_name = _join_cells(cells, columns, ColumnKind.NAME)
    figure_columns = _list_figure_columns(columns)
    figures = {index: _read_figure(cells[index], vocabulary) for index in figure_columns}
    written = {index: remove_spaces(cells[index]) for index in figure_columns}
    if not any(written.values()):
        return None
    no_figures = ("", *vocabulary.blank_marks)
    unreadable = [index for index in figure_columns if figures[index] is None and written[index] not in no_figures]
    name = written_name or serial
    kind = _classify_row(name, serial, vocabulary)
    return TaskRow(
        number=number,
        name=strip_numbering(name, vocabulary),
        kind=kind,
        figures=figures,
        serial=serial if kind is RowKind.ENTRY else "",
        is_marked_part=written_name.startswith(vocabulary.part_marks),
        unreadable_columns=tuple(unreadable),
    )


def _classify_row(name: str, serial: str, vocabulary: NoticeVocabulary) -> RowKind:
    if vocabulary.subtotal_row in (name, serial):
        return RowKind.SUBTOTAL
    if name.endswith(vocabulary.total_rows) or serial in vocabulary.total_rows:
        return RowKind.TOTAL
    return RowKind.ENTRY


def _read_figure(cell: str, vocabulary: NoticeVocabulary) -> Decimal | None:
    """Return the figure of a cell; a unit after it is left out if the program knows it, as in 1100亩."""
    text = remove_spaces(cell)
    for unit in vocabulary.units:
        if is_figure(text.removesuffix(unit)) and unit[0] not in "万亿":
            return parse_figure(text.removesuffix(unit))
    return parse_figure(text)


def strip_numbering(name: str, vocabulary: NoticeVocabulary) -> str:
    """Return the name of a row without its numbering and without the mark of a part."""
    for numbering in _NUMBERINGS:
        name = numbering.sub("", name)
    for mark in vocabulary.part_marks:
        name = name.removeprefix(mark).lstrip(":：")
    return name
