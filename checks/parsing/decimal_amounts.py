"""Amounts as `Decimal`: how many decimals they are written with, and their sums where some are unknown."""

from collections.abc import Iterable
from decimal import Decimal


def count_decimals(amount: Decimal) -> int:
    """Return how many decimals an amount is written with."""
    exponent = amount.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def sum_known_amounts(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of the amounts that are known; None if none is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None
