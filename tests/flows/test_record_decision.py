"""Decisions as people hand them in: twice, on an old reading, in a workbook in any folder."""

import shutil
from datetime import date, timedelta

import pytest

from contracts.contract_library import open_library
from flows.decisions.record_decision import RecordedDecision, record_decision
from flows.decisions.refusal_text import format_decision_refusal
from flows.year.office_day import get_office_day
from review.progress import compute_progress
from review.proposal import DecisionRefusal
from tests.builders.dongchuan import COUNTY, SHEET_DONE
from tests.builders.year_folders import YearFolders, proposal

WORDS = open_library().get_messages()
NEXT_MONTH = get_office_day() + timedelta(days=30)


@pytest.fixture
def year(checked_year: YearFolders) -> YearFolders:
    """Return a year in which the county has sent its second version."""
    return checked_year


def decide(
    year: YearFolders, level: str, action: str, *, head: str = "", **given: str
) -> RecordedDecision | DecisionRefusal:
    """Decide at the command line."""
    return record_decision(year.places, proposal(level, action, **given), head=head)


def row(level: str, action: str, **given: object) -> dict[str, object]:
    """Fill in one row of a review workbook."""
    by = {"县级": "530113-01", "市级": "530100-01", "省级": "530000-01"}[level]
    said = {"county": COUNTY, "level": level, "action": action, "by": by, "on": "2025-02-01"}
    return {**said, "number": "号", "opinion": "意见", **given}


def test_other_points_are_another_decision(year: YearFolders) -> None:
    """The same words under other points are no repetition: a second waiver, or a second reduction, is judged anew."""
    first = decide(year, "province", "waive", points=f"T01：{NEXT_MONTH}，系统性差异")
    again = decide(year, "province", "waive", points=f"T01：{NEXT_MONTH}，系统性差异")
    other = decide(year, "province", "waive", points=f"T02：{NEXT_MONTH}，系统性差异")
    wrong = decide(year, "province", "waive", points="T03：年底，系统性差异")
    assert isinstance(first, RecordedDecision)
    assert isinstance(again, RecordedDecision)
    assert again.event is None
    assert isinstance(other, RecordedDecision)
    assert other.event is not None
    assert isinstance(wrong, DecisionRefusal)
    assert [waiver.rule for waiver in year.year_state().county_states[COUNTY].waivers] == ["T01", "T02"]


def test_a_decision_on_an_old_reading_is_a_conflict(year: YearFolders) -> None:
    """Who names the head that was read is refused once anything has been recorded since, and nothing is recorded."""
    head = year.year_state().history[-1].digest
    assert isinstance(decide(year, "county", "approve", head=head), RecordedDecision)
    before = len(year.year_state().history)
    late = decide(year, "city", "take_up", head=head)
    assert isinstance(late, DecisionRefusal)
    assert late.code == "head_moved"
    assert head[:12] in format_decision_refusal(late, WORDS)
    assert len(year.year_state().history) == before


@pytest.mark.parametrize("folder", ["decisions", "."])
def test_a_review_workbook_may_lie_in_the_year_itself(folder: str, year: YearFolders) -> None:
    """Dropped into the year's folder or into decisions, a review workbook is recorded row by row."""
    year.hand_in("意见.xlsx", [row("县级", "报送"), row("市级", "复核同意")])
    if folder == ".":
        shutil.move(year.places.inbox / "decisions" / "意见.xlsx", year.places.inbox / "意见.XLSX")
    seen = year.run()
    assert (seen.refused_decisions, seen.refused, seen.skipped) == ((), (), ())
    assert year.state == "reviewed"


def test_a_submission_in_no_folder_is_passed_over(year: YearFolders) -> None:
    """A workbook in the year's own folder that is no review workbook is reported as misplaced."""
    shutil.copy(year.places.inbox / COUNTY / "v2.xlsx", year.places.inbox / "东川.xlsx")
    (year.places.inbox / "空.xlsx").write_bytes(b"")
    assert [item for item in year.run().skipped if item[1] == "no_county"] == [
        ("东川.xlsx", "no_county"),
        ("空.xlsx", "no_county"),
    ]


def test_a_stale_row_is_told_what_has_moved(year: YearFolders) -> None:
    """A row on an older version is refused with the figures that are other in the newest."""
    seen = year.year_state().county_states[COUNTY].newest_version
    assert seen is not None
    year.send(3, {(SHEET_DONE, "C4"): 186.0, (SHEET_DONE, "C13"): 1654.1})
    year.hand_in("意见.xlsx", [row("县级", "报送", version=seen.number, sha256=seen.sha256)])
    ((_, denial),) = year.run().refused_decisions
    said = format_decision_refusal(denial, WORDS)
    assert denial.code == "version_moved"
    assert f"{SHEET_DONE}!C4" in said
    assert "→186" in said


def test_open_findings_are_counted_in_the_refusal(year: YearFolders) -> None:
    """What has a hard finding is not reported, and the refusal says how many there are."""
    year.send(3, {(SHEET_DONE, "C13"): 1655.0})
    year.run()
    denied = decide(year, "county", "approve")
    assert isinstance(denied, DecisionRefusal)
    assert (denied.code, denied.facts["count"]) == ("open_hard", "1")
    assert format_decision_refusal(denied, WORDS)


def test_a_figure_that_is_none_is_named_with_the_sheets_that_have_some(year: YearFolders) -> None:
    """A reduction of something else is refused, and the refusal says where figures stand."""
    decide(year, "county", "approve")
    denied = decide(year, "city", "reduce", points="完成!C4：180，现场测量")
    assert isinstance(denied, DecisionRefusal)
    assert denied.code == "no_such_figure"
    assert SHEET_DONE in format_decision_refusal(denied, WORDS)


@pytest.mark.parametrize(("day", "late"), [(date(2025, 1, 31), False), (date(2025, 2, 1), True)])
def test_lateness_is_as_of_a_day(day: date, late: bool, year: YearFolders) -> None:  # noqa: FBT001
    """A county is late from the day after its level's deadline, which the procedure gives where the roster does not."""
    roster = year.places.inbox / "roster.yaml"
    text = roster.read_text(encoding="utf-8")
    head, _, rest = text.partition("deadlines:")
    roster.write_text(head + rest[rest.index("officers:") :], encoding="utf-8")
    year.run()
    year_state = year.year_state()
    (found,) = compute_progress(year_state.procedure, year.roster(), year_state.county_states, day)
    assert (found.deadline, found.is_late) == (date(2025, 1, 31), late)
