"""The county's own file is its report: number, person and date on the cover, still held against the roster."""

from pathlib import Path

import openpyxl
import pytest

from flows.decisions.record_decision import RecordedDecision, record_decision
from tests.builders import dongchuan
from tests.builders.dongchuan import COUNTY
from tests.builders.year_folders import YearFolders, proposal

REPORTED = {"报送文号": "东自然资报〔2025〕3号", "报送人": "530113-01", "报送日期": "2025年1月17日"}
MARKED = f"returned/{COUNTY}/{COUNTY}-2024-第2版-问题标注.xlsx"


def send(year: YearFolders, changes: dict[str, str]) -> None:
    """Send version 2 with a cover that reports it."""
    draft = dongchuan.submission(2)
    draft.sheets[dongchuan.COVER] += [[label, text] for label, text in {**REPORTED, **changes}.items()]
    draft.save(year.places.inbox / COUNTY / "v2.xlsx")


@pytest.mark.parametrize("person", ["530113-01", "县级报送负责人"])
def test_the_cover_reports_the_file(tmp_path: Path, person: str) -> None:
    """Nobody types a decision: the county has reported, under its number, day and officer."""
    year = YearFolders(tmp_path)
    send(year, {"报送人": person, "报送意见": "数字已逐项核对，同意报送。"})
    summary = year.run()
    assert (year.state, summary.refused_covers) == ("submitted", ())
    decision = year.year_state().county_states[COUNTY].decisions[-1]
    assert (decision.action, decision.actor) == ("submit", "530113-01")
    facts = decision.facts
    assert (facts["number"], facts["date"]) == ("东自然资报〔2025〕3号", "2025-01-17")
    assert facts["opinion"] == "数字已逐项核对，同意报送。"


@pytest.mark.parametrize(
    ("changes", "cell", "word"),
    [
        ({"报送人": "530113-99"}, "B15", "530113-99"),
        ({"报送人": "530100-01"}, "B15", "不能办理县级事项"),
        ({"报送文号": ""}, "B14", "文号"),
    ],
)
def test_a_cover_that_may_not_report_is_told_at_its_cell(
    tmp_path: Path, changes: dict[str, str], cell: str, word: str
) -> None:
    """Not on the roster, of another level, no number: told at the cell; an ordinary report is awaited."""
    year = YearFolders(tmp_path)
    send(year, changes)
    summary = year.run()
    assert (year.state, summary.refused_decisions) == ("received", ())
    assert len(summary.refused_covers) == 1
    comment = openpyxl.load_workbook(year.places.output_path(MARKED))[dongchuan.COVER][cell].comment
    assert word in str(comment)
    assert isinstance(record_decision(year.places, proposal("county", "approve")), RecordedDecision)
    assert year.state == "submitted"


def test_what_is_withdrawn_is_not_sent_again_by_itself(tmp_path: Path) -> None:
    """The cover reports its version once."""
    year = YearFolders(tmp_path)
    send(year, {})
    year.run()
    assert isinstance(record_decision(year.places, proposal("county", "withdraw")), RecordedDecision)
    year.run()
    assert year.state == "received"
