"""The evidence on the roll-ups in a run: when it is made, what it says, and where people find it."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from checks.model.report import ValidationReport
from contracts.contract_library import open_library
from contracts.messages import Messages
from desk.commands.run import run_year
from desk.commands.sample import SampleRequest, make_samples
from desk.exit_codes import ExitCode
from filing.book.workbook_model import CellStyle
from filing.context.accounts import FilingFigures
from filing.context.filing_context import FilingContext
from filing.context.rollup_evidence import EvidenceLine, ExpectationResult
from filing.sheets.township_detail import TownshipDetail, build_township_detail
from flows.outputs import gx_validation
from flows.outputs.write_evidence import get_evidence_path, is_evidence_due, load_recorded_evidence
from flows.year.locations import YearPaths
from flows.year.year_inputs import read_year_inputs
from flows.year.year_state import YearState, load_year_state
from review.county_state import CountyState
from review.reductions import apply_reductions
from review.roster import Roster

FIRST, SECOND = "620102", "620103"


@pytest.fixture
def places(tmp_path: Path) -> YearPaths:
    """Make a year of two counties."""
    make_samples(open_library(), SampleRequest(year=2024, counties=2, plots=6, seed=8, out=tmp_path / "in"))
    return YearPaths(
        year=2024, input_folder=tmp_path / "in", output_folder=tmp_path / "out", state_folder=tmp_path / "state"
    )


def standing(places: YearPaths) -> tuple[YearState, Roster]:
    """Read the record."""
    with places.open_ledger() as ledger:
        roster = read_year_inputs(places, places.open_contracts().get_messages()).roster
        return load_year_state(places, ledger, roster), roster


def proofs(places: YearPaths) -> tuple[EvidenceLine, ...]:
    """Return the evidence on record."""
    return load_recorded_evidence(*standing(places))


def test_filed_year_has_its_evidence(places: YearPaths, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything holds; the filing has the sheet, its cover leads to it, the last line of the run names the page."""
    assert run_year(places, inline=True) is ExitCode.CLEAR
    assert {proof.rule for proof in proofs(places)} == {f"L0{number}" for number in range(1, 10)}
    assert all(proof.holds for proof in proofs(places))
    page = places.output_path(get_evidence_path(standing(places)[1]))
    assert str(page) in capsys.readouterr().out.splitlines()[-1]
    assert "共 15 项，符合 15 项" in page.read_text(encoding="utf-8")
    (path,) = (places.output_path("filing")).glob("620000-*.xlsx")
    book = load_workbook(path)
    links = [cell.hyperlink.location for row in book["封面"].iter_rows() for cell in row if cell.hyperlink]
    assert "'汇总核验'!A1" in links
    assert book["汇总核验"]["G4"].value == "符合"


def plant_in_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the step that reduces figures change a figure that nobody reduced."""

    def reduce_wrongly(report: ValidationReport, county_state: CountyState) -> ValidationReport:
        reduced = apply_reductions(report, county_state)
        index, figure = next(item for item in enumerate(reduced.figures) if item[1].measure and item[1].township)
        wrong = replace(figure, amount=str(Decimal(figure.amount) - 1))
        return replace(reduced, figures=(*reduced.figures[:index], wrong, *reduced.figures[index + 1 :]))

    monkeypatch.setattr("flows.outputs.filed_reports.apply_reductions", reduce_wrongly)


def plant_in_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the sheet of townships print another amount than it was given."""

    def build_wrongly(context: FilingContext, figures: FilingFigures, messages: Messages) -> TownshipDetail:
        detail = build_township_detail(context, figures, messages)
        rows = [list(row) for row in detail.sheet.rows]
        row, column = next(
            (row, column)
            for row, cells in enumerate(rows)
            for column, cell in enumerate(cells)
            if cell.style is CellStyle.FIGURE and isinstance(cell.value, Decimal)
        )
        rows[row][column] = replace(rows[row][column], value=rows[row][column].value + 1)  # type: ignore[operator]
        return replace(detail, sheet=replace(detail.sheet, rows=tuple(map(tuple, rows))))

    monkeypatch.setattr("filing.filing_books.build_township_detail", build_wrongly)


