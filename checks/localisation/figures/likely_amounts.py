"""Figures that may have been meant where another one stands: a moved point, exchanged digits, another unit."""

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal

from checks.localisation.figures.figure_constraints import ValueRange

_POWERS = (-4, -3, -2, -1, 1, 2, 3, 4)
# Between square metres, mu and hectares; powers of ten are among those above.
_UNIT_RATIOS = ((15, 10_000), (10_000, 15), (15, 1), (1, 15))
_DIGITS = "0123456789"


def list_likely_amounts(before: Decimal, wanted: ValueRange, known: Iterable[Decimal], decimals: int) -> list[Decimal]:
    """Return the figures of a range that explain best why *before* stands there, none if nothing explains it.

    Best is another known figure that was written in the wrong place, a moved point, a sign, exchanged digits or
    another unit; next best is one wrong digit.
    """
    for group in (_list_strong_amounts(before, known, decimals), _list_mistyped_amounts(before, decimals)):
        amounts = sorted({amount for amount in group if wanted.low <= amount <= wanted.high and amount != before})
        if amounts:
            return amounts
    return []


def _list_strong_amounts(before: Decimal, known: Iterable[Decimal], decimals: int) -> Iterator[Decimal]:
    unit = Decimal(1).scaleb(-decimals)
    yield from known
    yield -before
    for power in _POWERS:
        yield before.scaleb(power)
    for numerator, denominator in _UNIT_RATIOS:
        yield (before * numerator / denominator).quantize(unit, ROUND_HALF_UP)
    text = format(before, "f")
    for index in range(len(text) - 1):
        pair = text[index : index + 2]
        if "." not in pair and "-" not in pair:
            yield Decimal(text[:index] + pair[::-1] + text[index + 2 :])


def _list_mistyped_amounts(before: Decimal, decimals: int) -> Iterator[Decimal]:
    """Yield the figures with one other digit."""
    text = format(before.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP), "f")
    for index, character in enumerate(text):
        if character in _DIGITS:
            for digit in _DIGITS:
                yield Decimal(text[:index] + digit + text[index + 1 :])
