"""Sums as whole numbers, so that what mends them is decided exactly."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from math import ceil, floor

from checks.localisation.linear_constraint import LinearConstraint
from checks.model.cell_ref import CellRef
from checks.parsing.decimal_amounts import count_decimals

Adjustments = dict[int, int]  # number of the cell in its system -> what to add to it
SuggestedAdjustments = Mapping[int, tuple[int, ...]]  # number of the cell -> shifts that its witnesses ask for


@dataclass(frozen=True, slots=True)
class Equation:
    """One relation: ``sum(weight * shift)`` must come within *slack* of *gap*."""

    coefficients: Mapping[int, int]
    gap: int
    slack: int

    @property
    def is_violated(self) -> bool:
        """Whether the figures as seen leave more than the slack open."""
        return abs(self.gap) > self.slack


@dataclass(frozen=True, slots=True)
class EquationSystem:
    """Cells and sums that hang together, counted in units of ``10 ** -places``.

    *touching* holds, for each cell, the numbers of the rows that it stands in.
    """

    cells: tuple[CellRef, ...]
    cell_values: tuple[int, ...]
    equations: tuple[Equation, ...]
    equations_by_cell: tuple[tuple[int, ...], ...]
    lower_bound: int
    decimal_places: int

    @property
    def violated_equations(self) -> tuple[Equation, ...]:
        """The rows that do not hold as seen."""
        return tuple(row for row in self.equations if row.is_violated)


def has_missing_value(values: Mapping[CellRef, Decimal], constraint: LinearConstraint) -> bool:
    """Tell whether a relation cannot be judged because one of its cells holds no finite number."""
    return not all(term.cell in values and values[term.cell].is_finite() for term in constraint.terms)


def build_equation_system(
    values: Mapping[CellRef, Decimal], constraints: Iterable[LinearConstraint], lower_bound: Decimal
) -> EquationSystem:
    """Write *relations*, none of them silent, in whole numbers of the finest unit in use."""
    constraints = tuple(constraints)
    cells = tuple(
        sorted({term.cell for relation in constraints for term in relation.terms}, key=lambda cell: cell.reading_order)
    )
    number = {cell: at for at, cell in enumerate(cells)}
    figures = [*(values[cell] for cell in cells), *(relation.constant for relation in constraints)]
    places = max((count_decimals(figure) for figure in figures), default=0)
    seen = tuple(int(Fraction(values[cell]) * 10**places) for cell in cells)
    rows = tuple(_build_equation(relation, number, seen, places) for relation in constraints)
    return EquationSystem(
        cells, seen, rows, _index_equations_by_cell(rows, len(cells)), ceil(Fraction(lower_bound) * 10**places), places
    )


def _build_equation(
    constraint: LinearConstraint, cell_indices: Mapping[CellRef, int], cell_values: tuple[int, ...], decimal_places: int
) -> Equation:
    weights: dict[int, int] = {}
    for term in constraint.terms:
        at = cell_indices[term.cell]
        weights[at] = weights.get(at, 0) + term.sign
    gap = int(Fraction(constraint.constant) * 10**decimal_places) - sum(
        weight * cell_values[at] for at, weight in weights.items()
    )
    slack = floor(Fraction(constraint.tolerance) * 10**decimal_places)
    return Equation({at: weight for at, weight in weights.items() if weight}, gap, slack)


def _index_equations_by_cell(equations: tuple[Equation, ...], cell_count: int) -> tuple[tuple[int, ...], ...]:
    touching: list[list[int]] = [[] for _ in range(cell_count)]
    for number, row in enumerate(equations):
        for at in row.coefficients:
            touching[at].append(number)
    return tuple(map(tuple, touching))


def find_equations(system: EquationSystem, support: Iterable[int]) -> tuple[Equation, ...]:
    """Give the rows in which any cell of *support* stands."""
    numbers = {number for at in support for number in system.equations_by_cell[at]}
    return tuple(system.equations[number] for number in sorted(numbers))


def is_repaired_by(system: EquationSystem, adjustments: Adjustments) -> bool:
    """Tell exactly whether *shifts* mend every row, change every cell named and respect the lower bound."""
    bounded = all(
        shift != 0 and system.cell_values[at] + shift >= system.lower_bound for at, shift in adjustments.items()
    )
    touched = find_equations(system, adjustments)
    covered = sum(row.is_violated for row in touched) == len(system.violated_equations)
    return bounded and covered and all(_is_satisfied_by(row, adjustments) for row in touched)


def _is_satisfied_by(equation: Equation, adjustments: Adjustments) -> bool:
    moved = sum(weight * adjustments.get(at, 0) for at, weight in equation.coefficients.items())
    return abs(equation.gap - moved) <= equation.slack


def find_single_adjustments(system: EquationSystem, suggestions: SuggestedAdjustments) -> list[Adjustments]:
    """Find every cell that mends all rows alone, with its shift."""
    suspects = reduce(set.intersection, (set(row.coefficients) for row in system.violated_equations))
    found = ((at, _find_single_adjustment(system, at, suggestions.get(at, ()))) for at in sorted(suspects))
    return [{at: shift} for at, shift in found if shift is not None]


def _find_single_adjustment(system: EquationSystem, cell_index: int, suggestions: tuple[int, ...]) -> int | None:
    """Choose the shift of one cell: a witness's, else one that closes a sum exactly, else the smallest."""
    low, high = system.lower_bound - system.cell_values[cell_index], None
    exact = []
    for row in find_equations(system, [cell_index]):
        weight = row.coefficients[cell_index]
        ends = sorted((Fraction(row.gap - row.slack, weight), Fraction(row.gap + row.slack, weight)))
        low = max(low, ceil(ends[0]))
        high = floor(ends[1]) if high is None else min(high, floor(ends[1]))
        exact += [row.gap // weight] if row.is_violated and row.gap % weight == 0 else []
    if high is None or low > high:
        return None
    return next(shift for shift in (*suggestions, *exact, max(low, min(high, 0))) if low <= shift <= high)


def solve_exactly(system: EquationSystem, support: tuple[int, ...]) -> Adjustments | None:
    """Give the one choice of shifts of *support* that closes the broken rows and leaves the others alone.

    None when there is no such choice, several of them, or none in whole units.
    """
    table = [
        [*(Fraction(row.coefficients.get(at, 0)) for at in support), Fraction(row.gap if row.is_violated else 0)]
        for row in find_equations(system, support)
    ]
    reduced = _solve_by_elimination(table, len(support))
    if reduced is None or any(each.denominator != 1 for each in reduced):
        return None
    return dict(zip(support, map(int, reduced), strict=True))


def _solve_by_elimination(matrix: list[list[Fraction]], unknown_count: int) -> list[Fraction] | None:
    for column in range(unknown_count):
        pivot = next((at for at in range(column, len(matrix)) if matrix[at][column]), None)
        if pivot is None:
            return None
        matrix[column], matrix[pivot] = matrix[pivot], matrix[column]
        lead = matrix[column] = [each / matrix[column][column] for each in matrix[column]]
        for at, line in enumerate(matrix):
            if at != column and (factor := line[column]):
                matrix[at] = [each - factor * first for each, first in zip(line, lead, strict=True)]
    if any(line[unknown_count] for line in matrix[unknown_count:]):
        return None
    return [line[unknown_count] for line in matrix[:unknown_count]]


def has_several_solutions(system: EquationSystem, support: tuple[int, ...]) -> bool:
    """Tell whether several shifts of *support* may do: a row has slack, or rows are too few."""
    rows = find_equations(system, support)
    if any(row.slack for row in rows):
        return True
    table = [[*(Fraction(row.coefficients.get(at, 0)) for at in support), Fraction(0)] for row in rows]
    return _solve_by_elimination(table, len(support)) is None
