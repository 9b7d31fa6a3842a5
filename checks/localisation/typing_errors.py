"""How likely an error of typing turns one figure into another, by the kind of error."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from operator import ne
from typing import Final

from checks.parsing.decimal_amounts import count_decimals

SIGN, SHIFT, TRANSPOSED, DIGIT = "sign", "shift", "transposed", "digit"
EXTRA_DIGIT, MISSING_DIGIT, UNIT = "extra_digit", "missing_digit", "unit"
ZERO, ROUNDED, UNEXPLAINED = "zero", "rounded", "unexplained"

# Shares of the kinds among errors of typing; a kind that may be made in several ways is divided among them.
_SIGN_SHARE: Final = 0.04
_SHIFT_SHARES: Final = {1: 0.08, 2: 0.06, 3: 0.02, 4: 0.02}
_TRANSPOSED_SHARE: Final = 0.10
_DIGIT_SHARE: Final = 0.12
_EXTRA_DIGIT_SHARE: Final = 0.03
_MISSING_DIGIT_SHARE: Final = 0.03
_UNIT_SHARE: Final = 0.06
_ZERO_SHARE: Final = 0.08
# By the power of ten to which a figure is rounded.
_ROUNDED_SHARES: Final = {1: 0.008, 2: 0.004}
_ROUNDED_SHARE: Final = 0.05
# Between square metres, mu and hectares; powers of ten are shifts.
_UNIT_RATIOS: Final = ((15, 10_000), (10_000, 15), (15, 1), (1, 15))
_UNIT_DECIMALS: Final = (4, 2, 0)
_WRONG_DIGITS: Final = 9
_DIGITS: Final = 10
# A rounded figure keeps something of the figure.
_MAX_ROUNDING: Final = Decimal("0.5")
_MAX_ROUNDED_PLACES: Final = 3


@dataclass(frozen=True, slots=True)
class TypingError:
    """The kind of an error, and the probability that it is made in just this way."""

    kind: str
    probability: float


def find_typing_error(written: Decimal, meant: Decimal) -> TypingError | None:
    """Return the likeliest error by which *meant* becomes *written*, or None if no kind of error explains it."""
    errors = list(_list_typing_errors(written.normalize(), meant.normalize()))
    return max(errors, key=lambda error: error.probability, default=None)


def _list_typing_errors(written: Decimal, meant: Decimal) -> Iterator[TypingError]:
    if written == meant:
        return
    if written == -meant:
        yield TypingError(SIGN, _SIGN_SHARE)
    if written == 0:
        yield TypingError(ZERO, _ZERO_SHARE)
        return
    if meant == 0 or (written < 0) != (meant < 0):
        return
    yield from _list_scaled(written, meant)
    place = _find_rounded_place(written, meant)
    if place is not None:
        yield TypingError(ROUNDED, _ROUNDED_SHARES.get(place, _ROUNDED_SHARE))
    yield from _list_digit_errors(*_format_aligned(written, meant))


def _list_scaled(written: Decimal, meant: Decimal) -> Iterator[TypingError]:
    """Yield a moved decimal point, and another unit of area."""
    for places, share in _SHIFT_SHARES.items():
        if written in (meant.scaleb(places), meant.scaleb(-places)):
            yield TypingError(SHIFT, share)
    for numerator, denominator in _UNIT_RATIOS:
        exact = meant * numerator / denominator
        if any(written == exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) for places in _UNIT_DECIMALS):
            yield TypingError(UNIT, _UNIT_SHARE / len(_UNIT_RATIOS) * 2)


def _find_rounded_place(written: Decimal, meant: Decimal) -> int | None:
    """Return the power of ten to which *meant* is rounded, or None if it is not."""
    exponent = meant.as_tuple().exponent
    if not isinstance(exponent, int) or abs(written - meant) > abs(meant) * _MAX_ROUNDING:
        return None
    for place in range(exponent + 1, _MAX_ROUNDED_PLACES):
        if meant.quantize(Decimal(1).scaleb(place), ROUND_HALF_UP) == written:
            return place
    return None


def _format_aligned(written: Decimal, meant: Decimal) -> tuple[str, str]:
    """Return the digits of two figures with the same number of decimals."""
    unit = Decimal(1).scaleb(max(count_decimals(written), count_decimals(meant)))
    return str(abs(int(written * unit))), str(abs(int(meant * unit)))


def _list_digit_errors(written: str, meant: str) -> Iterator[TypingError]:
    """Yield one wrong, missing or extra digit, and two digits exchanged."""
    if len(written) == len(meant) or len(written.zfill(len(meant))) == len(meant):
        padded = written.zfill(len(meant))
        if sum(map(ne, padded, meant)) == 1:
            yield TypingError(DIGIT, _DIGIT_SHARE / (len(meant) * _WRONG_DIGITS))
        if is_transposed(padded, meant):
            # A leading 0 that came by the exchange is not written.
            kind = TRANSPOSED if padded == written else MISSING_DIGIT
            yield TypingError(kind, _TRANSPOSED_SHARE / _count_unequal_neighbours(meant))
    if _lacks_one_digit(written, meant):
        yield TypingError(MISSING_DIGIT, _MISSING_DIGIT_SHARE / len(meant))
    if _lacks_one_digit(meant, written):
        yield TypingError(EXTRA_DIGIT, _EXTRA_DIGIT_SHARE / (len(written) * _DIGITS))


def is_transposed(first: str, second: str) -> bool:
    """Return whether two texts of digits differ only in the order of two neighbours."""
    positions = [index for index in range(len(first)) if first[index] != second[index]]
    if len(positions) != 2 or positions[1] != positions[0] + 1:  # noqa: PLR2004 - a pair
        return False
    left, right = positions
    return first[left] == second[right] and first[right] == second[left]


def _count_unequal_neighbours(digits: str) -> int:
    return sum(map(ne, digits, digits[1:])) or 1


def _lacks_one_digit(short: str, long: str) -> bool:
    if len(short) + 1 != len(long):
        return False
    return any(long[:index] + long[index + 1 :] == short for index in range(len(long)))
