"""Rules on what people can see: no content is hidden, and cells show what they store. (phase: parsed)"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from checks.model.cell_ref import CellRef, format_range
from checks.model.raw_workbook import CellKind, HiddenCells, RawSheet
from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from checks.rules.violation_builder import join_addresses, join_names
from contracts.form_model import Field, Layout, Role, Rule

# One violation points at no more cells, and its message names no more ranges than this.
_MAX_CELLS_SHOWN: Final = 20
_MAX_RANGES_NAMED: Final = 10
# The effect of a number format, which leaves text as it is.
_NUMBERS_ONLY_EFFECT: Final = "otherwise"

# First and last row of each range.
RowRanges = tuple[tuple[int, int], ...]
# The rows with content that counts, in ascending order, by column.
RowsByColumn = Mapping[int, Sequence[int]]


def check_shown_as_stored(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report cells that are crossed out, invisible, or shown as another value, once for each of these effects."""
    sheet = _find_source_sheet(subject)
    if sheet is None or not sheet.hidden_cells:
        return
    all_rows, numeric_rows = _find_counted_rows(subject)
    ranges_by_effect: dict[str, dict[int, RowRanges]] = defaultdict(dict)
    for hidden_cells in sheet.hidden_cells:
        rows_by_column = numeric_rows if hidden_cells.effect == _NUMBERS_ONLY_EFFECT else all_rows
        ranges = _limit_to_rows(hidden_cells, rows_by_column.get(hidden_cells.column, ()))
        if ranges:
            ranges_by_effect[hidden_cells.effect][hidden_cells.column] = ranges
    for effect, ranges_by_column in sorted(ranges_by_effect.items()):
        yield _build_violation(subject, rule, sheet=sheet.name, effect=effect, columns=ranges_by_column)


