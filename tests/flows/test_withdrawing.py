"""What the year has no longer does not lie there: withdrawn by a recorded step, never what somebody else wrote."""

from pathlib import Path

import pytest

from desk.exit_codes import Exit
from flows.outputs.withdraw_outputs import WITHDRAWN
from flows.verification.verify import verify_path
from flows.year.issued_outputs import output_event
from flows.year.year_state import scene_of
from review.county_state import recorded_roster
from review.events import Event, Kind
from tests.builders.year import Ground, prepared

Capture = pytest.CaptureFixture[str]
OLD = "2024-核算进度.html"


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Run the sample once, as a program did that wrote a page under another name too."""
    ground = prepared(tmp_path_factory.mktemp("撤除") / "年度")
    assert ground.run() is Exit.CLEAR
    data = b"<html>old</html>"
    with ground.ledger() as ledger:
        ledger.append(output_event(ground.places, OLD, data, basis="old"), key="old")
    ground.places.output(OLD).write_bytes(data)
    return ground


@pytest.fixture
def year(filed: Ground, tmp_path: Path) -> Ground:
    """Return a copy to be changed."""
    return filed.copy_to(tmp_path / "另一处")


def words_of(ground: Ground) -> list[Event]:
    """Return what the record says of the old page."""
    with ground.ledger() as ledger:
        return [
            one.event for one in ledger.entries() if one.event.kind is Kind.ISSUED and one.event.facts["path"] == OLD
        ]


def faults(ground: Ground) -> list[str]:
    """Verify the outputs; return the keys of what is not as recorded."""
    return [one.key for one in verify_path(ground.places.outputs / "2024", ground.places) if not one.intact]


def test_an_output_of_an_earlier_program_is_withdrawn_and_recorded(year: Ground, capsys: Capture) -> None:
    """The page that no program writes any more is removed, said and recorded; the manifest lists it no more."""
    assert year.run() is Exit.CLEAR
    assert f"已撤除不再有效的 {OLD}" in capsys.readouterr().out
    assert not year.places.output(OLD).exists()
    assert [one.facts["basis"] for one in words_of(year)] == ["old", WITHDRAWN]
    assert OLD not in year.places.output("manifest.json").read_text(encoding="utf-8")
    assert faults(year) == []
    before = year.files()
    assert year.run() is Exit.CLEAR
    assert year.files() == before


def test_what_somebody_changed_is_left_alone_and_named(year: Ground, capsys: Capture) -> None:
    """A page that is not as it was written is not ours to remove: it stays, and `verify` names it."""
    year.places.output(OLD).write_bytes(b"mine")
    assert year.run() is Exit.CLEAR
    assert f"{OLD} 不再有效，但已不是程序写出的原样，没有删除" in capsys.readouterr().out
    assert year.places.output(OLD).read_bytes() == b"mine"
    assert set(faults(year)) == {"not_listed", "unknown"}
    assert year.run() is Exit.CLEAR
    assert "没有删除" not in capsys.readouterr().out


def test_what_is_gone_already_is_recorded_only(year: Ground, capsys: Capture) -> None:
    """Lost, or removed by a run that was killed before it recorded that: nothing is said to be removed now."""
    year.places.output(OLD).unlink()
    assert year.run() is Exit.CLEAR
    assert "已撤除" not in capsys.readouterr().out
    assert words_of(year)[-1].facts["basis"] == WITHDRAWN


def test_a_copy_elsewhere_is_withdrawn_when_it_is_met(year: Ground) -> None:
    """Outputs carried away before, and brought back after the record has forgotten them: removed as well."""
    kept = year.places.output(OLD).read_bytes()
    assert year.run() is Exit.CLEAR
    year.places.output(OLD).write_bytes(kept)
    assert year.run() is Exit.CLEAR
    assert not year.places.output(OLD).exists()
    assert len(words_of(year)) == 2


def test_foreign_files_stay(year: Ground) -> None:
    """What was never written by a run is nobody's to remove."""
    own = year.places.output("filing/530113/我的笔记.txt")
    own.write_bytes(b"mine")
    assert year.run() is Exit.CLEAR
    assert own.read_bytes() == b"mine"
    with year.ledger() as ledger:
        history = ledger.entries(2024)
    roster = recorded_roster(history)
    assert roster is not None
    assert "filing/530113/我的笔记.txt" not in scene_of(year.places, roster, history).issued
