"""Amounts as `Decimal`: the number of their decimals, and sums of amounts of which some are unknown."""

from collections.abc import Iterable
from decimal import Decimal


def count_decimals(amount: Decimal) -> int:
    """Return the number of decimals that an amount is written with; 0 for an infinite amount or NaN."""
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int):
        return 0
    return max(0, -exponent)


def sum_known_amounts(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of the known amounts, or None if none is known."""
    known_amounts = [amount for amount in amounts if amount is not None]
    if not known_amounts:
        return None
    return sum(known_amounts, Decimal(0))
