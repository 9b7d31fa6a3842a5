"""Search for the fewest figures whose change satisfies all conditions, sums and products alike.

A condition that does not hold has a wrong figure among its cells: each of them is changed so that the condition holds,
and the search goes on with the conditions that are still violated.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from checks.localisation.figures.figure_constraints import FigureConstraint, FigureState, ValueRange
from checks.localisation.figures.figure_network import FigureNetwork
from checks.model.cell_ref import CellRef

MAX_CHANGES = 6
MAX_REPAIRS = 20
# A condition over more cells is a sum over rows.
_MAX_CELLS_OF_ROW = 5
# Each step changes one figure and evaluates its conditions: some 20 microseconds.
DEFAULT_MAX_STEPS = 40_000


@dataclass(frozen=True, slots=True)
class FigureRepair:
    """New figures by cell; *open_ranges* holds the cells in which other figures would do as well, and which."""

    amounts: Mapping[CellRef, Decimal]
    open_ranges: Mapping[CellRef, ValueRange]


@dataclass(frozen=True, slots=True)
class FigureSearchResult:
    """The repairs with the fewest changes; *is_complete* if there are no others."""

    repairs: tuple[FigureRepair, ...]
    is_complete: bool

    @property
    def is_certain(self) -> bool:
        """Whether there is one repair only, and only one figure for each of its cells."""
        return self.is_complete and len(self.repairs) == 1 and not self.repairs[0].open_ranges


@dataclass(frozen=True, slots=True)
class _SearchNode:
    """Figures changed so far, and the indices of the conditions that they leave violated."""

    state: FigureState
    amounts: Mapping[CellRef, Decimal]
    violated: frozenset[int]
    open_ranges: Mapping[CellRef, ValueRange] = field(default_factory=dict)


@dataclass(slots=True)
class _FigureSearch:
    """A search that ends once *remaining_steps* are used up."""

    network: FigureNetwork
    remaining_steps: int
    known_amounts: Mapping[tuple[str, int], frozenset[Decimal]]

    def search(self, node: _SearchNode, max_changes: int) -> Iterator[FigureRepair]:
        """Yield each repair that changes exactly *max_changes* more figures, some of them repeatedly."""
        if not node.violated:
            yield FigureRepair(node.amounts, node.open_ranges)
            return
        violated = sorted(map(self.network.constraints.__getitem__, node.violated), key=_get_size)
        if not max_changes or self._needs_more(violated, max_changes):
            return
        for cell, amount, open_range in self._list_changes(node, violated, is_last=max_changes == 1):
            if not self.remaining_steps:
                return
            self.remaining_steps -= 1
            state = self.network.change(node.state, cell, amount)
            open_ranges = node.open_ranges
            if open_range is not None:
                open_ranges = {**open_ranges, cell: open_range}
            yield from self.search(
                _SearchNode(
                    state=state,
                    amounts={**node.amounts, cell: amount},
                    violated=self.network.update_violated(node.violated, node.state, state),
                    open_ranges=open_ranges,
                ),
                max_changes - 1,
            )

    def _list_changes(
        self, node: _SearchNode, violated: Sequence[FigureConstraint], *, is_last: bool
    ) -> Iterator[tuple[CellRef, Decimal, ValueRange | None]]:
        """Yield the changes that satisfy the shortest violated condition, each with other figures that would do.

        Other violated conditions narrow down the figures of a cell, or give figures of their own.
        """
        tried: set[tuple[CellRef, Decimal]] = set()
        for cell, solution in self.network.list_candidates(violated[0], node.state):
            if cell in node.amounts or (is_last and not self._is_in_all(cell, violated)):
                continue
            for wanted in _list_ranges(cell, solution, violated, node.state):
                for amount, open_range in self._list_amounts(cell, wanted):
                    if (cell, amount) not in tried and amount != node.state.read(cell):
                        tried.add((cell, amount))
                        yield cell, amount, open_range

    def _list_amounts(self, cell: CellRef, wanted: ValueRange) -> Iterator[tuple[Decimal, ValueRange | None]]:
        """Yield figures of a range; the range stays open unless one figure explains what stands there."""
        known = self.known_amounts.get((cell.sheet, cell.column), frozenset())
        for amount, is_certain in self.network.list_amounts(cell, wanted, known):
            yield amount, None if is_certain else wanted

    def _needs_more(self, violated: Sequence[FigureConstraint], max_changes: int) -> bool:
        """Return whether more figures must change; a change may reach several conditions by formulas."""
        return not self.network.derivations and count_disjoint(violated, max_changes) > max_changes

    def _is_in_all(self, cell: CellRef, violated: Iterable[FigureConstraint]) -> bool:
        """Return whether a cell can satisfy all violated conditions by itself; formulas carry changes further."""
        if cell in self.network.derived_by_cell:
            return True
        return all(constraint.contains(cell) for constraint in violated)


def _list_ranges(
    cell: CellRef, solution: ValueRange, violated: Sequence[FigureConstraint], state: FigureState
) -> Iterator[ValueRange]:
    """Yield the figures that satisfy as many violated conditions as possible, then those of single conditions."""
    others: list[ValueRange] = []
    narrowed = solution
    for constraint in violated[1:]:
        if constraint.contains(cell):
            other = constraint.solve(cell, state)
            if other is not None:
                others.append(other)
                both = narrowed.intersect(other)
                if both.low <= both.high:
                    narrowed = both
    yield narrowed
    yield solution
    yield from others


def _get_size(constraint: FigureConstraint) -> int:
    return constraint.size


def count_disjoint(constraints: Iterable[FigureConstraint], limit: int) -> int:
    """Return how many of some conditions share no cell, at most *limit* + 1: each needs a change of its own."""
    used: set[CellRef] = set()
    count = 0
    for constraint in constraints:
        cells = set(constraint.cells)
        if used.isdisjoint(cells):
            used |= cells
            count += 1
            if count > limit:
                break
    return count


def search_figure_repairs(
    network: FigureNetwork,
    violated: frozenset[int],
    max_changes: int = MAX_CHANGES,
    max_steps: int = DEFAULT_MAX_STEPS,
) -> FigureSearchResult:
    """Return the repairs of some violated conditions that change the fewest figures, at most *max_changes*."""
    search = _FigureSearch(network, max_steps, _collect_known_amounts(network, violated))
    start = _SearchNode(FigureState(network.values), {}, violated)
    for change_count in range(1, max_changes + 1):
        repairs: dict[frozenset[object], FigureRepair] = {}
        for repair in search.search(start, change_count):
            repairs.setdefault(_get_key(repair), repair)
            if len(repairs) > MAX_REPAIRS:
                break
        is_complete = bool(search.remaining_steps) and len(repairs) <= MAX_REPAIRS
        if repairs or not is_complete:
            return FigureSearchResult(tuple(repairs.values())[:MAX_REPAIRS], is_complete)
    return FigureSearchResult((), is_complete=False)


def _get_key(repair: FigureRepair) -> frozenset[object]:
    """Return the key of a repair: its cells and figures, or its cells alone if other figures would do."""
    if repair.open_ranges:
        return frozenset(repair.amounts)
    return frozenset(repair.amounts.items())


def _collect_known_amounts(
    network: FigureNetwork, violated: Iterable[int]
) -> dict[tuple[str, int], frozenset[Decimal]]:
    """Return the figures in the violated conditions of rows, by sheet and column: one may stand in another's place."""
    amounts: dict[tuple[str, int], frozenset[Decimal]] = {}
    for index in violated:
        constraint = network.constraints[index]
        if constraint.size > _MAX_CELLS_OF_ROW:
            continue
        for cell in constraint.cells:
            key = (cell.sheet, cell.column)
            amounts[key] = amounts.get(key, frozenset()) | {network.values[cell]}
    return amounts