def check_nothing_hidden(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report each hidden sheet, row and column that the form was read from."""
    if subject.form.layout is Layout.PAIRS:
        yield from _find_unread_sheets(subject, rule)
    sheet = _find_source_sheet(subject)
    if sheet is None or (sheet.visible and not sheet.hidden_rows and not sheet.hidden_columns):
        return
    rows_by_column, _ = _find_counted_rows(subject)
    if not rows_by_column:
        return
    if not sheet.visible:
        yield _build_hidden_violation(subject, rule, "sheet", [CellRef(sheet.name, "A1")])
    yield from _find_hidden_rows(subject, rule, sheet, rows_by_column)
    yield from _find_hidden_columns(subject, rule, sheet, rows_by_column)


def _find_hidden_rows(
    subject: FormUnderCheck, rule: Rule, sheet: RawSheet, rows_by_column: RowsByColumn
) -> Iterator[Violation]:
    # All columns of a table share one list of rows, which is looked through only once.
    row_lists = {id(rows): rows for rows in rows_by_column.values()}.values()
    hidden_rows = sorted(set(sheet.hidden_rows).intersection(chain.from_iterable(row_lists)))
    if hidden_rows:
        column = min(rows_by_column)
        cells = [CellRef.from_position(sheet.name, row, column) for row in hidden_rows[:_MAX_CELLS_SHOWN]]
        yield _build_hidden_violation(subject, rule, "rows", cells)


def _find_hidden_columns(
    subject: FormUnderCheck, rule: Rule, sheet: RawSheet, rows_by_column: RowsByColumn
) -> Iterator[Violation]:
    hidden_columns = sorted(set(sheet.hidden_columns) & set(rows_by_column))
    if hidden_columns:
        location = subject.search.location
        top_row = location.header_row if location else min(rows_by_column[hidden_columns[0]])
        cells = [CellRef.from_position(sheet.name, top_row, column) for column in hidden_columns]
        yield _build_hidden_violation(subject, rule, "columns", cells)


def _find_unread_sheets(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report the hidden sheets that hold numbers but no form that was read: as a rule, older copies."""
    sheets_read = {subject.cover.sheet, *(table.sheet for table in subject.tables.values())}
    for sheet in subject.book.sheets:
        if not sheet.visible and sheet.name not in sheets_read and _has_figures(sheet):
            yield _build_hidden_violation(subject, rule, "unread", [CellRef(sheet.name, "A1")])


def _has_figures(sheet: RawSheet) -> bool:
    return any((column == CellKind.NUMBER).any() for column in sheet.kinds.get_columns())


def _build_hidden_violation(subject: FormUnderCheck, rule: Rule, variant: str, cells: list[CellRef]) -> Violation:
    facts = {"title": subject.form.title, "sheet": cells[0].sheet, "cells": join_addresses(cells)}
    return Violation(rule=rule, sheet=cells[0].sheet, cell=cells[0], cells=tuple(cells), variant=variant, facts=facts)


def _find_source_sheet(subject: FormUnderCheck) -> RawSheet | None:
    """Return the sheet that the form was read from, or None if it was not recognised."""
    if subject.form.layout is Layout.PAIRS:
        return next((sheet for sheet in subject.book.sheets if sheet.name == subject.cover.sheet), None)
    location = subject.search.location
    if location is None or subject.table is None:
        return None
    return location.sheet


def _find_counted_rows(subject: FormUnderCheck) -> tuple[RowsByColumn, RowsByColumn]:
    """Return the rows of the form's content by column of its sheet: of all columns, and of numeric columns only."""
    if subject.form.layout is Layout.PAIRS:
        rows_by_column = _find_cover_rows(subject)
        return rows_by_column, rows_by_column
    table = subject.table
    if table is None:
        return {}, {}
    # One list for all columns: a table may have a million rows and dozens of columns.
    rows = table.raw[ROW].to_list()
    numeric_fields = filter(_is_numeric_field, subject.form.fields)
    numeric_columns = [table.columns[field.name] for field in numeric_fields if field.name in table.columns]
    return dict.fromkeys(table.columns.values(), rows), dict.fromkeys(numeric_columns, rows)


def _is_numeric_field(field: Field) -> bool:
    return field.role in (Role.SERIAL, Role.FIGURE) or field.kind in ("number", "integer")


def _find_cover_rows(subject: FormUnderCheck) -> RowsByColumn:
    rows_by_column: dict[int, list[int]] = defaultdict(list)
    entries = chain.from_iterable(subject.cover.entries.values())
    for _, row, column, _ in sorted(entry.cell.reading_order for entry in entries if entry.text):
        rows_by_column[column].append(row)
    return rows_by_column


def _limit_to_rows(hidden_cells: HiddenCells, rows: Sequence[int]) -> RowRanges:
    """Return the hidden ranges, each cut to its first and last row among *rows*; a range without any is left out."""
    ranges = []
    for first_row, last_row in hidden_cells.rows:
        start, end = bisect_left(rows, first_row), bisect_right(rows, last_row)
        if start < end:
            ranges.append((rows[start], rows[end - 1]))
    return tuple(ranges)


def _build_violation(
    subject: FormUnderCheck, rule: Rule, *, sheet: str, effect: str, columns: Mapping[int, RowRanges]
) -> Violation:
    range_names = join_names(list(_format_ranges(columns)), _MAX_RANGES_NAMED)
    cells = tuple(CellRef.from_position(sheet, row, column) for row, column in _list_first_cells(columns))
    facts = {"title": subject.form.title, "sheet": sheet, "cells": range_names}
    return Violation(rule=rule, sheet=sheet, cell=cells[0], cells=cells, variant=effect, facts=facts)


def _format_ranges(columns: Mapping[int, RowRanges]) -> Iterator[str]:
    """Yield the hidden cells as ranges in A1 notation; adjacent columns with the same rows are one range."""
    for first_column, last_column, ranges in _merge_adjacent_columns(sorted(columns.items())):
        for top, bottom in ranges:
            yield format_range((top, first_column), (bottom, last_column))


def _merge_adjacent_columns(columns: Iterable[tuple[int, RowRanges]]) -> list[tuple[int, int, RowRanges]]:
    """Return blocks of first column, last column and row ranges."""
    blocks: list[tuple[int, int, RowRanges]] = []
    for column, ranges in columns:
        if blocks and blocks[-1][1] + 1 == column and blocks[-1][2] == ranges:
            blocks[-1] = (blocks[-1][0], column, ranges)
        else:
            blocks.append((column, column, ranges))
    return blocks


def _list_first_cells(columns: Mapping[int, RowRanges]) -> list[tuple[int, int]]:
    """Return row and column of the first cells, at most as many as one violation points at, from top to bottom."""
    positions: list[tuple[int, int]] = []
    for column, ranges in columns.items():
        for top, bottom in ranges[:_MAX_CELLS_SHOWN]:
            rows = range(top, min(bottom, top + _MAX_CELLS_SHOWN) + 1)
            positions.extend((row, column) for row in rows)
    return sorted(positions)[:_MAX_CELLS_SHOWN]
