"""Which smallest set of cells could be changed, and to what, when sums disagree (the Fellegi–Holt principle).

What is found is exact: HiGHS only proposes which cells to change, and is not even loaded where one will do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from itertools import product

from checks.localisation.equation_system import Pins, Shifts, System, silent, single_shifts, system
from checks.localisation.linear_constraint import Relation
from checks.localisation.milp import Effort
from checks.localisation.ranking import Evidence, Rank, rank
from checks.localisation.search import HOPELESS, Found, Guide, searched
from checks.model.cell_ref import CellRef
from checks.model.finding import Change
from checks.parsing.decimal_amounts import count_decimals

FORMULA_COST = 1e-3  # breaks ties only: a thousand formula cells would weigh as much as one cell more
WITNESS_GAIN = 1e-4
EFFORT = 2_000_000  # about two seconds

Repair = tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Repairs:
    """What would mend the whole broken set, the likeliest first, all by as few changes.

    *complete* is False when effort or number ran out, so that there may be others as small. *alone* is True
    when the first has no rival: it is the only one, or formulas and witnesses speak for it more than for the
    second.
    """

    found: tuple[Repair, ...]
    complete: bool
    alone: bool = False


def broken(values: Mapping[CellRef, Decimal], relations: Iterable[Relation]) -> tuple[Relation, ...]:
    """Give the relations that do not hold, in their order.

    A relation with a cell that holds no finite number is silent: it is not broken.
    """
    judged = (relation for relation in relations if not silent(values, relation))
    return tuple(each for each in judged if system(values, [each], Decimal(0)).broken)


def connected_sets(relations: Iterable[Relation]) -> tuple[tuple[Relation, ...], ...]:
    """Part relations into sets that share no cell, in the order of their first members."""
    relations = tuple(relations)
    parent: dict[CellRef, CellRef] = {}
    for relation in relations:
        for term in relation.terms:
            parent[_root(parent, term.cell)] = _root(parent, relation.terms[0].cell)
    sets: dict[CellRef | None, list[Relation]] = {}
    for relation in relations:
        root = _root(parent, relation.terms[0].cell) if relation.terms else None
        sets.setdefault(root, []).append(relation)
    return tuple(map(tuple, sets.values()))


def _root(parent: dict[CellRef, CellRef], cell: CellRef) -> CellRef:
    while (above := parent.setdefault(cell, cell)) != cell:
        parent[cell] = parent[above]
        cell = above
    return cell


def smallest_repairs(
    values: Mapping[CellRef, Decimal],
    relations: Iterable[Relation],
    *,
    evidence: Mapping[CellRef, Evidence] | None = None,
    effort: int = EFFORT,
    most: int = 20,
    lower: Decimal = Decimal(0),
) -> Repairs:
    """Find every smallest repair after which all relations hold and no changed cell is below *lower*.

    Only sums that hang together with a broken one count, directly or by way of others. Nothing is found, and
    that is complete, where nothing is broken or where no figures in the finest unit in use would do.
    *effort* (see there for its unit) and *most* bound the search and the number of repairs.
    """
    known, bounds = evidence or {}, (Effort(effort), most)
    judged = [relation for relation in relations if not silent(values, relation)]
    systems = [each for each in (system(values, each, lower) for each in connected_sets(judged)) if each.broken]
    if len(systems) > HOPELESS:
        return Repairs((), complete=False)
    parts = (_mended(values, each, known, bounds) for each in systems)
    whole = reduce(lambda one, other: _joined(one, other, most), parts, _Ways(((rank((), known), ()),), complete=True))
    found = _in_order([repair for _, repair in whole.ways if repair], known)
    return Repairs(found, whole.complete, alone=whole.complete and _alone(found, known))


@dataclass(frozen=True, slots=True)
class _Ways:
    """What mends one or several sets, each way with its rank, the likeliest first; whether these are all."""

    ways: tuple[tuple[Rank, Repair], ...]
    complete: bool


def _mended(
    values: Mapping[CellRef, Decimal],
    part: System,
    evidence: Mapping[CellRef, Evidence],
    bounds: tuple[Effort, int],
) -> _Ways:
    """Mend one set of sums that hang together: by one cell if that will do, by more if not."""
    pins = _pins(part, evidence)
    found = Found(tuple(single_shifts(part, pins)), complete=True)
    if not found.shifts:
        found = searched(part, Guide(_costs(part, evidence), pins, *bounds))
    repairs = (_changes(values, part, shifts) for shifts in found.shifts)
    return _best(((rank(repair, evidence), repair) for repair in repairs), bounds[1], complete=found.complete)


def _joined(one: _Ways, other: _Ways, most: int) -> _Ways:
    """Mend two separate sets at once, each way of the one with each of the other."""
    pairs = product(one.ways, other.ways)
    ways = ((mine.beside(yours), (*first, *second)) for (mine, first), (yours, second) in pairs)
    return _best(ways, most, complete=one.complete and other.complete)


def _best(ways: Iterable[tuple[Rank, Repair]], most: int, *, complete: bool) -> _Ways:
    ranked = sorted(ways, key=lambda way: way[0])
    return _Ways(tuple(ranked[:most]), complete=complete and len(ranked) <= most)


def _in_order(repairs: Iterable[Repair], evidence: Mapping[CellRef, Evidence]) -> tuple[Repair, ...]:
    """Write each repair in the order in which a reader meets its cells, the likeliest first, swaps and all."""
    written = [tuple(sorted(repair, key=lambda change: change.cell.reading_order)) for repair in repairs]
    return tuple(sorted(written, key=lambda repair: rank(repair, evidence)))


def _alone(found: tuple[Repair, ...], evidence: Mapping[CellRef, Evidence]) -> bool:
    """Tell whether the first repair has no rival; the look of a slip orders repairs but convicts none."""
    weights: list[Rank] = [rank(repair, evidence) for repair in found[:2]]
    judged = [(each.formulas, each.against) for each in weights]
    return len(judged) == 1 or (len(judged) > 1 and judged[0] < judged[1])


def _pins(part: System, evidence: Mapping[CellRef, Evidence]) -> Pins:
    """Say by how much witnesses would shift each cell, as far as they speak in the unit of the sums."""
    pins = {}
    for at, cell in enumerate(part.cells):
        asked = [Fraction(each) * 10**part.places - part.seen[at] for each in _witnesses(cell, evidence)]
        pins[at] = tuple(int(shift) for shift in asked if shift and shift.denominator == 1)
    return pins


def _witnesses(cell: CellRef, evidence: Mapping[CellRef, Evidence]) -> tuple[Decimal, ...]:
    return evidence[cell].witnesses if cell in evidence else ()


def _costs(part: System, evidence: Mapping[CellRef, Evidence]) -> dict[int, float]:
    """Price each change so that, among equally many, formulas stay and what witnesses deny goes."""
    pins = _pins(part, evidence)
    return {
        at: 1 + FORMULA_COST * (cell in evidence and evidence[cell].formula) - WITNESS_GAIN * bool(pins[at])
        for at, cell in enumerate(part.cells)
    }


def _changes(values: Mapping[CellRef, Decimal], part: System, shifts: Shifts) -> Repair:
    return tuple(_change(values[part.cells[at]], part, at, shift) for at, shift in sorted(shifts.items()))


def _change(before: Decimal, part: System, at: int, shift: int) -> Change:
    after = _written(part.seen[at] + shift, part.places, count_decimals(before))
    return Change(part.cells[at], format(before, "f"), after)


def _written(units: int, places: int, shown: int) -> str:
    """Write *units* of ``10 ** -places`` with *shown* decimals, or as many more as it takes."""
    digits = str(abs(units)).zfill(places + 1)
    whole, fraction = digits[: len(digits) - places], digits[len(digits) - places :]
    fraction = fraction[:shown] + fraction[shown:].rstrip("0")
    return ("-" if units < 0 else "") + whole + ("." + fraction if fraction else "")
