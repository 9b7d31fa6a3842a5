"""The mixed-integer program whose solution is the set of cells that a repair changes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import inf

from checks.localisation.equation_system import Equation, EquationSystem
from checks.localisation.milp import LinearRow, Variable
from checks.localisation.ranking import score_typo

# Breaks ties only, so that a search that is cut short has listed the likelier repairs.
TYPO_BONUS = 1e-5


@dataclass(frozen=True, slots=True)
class SearchSpace:
    """The cells (by index) that may change, and the minimum and maximum number of changed cells.

    *forced_adjustments* holds the only possible adjustment of each cell; it is empty if the adjustments are open.
    """

    cells: tuple[int, ...]
    min_cells: int
    max_cells: int
    forced_adjustments: Mapping[int, int] = field(default_factory=dict)


def _compute_max_adjustment(system: EquationSystem) -> int:
    """Return an upper bound of any single adjustment in a smallest repair.

    A repair with the smallest total only passes on what the equations leave open, so no cell changes by more than the
    sum of that; twice as much leaves room for cells that are in several equations with the same sign.
    """
    depth_below_bound = max(0, system.lower_bound - min(system.cell_values))
    return 2 * sum(abs(equation.gap) + equation.slack for equation in system.equations) + depth_below_bound


def build_variables(system: EquationSystem, space: SearchSpace, costs: Mapping[int, float]) -> list[Variable]:
    """Return, for each cell, a variable for whether it changes; if open, also for how far it goes up, and down.

    Distances are in units of the maximum adjustment. All variables of one kind come before those of the next.
    """
    variables: list[Variable] = []
    for index in space.cells:
        cost = costs.get(index, 1.0) - TYPO_BONUS * _score_forced_adjustment(system, space, index)
        variables.append(Variable(cost, 0, 1, is_integer=True))
    if space.forced_adjustments:
        return variables
    max_adjustment = _compute_max_adjustment(system)
    variables.extend([Variable(0, 0, 1)] * len(space.cells))
    for index in space.cells:
        max_decrease = max(0, system.cell_values[index] - system.lower_bound)
        variables.append(Variable(0, 0, min(1.0, max_decrease / max_adjustment)))
    return variables


def _score_forced_adjustment(system: EquationSystem, space: SearchSpace, cell_index: int) -> int:
    """Return how much the forced adjustment of a cell looks like the correction of a typo, see `score_typo`."""
    if not space.forced_adjustments:
        return 0
    before = system.cell_values[cell_index]
    return score_typo(str(before), str(before + space.forced_adjustments[cell_index]))


def build_rows(system: EquationSystem, space: SearchSpace) -> Iterator[LinearRow]:
    """Require that every equation holds, that each violated one has a change, and that only changed cells move."""
    max_adjustment, count = _compute_max_adjustment(system), len(space.cells)
    columns = dict(zip(space.cells, range(count), strict=True))
    for equation in system.equations:
        changed_columns = [columns[index] for index in equation.coefficients if index in columns]
        if changed_columns or equation.is_violated:
            low, high = equation.gap - equation.slack, equation.gap + equation.slack
            coefficients = _build_move_coefficients(equation, space, columns, max_adjustment)
            yield LinearRow(low / max_adjustment, high / max_adjustment, coefficients)
        if equation.is_violated:
            yield LinearRow(1, inf, dict.fromkeys(changed_columns, 1))
    if not space.forced_adjustments:
        for column in range(count):
            yield LinearRow(-1, 0, {count + column: 1, 2 * count + column: 1, column: -1})


def _build_move_coefficients(
    equation: Equation, space: SearchSpace, columns: Mapping[int, int], max_adjustment: int
) -> dict[int, float]:
    """Return the coefficients of the cells' moves in an equation, in units of *max_adjustment*.

    The moves follow from the variables for a change if the adjustments are forced, else from those for up and down.
    """
    count = len(space.cells)
    coefficients: dict[int, float] = {}
    for index, coefficient in equation.coefficients.items():
        if index not in columns:
            continue
        column = columns[index]
        if space.forced_adjustments:
            coefficients[column] = coefficient * space.forced_adjustments[index] / max_adjustment
        else:
            coefficients[count + column] = coefficient
            coefficients[2 * count + column] = -coefficient
    return coefficients


def build_size_row(space: SearchSpace, max_cells: int) -> LinearRow:
    """Limit the number of changed cells."""
    return LinearRow(space.min_cells, max_cells, dict.fromkeys(range(len(space.cells)), 1.0))


def build_exclusion_row(space: SearchSpace, support: tuple[int, ...]) -> LinearRow:
    """Require a change outside *support*: a subset of it is no repair, a superset is not the smallest."""
    excluded_cells = set(support)
    return LinearRow(1, inf, {column: 1 for column, index in enumerate(space.cells) if index not in excluded_cells})
