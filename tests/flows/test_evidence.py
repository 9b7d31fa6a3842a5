"""The evidence on the roll-ups in a run: when it is made, what it says, and where people find it."""

import json
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from contracts.contract_library import open_library
from desk.commands.run import run_year
from desk.commands.sample import Wanted, make_samples
from desk.exit_codes import Exit
from filing.context.rollup_evidence import Held, Proof
from flows.outputs import gx_validation
from flows.outputs.write_evidence import evidence_on_record, evidence_path
from flows.year.locations import Places
from flows.year.year_inputs import read_desk
from flows.year.year_state import Scene, set_scene
from review.roster import Roster

FIRST, SECOND = "620102", "620103"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """Make a year of two counties."""
    make_samples(open_library(), Wanted(year=2024, counties=2, plots=6, seed=8, out=tmp_path / "in"))
    return Places(year=2024, inputs=tmp_path / "in", outputs=tmp_path / "out", state=tmp_path / "state")


def standing(places: Places) -> tuple[Scene, Roster]:
    """Read the record."""
    with places.open_ledger() as ledger:
        roster = read_desk(places, places.library().wording()).roster
        return set_scene(places, ledger, roster), roster


def proofs(places: Places) -> tuple[Proof, ...]:
    """Return the evidence on record."""
    return evidence_on_record(*standing(places))


def test_filed_year_has_its_evidence(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything holds; the filing has the sheet, its cover leads to it, the last line of the run names the page."""
    assert run_year(places, inline=True) is Exit.CLEAR
    assert {one.rule for one in proofs(places)} == {"L01", "L02", "L03", "L04"}
    assert all(one.holds for one in proofs(places))
    page = places.output(evidence_path(standing(places)[1]))
    assert str(page) in capsys.readouterr().out.splitlines()[-1]
    assert "共 7 项，符合 7 项" in page.read_text(encoding="utf-8")
    (path,) = (places.output("filing")).glob("620000-*.xlsx")
    book = load_workbook(path)
    links = [cell.hyperlink.location for row in book["封面"].iter_rows() for cell in row if cell.hyperlink]
    assert "'汇总核验'!A1" in links
    assert book["汇总核验"]["G4"].value == "符合"


def test_who_has_not_filed_is_named(places: Places) -> None:
    """With one county missing, the rule on who has filed asks for an explanation and names it; the others hold."""
    shutil.rmtree(places.inbox / SECOND)
    run_year(places, inline=True)
    failing = [one for one in proofs(places) if not one.holds]
    assert [(one.rule, one.severity) for one in failing] == [("L03", "soft")]
    assert "七里河区" in failing[0].observed


def test_nothing_newly_filed_makes_no_evidence_anew(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """A further run that files nothing asks the engine nothing; a deleted page is made again."""
    run_year(places, inline=True)
    before = places.output(evidence_path(standing(places)[1])).read_bytes()
    asked: list[object] = []
    held = gx_validation.hold

    def hold(tables: gx_validation.Tables, *, docs: Path | None = None) -> dict[str, Held]:
        asked.append(tables)
        return held(tables, docs=docs)

    monkeypatch.setattr(gx_validation, "hold", hold)
    assert run_year(places, inline=True) is Exit.CLEAR
    (places.inbox / FIRST / "又一份.xlsx").write_bytes(b"no workbook")
    run_year(places, inline=True)
    assert not asked
    page = places.output(evidence_path(standing(places)[1]))
    page.unlink()
    run_year(places, inline=True)
    assert asked
    assert page.read_bytes() == before


def test_the_engines_own_pages_are_made_on_request(places: Places) -> None:
    """They lie under the state folder; nothing of them is among the outputs, and a run without the word makes none."""
    run_year(places, inline=True)
    docs = places.state / "data-docs" / "2024"
    assert not docs.exists()
    assert run_year(places, inline=True, data_docs=True) is Exit.CLEAR
    assert (docs / "index.html").is_file()
    assert not list(places.outputs.rglob("index.html"))


def test_evidence_is_kept_with_the_record(places: Places) -> None:
    """The event of the page names what is kept, and how many expectations failed."""
    run_year(places, inline=True)
    scene, roster = standing(places)
    facts = scene.issued[evidence_path(roster)].facts
    kept = json.loads(places.store().read(str(facts["evidence"])))
    assert (facts["expectations"], facts["failed"]) == (len(kept), 0)
