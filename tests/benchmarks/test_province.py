"""The measurement of a province reads its own figures right."""

import pytest

from tests.benchmarks.province import exponent, further


@pytest.mark.parametrize("power", [0.5, 1.0, 1.2])
def test_exponent_is_that_of_the_growth(power: float) -> None:
    """Three sizes, as measured."""
    assert exponent([(x, 3 * x**power) for x in (1e4, 1e5, 1e6)]) == pytest.approx(power)


def test_further_plots_cost_the_same_where_cost_is_a_line() -> None:
    """What is spent without any plot is left out."""
    assert further([(x, 100 + 3e-4 * x) for x in (1e4, 1e5, 1e6)]) == "300 µs, 300 µs"
