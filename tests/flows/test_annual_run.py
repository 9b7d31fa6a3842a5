"""The yearly run in line: the sample's road, nothing to do the second time, and what people do wrong on the way."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

import flows.intake.read_submission
from checks.model.report import ValidationReport
from checks.reporting.json_codec import decode_report
from desk import settings
from desk.commands import decide
from desk.commands.check import check_files
from desk.commands.status import show_status
from desk.commands.verify import show_verification
from desk.exit_codes import ExitCode
from flows.run.pending_work import has_pending_work
from flows.year.inbox import scan_inbox
from flows.year.issued_outputs import get_marked_workbook_path
from flows.year.year_inputs import read_year_inputs
from flows.year.year_lock import lock_year
from flows.year.year_state import load_year_state
from review.events import EventKind
from review.proposal import Proposal
from tests.builders.dongchuan import COUNTY, COVER, SHEET_2, SHEET_3, YEAR, decisions, name_of, submission
from tests.builders.examined import reads_well, wording
from tests.builders.plain import plain_bytes
from tests.builders.year import (
    OTHER,
    ROOT,
    Ground,
    contracts_with_other,
    copied_contracts,
    prepared,
    steps,
    with_other_due,
)
from workbooks.examine import validate_file

COUNTY_OFFICER, CITY_OFFICER, PROVINCE_OFFICER = "530113-01", "530100-01", "530000-01"
RETURNED = f"{YEAR}/returned/{COUNTY}/{COUNTY}-{YEAR}-第1版-问题标注.xlsx"
PAGES = tuple(f"{YEAR}/returned/{COUNTY}/{COUNTY}-{YEAR}-第{version}版-核对报告.html" for version in (1, 2))
STATUS_PAGE = f"{YEAR}/status/{YEAR}-进度.html"
FILING = f"{YEAR}/filing/530000-{YEAR}-年度核算备案.xlsx"
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def filed_year(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Run the sample once; tests that change anything take a copy."""
    ground = prepared(tmp_path_factory.mktemp("备案 一") / "年度 核算")
    assert ground.run() is ExitCode.CLEAR
    return ground


