"""Decisions at the command line and in review workbooks: recorded in their order, or refused with the reason."""

from pathlib import Path
from typing import Any

import pytest

from desk.commands import decide
from desk.exit_codes import ExitCode
from review.events import EventKind
from tests.builders.annual_run import CITY, CITY_OFFICER, FILING, PROVINCE, Capture, hesuan, proposal, workless
from tests.builders.dongchuan import COUNTY, YEAR, decisions, name_of, submission
from tests.builders.examined import reads_well
from tests.builders.plain import plain_bytes
from tests.builders.year import (
    OTHER,
    Ground,
    prepared,
)

DENIED: dict[str, tuple[dict[str, Any], str]] = {
    "an older version": ({"version": 1}, "旧版次 1"),
    "a version that never was": ({"version": 7}, "没有“7”这个版本"),
    "bytes that never were": ({"sha256": "0" * 64}, "没有“000000000000”这个版本"),
    "somebody unknown": ({"by": "530113-99"}, "“530113-99”不在经办人员名单中"),
    "nobody": ({"by": ""}, "缺少办理人"),
    "the city's person for the county": ({"by": CITY_OFFICER}, "是市级人员，不能办理县级事项"),
    "another county's person": ({"by": f"{OTHER}-01"}, f"辖区不含 {COUNTY}"),
    "before the office began": ({"on": "2023-12-31"}, "在 2023-12-31 不在任期内"),
    "after the office ended": ({"by": "530113-02"}, "不在任期内"),
    "city before county": (CITY, "目前为“已收”，不能“复核同意”"),
    "province before county": (PROVINCE, "目前为“已收”，不能“备案”"),
    "without an opinion": ({"opinion": " "}, "缺少意见"),
    "without a number": ({"number": ""}, "缺少文号"),
    "without a date": ({"on": ""}, "不是日期"),
    "a day that is none": ({"on": "2025-02-30"}, "“2025-02-30”不是日期"),
    "an unknown level": ({"level": "乡级"}, "层级“乡级”没有“approve”这个动作"),
    "the county returns": ({"action": "return"}, "没有“return”这个动作"),
    "a county that is not due": ({"county": "530102"}, "530102 不在 2024 年应报名单中"),
}


@pytest.mark.parametrize(("changed", "said"), DENIED.values(), ids=DENIED.keys())
def test_a_decision_that_may_not_be_is_refused_and_not_recorded(
    received_year: Ground, capsys: Capture, changed: dict[str, Any], said: str
) -> None:
    """Refused with the reason and what to do, exit code 5, and not an entry more in the ledger."""
    head = received_year.head()

    code = decide.record_for_county(received_year.places, proposal(**changed))

    assert code is ExitCode.REFUSED_ACTION
    told = capsys.readouterr()
    assert said in told.err, told.err
    assert told.err.startswith("不予办理：")
    assert reads_well(told.err.strip())
    assert told.out == ""
    assert received_year.head() == head


def test_decisions_in_their_order_are_recorded(received: Ground, capsys: Capture) -> None:
    """County, city and province act one after the other; the same decision again is no second entry."""
    for step, state in (({}, "已报送"), (CITY, "已复核"), (PROVINCE, "已备案")):
        assert decide.record_for_county(received.places, proposal(**step)) is ExitCode.CLEAR
        assert f"现为“{state}”" in capsys.readouterr().out

    head = received.head()
    assert decide.record_for_county(received.places, proposal(**PROVINCE)) is ExitCode.CLEAR
    assert "没有重复记录" in capsys.readouterr().out
    assert received.head() == head
    assert received.run() is ExitCode.CLEAR
    assert FILING in received.outputs()


def test_nobody_acts_at_two_levels(received: Ground, capsys: Capture) -> None:
    """Who reported for the county may not review for the city, whatever offices they hold."""
    both = "530113-03"
    assert decide.record_for_county(received.places, proposal(by=both)) is ExitCode.CLEAR
    head = received.head()

    assert decide.record_for_county(received.places, proposal(**{**CITY, "by": both})) is ExitCode.REFUSED_ACTION

    assert "已在县级办理过本件" in capsys.readouterr().err
    assert received.head() == head
    assert decide.record_for_county(received.places, proposal(**CITY)) is ExitCode.CLEAR


