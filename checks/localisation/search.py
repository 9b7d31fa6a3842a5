"""Which sets of two cells and more could be changed so that every sum holds (error localisation)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from checks.localisation.equation_system import Pins, Row, Shifts, System, free, mends, rows_of, solve
from checks.localisation.milp import Effort, Line, Program, Variable, answered
from checks.localisation.ranking import slip

SLIP_GAIN = 1e-5  # breaks ties only, so that a search cut short has listed the likelier ones
HOPELESS = 100  # a repair of more cells is none that a person would make: the table is another one, not a slip
SEEDS = 64  # so many broken rows are tried as the first of a packing; more would cost time and narrow little


@dataclass(frozen=True, slots=True)
class Found:
    """Shifts that mend a system, all of one size, and whether these are all there are of this size."""

    shifts: tuple[Shifts, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Field:
    """Where to look: which cells may change, and how many at least and at most.

    *forced* holds the one shift that each cell can have, or nothing where the shifts are open.
    """

    cells: tuple[int, ...]
    least: int
    most: int
    forced: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Guide:
    """What steers a search: the cost of changing each cell, near 1, what witnesses ask for, and when to stop.

    *effort* is the work that may still be done, *number* the repairs that suffice.
    """

    costs: Mapping[int, float]
    pins: Pins
    effort: Effort
    number: int


def searched(whole: System, guide: Guide) -> Found:
    """Find the smallest repairs of a system that no single cell mends."""
    if not all(row.weights for row in whole.broken):
        return Found((), complete=True)  # a sum without cells cannot be mended
    rows = _shortest_first(whole)
    if len(_packing(rows, rows[0])) > HOPELESS:
        return Found((), complete=False)
    near = _narrowed(whole)
    if near.least > 1 and near.cells:
        found = _enumerated(whole, near, guide)
        if found.shifts or not found.complete:
            return found
    everywhere = tuple(range(len(whole.cells)))
    return _enumerated(whole, Field(everywhere, max(2, near.least + 1), len(everywhere)), guide)


def _narrowed(whole: System) -> Field:
    """Give the least size that the broken rows allow, and the cells of every repair that small.

    So many broken rows without a common cell, so many cells at least; and when no more than these change,
    just one changes in each of those rows and closes it by itself. Every choice of such rows narrows them.
    """
    rows = _shortest_first(whole)
    packings = [_packing(rows, first) for first in rows[:SEEDS]]
    size = max(map(len, packings))
    exact = not any(row.slack for row in rows)
    fields = (set(_closing(packing, exact=exact)) for packing in packings if len(packing) == size)
    near = sorted(set.intersection(*fields))
    if not exact:
        return Field(tuple(at for at, _ in near), size, size)
    forced = {at: int(shift) for at, shift in near if shift.denominator == 1}
    forced = {at: shift for at, shift in forced.items() if whole.seen[at] + shift >= whole.lower}
    return Field(tuple(forced), size, size, forced)


def _shortest_first(whole: System) -> list[Row]:
    return sorted(whole.broken, key=lambda row: len(row.weights))


def _closing(rows: Iterable[Row], *, exact: bool) -> Iterator[tuple[int, Fraction]]:
    """Pair each cell with the shift by which it would close its row alone, or with 0 if that is open."""
    for row in rows:
        for at, weight in row.weights.items():
            yield at, Fraction(row.gap, weight) if exact else Fraction(0)


def _packing(rows: Iterable[Row], first: Row) -> list[Row]:
    """Collect rows without a common cell, *first* among them."""
    chosen, used = [first], set(first.weights)
    for row in rows:
        if used.isdisjoint(row.weights):
            chosen.append(row)
            used |= set(row.weights)
    return chosen


def _enumerated(whole: System, near: Field, guide: Guide) -> Found:
    """List the supports of the smallest size one by one, each forbidden once seen."""
    lines, most = list(_lines(whole, near)), near.most
    found = _swapped(whole, near)
    lines += [_another(near, tuple(shifts)) for shifts in found]
    while len(found) <= guide.number:
        program = Program(_variables(whole, near, guide), (*lines, _size(near, most)))
        answer = answered(program, guide.effort)
        if answer.values is None:
            return Found(tuple(found), complete=answer.infeasible)
        support = tuple(at for at, value in zip(near.cells, answer.values, strict=False) if value > 0.5)  # noqa: PLR2004
        shifts = settled(whole, support, guide)
        if shifts is not None:
            found.append(shifts)
            most = len(support)
        lines.append(_another(near, support))
    return Found(tuple(found), complete=False)


def _swapped(whole: System, near: Field) -> list[Shifts]:
    """Find the pairs whose figures change places, a common slip with many rivals, ahead of these."""
    if near.most > 2:  # noqa: PLR2004 - a swap is of two
        return []
    holders: dict[tuple[int, int], list[int]] = {}
    for at, shift in near.forced.items():
        holders.setdefault((whole.seen[at], whole.seen[at] + shift), []).append(at)
    pairs = (
        {one: near.forced[one], other: near.forced[other]}
        for (seen, meant), ones in holders.items()
        if seen < meant
        for one in ones
        for other in holders.get((meant, seen), ())
    )
    return [shifts for shifts in pairs if mends(whole, shifts)]


def settled(whole: System, support: tuple[int, ...], guide: Guide) -> Shifts | None:
    """Give shifts of exactly the cells of *support* that mend every row, None when there are none.

    Where several would do: as witnesses ask, or else the smallest in total.
    """
    shifts = solve(whole, support)
    if shifts is not None and mends(whole, shifts):
        return shifts
    if not free(whole, support):
        return None
    closest = (_closest(whole, support, pinned, guide) for pinned in _pinnings(support, guide.pins))
    return next((shifts for shifts in closest if shifts is not None and mends(whole, shifts)), None)


def _pinnings(support: tuple[int, ...], pins: Pins) -> Iterator[Shifts]:
    """Say which shifts to hold fast, in turn: all that witnesses ask for, then one at a time, then none."""
    asked = {at: pins[at] for at in support if pins.get(at)}
    yield {at: shifts[0] for at, shifts in asked.items()}
    yield from ({at: shift} for at, shifts in asked.items() for shift in shifts)
    yield {}


def _closest(whole: System, support: tuple[int, ...], pinned: Shifts, guide: Guide) -> Shifts | None:
    """Find whole shifts of least total that mend every row within its slack."""
    variables = [
        Variable(1.0, max(0, sign * pinned[at]), max(0, sign * pinned[at]), whole=True)
        if at in pinned
        else Variable(1.0, 0, float("inf") if sign > 0 else max(0, whole.seen[at] - whole.lower), whole=True)
        for at in support
        for sign in (1, -1)
    ]
    column = {at: 2 * number for number, at in enumerate(support)}
    lines = [Line(row.gap - row.slack, row.gap + row.slack, _moves(row, column, 1)) for row in rows_of(whole, support)]
    values = answered(Program(variables, lines), guide.effort).values
    if values is None:
        return None
    return {at: round(values[first]) - round(values[first + 1]) for at, first in column.items()}


def _moves(row: Row, column: Mapping[int, int], step: int) -> dict[int, float]:
    """Weigh the upward variable of each cell of a row, and the downward one *step* columns on."""
    known = [(column[at], weight) for at, weight in row.weights.items() if at in column]
    return {at: weight for first, weight in known for at, weight in ((first, weight), (first + step, -weight))}


def _reach(whole: System) -> int:
    """Bound any single shift of a smallest repair.

    A repair of least total only passes on what the rows leave open, so no cell moves by more than all of
    that; twice as much leaves room for cells that stand in several rows with the same sign.
    """
    below = max(0, whole.lower - min(whole.seen))
    return 2 * sum(abs(row.gap) + row.slack for row in whole.rows) + below


def _variables(whole: System, near: Field, guide: Guide) -> list[Variable]:
    """Declare for each cell whether it changes, and if open how far up, then how far down, by the reach."""
    changed = [Variable(_cost(whole, near, guide, at), 0, 1, whole=True) for at in near.cells]
    if near.forced:
        return changed
    reach = _reach(whole)
    room = (min(1.0, max(0, whole.seen[at] - whole.lower) / reach) for at in near.cells)
    return [*changed, *(Variable(0, 0, 1) for _ in near.cells), *(Variable(0, 0, each) for each in room)]


def _cost(whole: System, near: Field, guide: Guide, at: int) -> float:
    seen = whole.seen[at]
    look = slip(str(seen), str(seen + near.forced[at])) if near.forced else 0
    return guide.costs.get(at, 1.0) - SLIP_GAIN * look


def _lines(whole: System, near: Field) -> Iterator[Line]:
    """Demand that every row holds, that each broken one has a change, and that only changed cells move."""
    reach, count = _reach(whole), len(near.cells)
    changed = {at: number for number, at in enumerate(near.cells)}
    upward = {at: count + number for number, at in enumerate(near.cells)}
    for row in whole.rows:
        inside = [at for at in row.weights if at in changed]
        if near.forced:
            moves = {changed[at]: row.weights[at] * near.forced[at] / reach for at in inside}
        else:
            moves = _moves(row, upward, count)
        if inside or row.broken:
            yield Line((row.gap - row.slack) / reach, (row.gap + row.slack) / reach, moves)
        if row.broken:
            yield Line(1, float("inf"), {changed[at]: 1 for at in inside})
    if not near.forced:
        for number in range(count):
            yield Line(-1, 0, {count + number: 1, 2 * count + number: 1, number: -1})


def _size(near: Field, most: int) -> Line:
    return Line(near.least, most, dict.fromkeys(range(len(near.cells)), 1.0))


def _another(near: Field, support: tuple[int, ...]) -> Line:
    """Demand a change outside *support*: a smaller part of it is no repair, a larger set no smallest one."""
    known = set(support)
    return Line(1, float("inf"), {number: 1 for number, at in enumerate(near.cells) if at not in known})