@pytest.fixture(scope="module")
def received_year(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Run both versions without any decision; tests that change anything take a copy."""
    ground = prepared(tmp_path_factory.mktemp("收件 一") / "年度 核算", decided=False)
    assert ground.run() is ExitCode.CLEAR
    return ground


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


def report_of(ground: Ground, version: int) -> ValidationReport:
    """Return the report kept of a version."""
    checked = [one for one in ground.events() if one.kind is EventKind.CHECKED and one.version == version]
    return decode_report(json.loads(ground.places.open_store().load_object(str(checked[-1].facts["report"]))))


def hesuan(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "desk", *(str(one) for one in arguments)],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment},
        timeout=300,
    )


def folders(ground: Ground) -> list[object]:
    """Return the options that name the folders of a ground."""
    places = ground.places
    return ["--inputs", places.input_folder, "--outputs", places.output_folder, "--state", places.state_folder]


def workless(ground: Ground) -> bool:
    """Tell whether nothing can advance."""
    desk = read_year_inputs(ground.places, wording())
    with ground.ledger() as ledger:
        return not has_pending_work(load_year_state(ground.places, ledger, desk.roster), desk)


def test_the_sample_runs_from_county_to_filing(filed_year: Ground) -> None:
    """One run takes both versions, returns the first, carries the second through three levels, and files it."""
    rows = filed_year.rows()

    assert [(one.code, one.state, one.version, one.hard, one.soft) for one in rows.values()] == [
        (COUNTY, "filed", 2, 0, 0)
    ]
    assert rows[COUNTY].sha256 == filed_year.sha256(2)
    assert [one for one in steps(filed_year.events()) if one[0] != "issued"] == [
        ("roster", "", 0, ""),
        ("received", COUNTY, 1, ""),
        ("checked", COUNTY, 1, ""),
        ("received", COUNTY, 2, ""),
        ("checked", COUNTY, 2, ""),
        ("decision", COUNTY, 2, "submit"),
        ("decision", COUNTY, 2, "approve"),
        ("decision", COUNTY, 2, "file"),
    ]
    issued = {f"{YEAR}/{one[3]}" for one in steps(filed_year.events()) if one[0] == "issued"}
    assert set(filed_year.outputs()) == issued
    assert {RETURNED, FILING} <= issued


def test_the_first_version_has_exactly_the_two_findings_of_annex_3(filed_year: Ground) -> None:
    """Number 8 twice is hard and names both cells, 5 missing is soft; annex 2 and the second version have none."""
    found = report_of(filed_year, 1).findings

    assert [(one.rule, one.severity.value, one.sheet, one.cell) for one in found] == [
        ("F11", "hard", SHEET_3, "A12"),
        ("F11", "soft", SHEET_3, "A9"),
    ]
    assert [one.address for one in found[0].cells] == ["A11", "A12"]
    assert "A11、A12" in found[0].message
    assert "缺 5" in found[1].message
    assert all(reads_well(one.message, one.remedy) for one in found)
    assert report_of(filed_year, 2).findings == ()


def test_a_second_run_changes_no_byte(filed: Ground, capsys: Capture) -> None:
    """Where nothing can advance nothing is touched, the code is the same, and the run says that there was nothing."""
    before, head = filed.files(), filed.head()

    assert workless(filed)
    assert filed.run() is ExitCode.CLEAR

    assert filed.files() == before
    assert filed.head() == head
    assert "没有需要办理的事项。" in capsys.readouterr().out


def test_a_second_run_does_not_touch_prefect(filed: Ground) -> None:
    """The command without --inline says that there is nothing to do, and has not even imported the flow engine."""
    before = filed.files()
    script = (
        "import sys\nfrom desk.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit as ended:\n"
        "    print(ended.code, sorted({'prefect', 'great_expectations', 'fastapi'} & sys.modules.keys()))\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, "run", str(YEAR), *(str(one) for one in folders(filed))],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        timeout=300,
    )

    lines = done.stdout.splitlines()
    assert lines[0] == "没有需要办理的事项。"
    assert lines[-1] == "0 []"
    assert done.stderr == ""
    assert filed.files() == before


def test_deleted_outputs_are_made_again_byte_for_byte(filed: Ground) -> None:
    """Outputs may be deleted at any time: the next run makes the same ones."""
    before = filed.outputs()
    shutil.rmtree(filed.places.output_folder)

    assert not workless(filed)
    assert filed.run() is ExitCode.CLEAR
    assert filed.outputs() == before
    assert workless(filed)


def test_one_deleted_output_is_made_again_and_the_other_left(filed: Ground) -> None:
    """A run makes only what is missing."""
    before = filed.outputs()
    (filed.places.output_folder / RETURNED).unlink()
    other = filed.places.output_folder / FILING
    old = other.stat().st_mtime_ns

    assert filed.run() is ExitCode.CLEAR

    assert filed.outputs() == before
    assert other.stat().st_mtime_ns == old


def proposal(**changed: Any) -> Proposal:
    """Return the county's sound report of version 2, with something changed."""
    sound: dict[str, Any] = {
        "county": COUNTY,
        "level": "county",
        "action": "approve",
        "by": COUNTY_OFFICER,
        "on": "2025-01-17",
        "number": "东自然资报〔2025〕3号",
        "opinion": "数据属实，同意报送。",
    }
    return Proposal(**{**sound, **changed})


CITY = {"level": "city", "by": CITY_OFFICER, "on": "2025-02-14"}
PROVINCE = {"level": "province", "by": PROVINCE_OFFICER, "on": "2025-03-12"}

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


@pytest.fixture(autouse=True, scope="module")
def _more_officers(received_year: Ground) -> None:
    """Add to the roster on record: one in office no more, one of another county, one with two offices."""
    roster = received_year.roster()
    county, city, _ = roster["officers"]
    roster["officers"] += [
        {**county, "id": "530113-02", "until": date(2024, 12, 31)},
        {**county, "id": f"{OTHER}-01", "area": OTHER},
        {**county, "id": "530113-03"},
        {**city, "id": "530113-03"},
    ]
    received_year.write_roster(roster)
    received_year.run()


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
    assert EventKind.DECISION not in {one.kind for one in ground.events()}
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


def test_a_bad_file_of_one_county_does_not_stop_another(root: Path, capsys: Capture) -> None:
    """The first county is filed while the second one's file is refused, with what to do; the code stays 3."""
    ground = prepared(root)
    with_other_due(ground)
    bad = ground.places.inbox / OTHER / "呈贡 报表.xlsx"
    bad.parent.mkdir()
    bad.write_bytes("不是工作簿".encode())

    assert ground.run() is ExitCode.REFUSED_FILE
    assert ground.run() is ExitCode.REFUSED_FILE

    assert {code: row.state for code, row in ground.rows().items()} == {COUNTY: "filed", OTHER: "due"}
    refused = [one for one in ground.events() if one.kind is EventKind.REFUSED]
    assert [(one.county, one.facts["code"], one.facts["name"]) for one in refused] == [
        (OTHER, "not_workbook", "呈贡 报表.xlsx")
    ]
    out = capsys.readouterr().out
    assert f"拒收 {OTHER}/呈贡 报表.xlsx：" in out
    assert "没有需要办理的事项。" in out
    bad.unlink()
    assert ground.run() is ExitCode.CLEAR


def test_hard_findings_of_one_county_do_not_stop_another(root: Path) -> None:
    """One county is filed, the other returned with its findings; the code of the year is 1, twice."""
    ground = prepared(root).under(contracts_with_other(root.with_name("合同 二")))
    with_other_due(ground)
    draft = submission(1).put(COVER, "B4", OTHER).put(COVER, "B5", "呈贡区").put(SHEET_2, "C5", 201)
    ground.hand_in(draft, "呈贡.xlsx", OTHER)

    assert ground.run() is ExitCode.FINDINGS
    assert ground.run() is ExitCode.FINDINGS

    rows = ground.rows()
    assert (rows[COUNTY].state, rows[OTHER].state) == ("filed", "returned")
    assert (rows[OTHER].hard, rows[OTHER].soft) == (2, 1)
    assert f"{YEAR}/returned/{OTHER}/{OTHER}-{YEAR}-第1版-问题标注.xlsx" in ground.outputs()


def test_a_fault_in_one_county_does_not_stop_another(
    root: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the program exits 4 and keeps its trace in a log; the neighbour is filed, and a sound run mends it."""
    ground = prepared(root).under(contracts_with_other(root.with_name("合同 二")))
    with_other_due(ground)
    other = submission(1).put(COVER, "B4", OTHER).put(COVER, "B5", "呈贡区")
    broken = ground.hand_in(other, "呈贡.xlsx", OTHER).read_bytes()

    def faulty(data: bytes, *given: Any, **named: Any) -> Any:
        if data == broken:
            raise ZeroDivisionError("made by the test")
        return validate_file(data, *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(flows.intake.read_submission, "validate_file", faulty)
        assert ground.run() is ExitCode.FAULT

    told = capsys.readouterr().out
    assert "Traceback" not in told
    assert str(ground.places.failure_log) in told
    assert "ZeroDivisionError" in ground.places.failure_log.read_text(encoding="utf-8")
    assert {code: row.state for code, row in ground.rows().items()} == {COUNTY: "filed", OTHER: "due"}
    assert ground.run() is ExitCode.FINDINGS
    assert ground.rows()[OTHER].state == "returned"


@pytest.mark.hostile(88)
def test_a_file_of_another_county_is_refused_where_it_lies(root: Path, capsys: Capture) -> None:
    """The refusal names the cover's cell, the code there, and the folder it lies in; nothing is taken."""
    ground = prepared(root, versions=(), decided=False).under(contracts_with_other(root.with_name("合同 二")))
    ground.hand_in(submission(2).put(COVER, "B4", OTHER).put(COVER, "B5", "呈贡区"), "错放.xlsx")

    assert ground.run() is ExitCode.REFUSED_FILE
    assert ground.run() is ExitCode.REFUSED_FILE

    refused = [one.facts for one in ground.events() if one.kind is EventKind.REFUSED]
    assert [(one["code"], one["sheet"], one["cell"]) for one in refused] == [("wrong_county", COVER, "B4")]
    assert f"代码为 {OTHER}，文件却放在 {COUNTY} 的收件夹中" in capsys.readouterr().out
    assert ground.rows()[COUNTY].state == "due"


def test_a_file_of_another_year_is_refused_where_it_lies(root: Path, capsys: Capture) -> None:
    """The refusal names the cover's cell and both years; nothing is taken."""
    contracts = copied_contracts(root.with_name("合同 二"))
    package = contracts / "packages" / f"{COUNTY}-{YEAR}.yaml"
    text = package.read_text(encoding="utf-8")
    package.write_text(text.replace("years: [2024]", "years: [2024, 2025]"), encoding="utf-8")
    ground = prepared(root, versions=(), decided=False).under(contracts)
    ground.hand_in(submission(2).put(COVER, "B3", 2025), "明年.xlsx")

    assert ground.run() is ExitCode.REFUSED_FILE

    refused = [one.facts for one in ground.events() if one.kind is EventKind.REFUSED]
    assert [(one["code"], one["sheet"], one["cell"]) for one in refused] == [("wrong_year", COVER, "B3")]
    assert "核算年度为 2025，本次办理的是 2024 年" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [("B4", OTHER, "wrong_county"), ("B3", 2025, "wrong_year")],
    ids=["county", "year"],
)
def test_a_misplaced_file_is_told_so_without_a_contract_for_it(root: Path, cell: str, value: object, code: str) -> None:
    """A file in the wrong folder is told that it lies wrong, whether or not there is a contract for what it says."""
    ground = prepared(root, versions=(), decided=False)
    ground.hand_in(submission(2).put(COVER, cell, value), "错放.xlsx")

    assert ground.run() is ExitCode.REFUSED_FILE

    refused = [one.facts for one in ground.events() if one.kind is EventKind.REFUSED]
    assert [(one["code"], one["cell"]) for one in refused] == [(code, cell)]


def test_a_county_that_is_not_due_is_refused_until_it_is(root: Path) -> None:
    """A folder of a county that the roster has not is refused; once the roster has it, its file is taken."""
    ground = prepared(root, versions=(), decided=False).under(contracts_with_other(root.with_name("合同 二")))
    ground.hand_in(submission(2).put(COVER, "B4", OTHER).put(COVER, "B5", "呈贡区"), "呈贡.xlsx", OTHER)

    assert ground.run() is ExitCode.REFUSED_FILE
    refused = [one.facts["code"] for one in ground.events() if one.kind is EventKind.REFUSED]
    assert refused == ["not_due"]

    with_other_due(ground)
    assert ground.run() is ExitCode.CLEAR
    assert ground.rows()[OTHER].state == "received"


@pytest.mark.hostile(87)
def test_the_same_version_with_other_bytes_refuses_both(root: Path, capsys: Capture) -> None:
    """Two files of one 版次 are both refused, each naming the other; with one gone, the other is taken."""
    ground = prepared(root, versions=(2,), decided=False)
    twin = ground.hand_in(submission(2).put(COVER, "B9", "另一单位"), "另一份.xlsx")

    assert ground.run() is ExitCode.REFUSED_FILE
    assert ground.run() is ExitCode.REFUSED_FILE

    refused = {str(one.facts["name"]): one.facts for one in ground.events() if one.kind is EventKind.REFUSED}
    assert {name: facts["code"] for name, facts in refused.items()} == {
        name_of(2): "version_conflict",
        twin.name: "version_conflict",
    }
    assert twin.name in str(refused[name_of(2)]["message"])
    assert name_of(2) in str(refused[twin.name]["message"])
    assert ground.rows()[COUNTY].state == "due"
    twin.unlink()
    assert ground.run() is ExitCode.CLEAR
    assert ground.rows()[COUNTY].version == 2
    assert "拒收" not in capsys.readouterr().out.splitlines()[-1]


def test_other_bytes_of_a_version_taken_before_are_refused(received: Ground) -> None:
    """A file with the 版次 of one already taken is refused and names it; what was taken stands."""
    received.hand_in(submission(2).put(COVER, "B9", "另一单位"), "另一份.xlsx")

    assert received.run() is ExitCode.REFUSED_FILE

    refused = [one.facts for one in received.events() if one.kind is EventKind.REFUSED]
    assert [one["code"] for one in refused] == ["version_conflict"]
    assert name_of(2) in str(refused[0]["message"])
    assert received.rows()[COUNTY].version == 2


@pytest.mark.hostile(87)
def test_the_same_bytes_under_another_name_are_passed_over(received: Ground, capsys: Capture) -> None:
    """A copy of a file already taken is no second submission: noted, and nothing is recorded."""
    head = received.head()
    shutil.copy(received.folder / name_of(2), received.folder / "副本 (1).xlsx")

    assert received.run() is ExitCode.CLEAR

    assert f"跳过 {COUNTY}/副本 (1).xlsx：内容与已收的另一个文件相同" in capsys.readouterr().out
    assert received.head() == head


def test_two_copies_handed_in_at_once_are_one_version(root: Path) -> None:
    """The same bytes twice in a first run are taken once and are no conflict."""
    ground = prepared(root, versions=(2,), decided=False)
    shutil.copy(ground.folder / name_of(2), ground.folder / "副本.xlsx")

    assert ground.run() is ExitCode.CLEAR
    assert ground.run() is ExitCode.CLEAR

    assert [one.version for one in ground.events() if one.kind is EventKind.RECEIVED] == [2]
    assert EventKind.REFUSED not in {one.kind for one in ground.events()}


def test_an_older_version_that_comes_late_is_passed_over(root: Path, capsys: Capture) -> None:
    """Version 1 after version 2 is noted and left aside, once and for all; the newest stands."""
    ground = prepared(root, versions=(2,), decided=False)
    ground.run()
    ground.hand_in(submission(1), name_of(1))
    capsys.readouterr()

    assert ground.run() is ExitCode.CLEAR
    head = ground.head()
    assert ground.run() is ExitCode.CLEAR

    assert ground.head() == head
    assert f"跳过 {COUNTY}/{name_of(1)}：版次低于已收的版次" in capsys.readouterr().out
    assert ground.rows()[COUNTY].version == 2


def test_a_new_version_after_the_review_is_locked_out(received: Ground, capsys: Capture) -> None:
    """Once the city has agreed, a newer version is refused with the state; once returned, it is taken."""
    decide.record_for_county(received.places, proposal())
    decide.record_for_county(received.places, proposal(**CITY))
    received.hand_in(submission(3), name_of(3))

    assert received.run() is ExitCode.REFUSED_FILE
    assert received.run() is ExitCode.REFUSED_FILE

    refused = [one.facts for one in received.events() if one.kind is EventKind.REFUSED]
    assert [one["code"] for one in refused] == ["version_locked"]
    assert "目前为“已复核”" in capsys.readouterr().out
    assert received.rows()[COUNTY].version == 2
    back = {**PROVINCE, "action": "return", "number": ""}
    assert decide.record_for_county(received.places, proposal(**back)) is ExitCode.CLEAR
    assert received.run() is ExitCode.CLEAR
    assert (received.rows()[COUNTY].version, received.rows()[COUNTY].state) == (3, "received")


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


def test_files_of_the_system_are_passed_over_with_a_note(root: Path, capsys: Capture) -> None:
    """What spreadsheet programs and systems leave in folders is no submission."""
    ground = prepared(root, versions=(2,), decided=False)
    names = ("~$东川.xlsx", ".DS_Store", "Thumbs.db", "desktop.ini", "报表.xlsx.part")
    for name in names:
        (ground.folder / name).write_bytes(b"x")
    (ground.places.inbox / ".DS_Store").write_bytes(b"x")
    (ground.places.inbox / "说明.txt").write_bytes(b"x")

    assert ground.run() is ExitCode.CLEAR

    out = capsys.readouterr().out
    assert all(f"跳过 {COUNTY}/{name}：系统或临时文件" in out for name in names)
    assert "跳过 .DS_Store：系统或临时文件" in out
    assert "跳过 说明.txt：不是县级收件夹" in out
    assert EventKind.REFUSED not in {one.kind for one in ground.events()}


@pytest.mark.skipif(os.name != "posix", reason="the system has no pipes in folders")
def test_what_is_no_file_in_a_county_folder_is_refused(root: Path) -> None:
    """A folder, a pipe and a dead link among the submissions are each refused once; the good file is taken."""
    ground = prepared(root, versions=(2,), decided=False)
    (ground.folder / "文件夹.xlsx").mkdir()
    os.mkfifo(ground.folder / "管道.xlsx")
    (ground.folder / "断链.xlsx").symlink_to("nowhere.xlsx")

    assert ground.run() is ExitCode.REFUSED_FILE
    assert ground.run() is ExitCode.REFUSED_FILE

    refused = [(str(one.facts["name"]), one.facts["code"]) for one in ground.events() if one.kind is EventKind.REFUSED]
    assert len(refused) == 3
    assert dict(refused) == {"断链.xlsx": "link", "文件夹.xlsx": "not_a_file", "管道.xlsx": "not_a_file"}
    assert ground.rows()[COUNTY].state == "received"
    assert workless(ground)


def test_only_the_flawed_version_exits_1_every_time(root: Path, capsys: Capture) -> None:
    """Hard findings of the newest version are the year's code, also when nothing is left to do."""
    ground = prepared(root, versions=(1,), decided=False)

    assert (ground.run(), ground.run()) == (ExitCode.FINDINGS, ExitCode.FINDINGS)

    row = ground.rows()[COUNTY]
    assert (row.state, row.hard, row.soft) == ("returned", 1, 1)
    assert (
        str(ground.places.output_path(f"returned/{COUNTY}/{COUNTY}-{YEAR}-第1版-问题标注.xlsx"))
        in capsys.readouterr().out
    )


def test_run_at_the_command_line_gives_the_code_of_the_standing_state(root: Path) -> None:
    """The command exits 0 on the sample and speaks Chinese, in plain lines, without a trace."""
    ground = prepared(root)

    done = hesuan("run", YEAR, "--inline", *folders(ground))

    assert (done.returncode, done.stderr) == (0, "")
    assert f"{COUNTY} 东川区：已备案（版次 2，强制 0，核实 0）" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("全部应报县均已备案")


@pytest.mark.parametrize("year", [2023, 1979], ids=["no folder", "no such year"])
def test_run_without_a_year_to_run_exits_2(root: Path, year: int) -> None:
    """A year without a folder, or no year at all, is wrong usage: exit 2, no trace, nothing made."""
    ground = prepared(root)

    done = hesuan("run", year, "--inline", *folders(ground))

    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert not ground.places.output_folder.exists()


def test_status_has_the_promised_shape(filed_year: Ground, capsys: Capture) -> None:
    """One JSON object: the year, and for each county code, name, state in Chinese, version, hash and counts."""
    assert show_status(filed_year.places, as_json=True, today=date(2025, 4, 1)) is ExitCode.CLEAR

    assert json.loads(capsys.readouterr().out) == {
        "year": YEAR,
        "counties": [
            {
                "code": COUNTY,
                "name": "东川区",
                "state": "已备案",
                "version": 2,
                "sha256": filed_year.sha256(2),
                "hard": 0,
                "soft": 0,
            }
        ],
    }


def test_status_before_anything_came_and_who_is_late(root: Path, capsys: Capture) -> None:
    """A due county without a file stands as 应报, with nulls in JSON; past its level's deadline it is late."""
    ground = prepared(root, versions=(), decided=False)
    ground.run()
    capsys.readouterr()

    show_status(ground.places, as_json=True, today=date(2025, 4, 1))
    county = json.loads(capsys.readouterr().out)["counties"][0]
    assert county == {
        "code": COUNTY,
        "name": "东川区",
        "state": "应报",
        "version": None,
        "sha256": None,
        "hard": 0,
        "soft": 0,
    }
    show_status(ground.places, as_json=False, today=date(2025, 1, 31))
    assert "已过" not in capsys.readouterr().out
    show_status(ground.places, as_json=False, today=date(2025, 2, 1))
    assert "已过县级时限 2025-01-31" in capsys.readouterr().out


def test_status_without_a_record_says_so(root: Path, capsys: Capture) -> None:
    """Before the first run there is nothing to tell, and nothing is made by asking."""
    ground = prepared(root)

    show_status(ground.places, as_json=True, today=date(2025, 1, 1))

    assert json.loads(capsys.readouterr().out) == {"year": YEAR, "counties": []}
    assert not ground.places.state_folder.exists()


def test_verify_finds_everything_intact(filed_year: Ground, capsys: Capture) -> None:
    """State folder, ledger file, outputs folder and one output are intact after a run."""
    places = filed_year.places
    for path in (
        places.state_folder,
        places.state_folder / "ledger.db",
        places.output_folder,
        places.output_folder / FILING,
    ):
        assert show_verification(path, places, head=None) is ExitCode.CLEAR
    assert show_verification(places.state_folder, places, head=filed_year.head()) is ExitCode.CLEAR
    assert all(line.startswith("完好：") for line in capsys.readouterr().out.splitlines())


def _alter_entry(ground: Ground) -> None:
    with sqlite3.connect(ground.places.state_folder / "ledger.db") as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute(
            "UPDATE entries SET body = replace(body, '530113-01', '530113-77')"
            " WHERE body LIKE '%530113-01%' AND body LIKE '%submit%'"
        )
    database.close()


def _cut_tail(ground: Ground) -> None:
    with sqlite3.connect(ground.places.state_folder / "ledger.db") as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("DELETE FROM entries WHERE sequence = 4")
    database.close()


def _scribble(ground: Ground) -> None:
    (ground.places.state_folder / "ledger.db").write_bytes(b"no database at all")


def _alter_kept_file(ground: Ground) -> None:
    ground.places.open_store().get_path(ground.sha256(2)).write_bytes(b"other bytes")


def _lose_kept_file(ground: Ground) -> None:
    ground.places.open_store().get_path(ground.sha256(1)).unlink()


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        pytest.param(_alter_entry, "条不是原样（内容与校验值不符）", id="entry altered"),
        pytest.param(_cut_tail, "台账第 4 条不是原样（缺少这一条）", id="entry removed"),
        pytest.param(_scribble, "台账不是原样（无法读取）", id="no ledger any more"),
        pytest.param(_alter_kept_file, "收件库文件内容与名称不符", id="received file altered"),
        pytest.param(_lose_kept_file, "收件库文件内容与名称不符", id="received file lost"),
    ],
)
def test_verify_names_what_is_not_intact(
    filed: Ground, capsys: Capture, tamper: Callable[[Ground], None], said: str
) -> None:
    """Whatever was altered behind the program's back is named, and the code is 1."""
    tamper(filed)

    assert show_verification(filed.places.state_folder, filed.places, head=None) is ExitCode.FINDINGS
    assert said in capsys.readouterr().out


