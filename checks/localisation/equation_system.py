"""Connected linear constraints as equations in whole numbers, so that repairs are verified exactly."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from operator import attrgetter

from checks.localisation.linear_constraint import LinearConstraint
from checks.model.cell_ref import CellRef
from checks.parsing.decimal_amounts import count_decimals

Adjustments = dict[int, int]
"""Index of a cell in its system -> the amount to add to it."""
SuggestedAdjustments = Mapping[int, tuple[int, ...]]
"""Index of a cell -> the adjustments that its reference values suggest."""


@dataclass(frozen=True, slots=True)
class Equation:
    """One constraint: ``sum(coefficient * adjustment)`` must come within *slack* of *gap*.

    *coefficients* are by cell index; *gap* is what the current figures leave open.
    """

    coefficients: Mapping[int, int]
    gap: int
    slack: int

    @property
    def is_violated(self) -> bool:
        """Whether the current figures leave more open than the slack."""
        return abs(self.gap) > self.slack


@dataclass(frozen=True, slots=True)
class EquationSystem:
    """Connected cells and equations, in units of ``10 ** -decimal_places``.

    *equations_by_cell* holds, for each cell, the indices of the equations that contain it. No repaired figure may be
    less than *lower_bound*.
    """

    cells: tuple[CellRef, ...]
    cell_values: tuple[int, ...]
    equations: tuple[Equation, ...]
    equations_by_cell: tuple[tuple[int, ...], ...]
    lower_bound: int
    decimal_places: int

    @property
    def violated_equations(self) -> tuple[Equation, ...]:
        """The equations that the current figures violate."""
        return tuple(filter(attrgetter("is_violated"), self.equations))


def has_missing_value(values: Mapping[CellRef, Decimal], constraint: LinearConstraint) -> bool:
    """Return whether a constraint cannot be evaluated because one of its cells holds no finite number."""
    return not all(term.cell in values and values[term.cell].is_finite() for term in constraint.terms)


def build_equation_system(
    values: Mapping[CellRef, Decimal], constraints: Iterable[LinearConstraint], lower_bound: Decimal
) -> EquationSystem:
    """Convert constraints without missing values to whole numbers of the finest unit in use."""
    constraints = tuple(constraints)
    cells = _collect_cells(constraints)
    cell_indices = dict(zip(cells, range(len(cells)), strict=True))
    amounts = [values[cell] for cell in cells]
    constants = map(attrgetter("constant"), constraints)
    decimal_places = max(map(count_decimals, (*amounts, *constants)), default=0)
    scale = 10**decimal_places
    cell_values = tuple(int(Fraction(amount) * scale) for amount in amounts)
    equations = tuple(
        _build_equation(constraint, cell_indices, cell_values, decimal_places) for constraint in constraints
    )
    return EquationSystem(
        cells=cells,
        cell_values=cell_values,
        equations=equations,
        equations_by_cell=_index_equations_by_cell(equations, len(cells)),
        lower_bound=ceil(Fraction(lower_bound) * scale),
        decimal_places=decimal_places,
    )


def _collect_cells(constraints: Iterable[LinearConstraint]) -> tuple[CellRef, ...]:
    """Return all cells of the constraints in reading order."""
    cells: set[CellRef] = set()
    for constraint in constraints:
        cells.update(term.cell for term in constraint.terms)
    return tuple(sorted(cells, key=lambda cell: cell.reading_order))


def _build_equation(
    constraint: LinearConstraint, cell_indices: Mapping[CellRef, int], cell_values: tuple[int, ...], decimal_places: int
) -> Equation:
    """Return a constraint as an equation; cells that cancel out are left out."""
    scale = 10**decimal_places
    coefficients: dict[int, int] = {}
    gap = int(Fraction(constraint.constant) * scale)
    for term in constraint.terms:
        index = cell_indices[term.cell]
        coefficients[index] = coefficients.get(index, 0) + term.sign
        gap -= term.sign * cell_values[index]
    slack = floor(Fraction(constraint.tolerance) * scale)
    return Equation({index: coefficient for index, coefficient in coefficients.items() if coefficient}, gap, slack)


def _index_equations_by_cell(equations: tuple[Equation, ...], cell_count: int) -> tuple[tuple[int, ...], ...]:
    equations_by_cell: list[list[int]] = [[] for _ in range(cell_count)]
    for equation_index, equation in enumerate(equations):
        for cell_index in equation.coefficients:
            equations_by_cell[cell_index].append(equation_index)
    return tuple(map(tuple, equations_by_cell))


def find_equations(system: EquationSystem, support: Iterable[int]) -> tuple[Equation, ...]:
    """Return the equations that contain any cell of *support*."""
    equation_indices: set[int] = set()
    for cell_index in support:
        equation_indices.update(system.equations_by_cell[cell_index])
    return tuple(system.equations[index] for index in sorted(equation_indices))


def is_repaired_by(system: EquationSystem, adjustments: Adjustments) -> bool:
    """Return whether the adjustments satisfy every equation, each changes its cell, and the lower bound is kept."""
    for index, adjustment in adjustments.items():
        if adjustment == 0 or system.cell_values[index] + adjustment < system.lower_bound:
            return False
    affected_equations = find_equations(system, adjustments)
    if sum(equation.is_violated for equation in affected_equations) != len(system.violated_equations):
        return False
    return all(_is_satisfied_by(equation, adjustments) for equation in affected_equations)


def _is_satisfied_by(equation: Equation, adjustments: Adjustments) -> bool:
    change = sum(coefficient * adjustments.get(index, 0) for index, coefficient in equation.coefficients.items())
    return abs(equation.gap - change) <= equation.slack


def find_single_adjustments(system: EquationSystem, suggestions: SuggestedAdjustments) -> list[Adjustments]:
    """Return every adjustment of a single cell that satisfies all equations."""
    cells_by_equation = [set(equation.coefficients) for equation in system.violated_equations]
    adjustments: list[Adjustments] = []
    for index in sorted(set.intersection(*cells_by_equation)):
        adjustment = _find_single_adjustment(system, index, suggestions.get(index, ()))
        if adjustment is not None:
            adjustments.append({index: adjustment})
    return adjustments


def _find_single_adjustment(system: EquationSystem, cell_index: int, suggestions: tuple[int, ...]) -> int | None:
    """Return a suggested adjustment of the cell, else one that closes an equation exactly, else the smallest.

    Return None if no adjustment of this cell satisfies all of its equations.
    """
    lower_limits = [system.lower_bound - system.cell_values[cell_index]]
    upper_limits: list[int] = []
    closing_adjustments: list[int] = []
    for equation in find_equations(system, [cell_index]):
        coefficient = equation.coefficients[cell_index]
        first_end = Fraction(equation.gap - equation.slack, coefficient)
        second_end = Fraction(equation.gap + equation.slack, coefficient)
        lower_limits.append(ceil(min(first_end, second_end)))
        upper_limits.append(floor(max(first_end, second_end)))
        if equation.is_violated and equation.gap % coefficient == 0:
            closing_adjustments.append(equation.gap // coefficient)
    low, high = max(lower_limits), min(upper_limits, default=None)
    if high is None or low > high:
        return None
    smallest_adjustment = max(low, min(high, 0))
    candidates = (*suggestions, *closing_adjustments, smallest_adjustment)
    return next(adjustment for adjustment in candidates if low <= adjustment <= high)


def solve_exactly(system: EquationSystem, support: tuple[int, ...]) -> Adjustments | None:
    """Return the only adjustments of *support* that close the violated equations and leave the others unchanged.

    Return None if there are none, several, or none in whole units.
    """
    matrix: list[list[Fraction]] = []
    for equation in find_equations(system, support):
        change = 0
        if equation.is_violated:
            change = equation.gap
        matrix.append(_build_matrix_row(equation, support, change))
    solution = _solve_by_elimination(matrix, len(support))
    if solution is None or any(value.denominator != 1 for value in solution):
        return None
    return dict(zip(support, map(int, solution), strict=True))


def _build_matrix_row(equation: Equation, support: tuple[int, ...], change: int) -> list[Fraction]:
    """Return the coefficients of *support* and the change that their adjustments must add up to."""
    row = [Fraction(equation.coefficients.get(index, 0)) for index in support]
    row.append(Fraction(change))
    return row


def _solve_by_elimination(matrix: list[list[Fraction]], unknown_count: int) -> list[Fraction] | None:
    """Return the unique solution of linear equations (Gauss-Jordan elimination), or None if there is none.

    *matrix* has one row per equation, with the right-hand side in the last column; it is modified.
    """
    for column in range(unknown_count):
        pivot_index = next((index for index in range(column, len(matrix)) if matrix[index][column]), None)
        if pivot_index is None:
            return None
        matrix[column], matrix[pivot_index] = matrix[pivot_index], matrix[column]
        pivot = matrix[column][column]
        pivot_row = matrix[column]
        if pivot != 1:
            pivot_row = [value / pivot if value else value for value in pivot_row]
        matrix[column] = pivot_row
        for index, row in enumerate(matrix):
            if index != column and row[column]:
                matrix[index] = _subtract_multiple(row, pivot_row, row[column])
    right_side = [row[unknown_count] for row in matrix]
    if any(right_side[unknown_count:]):
        return None
    return right_side[:unknown_count]


def _subtract_multiple(row: list[Fraction], pivot_row: list[Fraction], factor: Fraction) -> list[Fraction]:
    # Nearly all coefficients are 0, and arithmetic of fractions is slow.
    pairs = zip(row, pivot_row, strict=True)
    return [value - factor * pivot_value if pivot_value else value for value, pivot_value in pairs]


def have_slack(equations: Iterable[Equation]) -> bool:
    """Return whether any equation need not hold exactly."""
    return any(equation.slack for equation in equations)


def has_several_solutions(system: EquationSystem, support: tuple[int, ...]) -> bool:
    """Return whether several adjustments of *support* may work: an equation has slack, or equations are too few."""
    equations = find_equations(system, support)
    if have_slack(equations):
        return True
    matrix = [_build_matrix_row(equation, support, 0) for equation in equations]
    return _solve_by_elimination(matrix, len(support)) is None
