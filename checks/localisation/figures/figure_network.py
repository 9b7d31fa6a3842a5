"""Figures connected by conditions: what a change violates, and what follows from it by formulas."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from checks.localisation.figures.figure_constraints import (
    FigureConstraint,
    FigureState,
    LowerBound,
    ValueRange,
)
from checks.localisation.figures.likely_amounts import list_likely_amounts
from checks.model.cell_ref import CellRef

# Decimals of cells whose column is not known.
_DEFAULT_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class FigureNetwork:
    """Figures and their conditions; *formula_cells* hold formulas, which are calculated and never changed.

    *decimals* are those of each cell. *derivations* are the conditions that formulas carry out by themselves.
    """

    values: Mapping[CellRef, Decimal]
    constraints: tuple[FigureConstraint, ...]
    decimals: Mapping[CellRef, int]
    formula_cells: AbstractSet[CellRef] = frozenset()
    derivations: Mapping[CellRef, FigureConstraint] = field(default_factory=dict)
    constraints_by_cell: Mapping[CellRef, tuple[int, ...]] = field(default_factory=dict)
    derived_by_cell: Mapping[CellRef, tuple[CellRef, ...]] = field(default_factory=dict)

    def find_violated(self) -> frozenset[int]:
        """Return the indices of the conditions that do not hold."""
        state = FigureState(self.values)
        pairs = enumerate(self.constraints)
        return frozenset(index for index, constraint in pairs if not constraint.is_satisfied(state))

    def change(self, state: FigureState, cell: CellRef, amount: Decimal) -> FigureState:
        """Return the figures with one of them changed, and with what formulas calculate from it."""
        changed = FigureState(self.values, {**state.changes, cell: amount})
        open_cells = list(self.derived_by_cell.get(cell, ()))
        for derived_cell in open_cells:
            derivation = self.derivations[derived_cell]
            expected = None if isinstance(derivation, LowerBound) else derivation.compute(changed)
            if expected is not None and expected != changed.read(derived_cell):
                changed = FigureState(self.values, {**changed.changes, derived_cell: expected})
                open_cells += self.derived_by_cell.get(derived_cell, ())
        return changed

    def update_violated(self, violated: Iterable[int], before: FigureState, after: FigureState) -> frozenset[int]:
        """Return the indices of the conditions that do not hold after a change."""
        still_violated = set(violated)
        for cell, amount in after.changes.items():
            if before.changes.get(cell) == amount:
                continue
            for index in self.constraints_by_cell.get(cell, ()):
                if self.constraints[index].is_satisfied(after):
                    still_violated.discard(index)
                else:
                    still_violated.add(index)
        return frozenset(still_violated)

    def list_candidates(self, constraint: FigureConstraint, state: FigureState) -> Iterator[tuple[CellRef, ValueRange]]:
        """Yield each cell that may be changed with the figures with which a condition holds.

        In place of the cell of a formula, the cells that it is calculated from are changed.
        """
        for cell in constraint.cells:
            solution = constraint.solve(cell, state)
            if solution is not None:
                yield from self._trace_to_inputs(cell, solution, state)

    def _trace_to_inputs(
        self, cell: CellRef, solution: ValueRange, state: FigureState
    ) -> Iterator[tuple[CellRef, ValueRange]]:
        if cell not in self.formula_cells:
            yield cell, solution
            return
        derivation = self.derivations.get(cell)
        if derivation is None or not solution.is_bounded:
            return
        target = FigureState(self.values, {**state.changes, cell: (solution.low + solution.high) / 2})
        for part in derivation.cells:
            if part != cell:
                part_solution = derivation.solve(part, target)
                if part_solution is not None:
                    yield from self._trace_to_inputs(part, part_solution, state)

    def list_amounts(self, cell: CellRef, wanted: ValueRange, known: Iterable[Decimal]) -> list[tuple[Decimal, bool]]:
        """Return the figures of a range that the column allows and that are worth trying, each with its certainty.

        Certain are the only figure, and the only one that explains what stands there (see `list_likely_amounts`, to
        which *known* figures are passed). If nothing explains it, the figure with the fewest decimals is returned.
        """
        max_decimals = self.decimals.get(cell, _DEFAULT_DECIMALS)
        unit, low = Decimal(1).scaleb(-max_decimals), max(Decimal(0), wanted.low)
        if not wanted.is_bounded:
            return []
        first, last = low.quantize(unit, ROUND_CEILING), wanted.high.quantize(unit, ROUND_FLOOR)
        if first > last:
            return []
        if first == last:
            return [(first, True)]
        likely = list_likely_amounts(self.values[cell], ValueRange(first, last), known, max_decimals)
        if not likely:
            return [(_shorten(low, wanted.high, max_decimals), False)]
        return [(amount, len(likely) == 1) for amount in likely]


def _shorten(low: Decimal, high: Decimal, max_decimals: int) -> Decimal:
    """Return the figure with the fewest decimals from *low* to *high*."""
    for decimals in range(max_decimals):
        shortest = low.quantize(Decimal(1).scaleb(-decimals), ROUND_CEILING)
        if shortest <= high:
            return shortest
    return low.quantize(Decimal(1).scaleb(-max_decimals), ROUND_CEILING)


def build_figure_network(
    values: Mapping[CellRef, Decimal],
    constraints: Iterable[FigureConstraint],
    decimals: Mapping[CellRef, int],
    formula_cells: AbstractSet[CellRef],
) -> FigureNetwork:
    """Connect figures by their conditions; those over cells without a figure are left out.

    A condition that holds and whose target is a formula is what that formula calculates.
    """
    kept: list[FigureConstraint] = []
    derivations: dict[CellRef, FigureConstraint] = {}
    state = FigureState(values)
    for constraint in constraints:
        if not all(cell in values for cell in constraint.cells):
            continue
        is_derived = constraint.target in formula_cells and constraint.target not in derivations
        if is_derived and not isinstance(constraint, LowerBound) and constraint.is_satisfied(state):
            derivations[constraint.target] = constraint
        else:
            kept.append(constraint)
    return FigureNetwork(
        values=values,
        constraints=tuple(kept),
        decimals=decimals,
        formula_cells=formula_cells,
        derivations=derivations,
        constraints_by_cell=_index_constraints(kept),
        derived_by_cell=_index_derivations(derivations),
    )


def _index_constraints(constraints: Iterable[FigureConstraint]) -> dict[CellRef, tuple[int, ...]]:
    indices: dict[CellRef, list[int]] = defaultdict(list)
    for index, constraint in enumerate(constraints):
        for cell in constraint.cells:
            indices[cell].append(index)
    return {cell: tuple(positions) for cell, positions in indices.items()}


def _index_derivations(derivations: Mapping[CellRef, FigureConstraint]) -> dict[CellRef, tuple[CellRef, ...]]:
    derived: dict[CellRef, list[CellRef]] = defaultdict(list)
    for target, constraint in derivations.items():
        for cell in constraint.cells:
            if cell != target:
                derived[cell].append(target)
    return {cell: tuple(targets) for cell, targets in derived.items()}
