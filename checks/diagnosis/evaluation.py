"""The result of evaluating all rules on a workbook, and the sums in it looked up by cell."""

from collections import ChainMap, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from checks.model.cell_ref import CellRef
from checks.model.violation import SkippedRule, Violation
from checks.recognition.table import Table
from checks.rules.sum_rules import AmountsByCell, SumConstraint

TOTAL_CHECKS = ("column_total", "detail_total")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that the rules returned for one workbook, before findings are written.

    *not_run* lists the rules that could not be evaluated. *values* holds every figure by its cell. *sum_constraints*
    holds every sum, satisfied or not, except the sums over rows that have errors of their own.
    """

    violations: tuple[Violation, ...]
    not_run: tuple[SkippedRule, ...]
    tables: tuple[Table, ...]
    values: AmountsByCell
    sum_constraints: tuple[SumConstraint, ...] = ()


@dataclass(frozen=True, slots=True)
class SumIndex:
    """The sums of a workbook by cell, so that a change is tested only against the sums that it touches.

    *violated_by_id* holds the violated sums by their ``id()``.
    """

    values: dict[CellRef, Decimal]
    constraints_by_cell: Mapping[CellRef, list[SumConstraint]]
    violated_by_id: Mapping[int, SumConstraint]

    def is_repaired_by(self, new_values: AmountsByCell) -> bool:
        """Return whether new figures satisfy all sums over their cells, at least one of which is violated now."""
        touched: dict[int, SumConstraint] = {}
        violated: dict[int, SumConstraint] = {}
        for cell in new_values:
            for sum_constraint in self.constraints_by_cell.get(cell, ()):
                touched[id(sum_constraint)] = sum_constraint
                if id(sum_constraint) in self.violated_by_id:
                    violated[id(sum_constraint)] = sum_constraint
        if not violated:
            return False
        values = ChainMap(dict(new_values), self.values)
        # Violated sums come first: nearly every change fails on one of them.
        return all(is_satisfied(sum_constraint, values) for sum_constraint in (violated | touched).values())


def build_sum_index(evaluation: Evaluation) -> SumIndex:
    """Return an index of the sums whose cells all hold an amount."""
    constraints_by_cell: dict[CellRef, list[SumConstraint]] = defaultdict(list)
    violated_by_id: dict[int, SumConstraint] = {}
    for sum_constraint in filter_evaluable(evaluation.sum_constraints, evaluation.values):
        for cell in iter_cells([sum_constraint]):
            constraints_by_cell[cell].append(sum_constraint)
        if not is_satisfied(sum_constraint, evaluation.values):
            violated_by_id[id(sum_constraint)] = sum_constraint
    return SumIndex(dict(evaluation.values), constraints_by_cell, violated_by_id)


def iter_cells(sum_constraints: Iterable[SumConstraint]) -> Iterator[CellRef]:
    """Yield the cells whose amounts are added or subtracted in some sums."""
    for sum_constraint in sum_constraints:
        for term in sum_constraint.linear_constraint.terms:
            yield term.cell


def filter_evaluable(sum_constraints: Iterable[SumConstraint], values: AmountsByCell) -> list[SumConstraint]:
    """Return the sums whose cells all hold an amount."""
    return [sum_constraint for sum_constraint in sum_constraints if has_all_amounts(sum_constraint, values)]


def has_all_amounts(sum_constraint: SumConstraint, values: AmountsByCell) -> bool:
    """Return whether every cell of a sum holds an amount."""
    return all(term.cell in values for term in sum_constraint.linear_constraint.terms)


def is_satisfied(sum_constraint: SumConstraint, values: AmountsByCell) -> bool:
    """Return whether a sum holds within its tolerance."""
    return abs(compute_residual(sum_constraint, values)) <= sum_constraint.linear_constraint.tolerance


def sum_terms(sum_constraint: SumConstraint, values: AmountsByCell) -> Decimal:
    """Return the signed sum of the cells, in their unit."""
    return sum((term.sign * values[term.cell] for term in sum_constraint.linear_constraint.terms), Decimal(0))


def compute_residual(sum_constraint: SumConstraint, values: AmountsByCell) -> Decimal:
    """Return by how much the signed sum of the cells exceeds the constant, 0 if the sum holds exactly."""
    return sum_terms(sum_constraint, values) - sum_constraint.linear_constraint.constant


def compute_gap(sum_constraint: SumConstraint, values: AmountsByCell) -> Decimal:
    """Return by how much the cell that is the sum exceeds its expected amount."""
    terms = sum_constraint.linear_constraint.terms
    sign = next(term.sign for term in terms if term.cell == sum_constraint.anchor)
    return sign * compute_residual(sum_constraint, values)
