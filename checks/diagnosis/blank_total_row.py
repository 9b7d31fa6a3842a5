"""A total row that was left empty: one finding asks for its figures and says what the rows add up to."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from checks.model.cell_ref import CellRef
from checks.model.violation import Offence, Phrase
from checks.recognition.table import Table
from checks.rules.violation_builder import listed, said
from contracts.form_model import Field, Role

EMPTY: Final = "total_blank"
_LEAST: Final = 2  # figures of a total row: a single one may as well be a slip of its own
_SHOWN: Final = 30  # of a row's figures: more than any form has


def totals_asked_for(tables: Iterable[Table], offences: Sequence[Offence]) -> list[Offence]:
    """Return the offences, those on the figures of a total row without any joined to the first of them."""
    blank = {one.cell: one for one in offences if one.rule.check == "numbers_parse" and one.case == "blank"}
    if len(blank) < _LEAST:
        return list(offences)
    heads: dict[CellRef | None, Offence] = {}
    joined: set[CellRef | None] = set()
    for table in tables:
        cells = _empty_total(table)
        if len(cells) >= _LEAST and all(cell in blank for cell, _ in cells):
            heads[cells[0][0]] = _asked_for(table, cells, blank[cells[0][0]])
            joined |= {cell for cell, _ in cells}
    told = [heads[one.cell] if one is blank.get(one.cell) and one.cell in heads else one for one in offences]
    return [one for one in told if one.case != "blank" or one.cell not in joined]


def _empty_total(table: Table) -> list[tuple[CellRef, Field]]:
    """Return the cells of a total row that should hold figures, none where one of them does."""
    row = table.total_row
    fields = [one for one in table.form.of_role(Role.FIGURE) if one.name in table.columns]
    if row is None or any(table.written(one.name, row) for one in fields):
        return []
    return [(table.ref(one.name, row), one) for one in fields]


def _asked_for(table: Table, cells: Sequence[tuple[CellRef, Field]], first: Offence) -> Offence:
    due = {cell: _sum(table, field) for cell, field in cells}
    steps = [
        Phrase("fill_in", {"cell": cell.address, "amount": said(amount)})
        for cell, amount in due.items()
        if amount is not None
    ]
    left = [cell.address for cell, amount in due.items() if amount is None]
    if left:
        steps.append(Phrase("add_later", {"cells": listed(left, _SHOWN)}))
    facts = {
        "title": table.form.title,
        "count": str(len(cells)),
        "headings": listed([f"“{field.heading}”" for _, field in cells], 4),
    }
    return replace(
        first,
        case=EMPTY,
        cells=tuple(cell for cell, _ in cells),
        facts={**first.facts, **facts},
        phrases={"steps": tuple(steps)},
        expected=None if due[cells[0][0]] is None else said(due[cells[0][0]]),
    )


def _sum(table: Table, field: Field) -> Decimal | None:
    """Return what the rows of a column add up to, none while one of them is blank or is no number."""
    column = table.body[field.name]
    return None if column.null_count() or not len(column) else Decimal(column.sum())