def test_verify_finds_an_output_that_was_changed_or_added(filed: Ground, capsys: Capture) -> None:
    """An output with other bytes, or one that nobody recorded, is named, and the code is 1."""
    changed = filed.places.output_folder / RETURNED
    changed.write_bytes(changed.read_bytes() + b"x")
    strange = changed.with_name("别的.xlsx")
    strange.write_bytes(b"x")

    assert show_verification(filed.places.output_folder, filed.places, head=None) is ExitCode.FINDINGS

    out = capsys.readouterr().out
    assert f"与台账登记的内容不同：{changed}" in out
    assert f"台账中没有登记：{strange}" in out
    assert f"完好：{filed.places.output_folder / FILING}" in out


def test_verify_finds_a_head_that_the_ledger_never_had(filed_year: Ground, capsys: Capture) -> None:
    """A head printed on an earlier filing that is not in the chain shows a rewritten ledger."""
    assert show_verification(filed_year.places.state_folder, filed_year.places, head="f" * 64) is ExitCode.FINDINGS
    assert "台账被截断或重写" in capsys.readouterr().out


def test_verify_at_the_command_line(filed: Ground) -> None:
    """The command exits 0 where all is intact, 1 where not, 2 where there is nothing of that name."""
    state = filed.places.state_folder
    assert hesuan("verify", state).returncode == 0
    _alter_entry(filed)
    assert hesuan("verify", state).returncode == 1
    assert hesuan("verify", state / "没有").returncode == 2