def test_province_waits_for_the_city(received: Ground, capsys: Capture) -> None:
    """What the county has reported is not yet the province's to file."""
    decide.record_for_county(received.places, proposal())

    assert decide.record_for_county(received.places, proposal(**PROVINCE)) is ExitCode.REFUSED_ACTION
    assert "目前为“已报送”，不能“备案”；应先到“已复核”" in capsys.readouterr().err


def test_decide_refuses_at_the_command_line_with_5(received_year: Ground) -> None:
    """The command prints the reason to standard error, exits 5, and shows no trace."""
    given = ["--level", "市级", "--approve", "--by", CITY_OFFICER, "--date", "2025-02-14"]
    named = ["--number", "1号", "--opinion", "同意", "--state", received_year.places.state_folder]

    done = hesuan("decide", YEAR, COUNTY, *given, *named)

    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr.startswith("不予办理：530113 目前为“已收”")
    assert "Traceback" not in done.stderr


def test_nothing_can_be_decided_before_anything_ran(root: Path, capsys: Capture) -> None:
    """Without a record there is nothing to decide on, and none is begun."""
    ground = prepared(root)

    assert decide.record_for_county(ground.places, proposal()) is ExitCode.REFUSED_ACTION
    assert "还没有收到报送文件" in capsys.readouterr().err
    assert not (ground.places.state_folder / "ledger.db").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({1: 1}, "校验值与版次 1 对不上", id="version and hash disagree"),
        pytest.param({2: "0" * 64}, "没有“000000000000”这个版本", id="other bytes"),
        pytest.param({7: "530113-99"}, "不在经办人员名单中", id="unknown person"),
        pytest.param({6: None}, "缺少意见", id="no opinion"),
        pytest.param({4: "同意"}, "没有“同意”这个动作", id="unknown action"),
        pytest.param({8: "明天"}, "“明天”不是日期", id="no date"),
    ],
)
def test_a_bad_row_of_a_review_workbook_is_refused_and_the_run_says_so(
    root: Path, capsys: Capture, change: dict[int, Any], said: str
) -> None:
    """A row that may not be carried out stands refused with file, row and reason; a second run gives the same code."""
    ground = prepared(root, versions=(2,), decided=False)
    rows = decisions(ground.sha256(2))[:4]
    for column, value in change.items():
        rows[3][column] = value
    ground.hand_decisions(rows)

    first, second = ground.run(), ground.run()

    assert (first, second) == (ExitCode.REFUSED_ACTION, ExitCode.REFUSED_ACTION)
    out = capsys.readouterr().out
    assert out.count("不予办理（办理意见表.xlsx 第 4 行）：") == 2
    assert said in out
    assert EventKind.DECISION not in {event.kind for event in ground.events()}
    assert workless(ground)


def test_a_bad_review_workbook_is_refused_and_the_rest_goes_on(root: Path, capsys: Capture) -> None:
    """A file that is no review workbook is refused by name; the decisions of the others are carried out."""
    ground = prepared(root, versions=(2,))
    (ground.places.inbox / "decisions" / "a.xlsx").write_bytes(b"no workbook")
    (ground.places.inbox / "decisions" / "b.xlsx").write_bytes(plain_bytes({"空": [["什么也没有"]]}))

    assert ground.run() is ExitCode.REFUSED_FILE

    out = capsys.readouterr().out
    assert "拒收 a.xlsx" in out
    assert "拒收 b.xlsx" in out
    assert ground.rows()[COUNTY].state == "filed"


def test_a_decision_on_a_version_that_moved_on_while_it_was_written_is_refused(
    received: Ground, capsys: Capture
) -> None:
    """The county's report names version 2 by its hash; version 3 has come in between: nobody reports what is gone."""
    sha256 = received.sha256(2)
    received.hand_in(submission(3), name_of(3))
    received.run()
    head = received.head()
    capsys.readouterr()

    assert decide.record_for_county(received.places, proposal(sha256=sha256, version=2)) is ExitCode.REFUSED_ACTION

    assert "旧版次 2，目前已是版次 3" in capsys.readouterr().err
    assert received.head() == head


def test_the_same_decision_on_a_newer_version_is_a_new_decision(received: Ground) -> None:
    """Who reports version 3 on the day and under the number of version 2 reports version 3."""
    assert decide.record_for_county(received.places, proposal()) is ExitCode.CLEAR
    received.hand_in(submission(3), name_of(3))
    received.run()

    assert decide.record_for_county(received.places, proposal()) is ExitCode.CLEAR

    row = received.rows()[COUNTY]
    assert (row.version, row.state) == (3, "submitted")
