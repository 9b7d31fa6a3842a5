"""Conditions that make one figure follow from others: a rounded sum, a rounded product, and a lower bound."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import TypeAlias

from checks.model.cell_ref import CellRef

_ZERO = Decimal(0)
_INFINITE = Decimal("Infinity")


@dataclass(slots=True)
class FigureState:
    """The figures of a workbook with some of them changed."""

    values: Mapping[CellRef, Decimal]
    changes: Mapping[CellRef, Decimal] = field(default_factory=dict)

    def read(self, cell: CellRef) -> Decimal:
        """Return the figure of a cell as changed."""
        if cell in self.changes:
            return self.changes[cell]
        return self.values[cell]


@dataclass(frozen=True, slots=True)
class ValueRange:
    """The figures from *low* to *high*, both included."""

    low: Decimal
    high: Decimal

    @property
    def is_bounded(self) -> bool:
        """Whether there is a greatest figure."""
        return self.high.is_finite()

    def intersect(self, other: "ValueRange") -> "ValueRange":
        """Return the figures of both ranges; none if *low* is then above *high*."""
        return ValueRange(max(self.low, other.low), min(self.high, other.high))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoundedSum:
    """``target == round(factor * (constant + sum(sign * part)))``, within *tolerance*.

    *parts* are the signs by cell, and *base_sum* is the constant plus the sum of the parts as they stand. *decimals*
    is None if the sum is not rounded; with *allows_half_even* a half may be rounded to the even digit as well.
    """

    rule_id: str
    target: CellRef
    parts: Mapping[CellRef, int]
    base_sum: Decimal
    factor: tuple[Decimal, Decimal] = (Decimal(1), Decimal(1))
    decimals: int | None = None
    tolerance: Decimal = _ZERO
    allows_half_even: bool = False

    @property
    def cells(self) -> Iterable[CellRef]:
        """All cells, the target first."""
        return (self.target, *self.parts)

    @property
    def size(self) -> int:
        """The number of cells."""
        return 1 + len(self.parts)

    def contains(self, cell: CellRef) -> bool:
        """Return whether a cell is part of the condition."""
        return cell == self.target or cell in self.parts

    def compute(self, state: FigureState) -> Decimal:
        """Return the figure that the target should have."""
        return _round(self._compute_exactly(state), self.decimals)

    def is_satisfied(self, state: FigureState) -> bool:
        """Return whether the target has its figure."""
        exact, target = self._compute_exactly(state), state.read(self.target)
        if abs(target - _round(exact, self.decimals)) <= self.tolerance:
            return True
        return self.allows_half_even and abs(target - _round(exact, self.decimals, ROUND_HALF_EVEN)) <= self.tolerance

    def _compute_exactly(self, state: FigureState) -> Decimal:
        numerator, denominator = self.factor
        return self._add_up(state) * numerator / denominator

    def solve(self, cell: CellRef, state: FigureState) -> ValueRange | None:
        """Return the figures of a cell with which the condition holds, or None if there are none."""
        if cell == self.target:
            expected = self.compute(state)
            return ValueRange(expected - self.tolerance, expected + self.tolerance)
        numerator, denominator = self.factor
        slack = self.tolerance + _get_half_unit(self.decimals)
        current_sum, sign = self._add_up(state), self.parts[cell]
        target, amount = state.read(self.target), state.read(cell)
        first = amount + sign * ((target - slack) * denominator / numerator - current_sum)
        second = amount + sign * ((target + slack) * denominator / numerator - current_sum)
        return ValueRange(min(first, second), max(first, second))

    def _add_up(self, state: FigureState) -> Decimal:
        """Return the sum as changed; columns are long, and changes are few."""
        total = self.base_sum
        for cell, amount in state.changes.items():
            sign = self.parts.get(cell)
            if sign is not None:
                total += sign * (amount - state.values[cell])
        return total


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoundedProduct:
    """``target == round(factor * product(factors) / product(divisors))``."""

    rule_id: str
    target: CellRef
    factors: tuple[CellRef, ...]
    divisors: tuple[CellRef, ...] = ()
    factor: tuple[Decimal, Decimal] = (Decimal(1), Decimal(1))
    decimals: int = 2
    allows_half_even: bool = False

    @property
    def cells(self) -> Iterable[CellRef]:
        """All cells, the target first."""
        return (self.target, *self.factors, *self.divisors)

    @property
    def size(self) -> int:
        """The number of cells."""
        return 1 + len(self.factors) + len(self.divisors)

    def contains(self, cell: CellRef) -> bool:
        """Return whether a cell is part of the condition."""
        return cell in self.cells

    def compute(self, state: FigureState) -> Decimal | None:
        """Return the figure that the target should have, or None if it would be divided by 0."""
        exact = self._compute_exactly(state)
        return None if exact is None else _round(exact, self.decimals)

    def is_satisfied(self, state: FigureState) -> bool:
        """Return whether the target has its figure; a quotient by 0 is not judged."""
        exact, target = self._compute_exactly(state), state.read(self.target)
        if exact is None or target == _round(exact, self.decimals):
            return True
        return self.allows_half_even and target == _round(exact, self.decimals, ROUND_HALF_EVEN)

    def _compute_exactly(self, state: FigureState) -> Decimal | None:
        numerator, denominator = self._multiply(state, self.target)
        return numerator / denominator if denominator else None

    def solve(self, cell: CellRef, state: FigureState) -> ValueRange | None:
        """Return the figures of a cell with which the condition holds, or None if there are none."""
        if cell == self.target:
            expected = self.compute(state)
            return None if expected is None else ValueRange(expected, expected)
        numerator, denominator = self._multiply(state, cell)
        slack = _get_half_unit(self.decimals)
        low, high = max(_ZERO, state.read(self.target) - slack), state.read(self.target) + slack
        if cell in self.divisors:
            return _divide_range(numerator, ValueRange(low * denominator, high * denominator))
        if not numerator:
            return None
        return ValueRange(low * denominator / numerator, high * denominator / numerator)

    def _multiply(self, state: FigureState, without: CellRef) -> tuple[Decimal, Decimal]:
        """Return the products of the factors and of the divisors, both without one cell."""
        numerator, denominator = self.factor
        for cell in self.factors:
            if cell != without:
                numerator *= state.read(cell)
        for cell in self.divisors:
            if cell != without:
                denominator *= state.read(cell)
        return numerator, denominator


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LowerBound:
    """``target >= 0``."""

    rule_id: str
    target: CellRef

    @property
    def cells(self) -> Iterable[CellRef]:
        """The cell."""
        return (self.target,)

    @property
    def size(self) -> int:
        """The number of cells."""
        return 1

    def contains(self, cell: CellRef) -> bool:
        """Return whether a cell is part of the condition."""
        return cell == self.target

    def is_satisfied(self, state: FigureState) -> bool:
        """Return whether the figure is not negative."""
        return state.read(self.target) >= 0

    def solve(self, _: CellRef, __: FigureState) -> ValueRange | None:
        """Return all figures that are not negative; other conditions must narrow them down."""
        return ValueRange(_ZERO, _INFINITE)


FigureConstraint: TypeAlias = RoundedSum | RoundedProduct | LowerBound


def _divide_range(dividend: Decimal, divisors: ValueRange) -> ValueRange | None:
    """Return the quotients of a figure by the figures of a range, or None if there are none."""
    if divisors.high <= 0 or not dividend:
        return None
    highest = dividend / divisors.low if divisors.low else _INFINITE
    return ValueRange(dividend / divisors.high, highest)


def _round(amount: Decimal, decimals: int | None, rounding: str = ROUND_HALF_UP) -> Decimal:
    if decimals is None:
        return amount
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding)


def _get_half_unit(decimals: int | None) -> Decimal:
    """Return the most by which rounding changes a figure."""
    if decimals is None:
        return _ZERO
    return Decimal(1).scaleb(-decimals) / 2
