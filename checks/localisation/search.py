"""Which sets of two cells and more could be changed so that every sum holds (error localisation)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from checks.localisation.equation_system import (
    Adjustments,
    Equation,
    EquationSystem,
    SuggestedAdjustments,
    find_equations,
    has_several_solutions,
    is_repaired_by,
    solve_exactly,
)
from checks.localisation.milp import LinearRow, MixedIntegerProgram, Variable, WorkBudget, solve_program
from checks.localisation.ranking import score_typo

TYPO_BONUS = 1e-5  # breaks ties only, so that a search cut short has listed the likelier ones
MAX_CELLS_PER_REPAIR = (
    100  # a repair of more cells is none that a person would make: the table is another one, not a slip
)
MAX_PACKINGS_TRIED = (
    64  # so many broken rows are tried as the first of a packing; more would cost time and narrow little
)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Shifts that mend a system, all of one size, and whether these are all there are of this size."""

    adjustments: tuple[Adjustments, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class SearchSpace:
    """Where to look: which cells may change, and how many at least and at most.

    *forced* holds the one shift that each cell can have, or nothing where the shifts are open.
    """

    cells: tuple[int, ...]
    min_cells: int
    max_cells: int
    forced_adjustments: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """What steers a search: the cost of changing each cell, near 1, what witnesses ask for, and when to stop.

    *effort* is the work that may still be done, *number* the repairs that suffice.
    """

    costs: Mapping[int, float]
    suggestions: SuggestedAdjustments
    work_budget: WorkBudget
    max_repairs: int


def search_repairs(system: EquationSystem, options: SearchOptions) -> SearchResult:
    """Find the smallest repairs of a system that no single cell mends."""
    if not all(row.coefficients for row in system.violated_equations):
        return SearchResult((), is_complete=True)  # a sum without cells cannot be mended
    rows = _sort_by_length(system)
    if len(_collect_disjoint_equations(rows, rows[0])) > MAX_CELLS_PER_REPAIR:
        return SearchResult((), is_complete=False)
    near = _narrow_search(system)
    if near.min_cells > 1 and near.cells:
        found = _enumerate_supports(system, near, options)
        if found.adjustments or not found.is_complete:
            return found
    everywhere = tuple(range(len(system.cells)))
    return _enumerate_supports(system, SearchSpace(everywhere, max(2, near.min_cells + 1), len(everywhere)), options)


def _narrow_search(system: EquationSystem) -> SearchSpace:
    """Give the least size that the broken rows allow, and the cells of every repair that small.

    So many broken rows without a common cell, so many cells at least; and when no more than these change,
    just one changes in each of those rows and closes it by itself. Every choice of such rows narrows them.
    """
    rows = _sort_by_length(system)
    packings = [_collect_disjoint_equations(rows, first) for first in rows[:MAX_PACKINGS_TRIED]]
    size = max(map(len, packings))
    exact = not any(row.slack for row in rows)
    fields = (set(_find_closing_cells(packing, is_exact=exact)) for packing in packings if len(packing) == size)
    near = sorted(set.intersection(*fields))
    if not exact:
        return SearchSpace(tuple(at for at, _ in near), size, size)
    forced = {at: int(shift) for at, shift in near if shift.denominator == 1}
    forced = {at: shift for at, shift in forced.items() if system.cell_values[at] + shift >= system.lower_bound}
    return SearchSpace(tuple(forced), size, size, forced)


def _sort_by_length(system: EquationSystem) -> list[Equation]:
    return sorted(system.violated_equations, key=lambda row: len(row.coefficients))


def _find_closing_cells(equations: Iterable[Equation], *, is_exact: bool) -> Iterator[tuple[int, Fraction]]:
    """Pair each cell with the shift by which it would close its row alone, or with 0 if that is open."""
    for row in equations:
        for at, weight in row.coefficients.items():
            yield at, Fraction(row.gap, weight) if is_exact else Fraction(0)


def _collect_disjoint_equations(equations: Iterable[Equation], first: Equation) -> list[Equation]:
    """Collect rows without a common cell, *first* among them."""
    chosen, used = [first], set(first.coefficients)
    for row in equations:
        if used.isdisjoint(row.coefficients):
            chosen.append(row)
            used |= set(row.coefficients)
    return chosen


def _enumerate_supports(system: EquationSystem, space: SearchSpace, options: SearchOptions) -> SearchResult:
    """List the supports of the smallest size one by one, each forbidden once seen."""
    lines, most = list(_build_rows(system, space)), space.max_cells
    found = _find_swaps(system, space)
    lines += [_build_exclusion_row(space, tuple(shifts)) for shifts in found]
    while len(found) <= options.max_repairs:
        program = MixedIntegerProgram(_build_variables(system, space, options), (*lines, _build_size_row(space, most)))
        answer = solve_program(program, options.work_budget)
        if answer.values is None:
            return SearchResult(tuple(found), is_complete=answer.is_infeasible)
        support = tuple(at for at, value in zip(space.cells, answer.values, strict=False) if value > 0.5)  # noqa: PLR2004
        shifts = solve_support(system, support, options)
        if shifts is not None:
            found.append(shifts)
            most = len(support)
        lines.append(_build_exclusion_row(space, support))
    return SearchResult(tuple(found), is_complete=False)


def _find_swaps(system: EquationSystem, space: SearchSpace) -> list[Adjustments]:
    """Find the pairs whose figures change places, a common slip with many rivals, ahead of these."""
    if space.max_cells > 2:  # noqa: PLR2004 - a swap is of two
        return []
    holders: dict[tuple[int, int], list[int]] = {}
    for at, shift in space.forced_adjustments.items():
        holders.setdefault((system.cell_values[at], system.cell_values[at] + shift), []).append(at)
    pairs = (
        {one: space.forced_adjustments[one], other: space.forced_adjustments[other]}
        for (seen, meant), ones in holders.items()
        if seen < meant
        for one in ones
        for other in holders.get((meant, seen), ())
    )
    return [shifts for shifts in pairs if is_repaired_by(system, shifts)]


def solve_support(system: EquationSystem, support: tuple[int, ...], options: SearchOptions) -> Adjustments | None:
    """Give shifts of exactly the cells of *support* that mend every row, None when there are none.

    Where several would do: as witnesses ask, or else the smallest in total.
    """
    shifts = solve_exactly(system, support)
    if shifts is not None and is_repaired_by(system, shifts):
        return shifts
    if not has_several_solutions(system, support):
        return None
    closest = (
        _find_closest_adjustments(system, support, pinned, options)
        for pinned in _enumerate_pinned_adjustments(support, options.suggestions)
    )
    return next((shifts for shifts in closest if shifts is not None and is_repaired_by(system, shifts)), None)


def _enumerate_pinned_adjustments(support: tuple[int, ...], suggestions: SuggestedAdjustments) -> Iterator[Adjustments]:
    """Say which shifts to hold fast, in turn: all that witnesses ask for, then one at a time, then none."""
    asked = {at: suggestions[at] for at in support if suggestions.get(at)}
    yield {at: shifts[0] for at, shifts in asked.items()}
    yield from ({at: shift} for at, shifts in asked.items() for shift in shifts)
    yield {}


def _find_closest_adjustments(
    system: EquationSystem, support: tuple[int, ...], pinned: Adjustments, options: SearchOptions
) -> Adjustments | None:
    """Find whole shifts of least total that mend every row within its slack."""
    variables = [
        Variable(1.0, max(0, sign * pinned[at]), max(0, sign * pinned[at]), is_integer=True)
        if at in pinned
        else Variable(
            1.0, 0, float("inf") if sign > 0 else max(0, system.cell_values[at] - system.lower_bound), is_integer=True
        )
        for at in support
        for sign in (1, -1)
    ]
    column = {at: 2 * number for number, at in enumerate(support)}
    lines = [
        LinearRow(row.gap - row.slack, row.gap + row.slack, _build_coefficients(row, column, 1))
        for row in find_equations(system, support)
    ]
    values = solve_program(MixedIntegerProgram(variables, lines), options.work_budget).values
    if values is None:
        return None
    return {at: round(values[first]) - round(values[first + 1]) for at, first in column.items()}


def _build_coefficients(equation: Equation, columns: Mapping[int, int], step: int) -> dict[int, float]:
    """Weigh the upward variable of each cell of a row, and the downward one *step* columns on."""
    known = [(columns[at], weight) for at, weight in equation.coefficients.items() if at in columns]
    return {at: weight for first, weight in known for at, weight in ((first, weight), (first + step, -weight))}


def _compute_max_adjustment(system: EquationSystem) -> int:
    """Bound any single shift of a smallest repair.

    A repair of least total only passes on what the rows leave open, so no cell moves by more than all of
    that; twice as much leaves room for cells that stand in several rows with the same sign.
    """
    below = max(0, system.lower_bound - min(system.cell_values))
    return 2 * sum(abs(row.gap) + row.slack for row in system.equations) + below


def _build_variables(system: EquationSystem, space: SearchSpace, options: SearchOptions) -> list[Variable]:
    """Declare for each cell whether it changes, and if open how far up, then how far down, by the reach."""
    changed = [Variable(_compute_cost(system, space, options, at), 0, 1, is_integer=True) for at in space.cells]
    if space.forced_adjustments:
        return changed
    reach = _compute_max_adjustment(system)
    room = (min(1.0, max(0, system.cell_values[at] - system.lower_bound) / reach) for at in space.cells)
    return [*changed, *(Variable(0, 0, 1) for _ in space.cells), *(Variable(0, 0, each) for each in room)]


def _compute_cost(system: EquationSystem, space: SearchSpace, options: SearchOptions, cell_index: int) -> float:
    seen = system.cell_values[cell_index]
    look = score_typo(str(seen), str(seen + space.forced_adjustments[cell_index])) if space.forced_adjustments else 0
    return options.costs.get(cell_index, 1.0) - TYPO_BONUS * look


def _build_rows(system: EquationSystem, space: SearchSpace) -> Iterator[LinearRow]:
    """Demand that every row holds, that each broken one has a change, and that only changed cells move."""
    reach, count = _compute_max_adjustment(system), len(space.cells)
    changed = {at: number for number, at in enumerate(space.cells)}
    upward = {at: count + number for number, at in enumerate(space.cells)}
    for row in system.equations:
        inside = [at for at in row.coefficients if at in changed]
        if space.forced_adjustments:
            moves = {changed[at]: row.coefficients[at] * space.forced_adjustments[at] / reach for at in inside}
        else:
            moves = _build_coefficients(row, upward, count)
        if inside or row.is_violated:
            yield LinearRow((row.gap - row.slack) / reach, (row.gap + row.slack) / reach, moves)
        if row.is_violated:
            yield LinearRow(1, float("inf"), {changed[at]: 1 for at in inside})
    if not space.forced_adjustments:
        for number in range(count):
            yield LinearRow(-1, 0, {count + number: 1, 2 * count + number: 1, number: -1})


def _build_size_row(space: SearchSpace, max_cells: int) -> LinearRow:
    return LinearRow(space.min_cells, max_cells, dict.fromkeys(range(len(space.cells)), 1.0))


def _build_exclusion_row(space: SearchSpace, support: tuple[int, ...]) -> LinearRow:
    """Demand a change outside *support*: a smaller part of it is no repair, a larger set no smallest one."""
    known = set(support)
    return LinearRow(1, float("inf"), {number: 1 for number, at in enumerate(space.cells) if at not in known})
