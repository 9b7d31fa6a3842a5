"""The figures and sums for which the smallest repairs are searched: a problem that was solved is not solved again.

A supposed correction leaves most broken sums as they were, and the search for their repairs costs more than all rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from checks.localisation.linear_constraint import LinearConstraint
    from checks.localisation.minimal_repairs import RankedRepairs
    from checks.localisation.ranking import CellEvidence
    from checks.model.cell_ref import CellRef


@dataclass(frozen=True, slots=True)
class RepairProblem:
    """The sums of a workbook, with the figure of each of their cells and the evidence about it.

    *decimals* are those of all amounts as written: 1.0 and 1.00 are equal, but not their repairs.
    """

    constraints: tuple[LinearConstraint, ...]
    values: tuple[tuple[CellRef, Decimal], ...]
    evidence: tuple[tuple[CellRef, CellEvidence], ...]
    decimals: tuple[object, ...]

    @classmethod
    def from_sums(
        cls,
        values: Mapping[CellRef, Decimal],
        constraints: Iterable[LinearConstraint],
        evidence: Mapping[CellRef, CellEvidence],
    ) -> Self:
        """Return the problem of some sums; figures and evidence of other cells are left out."""
        constraints = tuple(constraints)
        cells = dict.fromkeys(term.cell for constraint in constraints for term in constraint.terms)
        known_values = tuple((cell, values[cell]) for cell in cells if cell in values)
        known_evidence = tuple((cell, evidence[cell]) for cell in cells if cell in evidence)
        amounts = [amount for _, amount in known_values]
        for constraint in constraints:
            amounts += (constraint.constant, constraint.tolerance)
        for _, cell_evidence in known_evidence:
            amounts += cell_evidence.reference_values
        return cls(constraints, known_values, known_evidence, tuple(map(_get_exponent, amounts)))


def _get_exponent(amount: Decimal) -> object:
    return amount.as_tuple().exponent


@dataclass(slots=True)
class SolvedProblems:
    """The smallest repairs of the problems of one workbook and of its supposed corrections."""

    _repairs: dict[RepairProblem, RankedRepairs] = field(default_factory=dict)

    def solve(
        self,
        values: Mapping[CellRef, Decimal],
        constraints: Iterable[LinearConstraint],
        evidence: Mapping[CellRef, CellEvidence],
    ) -> RankedRepairs:
        """Return the smallest repairs of some sums."""
        problem = RepairProblem.from_sums(values, constraints, evidence)
        if problem not in self._repairs:
            self._repairs[problem] = _search_repairs(problem)
        return self._repairs[problem]


def _search_repairs(problem: RepairProblem) -> RankedRepairs:
    # Most submissions hold and need no solver.
    from checks.localisation.minimal_repairs import find_smallest_repairs  # noqa: PLC0415

    return find_smallest_repairs(dict(problem.values), problem.constraints, evidence=dict(problem.evidence))
