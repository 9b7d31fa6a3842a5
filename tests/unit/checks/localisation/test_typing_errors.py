"""Errors of typing: which kind turns one figure into another, and how likely it is."""

from decimal import Decimal

import pytest

from checks.localisation.typing_errors import find_typing_error


@pytest.mark.parametrize(
    ("written", "meant", "kind"),
    [
        ("-5.2", "5.2", "sign"),
        ("120", "12", "shift"),
        ("2053", "205.3", "shift"),
        ("0.1234", "1234", "shift"),
        ("0", "192.45", "zero"),
        ("282", "281.75", "rounded"),
        ("100", "137", "rounded"),
        ("15.49", "232.35", "unit"),
        ("154900", "232.35", "unit"),
        ("317", "137", "transposed"),
        ("25.3", "205.3", "missing_digit"),
        ("1654.6", "1554.6", "digit"),
        ("1384", "138", "extra_digit"),
    ],
)
def test_kind_of_error(written: str, meant: str, kind: str) -> None:
    """Each kind is recognised by the two figures alone."""
    error = find_typing_error(Decimal(written), Decimal(meant))
    assert error is not None
    assert error.kind == kind


@pytest.mark.parametrize(("written", "meant"), [("281.75", "461.75"), ("12", "12"), ("20", "0"), ("-51", "15")])
def test_no_error_of_typing(written: str, meant: str) -> None:
    """Figures that differ in several digits, in nothing, or from 0 are no error of typing."""
    assert find_typing_error(Decimal(written), Decimal(meant)) is None


def test_error_with_fewer_ways_is_likelier() -> None:
    """A moved point can happen in one way, a wrong digit in many."""
    moved, mistyped = (find_typing_error(Decimal(written), Decimal("1654.6")) for written in ("16546", "1664.6"))
    assert moved is not None
    assert mistyped is not None
    assert moved.probability > 10 * mistyped.probability
