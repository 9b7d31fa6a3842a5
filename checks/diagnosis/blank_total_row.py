"""A total row that was left blank: one finding asks for its figures and gives the sums of the rows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from checks.diagnosis.table_columns import list_figure_fields
from checks.model.cell_ref import CellRef
from checks.model.violation import Phrase, Violation
from checks.recognition.table import Table
from checks.rules.violation_builder import format_value, join_names
from contracts.form_model import Field

BLANK_TOTAL_VARIANT: Final = "total_blank"
# A single blank total may just as well be a mistake of its own.
_MIN_BLANK_TOTALS: Final = 2
# More cells than any form has figures in a row.
_MAX_CELLS_SHOWN: Final = 30
_MAX_HEADINGS_SHOWN: Final = 4


def merge_blank_total_row(tables: Iterable[Table], violations: Sequence[Violation]) -> list[Violation]:
    """Return the violations, with those at the blank figures of one total row merged into the first of them."""
    blank_by_cell = _find_blank_figures(violations)
    if len(blank_by_cell) < _MIN_BLANK_TOTALS:
        return list(violations)
    merged_by_cell: dict[CellRef | None, Violation] = {}
    merged_cells: set[CellRef | None] = set()
    for table in tables:
        fields_by_cell = _find_blank_total_cells(table)
        if len(fields_by_cell) >= _MIN_BLANK_TOTALS and fields_by_cell.keys() <= blank_by_cell.keys():
            first_cell = next(iter(fields_by_cell))
            merged_by_cell[first_cell] = _build_blank_total_violation(
                table, fields_by_cell, first_violation=blank_by_cell[first_cell]
            )
            merged_cells.update(fields_by_cell)
    remaining: list[Violation] = []
    for violation in violations:
        if violation.cell in merged_by_cell and violation is blank_by_cell.get(violation.cell):
            remaining.append(merged_by_cell[violation.cell])
        elif violation.variant != "blank" or violation.cell not in merged_cells:
            remaining.append(violation)
    return remaining


def _find_blank_figures(violations: Iterable[Violation]) -> dict[CellRef | None, Violation]:
    blank_by_cell: dict[CellRef | None, Violation] = {}
    for violation in violations:
        if violation.rule.check == "numbers_parse" and violation.variant == "blank":
            blank_by_cell[violation.cell] = violation
    return blank_by_cell


def _find_blank_total_cells(table: Table) -> dict[CellRef, Field]:
    """Return the figure cells of the total row with their columns, or no cell if any of them is filled."""
    row = table.total_row
    if row is None:
        return {}
    fields_by_cell: dict[CellRef, Field] = {}
    for field in list_figure_fields(table):
        if table.get_stripped_text(field.name, row):
            return {}
        fields_by_cell[table.get_cell_ref(field.name, row)] = field
    return fields_by_cell


def _build_blank_total_violation(
    table: Table, fields_by_cell: Mapping[CellRef, Field], *, first_violation: Violation
) -> Violation:
    expected_by_cell = {cell: _sum_column(table, field) for cell, field in fields_by_cell.items()}
    first_cell, *_ = fields_by_cell
    headings = [f"“{field.heading}”" for field in fields_by_cell.values()]
    facts = {
        "title": table.form.title,
        "count": str(len(fields_by_cell)),
        "headings": join_names(headings, _MAX_HEADINGS_SHOWN),
    }
    return replace(
        first_violation,
        variant=BLANK_TOTAL_VARIANT,
        cells=tuple(fields_by_cell),
        facts={**first_violation.facts, **facts},
        phrases={"steps": tuple(_build_step_phrases(expected_by_cell))},
        expected=format_value(expected_by_cell[first_cell]) or None,
    )


def _build_step_phrases(expected_by_cell: Mapping[CellRef, Decimal | None]) -> Iterator[Phrase]:
    """Yield a phrase for each cell with its sum, then one for all cells whose sum is not known yet."""
    later: list[str] = []
    for cell, amount in expected_by_cell.items():
        if amount is None:
            later.append(cell.address)
        else:
            yield Phrase("fill_in", {"cell": cell.address, "amount": format_value(amount)})
    if later:
        yield Phrase("add_later", {"cells": join_names(later, _MAX_CELLS_SHOWN)})


def _sum_column(table: Table, field: Field) -> Decimal | None:
    """Return the sum of a column's rows, or None if one of them is blank or not a number."""
    column = table.body[field.name]
    if column.null_count() or not len(column):
        return None
    return Decimal(column.sum())
