"""Find the smallest sets of cells whose change satisfies all sums (the Fellegi–Holt principle).

The results are exact: HiGHS only proposes which cells to change, and is not even loaded if one cell is enough.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import product, starmap
from operator import itemgetter

from checks.localisation.equation_system import (
    Adjustments,
    EquationSystem,
    SuggestedAdjustments,
    build_equation_system,
    find_single_adjustments,
    has_missing_value,
)
from checks.localisation.linear_constraint import LinearConstraint
from checks.localisation.milp import WorkBudget
from checks.localisation.ranking import CellEvidence, RepairRank, rank_by_evidence, rank_repair
from checks.localisation.search import MAX_CELLS_PER_REPAIR, SearchOptions, SearchResult, search_repairs
from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep
from checks.parsing.decimal_amounts import count_decimals

# Breaks ties only: a thousand formula cells weigh as much as one more cell.
FORMULA_PENALTY = 1e-3
REFERENCE_BONUS = 1e-4
# Repairs of one cell are all known at once; those of several systems together are limited more.
MAX_SINGLE_REPAIRS = 120
# About two seconds, see `WorkBudget`.
DEFAULT_WORK_BUDGET = 2_000_000

Repair = tuple[RepairStep, ...]


@dataclass(frozen=True, slots=True)
class RankedRepairs:
    """The repairs of all violated constraints, all with equally many changes, the likeliest first.

    *is_complete* is False if the work budget or the number of repairs was exhausted, so that there may be others of
    the same size. *is_unambiguous* is True if the first repair is the only one, or if formulas and reference values
    support it more than the second. *by_system* holds the repairs of each group of connected constraints by itself;
    if there are too many groups, they are not combined and *repairs* is empty.
    """

    repairs: tuple[Repair, ...]
    is_complete: bool
    is_unambiguous: bool = False
    by_system: tuple["RankedRepairs", ...] = field(default=(), compare=False)

    def get_system_of(self, cells: AbstractSet[CellRef]) -> "RankedRepairs":
        """Return the repairs of the connected constraints that change any of *cells*, or these if there are none."""
        for system_repairs in self.by_system:
            if any(step.cell in cells for repair in system_repairs.repairs for step in repair):
                return system_repairs
        return self


@dataclass(frozen=True, slots=True)
class _RepairOptions:
    """The repairs of one or several systems, the likeliest first, with their ranks."""

    ranked_repairs: tuple[tuple[RepairRank, Repair], ...]
    is_complete: bool


def find_violated_constraints(
    values: Mapping[CellRef, Decimal], constraints: Iterable[LinearConstraint]
) -> tuple[LinearConstraint, ...]:
    """Return the violated constraints in their order.

    A constraint on a cell without a finite number cannot be evaluated and does not count as violated.
    """
    violated_constraints: list[LinearConstraint] = []
    for constraint in constraints:
        if has_missing_value(values, constraint):
            continue
        if build_equation_system(values, [constraint], Decimal(0)).violated_equations:
            violated_constraints.append(constraint)
    return tuple(violated_constraints)


def group_connected_constraints(constraints: Iterable[LinearConstraint]) -> tuple[tuple[LinearConstraint, ...], ...]:
    """Partition constraints into groups that share no cell (union-find), in the order of their first members."""
    constraints = tuple(constraints)
    parents: dict[CellRef, CellRef] = {}
    for constraint in constraints:
        for term in constraint.terms:
            parents[_find_root(parents, term.cell)] = _find_root(parents, constraint.terms[0].cell)
    groups: dict[CellRef | None, list[LinearConstraint]] = {}
    for constraint in constraints:
        root = None
        if constraint.terms:
            root = _find_root(parents, constraint.terms[0].cell)
        groups.setdefault(root, []).append(constraint)
    return tuple(map(tuple, groups.values()))


def _find_root(parents: dict[CellRef, CellRef], cell: CellRef) -> CellRef:
    while (parent := parents.setdefault(cell, cell)) != cell:
        parents[cell] = parents[parent]
        cell = parent
    return cell


def find_smallest_repairs(
    values: Mapping[CellRef, Decimal],
    constraints: Iterable[LinearConstraint],
    *,
    evidence: Mapping[CellRef, CellEvidence] | None = None,
    work_budget: int = DEFAULT_WORK_BUDGET,
    max_repairs: int = 20,
    lower_bound: Decimal = Decimal(0),
) -> RankedRepairs:
    """Find every smallest repair that satisfies all constraints and changes no cell to less than *lower_bound*.

    Only constraints connected with a violated one are considered. The result is empty and complete if no constraint
    is violated, or if no figures in the finest unit in use satisfy them all. *work_budget*, in the unit of
    `WorkBudget`, limits the search and *max_repairs* the number of repairs.
    """
    evidence = evidence or {}
    systems = _build_violated_systems(values, constraints, lower_bound)
    limits = (WorkBudget(work_budget), max_repairs)
    options = [_find_system_repairs(values, system, evidence, limits) for system in systems]
    by_system = tuple(_build_ranked_repairs(system_options, evidence) for system_options in options)
    if len(systems) > MAX_CELLS_PER_REPAIR:
        return RankedRepairs((), is_complete=False, by_system=by_system)
    combined = _RepairOptions(((rank_repair((), evidence), ()),), is_complete=True)
    for system_options in options:
        best = _keep_best(system_options.ranked_repairs, max_repairs, is_complete=system_options.is_complete)
        combined = _combine_options(combined, best, max_repairs)
    return replace(_build_ranked_repairs(combined, evidence), by_system=by_system)


def _build_ranked_repairs(options: _RepairOptions, evidence: Mapping[CellRef, CellEvidence]) -> RankedRepairs:
    repairs = _sort_repairs([repair for _, repair in options.ranked_repairs if repair], evidence)
    is_unambiguous = options.is_complete and _is_unambiguous(repairs, evidence)
    return RankedRepairs(repairs, options.is_complete, is_unambiguous=is_unambiguous)


def _build_violated_systems(
    values: Mapping[CellRef, Decimal], constraints: Iterable[LinearConstraint], lower_bound: Decimal
) -> list[EquationSystem]:
    """Return one system for each connected group with a violated constraint."""
    evaluable_constraints = [constraint for constraint in constraints if not has_missing_value(values, constraint)]
    systems: list[EquationSystem] = []
    for group in group_connected_constraints(evaluable_constraints):
        system = build_equation_system(values, group, lower_bound)
        if system.violated_equations:
            systems.append(system)
    return systems


def _find_system_repairs(
    values: Mapping[CellRef, Decimal],
    system: EquationSystem,
    evidence: Mapping[CellRef, CellEvidence],
    limits: tuple[WorkBudget, int],
) -> _RepairOptions:
    """Find the repairs of one system: of a single cell if that is enough, else of several.

    *limits* are the remaining work and the maximum number of repairs.
    """
    suggestions = _compute_suggestions(system, evidence)
    adjustments = filter(partial(_fit_decimals, system, evidence), find_single_adjustments(system, suggestions))
    result, max_repairs = SearchResult(tuple(adjustments), is_complete=True), MAX_SINGLE_REPAIRS
    if not result.adjustments:
        max_repairs = limits[1]
        result = search_repairs(system, SearchOptions(_compute_costs(system, evidence), suggestions, *limits))
    ranked_repairs: list[tuple[RepairRank, Repair]] = []
    for repaired_cells in filter(partial(_fit_decimals, system, evidence), result.adjustments):
        repair = _build_repair(values, system, repaired_cells, evidence)
        ranked_repairs.append((rank_repair(repair, evidence), repair))
    return _keep_best(ranked_repairs, max_repairs, is_complete=result.is_complete)


def _fit_decimals(system: EquationSystem, evidence: Mapping[CellRef, CellEvidence], adjustments: Adjustments) -> bool:
    """Return whether every repaired figure has no more decimals than its column."""
    for index, adjustment in adjustments.items():
        decimals = evidence.get(system.cells[index], CellEvidence()).decimals
        if decimals is not None and decimals < system.decimal_places:
            unit = 10 ** (system.decimal_places - decimals)
            if (system.cell_values[index] + adjustment) % unit:
                return False
    return True


def _combine_options(left: _RepairOptions, right: _RepairOptions, max_repairs: int) -> _RepairOptions:
    """Combine each repair of one system with each repair of another, separate one."""
    ranked_repairs = starmap(_combine_repairs, product(left.ranked_repairs, right.ranked_repairs))
    return _keep_best(ranked_repairs, max_repairs, is_complete=left.is_complete and right.is_complete)


def _combine_repairs(left: tuple[RepairRank, Repair], right: tuple[RepairRank, Repair]) -> tuple[RepairRank, Repair]:
    (left_rank, left_repair), (right_rank, right_repair) = left, right
    return left_rank.combine_with(right_rank), (*left_repair, *right_repair)


def _keep_best(
    ranked_repairs: Iterable[tuple[RepairRank, Repair]], max_repairs: int, *, is_complete: bool
) -> _RepairOptions:
    ordered_repairs = sorted(ranked_repairs, key=itemgetter(0))
    is_complete = is_complete and len(ordered_repairs) <= max_repairs
    return _RepairOptions(tuple(ordered_repairs[:max_repairs]), is_complete=is_complete)


def _sort_repairs(repairs: Iterable[Repair], evidence: Mapping[CellRef, CellEvidence]) -> tuple[Repair, ...]:
    """Return the repairs, the likeliest first, each with its cells in reading order.

    The ranks are computed anew, because swaps between two systems count only now.
    """
    return tuple(sorted(map(_sort_steps, repairs), key=lambda repair: rank_repair(repair, evidence)))


def _sort_steps(repair: Repair) -> Repair:
    return tuple(sorted(repair, key=lambda step: step.cell.reading_order))


def _is_unambiguous(repairs: tuple[Repair, ...], evidence: Mapping[CellRef, CellEvidence]) -> bool:
    """Return whether the evidence supports the first repair more than the second; its likeness to typos is ignored."""
    if len(repairs) <= 1:
        return bool(repairs)
    return rank_by_evidence(repairs[0], evidence) < rank_by_evidence(repairs[1], evidence)


def _compute_suggestions(system: EquationSystem, evidence: Mapping[CellRef, CellEvidence]) -> SuggestedAdjustments:
    """Return, for each cell, its differences from its reference values that are whole in the unit of the system."""
    suggestions: dict[int, tuple[int, ...]] = {}
    for index, cell in enumerate(system.cells):
        adjustments: list[int] = []
        for reference_value in _get_reference_values(cell, evidence):
            adjustment = Fraction(reference_value) * 10**system.decimal_places - system.cell_values[index]
            if adjustment and adjustment.denominator == 1:
                adjustments.append(int(adjustment))
        suggestions[index] = tuple(adjustments)
    return suggestions


def _get_reference_values(cell: CellRef, evidence: Mapping[CellRef, CellEvidence]) -> tuple[Decimal, ...]:
    if cell not in evidence:
        return ()
    return evidence[cell].reference_values


def _compute_costs(system: EquationSystem, evidence: Mapping[CellRef, CellEvidence]) -> dict[int, float]:
    """Return the cost of changing each cell: higher for a formula, lower if a reference value contradicts the cell."""
    suggestions = _compute_suggestions(system, evidence)
    costs: dict[int, float] = {}
    for index, cell in enumerate(system.cells):
        cost = 1.0
        if cell in evidence and evidence[cell].is_formula:
            cost += FORMULA_PENALTY
        if suggestions[index]:
            cost -= REFERENCE_BONUS
        costs[index] = cost
    return costs


def _build_repair(
    values: Mapping[CellRef, Decimal],
    system: EquationSystem,
    adjustments: Adjustments,
    evidence: Mapping[CellRef, CellEvidence],
) -> Repair:
    steps: list[RepairStep] = []
    for index, adjustment in sorted(adjustments.items()):
        cell = system.cells[index]
        before, decimals = values[cell], evidence.get(cell, CellEvidence()).decimals
        min_decimals = count_decimals(before)
        if decimals is not None:
            min_decimals = min(min_decimals, decimals)
        after = _format_units(system.cell_values[index] + adjustment, system.decimal_places, min_decimals)
        steps.append(RepairStep(cell, format(before, "f"), after))
    return tuple(steps)


def _format_units(units: int, decimal_places: int, min_decimals: int) -> str:
    """Return *units* of ``10 ** -decimal_places`` as text with *min_decimals* decimals, or more if needed."""
    digits = str(abs(units)).zfill(decimal_places + 1)
    whole, fraction = digits[: len(digits) - decimal_places], digits[len(digits) - decimal_places :]
    fraction = fraction[:min_decimals] + fraction[min_decimals:].rstrip("0")
    text = whole
    if fraction:
        text = f"{text}.{fraction}"
    if units < 0:
        text = f"-{text}"
    return text
