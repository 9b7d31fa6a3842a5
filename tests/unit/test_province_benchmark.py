"""The measurement of a province reads its own figures right."""

import pytest

from contracts.contract_library import open_library
from desk.cost_table import cost_lines
from flows.costs import cost_meter
from flows.costs.cost_meter import Burnt, Purse
from tests.benchmarks.province import exponent, further, parts_in

NOTHING = Burnt(own=0.0, native=0.0, children=0.0)


@pytest.mark.parametrize("power", [0.5, 1.0, 1.2])
def test_exponent_is_that_of_the_growth(power: float) -> None:
    """Three sizes, as measured."""
    assert exponent([(x, 3 * x**power) for x in (1e4, 1e5, 1e6)]) == pytest.approx(power)


def test_further_plots_cost_the_same_where_cost_is_a_line() -> None:
    """What is spent without any plot is left out."""
    assert further([(x, 100 + 3e-4 * x) for x in (1e4, 1e5, 1e6)]) == "300 µs, 300 µs"


def test_printed_table_is_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part, the sum and the server, among other lines."""
    one = Purse(before=NOTHING)
    one.add_job({"intake": 1.5, "checks": 2.0, "writing": 4.0})
    one.add_engine({"ledger": 0.5, "rollups": 3.0, "review": 0.3})
    one.server = 7.0
    monkeypatch.setattr(cost_meter.Burnt, "now", lambda: Burnt(own=12.0, native=0.0, children=7.0))
    said = "\n".join(["[收件] 620102 收下", *cost_lines(one, open_library().wording()), "620102 城关区：已备案"])
    expected = {**one.parts(), "total": 12.0, "server": 7.0}
    assert parts_in(said) == pytest.approx(expected, abs=0.06)
