"""Is all that counts to be seen, and is what people see in a cell what is read from it? (phase: parsed)"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from checks.model.cell_ref import CellRef, format_range
from checks.model.raw_workbook import CellKind, HiddenCells, RawSheet
from checks.model.violation import Violation
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import ROW
from contracts.form_model import Field, Layout, Role, Rule

_MAX_CELLS_SHOWN: Final = 20  # cells of one finding that anyone reads
_MAX_RANGES_NAMED: Final = 10  # that one sentence names
_NUMBERS_ONLY_EFFECT: Final = "otherwise"  # a format for numbers says nothing of words

RowRanges = tuple[tuple[int, int], ...]
RowsByColumn = Mapping[int, Sequence[int]]  # the rows that count, by column


def check_shown_as_stored(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with cells that count and are crossed out, not seen, or seen as something else: once for each way."""
    sheet = _find_source_sheet(subject)
    if sheet is None or not sheet.hidden_cells:
        return
    every, figures = _find_counted_rows(subject)
    by_effect: dict[str, dict[int, RowRanges]] = defaultdict(dict)
    for one in sheet.hidden_cells:
        rows = (figures if one.effect == _NUMBERS_ONLY_EFFECT else every).get(one.column, ())
        if found := _limit_to_rows(one, rows):
            by_effect[one.effect][one.column] = found
    for effect, columns in sorted(by_effect.items()):
        yield _build_violation(subject, rule, sheet.name, effect, columns)


def check_nothing_hidden(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Find fault with each hidden sheet, row and column that the form was read from: it counts, but nobody sees it."""
    if subject.form.layout is Layout.PAIRS:
        yield from _find_unread_sheets(subject, rule)
    sheet = _find_source_sheet(subject)
    if sheet is None or (sheet.visible and not sheet.hidden_rows and not sheet.hidden_columns):
        return
    every, _ = _find_counted_rows(subject)
    if not every:
        return
    if not sheet.visible:
        yield _build_hidden_violation(subject, rule, "sheet", [CellRef(sheet.name, "A1")])
    first = min(every)
    shared = {id(places): places for places in every.values()}  # the columns of a table have one list together
    rows = sorted(set(sheet.hidden_rows).intersection(chain.from_iterable(shared.values())))
    if rows:
        yield _build_hidden_violation(
            subject, rule, "rows", [CellRef.from_position(sheet.name, row, first) for row in rows[:_MAX_CELLS_SHOWN]]
        )
    columns = sorted(set(sheet.hidden_columns) & set(every))
    if columns:
        located = subject.search.location
        top = located.header_row if located else min(every[columns[0]])
        yield _build_hidden_violation(
            subject, rule, "columns", [CellRef.from_position(sheet.name, top, column) for column in columns]
        )


def _find_unread_sheets(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """List the hidden sheets with figures that no form was read from: an older copy, as a rule."""
    used = {subject.cover.sheet, *(one.sheet for one in subject.tables.values())}
    for sheet in subject.book.sheets:
        if not sheet.visible and sheet.name not in used and _has_figures(sheet):
            yield _build_hidden_violation(subject, rule, "unread", [CellRef(sheet.name, "A1")])


def _has_figures(sheet: RawSheet) -> bool:
    return any((column == CellKind.NUMBER).any() for column in sheet.kinds.get_columns())


def _build_hidden_violation(subject: FormUnderCheck, rule: Rule, variant: str, cells: list[CellRef]) -> Violation:
    facts = {"title": subject.form.title, "sheet": cells[0].sheet, "cells": "、".join(one.address for one in cells)}
    return Violation(rule=rule, sheet=cells[0].sheet, cell=cells[0], cells=tuple(cells), variant=variant, facts=facts)


def _find_source_sheet(subject: FormUnderCheck) -> RawSheet | None:
    """Return the sheet that the form was read from."""
    if subject.form.layout is Layout.PAIRS:
        return next((one for one in subject.book.sheets if one.name == subject.cover.sheet), None)
    located = subject.search.location
    return located.sheet if located and subject.table else None


def _find_counted_rows(subject: FormUnderCheck) -> tuple[RowsByColumn, RowsByColumn]:
    """Return the cells that count of the sheet that the form was read from: all, and those of numbers."""
    if subject.form.layout is Layout.PAIRS:
        return _find_cover_rows(subject)
    table = subject.table
    if table is None:
        return {}, {}
    rows = table.raw[ROW].to_list()  # one list for all columns: a table of a million rows has dozens
    numbers = {one.name for one in subject.form.fields if _is_numeric_field(one)}
    every = dict.fromkeys(table.columns.values(), rows)
    return every, {at: rows for name, at in table.columns.items() if name in numbers}


def _is_numeric_field(field: Field) -> bool:
    return field.role in (Role.SERIAL, Role.FIGURE) or field.kind in ("number", "integer")


def _find_cover_rows(subject: FormUnderCheck) -> tuple[RowsByColumn, RowsByColumn]:
    filled = (entry for entries in subject.cover.entries.values() for entry in entries if entry.text)
    rows: dict[int, list[int]] = defaultdict(list)
    for _, row, column, _ in sorted(entry.cell.reading_order for entry in filled):
        rows[column].append(row)
    return rows, rows


def _limit_to_rows(hidden_cells: HiddenCells, rows: Sequence[int]) -> RowRanges:
    """Return the stretches as far as they hold rows that count."""
    found = []
    for first, last in hidden_cells.rows:
        start, end = bisect_left(rows, first), bisect_right(rows, last)
        if start < end:
            found.append((rows[start], rows[end - 1]))
    return tuple(found)


def _build_violation(
    subject: FormUnderCheck, rule: Rule, sheet: str, effect: str, columns: Mapping[int, RowRanges]
) -> Violation:
    ranges = list(_format_ranges(columns))
    cells = tuple(CellRef.from_position(sheet, row, column) for row, column in _list_first_cells(columns))
    named = "、".join(ranges[:_MAX_RANGES_NAMED]) + ("……" if len(ranges) > _MAX_RANGES_NAMED else "")
    facts = {"title": subject.form.title, "sheet": sheet, "cells": named}
    return Violation(rule=rule, sheet=sheet, cell=cells[0], cells=cells, variant=effect, facts=facts)


def _format_ranges(columns: Mapping[int, RowRanges]) -> Iterator[str]:
    """Yield the masked cells as ranges: columns side by side with the same rows are one."""
    for first, last, rows in _merge_adjacent_columns(sorted(columns.items())):
        for top, bottom in rows:
            yield format_range((top, first), (bottom, last))


def _merge_adjacent_columns(columns: Iterable[tuple[int, RowRanges]]) -> list[tuple[int, int, RowRanges]]:
    blocks: list[tuple[int, int, RowRanges]] = []
    for column, rows in columns:
        if blocks and blocks[-1][1] + 1 == column and blocks[-1][2] == rows:
            blocks[-1] = (blocks[-1][0], column, rows)
        else:
            blocks.append((column, column, rows))
    return blocks


def _list_first_cells(columns: Mapping[int, RowRanges]) -> list[tuple[int, int]]:
    """Return the first cells, as many as anyone reads, from top to bottom."""
    first = [
        (row, column)
        for column, rows in columns.items()
        for top, bottom in rows[:_MAX_CELLS_SHOWN]
        for row in range(top, min(bottom, top + _MAX_CELLS_SHOWN) + 1)
    ]
    return sorted(first)[:_MAX_CELLS_SHOWN]
