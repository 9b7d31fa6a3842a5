"""A figure that was typed in the row above or below its own: there a figure is lost, and here stands 0."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise

from checks.diagnosis.evaluation import compute_residual
from checks.diagnosis.table_columns import get_column_cells
from checks.localisation.ranking import CellEvidence
from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep
from checks.parsing.decimal_amounts import count_decimals
from checks.parsing.text_normalisation import format_plain_number
from checks.recognition.column_names import ROW
from checks.rules.sum_rules import AmountsByCell, SumConstraint


def propose_moved_figures(
    sum_constraint: SumConstraint, values: AmountsByCell, evidence: Mapping[CellRef, CellEvidence]
) -> Iterator[tuple[RepairStep, ...]]:
    """Yield the repairs of a column's total that move a figure to the neighbouring row, which holds 0.

    What was lost in the other row follows from the total.
    """
    if sum_constraint.rule.check != "column_total":
        return
    table, gap = sum_constraint.table, compute_residual(sum_constraint, values)
    rows = table.body[ROW].to_list()
    for first, second in pairwise(rows):
        for empty, full in ((first, second), (second, first)):
            empty_cell, full_cell = get_column_cells(table, sum_constraint.field.name, (empty, full))
            if values.get(empty_cell) == 0 and values.get(full_cell):
                moved, lost = values[full_cell], -gap.normalize() + 0
                if _is_possible(lost, evidence.get(full_cell)) and lost != moved:
                    yield _build_steps({empty_cell: (Decimal(0), moved), full_cell: (moved, lost)})


def _is_possible(lost: Decimal, evidence: CellEvidence | None) -> bool:
    decimals = evidence.decimals if evidence else None
    return lost > 0 and (decimals is None or count_decimals(lost.normalize()) <= decimals)


def _build_steps(changes: dict[CellRef, tuple[Decimal, Decimal]]) -> tuple[RepairStep, ...]:
    steps: list[RepairStep] = []
    for cell, (before, after) in sorted(changes.items(), key=lambda item: item[0].reading_order):
        steps.append(RepairStep(cell, format_plain_number(before), format_plain_number(after)))
    return tuple(steps)
