"""Search for the smallest sets of two or more cells whose change satisfies all equations (error localisation)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import inf

from checks.localisation.equation_system import (
    Adjustments,
    Equation,
    EquationSystem,
    SuggestedAdjustments,
    find_equations,
    has_several_solutions,
    have_slack,
    is_repaired_by,
    solve_exactly,
)
from checks.localisation.milp import LinearRow, MixedIntegerProgram, Variable, WorkBudget, solve_program
from checks.localisation.support_program import (
    SearchSpace,
    build_exclusion_row,
    build_rows,
    build_size_row,
    build_variables,
)

# If more cells differ, the table is a different one: nobody makes that many errors.
MAX_CELLS_PER_REPAIR = 100
# The number of violated equations tried as the first of a packing; more would cost time and narrow little.
MAX_PACKINGS_TRIED = 64
# A binary variable above this value counts as 1.
_BINARY_THRESHOLD = 0.5
_CELLS_PER_SWAP = 2


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Adjustments that satisfy a system, all of one size; *is_complete* if these are all of this size."""

    adjustments: tuple[Adjustments, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """The options of a search.

    *costs* are the costs of changing each cell, near 1; *suggestions* the adjustments that reference values suggest;
    *work_budget* the work that may still be done; *max_repairs* the number of repairs after which the search stops.
    """

    costs: Mapping[int, float]
    suggestions: SuggestedAdjustments
    work_budget: WorkBudget
    max_repairs: int


def search_repairs(system: EquationSystem, options: SearchOptions) -> SearchResult:
    """Find the smallest repairs of a system that no adjustment of a single cell satisfies."""
    if not all(equation.coefficients for equation in system.violated_equations):
        # An equation without cells cannot be satisfied.
        return SearchResult((), is_complete=True)
    equations = _sort_by_length(system)
    if len(_collect_disjoint_equations(equations, equations[0])) > MAX_CELLS_PER_REPAIR:
        return SearchResult((), is_complete=False)
    narrow_space = _narrow_search(system)
    if narrow_space.min_cells > 1 and narrow_space.cells:
        result = _enumerate_supports(system, narrow_space, options)
        if result.adjustments or not result.is_complete:
            return result
    all_cells = tuple(range(len(system.cells)))
    full_space = SearchSpace(all_cells, max(2, narrow_space.min_cells + 1), len(all_cells))
    return _enumerate_supports(system, full_space, options)


def _narrow_search(system: EquationSystem) -> SearchSpace:
    """Return the smallest size that the violated equations allow, and the cells of all repairs of that size.

    A packing is a set of violated equations without a common cell. At least as many cells must change as a packing has
    equations. If no more cells change, exactly one changes in each of these equations and closes it by itself, so that
    every packing of the largest size narrows down the cells.
    """
    equations = _sort_by_length(system)
    packings = [_collect_disjoint_equations(equations, first) for first in equations[:MAX_PACKINGS_TRIED]]
    size = max(map(len, packings))
    is_exact = not have_slack(equations)
    closing_cells = set.intersection(
        *(set(_find_closing_cells(packing, is_exact=is_exact)) for packing in packings if len(packing) == size)
    )
    if not is_exact:
        return SearchSpace(tuple(index for index, _ in sorted(closing_cells)), size, size)
    forced_adjustments: dict[int, int] = {}
    for index, adjustment in sorted(closing_cells):
        if adjustment.denominator == 1 and system.cell_values[index] + adjustment >= system.lower_bound:
            forced_adjustments[index] = int(adjustment)
    return SearchSpace(tuple(forced_adjustments), size, size, forced_adjustments)


def _sort_by_length(system: EquationSystem) -> list[Equation]:
    return sorted(system.violated_equations, key=lambda equation: len(equation.coefficients))


def _find_closing_cells(equations: Iterable[Equation], *, is_exact: bool) -> Iterator[tuple[int, Fraction]]:
    """Yield each cell with the adjustment by which it alone closes its equation, or with 0 unless *is_exact*."""
    for equation in equations:
        for index, coefficient in equation.coefficients.items():
            if is_exact:
                yield index, Fraction(equation.gap, coefficient)
            else:
                yield index, Fraction(0)


def _collect_disjoint_equations(equations: Iterable[Equation], first: Equation) -> list[Equation]:
    """Return equations without a common cell, *first* among them."""
    chosen, used_cells = [first], set(first.coefficients)
    for equation in equations:
        if used_cells.isdisjoint(equation.coefficients):
            chosen.append(equation)
            used_cells |= set(equation.coefficients)
    return chosen


def _enumerate_supports(system: EquationSystem, space: SearchSpace, options: SearchOptions) -> SearchResult:
    """Find all repairs of the smallest size, one by one; each set of cells is excluded once it was found."""
    max_cells = space.max_cells
    adjustments = _find_swaps(system, space)
    rows = list(build_rows(system, space))
    rows.extend(build_exclusion_row(space, tuple(swap)) for swap in adjustments)
    while len(adjustments) <= options.max_repairs:
        variables = build_variables(system, space, options.costs)
        program = MixedIntegerProgram(variables, (*rows, build_size_row(space, max_cells)))
        solution = solve_program(program, options.work_budget)
        if solution.values is None:
            return SearchResult(tuple(adjustments), is_complete=solution.is_infeasible)
        # The first variables say which cells change.
        is_changed = zip(space.cells, solution.values, strict=False)
        support = tuple(index for index, value in is_changed if value > _BINARY_THRESHOLD)
        repair = solve_support(system, support, options)
        if repair is not None:
            adjustments.append(repair)
            max_cells = len(support)
        rows.append(build_exclusion_row(space, support))
    return SearchResult(tuple(adjustments), is_complete=False)


def _find_swaps(system: EquationSystem, space: SearchSpace) -> list[Adjustments]:
    """Return the repairs in which two cells exchange their figures.

    Swaps are a common error and there may be many repairs of two cells, so that they are listed first.
    """
    if space.max_cells > _CELLS_PER_SWAP:
        return []
    cells_by_change: dict[tuple[int, int], list[int]] = {}
    for index, adjustment in space.forced_adjustments.items():
        before = system.cell_values[index]
        cells_by_change.setdefault((before, before + adjustment), []).append(index)
    swaps: list[Adjustments] = []
    for (before, after), indices in cells_by_change.items():
        if before >= after:
            continue
        for first, second in product(indices, cells_by_change.get((after, before), ())):
            adjustments = {first: space.forced_adjustments[first], second: space.forced_adjustments[second]}
            if is_repaired_by(system, adjustments):
                swaps.append(adjustments)
    return swaps


def solve_support(system: EquationSystem, support: tuple[int, ...], options: SearchOptions) -> Adjustments | None:
    """Return adjustments of exactly the cells of *support* that satisfy every equation, or None if there are none.

    If there are several, prefer what reference values suggest, else the smallest adjustments in total.
    """
    exact_adjustments = solve_exactly(system, support)
    if exact_adjustments is not None and is_repaired_by(system, exact_adjustments):
        return exact_adjustments
    if not has_several_solutions(system, support):
        return None
    for pinned in _enumerate_pinned_adjustments(support, options.suggestions):
        adjustments = _find_closest_adjustments(system, support, pinned, options)
        if adjustments is not None and is_repaired_by(system, adjustments):
            return adjustments
    return None


def _enumerate_pinned_adjustments(support: tuple[int, ...], suggestions: SuggestedAdjustments) -> Iterator[Adjustments]:
    """Yield the adjustments to fix, in the order to try: all suggested ones together, each by itself, none."""
    first_adjustments: Adjustments = {}
    for index in support:
        if suggestions.get(index):
            first_adjustments[index] = suggestions[index][0]
    yield first_adjustments
    for index in first_adjustments:
        for adjustment in suggestions[index]:
            yield {index: adjustment}
    yield {}


def _find_closest_adjustments(
    system: EquationSystem, support: tuple[int, ...], pinned: Adjustments, options: SearchOptions
) -> Adjustments | None:
    """Return the whole adjustments with the smallest total that satisfy every equation, or None if there are none."""
    variables: list[Variable] = []
    columns: dict[int, int] = {}
    for index in support:
        columns[index] = len(variables)
        variables.append(_build_adjustment_variable(system, index, pinned, sign=1))
        variables.append(_build_adjustment_variable(system, index, pinned, sign=-1))
    rows: list[LinearRow] = []
    for equation in find_equations(system, support):
        low, high = equation.gap - equation.slack, equation.gap + equation.slack
        rows.append(LinearRow(low, high, _build_coefficients(equation, columns)))
    values = solve_program(MixedIntegerProgram(variables, rows), options.work_budget).values
    if values is None:
        return None
    return {index: round(values[column]) - round(values[column + 1]) for index, column in columns.items()}


def _build_adjustment_variable(system: EquationSystem, cell_index: int, pinned: Adjustments, *, sign: int) -> Variable:
    """Return the variable for how far a cell goes up (*sign* 1) or down (-1)."""
    if cell_index in pinned:
        distance = max(0, sign * pinned[cell_index])
        return Variable(1.0, distance, distance, is_integer=True)
    if sign > 0:
        return Variable(1.0, 0, inf, is_integer=True)
    return Variable(1.0, 0, max(0, system.cell_values[cell_index] - system.lower_bound), is_integer=True)


def _build_coefficients(equation: Equation, columns: Mapping[int, int]) -> dict[int, float]:
    """Return the coefficients of each cell's upward variable, and of its downward variable in the next column."""
    coefficients: dict[int, float] = {}
    for index, coefficient in equation.coefficients.items():
        if index in columns:
            coefficients[columns[index]] = coefficient
            coefficients[columns[index] + 1] = -coefficient
    return coefficients