PROMISED = ["outcome", "refusal", "file", "sha256", "county", "year", "findings"]
PROMISED_FINDING = [
    *("rule", "severity", "sheet", "cell", "cells", "value", "expected", "difference"),
    *("message", "remedy", "basis", "also", "repairs"),
]


def test_check_prints_the_promised_json_on_any_console(tmp_path: Path) -> None:
    """One object a file, one a line, nothing else on standard output, the keys as promised; ASCII consoles included."""
    flawed = submission(1).put(SHEET_2, "C5", 300).save(tmp_path / "东川 第一版.xlsx")
    sound = submission(2).save(tmp_path / "好.xlsx")
    bad = tmp_path / "坏.xlsx"
    bad.write_bytes(b"")

    done = hesuan("check", flawed, sound, bad, "--format", "json", PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.isascii()
    first, second, third = (json.loads(line) for line in done.stdout.splitlines())
    assert [list(one) for one in (first, second, third)] == [PROMISED] * 3
    assert (first["outcome"], second["outcome"], third["outcome"]) == ("flagged", "accepted", "refused")
    assert (first["county"], first["year"], first["refusal"]) == (COUNTY, YEAR, None)
    assert first["file"] == str(flawed)
    assert first["sha256"] == hashlib.sha256(flawed.read_bytes()).hexdigest()
    assert [list(one) for one in first["findings"]] == [PROMISED_FINDING] * 3
    figure = next(one for one in first["findings"] if one["rule"] == "T01")
    assert (figure["severity"], figure["sheet"], figure["cell"]) == ("hard", SHEET_2, "C5")
    assert (figure["value"], figure["expected"], figure["difference"]) == ("300", "200", "100")
    assert figure["repairs"] == [[{"sheet": SHEET_2, "cell": "C5", "from": "300", "to": "200"}]]
    assert (second["findings"], third["findings"]) == ([], [])
    assert (third["county"], third["year"], third["sha256"]) == (None, None, hashlib.sha256(b"").hexdigest())
    assert list(third["refusal"]) == ["code", "part", "sheet", "cell", "message", "remedy"]


def test_words_for_people_do_not_fail_on_an_ascii_console(filed_year: Ground, tmp_path: Path) -> None:
    """Where Chinese cannot be shown it is escaped: check in words ends with its code and no trace."""
    path = submission(1).save(tmp_path / "东川.xlsx")

    done = hesuan("check", path, PYTHONIOENCODING="ascii")
    stood = hesuan("status", YEAR, "--state", filed_year.places.state_folder, PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (1, "")
    assert (stood.returncode, stood.stderr) == (0, "")
    assert "\\u" in done.stdout
    assert "\\u" in stood.stdout


def test_check_writes_nothing_but_what_it_is_asked_to(tmp_path: Path) -> None:
    """Checking leaves the folders as they were; with --out marked workbook and page appear there and nowhere else."""
    work = tmp_path / "工作 夹"
    work.mkdir()
    path = submission(1).save(tmp_path / "收件" / "东川.xlsx")
    before = path.read_bytes()
    command = [sys.executable, "-m", "desk", "check", str(path), "--format", "json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}

    for more in ([], ["--out", str(tmp_path / "标注 夹")]):
        done = subprocess.run(
            [*command, *more], check=False, capture_output=True, cwd=work, env=environment, timeout=300
        )
        assert done.returncode == 1
        assert len(done.stdout.splitlines()) == 1

    assert list(work.iterdir()) == []
    assert sorted(one.relative_to(tmp_path).as_posix() for one in tmp_path.rglob("*") if one.is_file()) == [
        "收件/东川.xlsx",
        "标注 夹/东川-核对报告.html",
        "标注 夹/东川-问题标注.xlsx",
    ]
    assert path.read_bytes() == before


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_an_edited_message_takes_effect_at_once(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other words in the contracts folder that the environment names are what the next check says."""
    contracts = copied_contracts(tmp_path / "合同 二")
    path = submission(1).save(tmp_path / "东川.xlsx")
    monkeypatch.setenv("HESUAN_CONTRACTS", str(contracts))
    check_files([path], settings.open_configured_library(), as_json=True, out=None)
    before = json.loads(capsys.readouterr().out)

    _edit(contracts / "messages" / "zh.yaml", "序号 {number} 重复，在 {cells}。", "号码 {number} 用了两次：{cells}。")
    check_files([path], settings.open_configured_library(), as_json=True, out=None)

    after = json.loads(capsys.readouterr().out)
    assert before["findings"][0]["message"] == "序号 8 重复，在 A11、A12。"
    assert after["findings"][0]["message"] == "号码 8 用了两次：A11、A12。"


def test_an_edited_severity_takes_effect_at_the_next_run(root: Path) -> None:
    """A version returned under one rule waits for an explanation under a milder one, without a change of code."""
    contracts = copied_contracts(root.with_name("合同 二"))
    ground = prepared(root, versions=(1,), decided=False).under(contracts)
    assert ground.run() is ExitCode.FINDINGS

    milder = "severities: {repeat: soft, gap: soft, start: soft}"
    _edit(contracts / "forms" / "township-tasks.odcs.yaml", "severities: {gap: soft, start: soft}", milder)

    assert ground.run() is ExitCode.CLEAR
    row = ground.rows()[COUNTY]
    assert (row.state, row.hard, row.soft) == ("awaiting_explanation", 0, 2)
    assert workless(ground)


def test_a_broken_contract_exits_2_and_says_where(tmp_path: Path) -> None:
    """A contract that asks for a check that does not exist is a setting gone wrong, not a finding and not a fault."""
    contracts = copied_contracts(tmp_path / "合同 二")
    _edit(contracts / "forms" / "township-tasks.odcs.yaml", "check: row_sum", "check: row_some")
    path = submission(2).save(tmp_path / "东川.xlsx")

    done = hesuan("check", path, "--format", "json", HESUAN_CONTRACTS=str(contracts))

    assert (done.returncode, done.stdout) == (2, "")
    assert "row_some" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("inline", [True, False])
def test_a_run_on_a_broken_contract_exits_2_and_records_nothing(root: Path, *, inline: bool) -> None:
    """No county is blamed for a contract that is badly written: the run ends before it takes anything in."""
    contracts = copied_contracts(root.with_name("合同 二"))
    _edit(contracts / "forms" / "township-tasks.odcs.yaml", "parts: target, total: target_total", "parts: target")
    ground = prepared(root)

    done = hesuan("run", YEAR, *(["--inline"] if inline else []), *folders(ground), HESUAN_CONTRACTS=str(contracts))

    assert done.returncode == 2
    assert "T03" in done.stderr
    assert "Traceback" not in done.stderr
    assert ground.events() == []


def test_a_broken_roster_exits_2_and_says_where(root: Path) -> None:
    """A roster with a county twice is a setting gone wrong: exit 2, its file named, nothing received."""
    ground = prepared(root)
    roster = ground.roster()
    roster["due"].append(roster["due"][0])
    ground.write_roster(roster)

    done = hesuan("run", YEAR, "--inline", *folders(ground))

    assert (done.returncode, done.stdout) == (2, "")
    assert "roster.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_inbox_is_left_as_it_is(filed_year: Ground) -> None:
    """Inputs are read only: after a run they are what was handed in."""
    places = filed_year.places

    assert {one.name for one in scan_inbox(places.inbox, wording()).arrivals} == {name_of(1), name_of(2)}
    assert (filed_year.folder / name_of(1)).read_bytes() == submission(1).bytes()
    assert sorted(one.name for one in places.inbox.iterdir()) == [COUNTY, "decisions", "roster.yaml"]
    text = (ROOT / "inputs" / str(YEAR) / "roster.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text) == filed_year.roster()


def test_the_returned_workbook_is_named_as_the_record_has_it(filed_year: Ground) -> None:
    """The path of the returned workbook follows from county, year and version, and is what the record names."""
    with filed_year.ledger() as ledger:
        scene = load_year_state(filed_year.places, ledger, read_year_inputs(filed_year.places, wording()).roster)
    version = scene.county_states[COUNTY].versions[0]

    assert f"{YEAR}/{get_marked_workbook_path(scene, COUNTY, version)}" == RETURNED


@pytest.mark.hostile(94)
def test_a_year_that_another_run_holds_is_left_alone(filed: Ground) -> None:
    """While one run holds the year, a second with work to do says so, exits 5, and changes nothing."""
    (filed.places.output_folder / RETURNED).unlink()
    before = filed.files()

    with lock_year(filed.places):
        done = hesuan("run", YEAR, "--inline", *folders(filed))

    assert done.returncode == 5
    assert "2024 年正由另一个进程办理" in done.stderr
    assert "Traceback" not in done.stderr
    assert filed.files() == before


def test_a_refused_file_stays_refused_when_contracts_change_and_change_back(root: Path) -> None:
    """Under contracts, other contracts, and the first again, the bad file is refused, and the code is 3 every time."""
    first, second = (copied_contracts(root.with_name(f"合同 {name}")) for name in "甲乙")
    _edit(second / "messages" / "zh.yaml", "序号 {number} 重复", "号码 {number} 重复")
    ground = prepared(root, versions=(2,), decided=False)
    (ground.folder / "坏.xlsx").write_bytes(b"x")

    codes = [ground.under(contracts).run() for contracts in (first, second, first, first)]

    assert codes == [ExitCode.REFUSED_FILE] * 4
    assert workless(ground.under(first))


def test_the_same_decision_on_a_newer_version_is_a_new_decision(received: Ground) -> None:
    """Who reports version 3 on the day and under the number of version 2 reports version 3."""
    assert decide.record_for_county(received.places, proposal()) is ExitCode.CLEAR
    received.hand_in(submission(3), name_of(3))
    received.run()

    assert decide.record_for_county(received.places, proposal()) is ExitCode.CLEAR

    row = received.rows()[COUNTY]
    assert (row.version, row.state) == (3, "submitted")


@pytest.mark.hostile(88)
def test_check_keeps_marked_workbooks_of_files_with_one_name_apart(tmp_path: Path) -> None:
    """Two files of one name from two folders, checked at once, have two marked workbooks and two pages."""
    paths = [submission(1).save(tmp_path / county / "报表.xlsx") for county in (COUNTY, OTHER)]

    check_files(paths, settings.open_configured_library(), as_json=True, out=tmp_path / "标注")

    assert sorted(one.suffix for one in (tmp_path / "标注").iterdir()) == [".html", ".html", ".xlsx", ".xlsx"]
