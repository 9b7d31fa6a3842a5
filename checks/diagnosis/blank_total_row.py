"""A total row that was left empty: one finding asks for its figures and says what the rows add up to."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from checks.model.cell_ref import CellRef
from checks.model.violation import Phrase, Violation
from checks.recognition.table import Table
from checks.rules.violation_builder import format_value, join_names
from contracts.form_model import Field, Role

BLANK_TOTAL_VARIANT: Final = "total_blank"
_MIN_BLANK_TOTALS: Final = 2  # figures of a total row: a single one may as well be a slip of its own
_MAX_CELLS_SHOWN: Final = 30  # of a row's figures: more than any form has


def merge_blank_total_row(tables: Iterable[Table], violations: Sequence[Violation]) -> list[Violation]:
    """Return the offences, those on the figures of a total row without any joined to the first of them."""
    blank = {one.cell: one for one in violations if one.rule.check == "numbers_parse" and one.variant == "blank"}
    if len(blank) < _MIN_BLANK_TOTALS:
        return list(violations)
    heads: dict[CellRef | None, Violation] = {}
    joined: set[CellRef | None] = set()
    for table in tables:
        cells = _find_blank_total_cells(table)
        if len(cells) >= _MIN_BLANK_TOTALS and all(cell in blank for cell, _ in cells):
            heads[cells[0][0]] = _build_blank_total_violation(table, cells, blank[cells[0][0]])
            joined |= {cell for cell, _ in cells}
    told = [heads[one.cell] if one is blank.get(one.cell) and one.cell in heads else one for one in violations]
    return [one for one in told if one.variant != "blank" or one.cell not in joined]


def _find_blank_total_cells(table: Table) -> list[tuple[CellRef, Field]]:
    """Return the cells of a total row that should hold figures, none where one of them does."""
    row = table.total_row
    fields = [one for one in table.form.get_fields_by_role(Role.FIGURE) if one.name in table.columns]
    if row is None or any(table.get_stripped_text(one.name, row) for one in fields):
        return []
    return [(table.get_cell_ref(one.name, row), one) for one in fields]


def _build_blank_total_violation(
    table: Table, cells: Sequence[tuple[CellRef, Field]], first_violation: Violation
) -> Violation:
    due = {cell: _sum_column(table, field) for cell, field in cells}
    steps = [
        Phrase("fill_in", {"cell": cell.address, "amount": format_value(amount)})
        for cell, amount in due.items()
        if amount is not None
    ]
    left = [cell.address for cell, amount in due.items() if amount is None]
    if left:
        steps.append(Phrase("add_later", {"cells": join_names(left, _MAX_CELLS_SHOWN)}))
    facts = {
        "title": table.form.title,
        "count": str(len(cells)),
        "headings": join_names([f"“{field.heading}”" for _, field in cells], 4),
    }
    return replace(
        first_violation,
        variant=BLANK_TOTAL_VARIANT,
        cells=tuple(cell for cell, _ in cells),
        facts={**first_violation.facts, **facts},
        phrases={"steps": tuple(steps)},
        expected=None if due[cells[0][0]] is None else format_value(due[cells[0][0]]),
    )


def _sum_column(table: Table, field: Field) -> Decimal | None:
    """Return what the rows of a column add up to, none while one of them is blank or is no number."""
    column = table.body[field.name]
    return None if column.null_count() or not len(column) else Decimal(column.sum())
