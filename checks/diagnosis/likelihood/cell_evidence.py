"""The evidence about cells besides their figures: formulas, the plan's targets, and the decimals of their columns."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from checks.localisation.ranking import CellEvidence
from checks.model.cell_ref import CellRef
from checks.rules.sum_rules import AmountsByCell, SumConstraint

if TYPE_CHECKING:
    from decimal import Decimal


def collect_evidence(
    sum_constraints: Sequence[SumConstraint], values: AmountsByCell, *, formula_cells: Iterable[CellRef]
) -> dict[CellRef, CellEvidence]:
    """Return the evidence for cells: whether they hold a formula, the targets of the plan, and their decimals."""
    computed = set(filter(values.__contains__, formula_cells))
    targets: dict[CellRef, tuple[Decimal, ...]] = defaultdict(tuple)
    for sum_constraint in sum_constraints:
        constraint = sum_constraint.linear_constraint
        if len(constraint.terms) == 1:
            (term,) = constraint.terms
            targets[term.cell] += (term.sign * constraint.constant,)
    decimals = _collect_decimals(sum_constraints)
    evidence: dict[CellRef, CellEvidence] = {}
    for cell in values:
        evidence[cell] = CellEvidence(cell in computed, targets.get(cell, ()), decimals.get((cell.sheet, cell.column)))
    return evidence


def _collect_decimals(sum_constraints: Iterable[SumConstraint]) -> dict[tuple[str, int], int]:
    """Return the decimals of the figures by sheet and column."""
    tables = {id(sum_constraint.table): sum_constraint.table for sum_constraint in sum_constraints}
    decimals: dict[tuple[str, int], int] = {}
    for table in tables.values():
        for name, column in table.columns.items():
            key, places = (table.sheet, column), table.form.get_field(name).decimals
            decimals[key] = max(places, decimals.get(key, places))
    return decimals
