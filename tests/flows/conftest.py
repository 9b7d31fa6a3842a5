"""What the tests of whole runs share."""

import pytest

from ledger.ledger import Ledger
from tests.builders import expectations
from tests.builders.stopped_clock import stop_clock


@pytest.fixture
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clock of every ledger of this process stand still for one test."""
    kept = Ledger.open.__func__.__kwdefaults__  # type: ignore[attr-defined]
    monkeypatch.setitem(kept, "clock", kept["clock"])  # put back at the end
    stop_clock()


@pytest.fixture
def light_expectations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the double in the place of the engine of expectations, for one test."""
    expectations.stand_in(monkeypatch)
