"""Stories 8, 9, 10, 11, 21 and 23: contradicting decisions, terms, waivers, seals and deadlines."""

from typing import Any

import pytest
import yaml

from desk.exit_codes import ExitCode
from review.decision_dates import list_late_steps
from tests.builders.dongchuan import COUNTY
from tests.builders.stories import (
    carry_to_filing,
    days_from_now,
    decide,
    read_workbook,
    refuse,
    run_and_read,
)
from tests.builders.year_folders import YearFolders

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("light_expectations")


@pytest.fixture
def year(checked_year: YearFolders) -> YearFolders:
    """Return a year in which the county has sent its version."""
    return checked_year


def fill_row(level: str, action: str, **given: str) -> dict[str, str]:
    """Fill in one row of a review workbook."""
    by = {"县级": "530113-01", "市级": "530100-01", "省级": "530000-01"}[level]
    row = {"county": COUNTY, "level": level, "action": action, "by": by, "on": "2025-02-01"}
    return {**row, "number": "号", "opinion": "意见", **given}


def change_officer(year: YearFolders, person: str, **changes: Any) -> None:
    """Change an officer of the roster, and run."""
    path = year.places.inbox / "roster.yaml"
    roster = yaml.safe_load(path.read_text(encoding="utf-8"))
    for officer in roster["officers"]:
        if officer["id"] == person:
            officer.update(changes)
    path.write_text(yaml.safe_dump(roster, allow_unicode=True), encoding="utf-8")
    year.run()


def test_story_08_approval_and_return_of_one_version(year: YearFolders, capsys: Capture) -> None:
    """Neither is made, each names the other; once one is taken out, the other is made."""
    decide(year, "county", "approve")
    year.hand_in("1.xlsx", [fill_row("市级", "复核同意")])
    year.hand_in("2.xlsx", [fill_row("市级", "市级退回")])
    code, lines = run_and_read(year, capsys)
    assert code is ExitCode.REFUSED_ACTION
    assert year.state == "submitted"
    assert any("1.xlsx" in line and "与 2.xlsx 第 2 行“市级退回”相互矛盾" in line for line in lines)
    assert any("2.xlsx" in line and "与 1.xlsx 第 2 行“复核同意”相互矛盾" in line for line in lines)
    (year.places.inbox / "decisions" / "1.xlsx").unlink()
    year.run()
    assert year.state == "returned_by_city"


@pytest.fixture
def strict_year(year: YearFolders) -> YearFolders:
    """Make the year one that is decided as it goes, not entered afterwards."""
    path = year.places.inbox / "roster.yaml"
    roster = yaml.safe_load(path.read_text(encoding="utf-8"))
    roster.pop("entered_afterwards")
    path.write_text(yaml.safe_dump(roster, allow_unicode=True), encoding="utf-8")
    year.run()
    return year


def test_a_decision_is_not_dated_before_the_recording_of_what_it_rests_on(strict_year: YearFolders) -> None:
    """The county reports its own file on any day; who decides on what others sent or decided needs it on record."""
    year, yesterday, today = strict_year, days_from_now(-1), days_from_now(0)
    decide(year, "county", "approve", on=yesterday)
    for level, action in (("city", "approve"), ("city", "return"), ("city", "take_up"), ("province", "waive")):
        points = f"T01：{days_from_now(9)}，系统性差异" if action == "waive" else ""
        refused = refuse(year, level, action, on=yesterday, points=points)
        assert (refused.code, refused.rule) == ("date_before_record", "P07"), action
        assert refused.facts["recorded_day"] == today
    decide(year, "city", "approve", on=today)
    assert refuse(year, "province", "approve", on=yesterday).code == "date_before_previous"
    decide(year, "province", "approve", on=today)
    assert refuse(year, "city", "seal", county="530100", on=yesterday).code == "date_before_previous"
    decide(year, "city", "seal", county="530100", on=today)
    decide(year, "province", "seal", county="530000", on=today)


def test_a_report_is_not_dated_before_the_recording_of_the_return_that_it_answers(strict_year: YearFolders) -> None:
    """The county too can only answer what is on record."""
    year, today = strict_year, days_from_now(0)
    decide(year, "county", "approve", on=days_from_now(-3))
    decide(year, "city", "return", on=today, points="附件3!A8：请核对")
    year.send(3)
    year.run()
    for days in (-3, -1):
        assert refuse(year, "county", "approve", on=days_from_now(days), points="1：已核对台账").rule == "P07"
    decide(year, "county", "approve", on=today, points="1：已核对台账")


def test_a_road_of_dates_in_one_batch_is_made_only_where_the_year_is_entered_afterwards(
    strict_year: YearFolders, capsys: Capture
) -> None:
    """The report is made, the approval dated before its recording is refused by name; with 补录 the road goes on."""
    year = strict_year
    rows = [
        fill_row("市级", "复核同意", on=days_from_now(-2)),
        fill_row("县级", "报送", on=days_from_now(-4)),
    ]
    year.hand_in("全部.xlsx", rows)
    code, lines = run_and_read(year, capsys)
    assert (code, year.state) == (ExitCode.REFUSED_ACTION, "submitted")
    assert any("早于所依据的" in line and "登记日" in line for line in lines)
    path = year.places.inbox / "roster.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "entered_afterwards: true\n", encoding="utf-8")
    assert run_and_read(year, capsys)[0] is ExitCode.CLEAR
    assert year.state == "reviewed"


