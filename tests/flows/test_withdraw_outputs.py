"""What the year has no longer does not lie there: withdrawn by a recorded step, never what somebody else wrote."""

from pathlib import Path

import pytest

from desk.exit_codes import ExitCode
from flows.outputs.withdraw_outputs import WITHDRAWN
from flows.verification.verify import verify_path
from flows.year.issued_outputs import build_output_event
from flows.year.year_state import build_year_state
from review.county_state import find_recorded_roster
from review.events import Event, EventKind
from tests.builders.year import Ground, prepared

Capture = pytest.CaptureFixture[str]
OLD = "2024-核算进度.html"


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Run the sample once, as a program did that wrote a page under another name too."""
    ground = prepared(tmp_path_factory.mktemp("撤除") / "年度")
    assert ground.run() is ExitCode.CLEAR
    data = b"<html>old</html>"
    with ground.ledger() as ledger:
        ledger.append(build_output_event(ground.places, OLD, data, basis="old"), key="old")
    ground.places.output_path(OLD).write_bytes(data)
    return ground


@pytest.fixture
def year(filed: Ground, tmp_path: Path) -> Ground:
    """Return a copy to be changed."""
    return filed.copy_to(tmp_path / "另一处")


def words_of(ground: Ground) -> list[Event]:
    """Return what the record says of the old page."""
    with ground.ledger() as ledger:
        return [
            entry.event
            for entry in ledger.list_entries()
            if entry.event.kind is EventKind.ISSUED and entry.event.facts["path"] == OLD
        ]


def faults(ground: Ground) -> list[str]:
    """Verify the outputs; return the keys of what is not as recorded."""
    return [
        checkpoint.key
        for checkpoint in verify_path(ground.places.output_folder / "2024", ground.places)
        if not checkpoint.intact
    ]


def test_an_output_of_an_earlier_program_is_withdrawn_and_recorded(year: Ground, capsys: Capture) -> None:
    """A page that the program no longer writes is removed, reported and recorded; the manifest no longer lists it."""
    assert year.run() is ExitCode.CLEAR
    assert f"已撤除不再有效的 {OLD}" in capsys.readouterr().out
    assert not year.places.output_path(OLD).exists()
    assert [event.facts["basis"] for event in words_of(year)] == ["old", WITHDRAWN]
    assert OLD not in year.places.output_path("manifest.json").read_text(encoding="utf-8")
    assert faults(year) == []
    before = year.files()
    assert year.run() is ExitCode.CLEAR
    assert year.files() == before


def test_what_somebody_changed_is_left_alone_and_named(year: Ground, capsys: Capture) -> None:
    """A page that is not as it was written is not ours to remove: it stays, and `verify` names it."""
    year.places.output_path(OLD).write_bytes(b"mine")
    assert year.run() is ExitCode.CLEAR
    assert f"{OLD} 不再有效，但已不是程序写出的原样，没有删除" in capsys.readouterr().out
    assert year.places.output_path(OLD).read_bytes() == b"mine"
    assert set(faults(year)) == {"not_listed", "unknown"}
    assert year.run() is ExitCode.CLEAR
    assert "没有删除" not in capsys.readouterr().out


def test_what_is_gone_already_is_recorded_only(year: Ground, capsys: Capture) -> None:
    """A page that was lost, or removed by a run that was killed after it, is not reported as removed now."""
    year.places.output_path(OLD).unlink()
    assert year.run() is ExitCode.CLEAR
    assert "已撤除" not in capsys.readouterr().out
    assert words_of(year)[-1].facts["basis"] == WITHDRAWN


def test_a_copy_elsewhere_is_withdrawn_when_it_is_met(year: Ground) -> None:
    """Outputs carried away before, and brought back after the record has forgotten them: removed as well."""
    kept = year.places.output_path(OLD).read_bytes()
    assert year.run() is ExitCode.CLEAR
    year.places.output_path(OLD).write_bytes(kept)
    assert year.run() is ExitCode.CLEAR
    assert not year.places.output_path(OLD).exists()
    assert len(words_of(year)) == 2


def test_foreign_files_stay(year: Ground) -> None:
    """What was never written by a run is nobody's to remove."""
    own = year.places.output_path("filing/530113/我的笔记.txt")
    own.write_bytes(b"mine")
    assert year.run() is ExitCode.CLEAR
    assert own.read_bytes() == b"mine"
    with year.ledger() as ledger:
        history = ledger.list_entries(2024)
    roster = find_recorded_roster(history)
    assert roster is not None
    assert "filing/530113/我的笔记.txt" not in build_year_state(year.places, roster, history).issued_outputs
