"""Rows that stand twice in a table: without their copies, every other rule holds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.hypothesis_testing import CellContent, Hypothesis
from checks.diagnosis.serial_numbers import (
    ROW_DOUBLED_REMEDY,
    ROWS_DOUBLED_REMEDY,
    collect_rows,
    diagnose_serial_numbers,
)
from checks.diagnosis.table_columns import get_row_cells
from checks.model.cell_ref import CellRef
from checks.model.raw_workbook import CellKind, RawWorkbook
from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.table import Table
from checks.rules.violation_builder import join_names
from contracts.form_model import Role

_UNIQUENESS_CHECKS = ("unique_in_table", "unique_rows")
_BLANK: CellContent = (None, CellKind.EMPTY)


def propose_doubled_rows(_book: RawWorkbook, evaluation: Evaluation) -> Iterator[list[Hypothesis]]:
    """Yield, for each table with rows that equal other rows, the hypothesis that each group should be one row."""
    for table in evaluation.tables:
        repeats = list(filter(partial(_is_repeat_in, table), evaluation.violations))
        groups = diagnose_serial_numbers(table).duplicate_rows if repeats else ()
        doubled = _find_doubled(repeats, groups)
        if doubled is not None:
            yield [_build_hypothesis(table, doubled, groups)]


def _is_repeat_in(table: Table, violation: Violation) -> bool:
    """Return whether a violation is about a key or a row number that stands in several rows."""
    is_repeat = violation.rule.check in _UNIQUENESS_CHECKS or violation.remedy_key == ROW_DOUBLED_REMEDY
    return violation.sheet == table.sheet and is_repeat


def _find_doubled(repeats: Iterable[Violation], groups: Iterable[Sequence[int]]) -> Violation | None:
    """Return the first violation about two rows of a group, with the remedy for rows that stand twice."""
    for violation in repeats:
        rows_of_violation = collect_rows(violation)
        for rows in groups:
            if len(rows_of_violation.intersection(rows)) > 1:
                facts = {**violation.facts, "rows": "、".join(map(str, rows))}
                return replace(violation, remedy_key=ROW_DOUBLED_REMEDY, facts=facts)
    return None


def _build_hypothesis(table: Table, doubled: Violation, groups: Sequence[Sequence[int]]) -> Hypothesis:
    copies: list[int] = []
    for rows in groups:
        copies.extend(rows[1:])
    corrections: dict[CellRef, CellContent] = {}
    for row in copies:
        corrections.update(dict.fromkeys(get_row_cells(table, table.columns, row), _BLANK))
    corrections.update(_renumber(table, copies))
    if len(groups) > 1:
        doubled = _name_all_groups(doubled, groups)
    return Hypothesis(
        cell=doubled.cell or next(iter(corrections)),
        corrections=corrections,
        highlight=doubled.cells,
        message_from=doubled,
        min_explained=1,
        has_correction=False,
    )


def _renumber(table: Table, copies: Sequence[int]) -> Iterator[tuple[CellRef, CellContent]]:
    """Yield the cells of the row numbers with those that the rows have without the copies."""
    dropped_rows = set(copies)
    remaining_rows = [row for row in table.body[ROW].to_list() if row not in dropped_rows]
    for field in table.form.get_fields_by_role(Role.SERIAL):
        if field.name in table.columns:
            for number, row in enumerate(remaining_rows, start=1):
                yield table.get_cell_ref(field.name, row), (str(number), CellKind.NUMBER)


def _name_all_groups(doubled: Violation, groups: Iterable[Sequence[int]]) -> Violation:
    pairs = ["—".join(map(str, rows)) for rows in groups]
    facts = {**doubled.facts, "rows": join_names(pairs), "count": str(len(pairs))}
    return replace(doubled, remedy_key=ROWS_DOUBLED_REMEDY, facts=facts)
