"""Plots whose deduction was not made: the net area of each is its gross area, and all that follows from it is wrong.

The finding stands at the deduction: whether it has to be made, or there is none to make, the net area cannot tell.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from checks.diagnosis.figures.figure_conditions import FigureConditions
from checks.diagnosis.figures.figure_steps import Repair, build_steps
from checks.diagnosis.serial_numbers import format_steps
from checks.diagnosis.table_columns import get_columns, list_rules
from checks.localisation.figures.figure_constraints import FigureState, LowerBound
from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.table import Table
from checks.rules.violation_builder import build_violation_at, join_names
from contracts.form_model import Rule

VARIANT = "not_deducted"
# A single plot may as well have another error.
_MIN_ROWS = 2
_MAX_STEPS_SHOWN = 6
_MAX_CELLS_PER_FINDING = 200


@dataclass(frozen=True, slots=True)
class MissingDeductions:
    """The finding on all such plots of a table, the violations that it explains, and the sums that hold after it."""

    root_cause: Violation
    explained: tuple[Violation, ...]
    explained_sums: frozenset[tuple[str, CellRef]]


def find_missing_deductions(
    table: Table, violations: Sequence[Violation], conditions: FigureConditions
) -> MissingDeductions | None:
    """Return the finding if the deduction is made in none of several plots with a coefficient, else None."""
    for rule in list_rules(table, "deduction"):
        rows = _list_rows_without_deduction(table, rule)
        explained = [violation for violation in violations if _is_of_rows(violation, rule, table, rows)]
        if len(rows) >= _MIN_ROWS and len(explained) == len(rows):
            return _build_cause(table, rule, rows, explained=explained, conditions=conditions)
    return None


def _list_rows_without_deduction(table: Table, rule: Rule) -> list[int]:
    """Return the rows with a coefficient if the net area is the gross area in all of them, else none."""
    columns = get_columns(rule, "gross", "ratio", "net")
    rows: list[int] = []
    for row, gross, ratio, net in table.body.select(ROW, *columns).drop_nulls().rows():
        if gross > 0 and ratio > 0:
            if net != gross:
                return []
            rows.append(row)
    return rows


def _is_of_rows(violation: Violation, rule: Rule, table: Table, rows: Sequence[int]) -> bool:
    cell = violation.cell
    return violation.rule.id == rule.id and cell is not None and cell.sheet == table.sheet and cell.row in rows


def _build_cause(
    table: Table, rule: Rule, rows: Sequence[int], *, explained: Sequence[Violation], conditions: FigureConditions
) -> MissingDeductions:
    network = conditions.network
    before = network.find_violated()
    state = _calculate_rows(table, frozenset(rows), conditions)
    after = network.update_violated(before, FigureState(network.values), state)
    still_violated = (network.constraints[index] for index in after)
    is_contradicted = any(not state.changes.keys().isdisjoint(constraint.cells) for constraint in still_violated)
    satisfied = (network.constraints[index] for index in before - after)
    violation = _build_violation(table, rule, rows, build_steps(state.changes, network.values))
    if is_contradicted:
        violation = replace(violation, repairs=())
    return MissingDeductions(
        violation,
        tuple(explained),
        frozenset((constraint.rule_id, constraint.target) for constraint in satisfied if constraint in conditions.sums),
    )


def _calculate_rows(table: Table, rows: AbstractSet[int], conditions: FigureConditions) -> FigureState:
    """Return the figures as they are once each row, and then the total row, is calculated anew."""
    network = conditions.network
    state = FigureState(network.values)
    for changed_rows in (rows, {table.total_row}):
        for constraint in network.constraints:
            target = constraint.target
            if isinstance(constraint, LowerBound) or target.sheet != table.sheet or target.row not in changed_rows:
                continue
            expected = constraint.compute(state)
            if expected is not None and not constraint.is_satisfied(state):
                state = network.change(state, target, expected)
    return state


def _build_violation(table: Table, rule: Rule, rows: Sequence[int], steps: Repair) -> Violation:
    net, gross, deducted = get_columns(rule, "net", "gross", "deducted")
    cells: list[CellRef] = []
    for row in rows[:_MAX_CELLS_PER_FINDING]:
        cells.extend((table.get_cell_ref(deducted, row), table.get_cell_ref(net, row)))
    violation = build_violation_at(
        table,
        rule,
        deducted,
        row=rows[0],
        variant=VARIANT,
        value=table.get_typed_row(rows[0])[deducted][0],
        related_cells=cells,
        rows=join_names(list(map(str, rows))),
        count=str(len(rows)),
        gross=table.form.get_field(gross).heading,
        net=table.form.get_field(net).heading,
        steps=format_steps(steps[:_MAX_STEPS_SHOWN]),
    )
    return replace(violation, repairs=(steps,))
