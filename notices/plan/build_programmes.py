"""Programmes from tables of tasks, and from lists in prose where there is no table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import filterfalse

from contracts.notice_vocabulary import NoticeVocabulary
from notices.content.text import remove_spaces
from notices.plan.imported_plan import TOTAL, FigureSource, Programme, SourcedFigure
from notices.prose.prose_lists import ProseFigure, ProseList
from notices.tables.table_columns import ColumnKind, NoticeColumn, strip_brackets
from notices.tables.task_table import TaskRow, TaskTable

_MIN_SHARED_NAMES = 2


@dataclass(frozen=True, slots=True)
class ProgrammeDraft:
    """A programme with the table columns and the list in prose that it was read from."""

    programme: Programme
    table: TaskTable | None
    columns: Mapping[int | str, int]
    prose: ProseList | None


def draft_programmes(
    tables: Sequence[TaskTable], lists: Sequence[ProseList], years: Sequence[int], vocabulary: NoticeVocabulary
) -> list[ProgrammeDraft]:
    """Return a programme for each quantity of each table, then for each list in prose that belongs to no table."""
    drafts = [draft for table in tables for draft in _read_table(table, years, vocabulary)]
    free_lists = list(lists)
    matched: list[ProgrammeDraft] = []
    for draft in drafts:
        prose = _find_list(draft, free_lists, vocabulary)
        if prose is not None:
            free_lists.remove(prose)
        matched.append(_add_prose(draft, prose, vocabulary))
    return [*matched, *(_read_list(prose, years, vocabulary) for prose in free_lists)]


def _read_table(table: TaskTable, years: Sequence[int], vocabulary: NoticeVocabulary) -> Iterator[ProgrammeDraft]:
    year_columns = [column for column in table.columns if column.kind is ColumnKind.YEAR]
    groups = dict.fromkeys(column.group for column in year_columns)
    for group in groups:
        yield _read_years(table, group, name=group if len(groups) > 1 else table.title, vocabulary=vocabulary)
    if groups:
        return
    for column in table.figure_columns:
        year = column.year or (years[0] if len(years) == 1 else None)
        columns: dict[int | str, int] = {TOTAL: column.index}
        if year is not None:
            columns = {year: column.index, **columns}
        name = table.title if len(table.figure_columns) == 1 else name_quantity(column, vocabulary)
        yield _draft_from_columns(table, columns, column, name=name, vocabulary=vocabulary)


def _read_years(table: TaskTable, group: str, *, name: str, vocabulary: NoticeVocabulary) -> ProgrammeDraft:
    """Return the programme of the columns of years under one heading, with their column of totals."""
    grouped = [column for column in table.columns if column.group == group]
    year_columns = [column for column in grouped if column.kind is ColumnKind.YEAR]
    columns: dict[int | str, int] = {column.year or 0: column.index for column in year_columns}
    for column in grouped:
        if column.kind is ColumnKind.TOTAL:
            columns[TOTAL] = column.index
    return _draft_from_columns(table, columns, year_columns[0], name=name, vocabulary=vocabulary)


def name_quantity(column: NoticeColumn, vocabulary: NoticeVocabulary) -> str:
    """Return the heading of a column without unit and without the mark of a part."""
    name = strip_brackets(column.heading)
    for mark in vocabulary.part_marks:
        name = name.removeprefix(mark).lstrip(":：")
    return name


def _draft_from_columns(
    table: TaskTable,
    columns: Mapping[int | str, int],
    column: NoticeColumn,
    *,
    name: str,
    vocabulary: NoticeVocabulary,
) -> ProgrammeDraft:
    measure = find_measure(name, vocabulary)
    total_figures = _read_figures(table, table.total_row, columns)
    programme = Programme(
        id=measure,
        name=vocabulary.measures[measure].name if measure else name,
        annex=table.annex,
        clause="",
        unit=table.get_unit(column),
        total=total_figures.get(TOTAL),
        assigned=None,
        by_year={year: figure for year, figure in total_figures.items() if isinstance(year, int)},
        townships=_read_rows(table, filterfalse(table.is_sum, table.entries), columns),
        groups=_read_rows(table, filter(table.is_sum, table.entries), columns),
    )
    return ProgrammeDraft(programme, table, columns, None)


def find_measure(title: str, vocabulary: NoticeVocabulary) -> str:
    """Return the id of the measure whose words a title has, empty if there is none."""
    text = remove_spaces(title)
    for name, measure in vocabulary.measures.items():
        if any(word in text.replace("“", "").replace("”", "").replace('"', "") for word in measure.words):
            return name
    return ""


def _read_rows(
    table: TaskTable, rows: Iterable[TaskRow], columns: Mapping[int | str, int]
) -> dict[str, dict[int | str, SourcedFigure]]:
    """Return the figures of some rows by the name of the row."""
    return {row.name: _read_figures(table, row, columns) for row in rows}


def _read_figures(
    table: TaskTable, row: TaskRow | None, columns: Mapping[int | str, int]
) -> dict[int | str, SourcedFigure]:
    """Return the figures of a row by year and total; a blank cell has none."""
    if row is None:
        return {}
    figures: dict[int | str, SourcedFigure] = {}
    for key, index in columns.items():
        value = row.figures.get(index)
        if value is not None:
            row_number, column_number = table.get_place(row.number, index + 1)
            place = FigureSource(table=table.number, row=row_number, column=column_number)
            figures[key] = SourcedFigure(value, (place,))
    return figures


def _find_list(draft: ProgrammeDraft, lists: Sequence[ProseList], vocabulary: NoticeVocabulary) -> ProseList | None:
    """Return the list in prose that says the same as the table: most of its figures, or at least of its names."""
    best_list, best_score = None, (0, 0)
    for prose in lists:
        score = _score_list(draft.programme, prose, vocabulary)
        if score[1] >= _MIN_SHARED_NAMES and score > best_score:
            best_list, best_score = prose, score
    return best_list


def _score_list(programme: Programme, prose: ProseList, vocabulary: NoticeVocabulary) -> tuple[int, int]:
    """Return how many figures and how many names a programme and a list share."""
    named = [part for part in prose.parts if part.name in programme.townships]
    equal = [
        part
        for part in named
        if _is_equal(programme.townships[part.name].get(TOTAL), part.convert(programme.unit, vocabulary))
    ]
    return len(equal), len(named)


def _is_equal(figure: SourcedFigure | None, value: Decimal | None) -> bool:
    return figure is not None and figure.value == value


def _add_prose(draft: ProgrammeDraft, prose: ProseList | None, vocabulary: NoticeVocabulary) -> ProgrammeDraft:
    """Return the programme with the places in prose beside those in the table, and with the assigned target."""
    if prose is None:
        return draft
    programme = draft.programme
    townships = {name: dict(figures) for name, figures in programme.townships.items()}
    for part in prose.parts:
        if part.name in townships and TOTAL in townships[part.name]:
            figure = townships[part.name][TOTAL]
            if figure.value == part.convert(programme.unit, vocabulary):
                townships[part.name][TOTAL] = replace(figure, sources=(*figure.sources, locate_prose(part)))
    total = programme.total
    if total is not None and prose.total is not None and total.value == prose.total.convert(programme.unit, vocabulary):
        total = replace(total, sources=(*total.sources, locate_prose(prose.total)))
    assigned = _convert_figure(prose.assigned, programme.unit, vocabulary)
    updated = replace(programme, townships=townships, total=total, assigned=assigned)
    return replace(draft, programme=updated, prose=prose)


def _convert_figure(figure: ProseFigure | None, unit: str, vocabulary: NoticeVocabulary) -> SourcedFigure | None:
    if figure is None:
        return None
    value = figure.convert(unit, vocabulary)
    if value is None:
        return None
    return SourcedFigure(value, (locate_prose(figure),))


def locate_prose(figure: ProseFigure) -> FigureSource:
    """Return the place of a figure in a paragraph."""
    return FigureSource(paragraph=figure.paragraph, start=figure.amount.start, end=figure.amount.end)


def _read_list(prose: ProseList, years: Sequence[int], vocabulary: NoticeVocabulary) -> ProgrammeDraft:
    """Return a programme that only the prose states."""
    unit = prose.parts[0].amount.unit
    year = years[0] if len(years) == 1 else None
    townships: dict[str, dict[int | str, SourcedFigure]] = {}
    for part in prose.parts:
        figure = _convert_figure(part, unit, vocabulary)
        if figure is not None:
            townships[part.name] = {TOTAL: figure} if year is None else {year: figure, TOTAL: figure}
    name = prose.total.name if prose.total is not None else ""
    total = _convert_figure(prose.total, unit, vocabulary)
    measure = find_measure(name, vocabulary)
    programme = Programme(
        id=measure,
        name=vocabulary.measures[measure].name if measure else name,
        annex="",
        clause="",
        unit=unit,
        total=total,
        assigned=_convert_figure(prose.assigned, unit, vocabulary),
        by_year={} if year is None or total is None else {year: total},
        townships=townships,
        groups={},
    )
    return ProgrammeDraft(programme, None, {}, prose)
