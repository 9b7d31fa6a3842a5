"""Story 4: a figure is set lower, with all that follows from it, or not at all; the next year begins with it."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from contracts.contract_library import open_library
from desk.commands.run import run_year
from desk.commands.sample import SampleRequest, make_samples
from desk.exit_codes import ExitCode
from flows.decisions.record_decision import RecordedDecision, record_decision
from flows.decisions.refusal_text import format_decision_refusal
from flows.intake.filing_history import load_recorded_history
from flows.outputs.write_evidence import load_recorded_evidence
from flows.year.locations import YearPaths
from flows.year.year_inputs import read_year_inputs
from flows.year.year_state import YearState, load_year_state
from review.proposal import DecisionRefusal, Proposal
from tests.builders.stories import read_workbook

COUNTY = "620102"
PEOPLE = {"county": f"{COUNTY}-county", "city": "620100-city", "province": "620000-province"}
CUT = {"核算汇总表!F7": "49.98"}
PARTS = {"核算汇总表!I7": "49.98", "核算汇总表!K7": "1143.47", "核算汇总表!L7": "49.98"}
COMPARED = {"任务完成对照!D7": "49.98"}
PLOTS = {"P6": "33320", "S6": "33320", "T6": "49.98", "P8": "116160", "S8": "112640", "T8": "168.96"}
pytestmark = pytest.mark.usefixtures("light_expectations")


def decide(paths: YearPaths, level: str, action: str, points: str = "") -> RecordedDecision | DecisionRefusal:
    """Decide on the county."""
    proposal = Proposal(
        county=COUNTY,
        level=level,
        action=action,
        by=PEOPLE[level],
        on="2025-02-01",
        number="1号",
        opinion="同意。",
        points=points,
    )
    return record_decision(paths, proposal)


def reduce(paths: YearPaths, amounts: dict[str, str]) -> RecordedDecision | DecisionRefusal:
    """Set figures lower in one decision."""
    return decide(paths, "city", "reduce", "\n".join(f"{cell}：{amount}，实测" for cell, amount in amounts.items()))


def load_state(paths: YearPaths) -> YearState:
    """Read the record."""
    with paths.open_ledger() as ledger:
        roster = read_year_inputs(paths, open_library().get_messages()).roster
        return load_year_state(paths, ledger, roster)


def test_story_04_a_cut_goes_through_everything_or_is_refused(tmp_path: Path) -> None:
    """Alone it is refused, with the cells that must follow; complete it reaches the filing and the next year."""
    wanted = SampleRequest(year=2024, years=1, counties=1, plots=4, seed=7, out=tmp_path / "in")
    assert make_samples(open_library(), wanted) is ExitCode.CLEAR
    next((tmp_path / "in" / "2024" / "decisions").iterdir()).unlink()
    paths = YearPaths(
        year=2024, input_folder=tmp_path / "in", output_folder=tmp_path / "out", state_folder=tmp_path / "state"
    )
    assert run_year(paths, inline=True) is ExitCode.CLEAR
    assert isinstance(decide(paths, "county", "approve"), RecordedDecision)

    alone = reduce(paths, CUT)
    assert isinstance(alone, DecisionRefusal)
    assert (alone.code, alone.rule) == ("reduction_inconsistent", "P02")
    sentence = format_decision_refusal(alone, open_library().get_messages())
    assert all(cell in sentence for cell in PARTS)
    without_plots = reduce(paths, {**CUT, **PARTS})
    assert isinstance(without_plots, DecisionRefusal)
    assert "X01" in without_plots.facts["reasons"]
    plots = {f"新增耕地明细!{cell}": amount for cell, amount in PLOTS.items()}
    without_comparison = reduce(paths, {**CUT, **PARTS, **plots})
    assert isinstance(without_comparison, DecisionRefusal)
    assert "X07" in without_comparison.facts["reasons"]
    assert next(iter(COMPARED)) in without_comparison.facts["cells"]
    done = reduce(paths, {**CUT, **PARTS, **plots, **COMPARED})
    assert isinstance(done, RecordedDecision)

    for level in ("city", "province"):
        assert isinstance(decide(paths, level, "approve"), RecordedDecision)
    assert run_year(paths, inline=True) is ExitCode.CLEAR
    state = load_state(paths)
    assert [line for line in load_recorded_evidence(state, state.roster) if not line.holds] == []
    filing = read_workbook(paths.output_path(f"filing/{COUNTY}/{COUNTY}-2024-年度备案件.xlsx"))
    assert "1143.47" in filing.splitlines()
    history = load_recorded_history(replace(paths, year=2025), COUNTY)
    assert history is not None
    project, township = "62010220240002", "五泉街道"
    assert history.get_figure("summary", project, township, "farm_end") == Decimal("1143.47")
    assert history.get_figure("summary", project, township, "farm_new_cum") == Decimal("49.98")
