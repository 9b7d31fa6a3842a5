"""The value of a formula together with the cells that it adds up, kept through its arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from checks.model.cell_ref import CellRef

_MAX_PLACES = 12
_NOISE = Decimal("1e-9")


class UnsupportedFormulaError(Exception):
    """The formula does more than arithmetic on cells, numbers and sums."""


@dataclass(frozen=True, slots=True)
class FormulaValue:
    """What a formula computes.

    *coefficients* tells how often each cell is added up; it is None if the formula is no sum of cells, such as the
    product of two cells. *skipped_cells* are in hidden rows that a subtotal leaves out. *rounds* is true if
    rounding changes any part.
    """

    amount: Decimal
    coefficients: Mapping[CellRef, Decimal] | None = field(default_factory=dict)
    skipped_cells: frozenset[CellRef] = frozenset()
    rounds: bool = False

    @property
    def has_cells(self) -> bool:
        """Whether the formula refers to any cell."""
        return self.coefficients is None or bool(self.coefficients)

    def add(self, other: "FormulaValue", sign: int = 1) -> "FormulaValue":
        """Return this value plus another one, or minus it if *sign* is -1."""
        coefficients: dict[CellRef, Decimal] | None = None
        if self.coefficients is not None and other.coefficients is not None:
            coefficients = dict(self.coefficients)
            for cell, coefficient in other.coefficients.items():
                coefficients[cell] = coefficients.get(cell, Decimal(0)) + sign * coefficient
        return FormulaValue(
            self.amount + sign * other.amount,
            coefficients,
            self.skipped_cells | other.skipped_cells,
            self.rounds or other.rounds,
        )

    def multiply(self, other: "FormulaValue") -> "FormulaValue":
        """Return the product; cells are kept only if one of the two is a number."""
        coefficients: dict[CellRef, Decimal] | None = None
        if not other.has_cells:
            coefficients = _scale(self.coefficients, other.amount)
        elif not self.has_cells:
            coefficients = _scale(other.coefficients, self.amount)
        skipped_cells = self.skipped_cells | other.skipped_cells
        return FormulaValue(self.amount * other.amount, coefficients, skipped_cells, self.rounds or other.rounds)

    def invert(self) -> "FormulaValue":
        """Return 1 divided by this value; raise `UnsupportedFormulaError` if it is 0."""
        if not self.amount:
            raise UnsupportedFormulaError
        coefficients: Mapping[CellRef, Decimal] | None = None
        if not self.has_cells:
            coefficients = {}
        return FormulaValue(1 / self.amount, coefficients, self.skipped_cells, self.rounds)

    def round_to(self, places: Decimal) -> "FormulaValue":
        """Return this value rounded half up, as the function ROUND does."""
        if places != int(places) or abs(places) > _MAX_PLACES:
            raise UnsupportedFormulaError
        # Binary programs round 2.675 as people expect; what a division left below 1e-12 is no digit.
        amount = self.amount.quantize(Decimal(1).scaleb(-_MAX_PLACES))
        amount = amount.quantize(Decimal(1).scaleb(-int(places)), rounding=ROUND_HALF_UP)
        # A total whose cells have no more decimals is not changed by rounding: it is the sum of its cells.
        is_changed = abs(amount - self.amount) > _NOISE
        return FormulaValue(amount, self.coefficients, self.skipped_cells, self.rounds or is_changed)


def _scale(coefficients: Mapping[CellRef, Decimal] | None, factor: Decimal) -> dict[CellRef, Decimal] | None:
    if coefficients is None:
        return None
    return {cell: coefficient * factor for cell, coefficient in coefficients.items()}
