"""What the tests of whole runs share."""

from datetime import date
from pathlib import Path

import pytest

from desk.exit_codes import ExitCode
from ledger.ledger import Ledger
from tests.builders import expectations
from tests.builders.stopped_clock import stop_clock
from tests.builders.stories import lay_out_year
from tests.builders.year import (
    OTHER,
    Ground,
    prepared,
)
from tests.builders.year_folders import YearFolders


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


@pytest.fixture(scope="session")
def filed_year(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Run the sample once; tests that change anything take a copy."""
    ground = prepared(tmp_path_factory.mktemp("备案 一") / "年度 核算")
    assert ground.run() is ExitCode.CLEAR
    return ground


@pytest.fixture(scope="session")
def received_year(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Run both versions without any decision; tests that change anything take a copy."""
    ground = prepared(tmp_path_factory.mktemp("收件 一") / "年度 核算", decided=False)
    assert ground.run() is ExitCode.CLEAR
    _add_officers(ground)
    assert ground.run() is ExitCode.CLEAR
    return ground


def _add_officers(ground: Ground) -> None:
    """Add to the roster: one in office no more, one of another county, one with two offices."""
    roster = ground.roster()
    county, city, _ = roster["officers"]
    roster["officers"] += [
        {**county, "id": "530113-02", "until": date(2024, 12, 31)},
        {**county, "id": f"{OTHER}-01", "area": OTHER},
        {**county, "id": "530113-03"},
        {**city, "id": "530113-03"},
    ]
    ground.write_roster(roster)


@pytest.fixture(scope="session")
def checked_folders(tmp_path_factory: pytest.TempPathFactory) -> YearFolders:
    """Run a year in which the county has sent version 2, received and checked; tests that change it take a copy."""
    return lay_out_year(tmp_path_factory.mktemp("已核对"))


@pytest.fixture
def checked_year(checked_folders: YearFolders, tmp_path: Path) -> YearFolders:
    """Return a year in which the county has sent version 2, received and checked, to be changed."""
    return checked_folders.copy_to(tmp_path)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a place whose name holds Chinese and a space."""
    return tmp_path / "核算 试验"


@pytest.fixture
def filed(filed_year: Ground, root: Path) -> Ground:
    """Return a filed year to be changed."""
    return filed_year.copy_to(root)


@pytest.fixture
def received(received_year: Ground, root: Path) -> Ground:
    """Return a year with both versions checked and nothing decided, to be changed."""
    return received_year.copy_to(root)