@pytest.mark.usefixtures("light_expectations")
@pytest.mark.parametrize("plant", [plant_in_report, plant_in_cell])
def test_a_wrong_figure_planted_in_the_filing_step_is_seen(
    places: YearPaths, monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None]
) -> None:
    """The sums that guard the filing are those of its own cells: the evidence names the township and the column."""
    plant(monkeypatch)
    run_year(places, inline=True)
    failing = [proof for proof in proofs(places) if not proof.holds and proof.rule == "L01"]
    assert [proof.severity for proof in failing] == ["hard"]
    assert "城关区" in failing[0].observed


def test_who_has_not_filed_is_named(places: YearPaths) -> None:
    """With one county missing, the rule on who has filed asks for an explanation and names it; the others hold."""
    shutil.rmtree(places.inbox / SECOND)
    run_year(places, inline=True)
    failing = [proof for proof in proofs(places) if not proof.holds]
    assert [(finding.rule, finding.severity) for finding in failing] == [("L03", "soft"), ("L09", "soft")]
    assert "七里河区" in failing[0].observed
    assert "兰州市" in failing[1].observed


@pytest.mark.parametrize("counties", [1, 2, 4])
def test_sample_of_two_years_holds(tmp_path: Path, counties: int) -> None:
    """All that is expected holds in both years of the sample; the second is compared with the first and rests on it."""
    request = SampleRequest(year=2024, years=2, counties=counties, plots=6, seed=8, out=tmp_path / "in")
    make_samples(open_library(), request)
    for year, observed in ((2024, "没有可比的行"), (2025, f"共 {2 * counties} 行，全部符合")):
        places = YearPaths(
            year=year, input_folder=tmp_path / "in", output_folder=tmp_path / "out", state_folder=tmp_path / "state"
        )
        assert run_year(places, inline=True) is ExitCode.CLEAR
        assert [proof for proof in proofs(places) if not proof.holds] == []
        assert [proof.observed for proof in proofs(places) if proof.rule == "L06"] == [observed]
        state, roster = standing(places)
        assert not is_evidence_due(state, roster)
        without_earlier_years = replace(state, earlier_by_year={})
        assert is_evidence_due(without_earlier_years, roster) is (year == 2025)


def test_nothing_newly_filed_makes_no_evidence_anew(places: YearPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """A further run that files nothing asks the engine nothing; a deleted page is made again."""
    run_year(places, inline=True)
    before = places.output_path(get_evidence_path(standing(places)[1])).read_bytes()
    asked: list[object] = []
    held = gx_validation.validate_rollups

    def hold(tables: gx_validation.FilledTables, *, docs: Path | None = None) -> dict[str, ExpectationResult]:
        asked.append(tables)
        return held(tables, docs=docs)

    monkeypatch.setattr(gx_validation, "validate_rollups", hold)
    assert run_year(places, inline=True) is ExitCode.CLEAR
    (places.inbox / FIRST / "又一份.xlsx").write_bytes(b"no workbook")
    run_year(places, inline=True)
    assert not asked
    page = places.output_path(get_evidence_path(standing(places)[1]))
    page.unlink()
    run_year(places, inline=True)
    assert asked
    assert page.read_bytes() == before


def test_the_engines_own_pages_are_made_on_request(places: YearPaths) -> None:
    """They lie under the state folder; nothing of them is among the outputs, and a run without the word makes none."""
    run_year(places, inline=True)
    docs = places.state_folder / "data-docs" / "2024"
    assert not docs.exists()
    assert run_year(places, inline=True, data_docs=True) is ExitCode.CLEAR
    assert (docs / "index.html").is_file()
    assert not list(places.output_folder.rglob("index.html"))


def test_evidence_is_kept_with_the_record(places: YearPaths) -> None:
    """The event of the page names what is kept, and how many expectations failed."""
    run_year(places, inline=True)
    year_state, roster = standing(places)
    facts = year_state.issued_outputs[get_evidence_path(roster)].facts
    kept = json.loads(places.open_store().load_object(str(facts["evidence"])))
    assert (facts["expectations"], facts["failed"]) == (len(kept), 0)
