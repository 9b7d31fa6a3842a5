"""Two wrong figures that may as well be one slip: two other figures of a column, written in each other's row."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product

from checks.diagnosis.figures.figure_conditions import FigureConditions
from checks.diagnosis.figures.figure_violations import FigureCause
from checks.localisation.figures.figure_constraints import FigureState
from checks.localisation.figures.figure_search import FigureRepair, FigureSearchResult
from checks.model.cell_ref import CellRef

# More causes are no slip of two cells, and pairs of them would be many.
_MAX_CAUSES = 8
# A condition over more cells is a sum over rows.
_MAX_CELLS_OF_ROW = 5


def add_exchanges(conditions: FigureConditions, causes: Sequence[FigureCause]) -> list[FigureCause]:
    """Return the causes, with two as one ambiguous cause if an exchange of two figures explains both as well."""
    remaining = list(causes)
    if len(causes) > _MAX_CAUSES:
        return remaining
    for first, second in combinations(causes, 2):
        if first in remaining and second in remaining and first.result.is_certain and second.result.is_certain:
            exchange = _find_exchange(conditions, first, second)
            if exchange is not None:
                remaining.remove(first)
                remaining.remove(second)
                remaining.append(_join_causes(first, second, exchange))
    return remaining


def _join_causes(first: FigureCause, second: FigureCause, exchange: FigureRepair) -> FigureCause:
    separate = FigureRepair({**first.result.repairs[0].amounts, **second.result.repairs[0].amounts}, {})
    return FigureCause(
        first.group | second.group,
        (*first.violations, *second.violations),
        (*first.constraints, *second.constraints),
        FigureSearchResult((exchange, separate), is_complete=True),
    )


def _find_exchange(conditions: FigureConditions, first: FigureCause, second: FigureCause) -> FigureRepair | None:
    """Return the exchange of two figures that satisfies the conditions of both causes, other than their own repairs."""
    network, group = conditions.network, first.group | second.group
    changed_cells = {*first.result.repairs[0].amounts, *second.result.repairs[0].amounts}
    start = FigureState(network.values)
    for cell, other in _list_pairs(first, second):
        amounts = {cell: network.values[other], other: network.values[cell]}
        is_fixed = not network.formula_cells.isdisjoint(amounts)
        if is_fixed or changed_cells == set(amounts) or network.values[cell] == network.values[other]:
            continue
        state = start
        for changed_cell, amount in amounts.items():
            state = network.change(state, changed_cell, amount)
        if not network.update_violated(group, start, state):
            return FigureRepair(amounts, {})
    return None


def _list_pairs(first: FigureCause, second: FigureCause) -> Iterator[tuple[CellRef, CellRef]]:
    """Yield the pairs of cells in one column that the conditions of two rows relate."""
    for cell, other in product(_list_row_cells(first), _list_row_cells(second)):
        if cell.sheet == other.sheet and cell.column == other.column and cell.row != other.row:
            yield cell, other


def _list_row_cells(cause: FigureCause) -> Iterable[CellRef]:
    cells: dict[CellRef, None] = {}
    for constraint in cause.constraints:
        if constraint.size <= _MAX_CELLS_OF_ROW:
            cells.update(dict.fromkeys(constraint.cells))
    return cells
