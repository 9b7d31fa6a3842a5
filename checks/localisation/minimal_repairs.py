"""Which smallest set of cells could be changed, and to what, when sums disagree (the Fellegi–Holt principle).

What is found is exact: HiGHS only proposes which cells to change, and is not even loaded where one will do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from itertools import product

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
from checks.localisation.ranking import CellEvidence, RepairRank, rank_repair
from checks.localisation.search import MAX_CELLS_PER_REPAIR, SearchOptions, SearchResult, search_repairs
from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep
from checks.parsing.decimal_amounts import count_decimals

FORMULA_PENALTY = 1e-3  # breaks ties only: a thousand formula cells would weigh as much as one cell more
REFERENCE_BONUS = 1e-4
DEFAULT_WORK_BUDGET = 2_000_000  # about two seconds

Repair = tuple[RepairStep, ...]


@dataclass(frozen=True, slots=True)
class RankedRepairs:
    """What would mend the whole broken set, the likeliest first, all by as few changes.

    *complete* is False when effort or number ran out, so that there may be others as small. *alone* is True
    when the first has no rival: it is the only one, or formulas and witnesses speak for it more than for the
    second.
    """

    repairs: tuple[Repair, ...]
    is_complete: bool
    is_unambiguous: bool = False


def find_violated_constraints(
    values: Mapping[CellRef, Decimal], constraints: Iterable[LinearConstraint]
) -> tuple[LinearConstraint, ...]:
    """Give the relations that do not hold, in their order.

    A relation with a cell that holds no finite number is silent: it is not broken.
    """
    judged = (relation for relation in constraints if not has_missing_value(values, relation))
    return tuple(each for each in judged if build_equation_system(values, [each], Decimal(0)).violated_equations)


def group_connected_constraints(constraints: Iterable[LinearConstraint]) -> tuple[tuple[LinearConstraint, ...], ...]:
    """Part relations into sets that share no cell, in the order of their first members."""
    constraints = tuple(constraints)
    parent: dict[CellRef, CellRef] = {}
    for relation in constraints:
        for term in relation.terms:
            parent[_find_root(parent, term.cell)] = _find_root(parent, relation.terms[0].cell)
    sets: dict[CellRef | None, list[LinearConstraint]] = {}
    for relation in constraints:
        root = _find_root(parent, relation.terms[0].cell) if relation.terms else None
        sets.setdefault(root, []).append(relation)
    return tuple(map(tuple, sets.values()))


def _find_root(parents: dict[CellRef, CellRef], cell: CellRef) -> CellRef:
    while (above := parents.setdefault(cell, cell)) != cell:
        parents[cell] = parents[above]
        cell = above
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
    """Find every smallest repair after which all relations hold and no changed cell is below *lower*.

    Only sums that hang together with a broken one count, directly or by way of others. Nothing is found, and
    that is complete, where nothing is broken or where no figures in the finest unit in use would do.
    *effort* (see there for its unit) and *most* bound the search and the number of repairs.
    """
    known, bounds = evidence or {}, (WorkBudget(work_budget), max_repairs)
    judged = [relation for relation in constraints if not has_missing_value(values, relation)]
    systems = [
        each
        for each in (build_equation_system(values, each, lower_bound) for each in group_connected_constraints(judged))
        if each.violated_equations
    ]
    if len(systems) > MAX_CELLS_PER_REPAIR:
        return RankedRepairs((), is_complete=False)
    parts = (_find_system_repairs(values, each, known, bounds) for each in systems)
    whole = reduce(
        lambda one, other: _combine_options(one, other, max_repairs),
        parts,
        _RepairOptions(((rank_repair((), known), ()),), is_complete=True),
    )
    found = _sort_repairs([repair for _, repair in whole.ranked_repairs if repair], known)
    return RankedRepairs(found, whole.is_complete, is_unambiguous=whole.is_complete and _is_unambiguous(found, known))


@dataclass(frozen=True, slots=True)
class _RepairOptions:
    """What mends one or several sets, each way with its rank, the likeliest first; whether these are all."""

    ranked_repairs: tuple[tuple[RepairRank, Repair], ...]
    is_complete: bool


def _find_system_repairs(
    values: Mapping[CellRef, Decimal],
    system: EquationSystem,
    evidence: Mapping[CellRef, CellEvidence],
    limits: tuple[WorkBudget, int],
) -> _RepairOptions:
    """Mend one set of sums that hang together: by one cell if that will do, by more if not."""
    pins = _compute_suggestions(system, evidence)
    found = SearchResult(tuple(find_single_adjustments(system, pins)), is_complete=True)
    if not found.adjustments:
        found = search_repairs(system, SearchOptions(_compute_costs(system, evidence), pins, *limits))
    repairs = (_build_repair(values, system, shifts) for shifts in found.adjustments)
    return _keep_best(
        ((rank_repair(repair, evidence), repair) for repair in repairs), limits[1], is_complete=found.is_complete
    )


def _combine_options(left: _RepairOptions, right: _RepairOptions, max_repairs: int) -> _RepairOptions:
    """Mend two separate sets at once, each way of the one with each of the other."""
    pairs = product(left.ranked_repairs, right.ranked_repairs)
    ways = ((mine.combine_with(yours), (*first, *second)) for (mine, first), (yours, second) in pairs)
    return _keep_best(ways, max_repairs, is_complete=left.is_complete and right.is_complete)


def _keep_best(
    ranked_repairs: Iterable[tuple[RepairRank, Repair]], max_repairs: int, *, is_complete: bool
) -> _RepairOptions:
    ranked = sorted(ranked_repairs, key=lambda way: way[0])
    return _RepairOptions(tuple(ranked[:max_repairs]), is_complete=is_complete and len(ranked) <= max_repairs)


def _sort_repairs(repairs: Iterable[Repair], evidence: Mapping[CellRef, CellEvidence]) -> tuple[Repair, ...]:
    """Write each repair in the order in which a reader meets its cells, the likeliest first, swaps and all."""
    written = [tuple(sorted(repair, key=lambda change: change.cell.reading_order)) for repair in repairs]
    return tuple(sorted(written, key=lambda repair: rank_repair(repair, evidence)))


def _is_unambiguous(repairs: tuple[Repair, ...], evidence: Mapping[CellRef, CellEvidence]) -> bool:
    """Tell whether the first repair has no rival; the look of a slip orders repairs but convicts none."""
    weights: list[RepairRank] = [rank_repair(repair, evidence) for repair in repairs[:2]]
    judged = [(each.formula_count, each.net_contradictions) for each in weights]
    return len(judged) == 1 or (len(judged) > 1 and judged[0] < judged[1])


def _compute_suggestions(system: EquationSystem, evidence: Mapping[CellRef, CellEvidence]) -> SuggestedAdjustments:
    """Say by how much witnesses would shift each cell, as far as they speak in the unit of the sums."""
    pins = {}
    for at, cell in enumerate(system.cells):
        asked = [
            Fraction(each) * 10**system.decimal_places - system.cell_values[at]
            for each in _get_reference_values(cell, evidence)
        ]
        pins[at] = tuple(int(shift) for shift in asked if shift and shift.denominator == 1)
    return pins


def _get_reference_values(cell: CellRef, evidence: Mapping[CellRef, CellEvidence]) -> tuple[Decimal, ...]:
    return evidence[cell].reference_values if cell in evidence else ()


def _compute_costs(system: EquationSystem, evidence: Mapping[CellRef, CellEvidence]) -> dict[int, float]:
    """Price each change so that, among equally many, formulas stay and what witnesses deny goes."""
    pins = _compute_suggestions(system, evidence)
    return {
        at: 1 + FORMULA_PENALTY * (cell in evidence and evidence[cell].is_formula) - REFERENCE_BONUS * bool(pins[at])
        for at, cell in enumerate(system.cells)
    }


def _build_repair(values: Mapping[CellRef, Decimal], system: EquationSystem, adjustments: Adjustments) -> Repair:
    return tuple(
        _build_repair_step(values[system.cells[at]], system, at, shift) for at, shift in sorted(adjustments.items())
    )


def _build_repair_step(before: Decimal, system: EquationSystem, cell_index: int, adjustment: int) -> RepairStep:
    after = _format_units(system.cell_values[cell_index] + adjustment, system.decimal_places, count_decimals(before))
    return RepairStep(system.cells[cell_index], format(before, "f"), after)


def _format_units(units: int, decimal_places: int, min_decimals: int) -> str:
    """Write *units* of ``10 ** -places`` with *shown* decimals, or as many more as it takes."""
    digits = str(abs(units)).zfill(decimal_places + 1)
    whole, fraction = digits[: len(digits) - decimal_places], digits[len(digits) - decimal_places :]
    fraction = fraction[:min_decimals] + fraction[min_decimals:].rstrip("0")
    return ("-" if units < 0 else "") + whole + ("." + fraction if fraction else "")