CUT = "完成情况（示例）!C4：{amount}，实测"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (fill_row("市级", "复核同意"), fill_row("市级", "复核同意", number="另一文号")),
        (fill_row("县级", "撤回"), fill_row("市级", "复核同意")),
        (
            fill_row("市级", "核减", points=CUT.format(amount=180)),
            fill_row("市级", "核减", points=CUT.format(amount=170)),
        ),
    ],
    ids=["two numbers", "withdrawn and approved", "two cuts of one cell"],
)
def test_other_contradictions(year: YearFolders, first: dict[str, str], second: dict[str, str]) -> None:
    """Whatever bars each other, or says two things of one cell, is refused on both sides."""
    decide(year, "county", "approve")
    year.hand_in("1.xlsx", [first])
    year.hand_in("2.xlsx", [second])
    refused = year.run().refused_decisions
    assert [(submitted.file, refusal.code) for submitted, refusal in refused] == [
        ("1.xlsx", "contradicts"),
        ("2.xlsx", "contradicts"),
    ]


def test_what_follows_in_order_is_no_contradiction(year: YearFolders) -> None:
    """A whole road in one batch, an approval taken back in between, in whatever order the rows stand."""
    rows = [
        fill_row("省级", "备案", on="2025-02-09"),
        fill_row("市级", "复核同意", on="2025-02-08", number="第二次"),
        fill_row("市级", "撤销复核", on="2025-02-06"),
        fill_row("市级", "复核同意", on="2025-02-05"),
        fill_row("市级", "接收复核", on="2025-02-04"),
        fill_row("县级", "报送", on="2025-02-03"),
    ]
    year.hand_in("全部.xlsx", rows)
    summary = year.run()
    assert summary.refused_decisions == ()
    assert year.state == "filed"
    assert year.run().refused_decisions == ()


def test_story_09_a_term_that_ended_and_a_waiver_that_expired(year: YearFolders) -> None:
    """A date before the end helps neither: the day of recording counts too."""
    decide(year, "county", "approve")
    decide(year, "city", "approve")
    change_officer(year, "530000-01", until="2025-12-31")
    refused = refuse(year, "province", "approve", on="2025-12-30")
    assert (refused.code, refused.rule) == ("term_ended", "P07")


def test_story_10_waivers(year: YearFolders) -> None:
    """A waiver names a rule that there is, has not expired, and clears its own rule alone."""
    until, on = days_from_now(30), days_from_now(0)
    assert refuse(year, "province", "waive", on=on, points=f"ZZ99：{until}，系统性差异").code == "no_such_rule"
    expired = f"T01：{days_from_now(-1)}，系统性差异"
    assert refuse(year, "province", "waive", on=days_from_now(-9), points=expired).code == "waiver_expired"


def test_story_10_and_11_a_waiver_clears_its_rule_alone_and_the_run_exits_0(year: YearFolders, capsys: Capture) -> None:
    """What other rules find in the same figures stays open; once all is waived the next step is right."""
    year.send(3, {("附件2", "F5"): 900})
    assert run_and_read(year, capsys)[0] is ExitCode.FINDINGS
    newest = year.year_state().county_states[COUNTY].newest_version
    assert newest is not None
    assert newest.related_rules == {"hard": {"T01": (("T03", "T10"),)}}
    waive_rules(year, ["T01"])
    assert run_and_read(year, capsys)[0] is ExitCode.FINDINGS
    assert refuse(year, "county", "approve", on=days_from_now(0)).code == "open_hard"
    waive_rules(year, ["T03", "T10"])
    code, lines = run_and_read(year, capsys)
    assert code is ExitCode.CLEAR
    assert year.state == "received"
    assert any("等待县级“报送”" in line for line in lines)
    assert not any("改正" in line for line in lines)


def waive_rules(year: YearFolders, rules: list[str]) -> None:
    """Waive rules from today on, for a month."""
    points = "\n".join(f"{rule}：{days_from_now(30)}，系统性差异" for rule in rules)
    decide(year, "province", "waive", on=days_from_now(0), points=points)


def test_story_21_seals_from_below_by_different_people(year: YearFolders) -> None:
    """The province seals after its cities, and not by the hand that sealed for one of them."""
    carry_to_filing(year)
    assert refuse(year, "province", "seal", county="530000").code == "unsealed_below"
    path = year.places.inbox / "roster.yaml"
    roster = yaml.safe_load(path.read_text(encoding="utf-8"))
    for level, area in (("city", "530100"), ("province", "530000")):
        officer = next(officer for officer in roster["officers"] if officer["level"] == level)
        roster["officers"].append({**officer, "id": "兼职", "area": area})
    path.write_text(yaml.safe_dump(roster, allow_unicode=True), encoding="utf-8")
    year.run()
    decide(year, "city", "seal", county="530100", by="兼职")
    assert refuse(year, "province", "seal", county="530000", by="兼职").code == "two_levels"
    assert refuse(year, "province", "seal", county="530000", on="2025-01-31").code == "date_before_previous"
    decide(year, "province", "seal", county="530000")


def test_story_23_late_and_then_filed_leaves_a_mark(year: YearFolders, capsys: Capture) -> None:
    """Reported after the deadline: filing and board say so once the county is filed."""
    decide(year, "county", "approve", on="2025-02-01")
    decide(year, "city", "approve", on="2025-02-14")
    decide(year, "province", "approve", on="2025-03-12")
    assert run_and_read(year, capsys)[0] is ExitCode.CLEAR
    state = year.year_state()
    late = list(list_late_steps(state.procedure, year.roster(), state.county_states[COUNTY]))
    assert [(decision.action, how) for decision, how in late] == [
        ("submit", "date"),
        ("approve", "record"),
        ("file", "record"),
    ]
    filing = read_workbook(year.places.output_path("filing/530000-2024-年度核算备案.xlsx"))
    assert "2025年2月1日（逾期）" in filing
    assert "2025年2月14日（逾期登记）" in filing
