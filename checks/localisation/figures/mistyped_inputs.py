"""A typed figure from which formulas calculate: its row holds by itself, and only a sum over rows shows the error.

The figures in between follow from it together, so that none of them can be solved for alone.
"""

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal

from checks.localisation.figures.figure_constraints import FigureConstraint, FigureState, ValueRange
from checks.localisation.figures.figure_network import FigureNetwork
from checks.localisation.figures.figure_search import FigureRepair
from checks.localisation.figures.likely_amounts import list_likely_amounts
from checks.model.cell_ref import CellRef

_ANY_AMOUNT = ValueRange(Decimal(0), Decimal(10) ** 15)
_DEFAULT_DECIMALS = 2
# Each amount is tried by itself.
_MAX_INPUTS = 5_000


def find_mistyped_inputs(network: FigureNetwork, violated: frozenset[int]) -> list[FigureRepair]:
    """Return the changes of one typed figure, by a slip of typing or of the unit, that satisfy violated conditions."""
    repairs: list[FigureRepair] = []
    constraints = list(map(network.constraints.__getitem__, sorted(violated)))
    start = FigureState(network.values)
    for cell in list(_list_inputs(network, constraints))[:_MAX_INPUTS]:
        decimals = network.decimals.get(cell, _DEFAULT_DECIMALS)
        before = network.values[cell]
        amounts = list_likely_amounts(before, _ANY_AMOUNT, (), decimals)
        for likely_amount in amounts:
            amount = _round(likely_amount, decimals)
            state = network.change(start, cell, amount)
            if amount != before and not network.update_violated(violated, start, state):
                repairs.append(FigureRepair({cell: amount}, {}))
    return repairs


def _round(amount: Decimal, decimals: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP).normalize() + 0


def _list_inputs(network: FigureNetwork, constraints: Iterable[FigureConstraint]) -> Iterator[CellRef]:
    """Yield each typed cell from which the formulas in some conditions calculate, once."""
    seen: set[CellRef] = set()
    for constraint in constraints:
        open_cells = list(filter(network.derivations.__contains__, constraint.cells))
        while open_cells:
            cell = open_cells.pop()
            if cell in seen:
                continue
            seen.add(cell)
            if cell in network.formula_cells:
                derivation = network.derivations.get(cell)
                open_cells.extend(derivation.cells if derivation else ())
            elif cell in network.values:
                yield cell
