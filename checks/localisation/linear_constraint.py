"""Sums that must hold, in the one form used to localise and repair errors."""

from dataclasses import dataclass
from decimal import Decimal

from checks.model.cell_ref import CellRef


@dataclass(frozen=True, slots=True)
class Term:
    """A cell with its sign (+1 or -1) in a constraint."""

    cell: CellRef
    sign: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearConstraint:
    """``sum(sign * cell) == constant`` within *tolerance*, in the unit of the cells; 0 for exact figures.

    *rule_id* is the id of the rule that requires it. A constraint with one term and a constant is a cell that must
    equal an external figure, such as a target of the plan.
    """

    rule_id: str
    terms: tuple[Term, ...]
    constant: Decimal = Decimal(0)
    tolerance: Decimal = Decimal(0)
