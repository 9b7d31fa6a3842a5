"""How usual a figure is in its place: beside the other figures of its column, and beside a related figure of its row.

The probabilities are of one figure among all that could be written with the decimals of the column.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import exp, log, pi, sqrt
from statistics import median
from typing import Final

# Figures that are usual in their column lie within one or two orders of magnitude.
_MIN_SPREAD: Final = 0.5
_MIN_RATIO_SPREAD: Final = 0.02
# With few pairs a ratio may be near another by chance.
_CHANCE_SPREAD: Final = 0.4
_MAD_TO_DEVIATION: Final = 1.4826
# Students t with three degrees of freedom: figures far away are rare, not impossible.
_FREEDOM: Final = 3
_T_NORM: Final = 2 / (pi * sqrt(_FREEDOM))
_UNKNOWN_SPREAD: Final = 14.0
_UNKNOWN_DENSITY: Final = 1e-3
_SMOOTHING: Final = 0.3
_PRIOR_EQUAL: Final = 0.1
_MAX_TRAILING_ZEROS: Final = 3
_NEVER: Final = -14.0


@dataclass(frozen=True, slots=True)
class FigurePair:
    """A figure and the related figure, if there is one."""

    amount: Decimal
    related: Decimal | None = None

    @property
    def is_equal(self) -> bool:
        """Whether the figure is its related figure, and not just 0 as well."""
        return bool(self.amount) and self.amount == self.related


@dataclass(frozen=True, slots=True)
class FigureExpectation:
    """What is usual in a column, from its other figures.

    *zero_share* is the share of zeros, and *zero_share_beside_zero* that beside a related figure of 0. *equal_share* is
    the share of figures that equal their related figure. *center* and *spread* are of the logarithms of the figures or,
    with *is_related*, of their ratios to the related figures. *unit* is the last decimal in use; *precisions* are the
    shares of figures by the number of zeros they end with in that unit.
    """

    zero_share: float
    zero_share_beside_zero: float
    equal_share: float
    center: float | None
    spread: float
    unit: Decimal
    precisions: Sequence[float]
    is_related: bool = False

    def weigh(self, pair: FigurePair) -> float:
        """Return the logarithm of the probability of a figure in its place."""
        if pair.amount < 0:
            return _NEVER
        is_beside_zero = pair.related is not None and pair.related == 0
        zero_share = self.zero_share_beside_zero if is_beside_zero else self.zero_share
        if pair.amount == 0:
            return log(zero_share)
        usual = self._compute_density(pair)
        if pair.related is None or is_beside_zero:
            return log1(1 - zero_share) + log1(usual)
        if pair.is_equal:
            return log1(1 - zero_share) + log1(self.equal_share + (1 - self.equal_share) * usual)
        return log1(1 - zero_share) + log1((1 - self.equal_share) * usual)

    def _compute_density(self, pair: FigurePair) -> float:
        amount = float(pair.amount)
        zeros = count_trailing_zeros(pair.amount, self.unit)
        step = float(self.unit) * 10.0**zeros
        if self.center is None:
            # Without other figures, no figure is more usual than another.
            density = _UNKNOWN_DENSITY
        elif self.is_related and pair.related is not None and pair.related > 0:
            density = compute_t_density(log(amount / float(pair.related)) - self.center, self.spread) / amount
        elif self.is_related:
            density = 1 / (_UNKNOWN_SPREAD * amount)
        else:
            density = compute_t_density(log(amount) - self.center, self.spread) / amount
        return min(1.0, self.precisions[zeros] * density * step)


def log1(share: float) -> float:
    """Return the logarithm of a share, bounded below."""
    return log(max(share, exp(_NEVER)))


def compute_t_density(distance: float, spread: float) -> float:
    """Return the density of Student's t with three degrees of freedom at a distance, scaled by *spread*."""
    scaled = distance / spread
    tail = 1 + scaled * scaled / _FREEDOM
    return _T_NORM / (tail * tail) / spread


def count_trailing_zeros(amount: Decimal, unit: Decimal) -> int:
    """Return with how many zeros a figure ends in a unit, at most three."""
    whole = int(abs(amount) / unit)
    zeros = 0
    while zeros < _MAX_TRAILING_ZEROS and whole and whole % 10 == 0:
        whole //= 10
        zeros += 1
    return zeros


def expect_alone(amounts: Sequence[Decimal], unit: Decimal) -> FigureExpectation:
    """Return what the other figures of a column make usual."""
    logs = [log(float(amount)) for amount in amounts if amount > 0]
    zero_share = _share_zeros(amounts, 3)
    return FigureExpectation(
        zero_share=zero_share,
        zero_share_beside_zero=zero_share,
        equal_share=0.0,
        center=median(logs) if logs else None,
        spread=max(_compute_spread(logs), _MIN_SPREAD) + 1 / (len(logs) + 1),
        unit=unit,
        precisions=_share_precisions(amounts, unit),
    )


def expect_beside(pairs: Sequence[FigurePair], unit: Decimal) -> FigureExpectation:
    """Return what the other figures of a column make usual beside a related figure."""
    beside_zero: list[Decimal] = []
    beside_other: list[Decimal] = []
    unequal_ratios: list[float] = []
    equal_count = 0
    for pair in pairs:
        if not pair.related:
            beside_zero.append(pair.amount)
            continue
        beside_other.append(pair.amount)
        if pair.is_equal:
            equal_count += 1
        elif pair.amount > 0 and pair.related > 0:
            unequal_ratios.append(log(float(pair.amount / pair.related)))
    count = equal_count + len(unequal_ratios)
    return FigureExpectation(
        zero_share=_share_zeros(beside_other, 3),
        zero_share_beside_zero=_share_zeros(beside_zero, 1),
        equal_share=(equal_count + _PRIOR_EQUAL) / (count + 1),
        center=_find_ratio_center(unequal_ratios, equal_count),
        spread=max(_compute_spread(unequal_ratios), _MIN_RATIO_SPREAD) + _CHANCE_SPREAD / (count + 1),
        unit=unit,
        precisions=_share_precisions([*beside_zero, *beside_other], unit),
        is_related=True,
    )


def _find_ratio_center(unequal_ratios: Sequence[float], equal_count: int) -> float | None:
    """Return the logarithm of the usual ratio; where all figures equal the related ones, others are near them."""
    if unequal_ratios:
        return median(unequal_ratios)
    return 0.0 if equal_count else None


def _share_zeros(amounts: Sequence[Decimal], rarity: int) -> float:
    return (amounts.count(Decimal(0)) + _SMOOTHING / rarity) / (len(amounts) + 1)


def _compute_spread(logs: Sequence[float]) -> float:
    if not logs:
        return 0.0
    center = median(logs)
    return _MAD_TO_DEVIATION * median(abs(value - center) for value in logs)


def _share_precisions(amounts: Sequence[Decimal], unit: Decimal) -> tuple[float, ...]:
    """Return the shares of figures by their trailing zeros; each zero more is ten times as rare by itself."""
    counts = Counter(count_trailing_zeros(amount, unit) for amount in amounts if amount > 0)
    total = counts.total()
    shares: tuple[float, ...] = ()
    for zeros in range(_MAX_TRAILING_ZEROS + 1):
        shares += ((counts[zeros] + 0.9 * 10**-zeros) / (total + 1),)
    return shares
