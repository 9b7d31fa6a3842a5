"""Files as they arrive: misplaced, doubled, late, under review, or no submission at all."""

import os
import shutil
from pathlib import Path

import openpyxl
import pytest

from desk.commands import decide
from desk.exit_codes import ExitCode
from review.events import EventKind
from tests.builders.annual_run import CITY, PROVINCE, Capture, proposal, workless
from tests.builders.dongchuan import COUNTY, COVER, name_of, submission
from tests.builders.old_formats import csv_file, needs_xlrd, xls_file
from tests.builders.year import (
    OTHER,
    Ground,
    contracts_of_years,
    contracts_with_other,
    prepared,
    with_other_due,
)


@pytest.mark.hostile(88)
def test_a_file_of_another_county_is_refused_where_it_lies(root: Path, capsys: Capture) -> None:
    """The refusal names the cover's cell, the code there, and the folder it lies in; nothing is taken."""
    ground = prepared(root, versions=(), decided=False).under(contracts_with_other(root.with_name("合同 二")))
    ground.hand_in(submission(2).put(COVER, "B4", OTHER).put(COVER, "B5", "呈贡区"), "错放.xlsx")

    assert ground.run() is ExitCode.REFUSED_FILE
    assert ground.run() is ExitCode.REFUSED_FILE

    refused = [event.facts for event in ground.events() if event.kind is EventKind.REFUSED]
    assert [(facts["code"], facts["sheet"], facts["cell"]) for facts in refused] == [("wrong_county", COVER, "B4")]
    assert f"代码为 {OTHER}，文件却放在 {COUNTY} 的收件夹中" in capsys.readouterr().out
    assert ground.rows()[COUNTY].state == "refused"


def test_a_file_of_another_year_is_refused_where_it_lies(root: Path, capsys: Capture) -> None:
    """The refusal names the cover's cell and both years; nothing is taken."""
    contracts = contracts_of_years(root.with_name("合同 二"), (2024, 2025))
    ground = prepared(root, versions=(), decided=False).under(contracts)
    ground.hand_in(submission(2).put(COVER, "B3", 2025), "明年.xlsx")

    assert ground.run() is ExitCode.REFUSED_FILE

    refused = [event.facts for event in ground.events() if event.kind is EventKind.REFUSED]
    assert [(facts["code"], facts["sheet"], facts["cell"]) for facts in refused] == [("wrong_year", COVER, "B3")]
    assert "核算年度为 2025，本次办理的是 2024 年" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [("B4", OTHER, "wrong_county"), ("B3", 2025, "wrong_year")],
    ids=["county", "year"],
)
def test_a_misplaced_file_is_told_so_without_a_contract_for_it(root: Path, cell: str, value: object, code: str) -> None:
    """A file in the wrong folder is refused as misplaced, whether or not its county and year have a contract."""
    ground = prepared(root, versions=(), decided=False)
    ground.hand_in(submission(2).put(COVER, cell, value), "错放.xlsx")

    assert ground.run() is ExitCode.REFUSED_FILE

    refused = [event.facts for event in ground.events() if event.kind is EventKind.REFUSED]
    assert [(facts["code"], facts["cell"]) for facts in refused] == [(code, cell)]


def test_a_county_that_is_not_due_is_refused_until_it_is(root: Path) -> None:
    """A folder of a county that the roster has not is refused; once the roster has it, its file is taken."""
    ground = prepared(root, versions=(), decided=False).under(contracts_with_other(root.with_name("合同 二")))
    handed_in = submission(2).put(COVER, "B4", OTHER).put(COVER, "B5", "呈贡区").put(COVER, "B9", "呈贡区自然资源局")
    ground.hand_in(handed_in, "呈贡.xlsx", OTHER)

    assert ground.run() is ExitCode.REFUSED_FILE
    refused = [event.facts["code"] for event in ground.events() if event.kind is EventKind.REFUSED]
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

    refused = {str(event.facts["name"]): event.facts for event in ground.events() if event.kind is EventKind.REFUSED}
    assert {name: facts["code"] for name, facts in refused.items()} == {
        name_of(2): "version_conflict",
        twin.name: "version_conflict",
    }
    assert twin.name in str(refused[name_of(2)]["message"])
    assert name_of(2) in str(refused[twin.name]["message"])
    assert ground.rows()[COUNTY].state == "refused"
    twin.unlink()
    assert ground.run() is ExitCode.CLEAR
    assert ground.rows()[COUNTY].version == 2
    assert "拒收" not in capsys.readouterr().out.splitlines()[-1]


def test_other_bytes_of_a_version_taken_before_are_refused(received: Ground) -> None:
    """A file with the 版次 of one already taken is refused and names it; what was taken stands."""
    received.hand_in(submission(2).put(COVER, "B9", "另一单位"), "另一份.xlsx")

    assert received.run() is ExitCode.REFUSED_FILE

    refused = [event.facts for event in received.events() if event.kind is EventKind.REFUSED]
    assert [facts["code"] for facts in refused] == ["version_conflict"]
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

    assert [event.version for event in ground.events() if event.kind is EventKind.RECEIVED] == [2]
    assert EventKind.REFUSED not in {event.kind for event in ground.events()}


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

    refused = [event.facts for event in received.events() if event.kind is EventKind.REFUSED]
    assert [facts["code"] for facts in refused] == ["version_locked"]
    assert "目前为“已复核”" in capsys.readouterr().out
    assert received.rows()[COUNTY].version == 2
    back = {**PROVINCE, "action": "return", "number": ""}
    assert decide.record_for_county(received.places, proposal(**back)) is ExitCode.CLEAR
    assert received.run() is ExitCode.CLEAR
    assert (received.rows()[COUNTY].version, received.rows()[COUNTY].state) == (3, "received")


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
    assert EventKind.REFUSED not in {event.kind for event in ground.events()}


@pytest.mark.skipif(os.name != "posix", reason="the system has no pipes in folders")
def test_what_is_no_file_in_a_county_folder_is_refused(root: Path) -> None:
    """A folder, a pipe and a dead link among the submissions are each refused once; the good file is taken."""
    ground = prepared(root, versions=(2,), decided=False)
    (ground.folder / "文件夹.xlsx").mkdir()
    os.mkfifo(ground.folder / "管道.xlsx")
    (ground.folder / "断链.xlsx").symlink_to("nowhere.xlsx")

    assert ground.run() is ExitCode.REFUSED_FILE
    assert ground.run() is ExitCode.REFUSED_FILE

    refused = [
        (str(event.facts["name"]), event.facts["code"]) for event in ground.events() if event.kind is EventKind.REFUSED
    ]
    assert len(refused) == 3
    assert dict(refused) == {"断链.xlsx": "link", "文件夹.xlsx": "not_a_file", "管道.xlsx": "not_a_file"}
    assert ground.rows()[COUNTY].state == "received"
    assert workless(ground)


@needs_xlrd
def test_files_in_other_formats_are_taken_and_go_back_as_xlsx(root: Path) -> None:
    """An .xls is kept as it came and returned as an .xlsx; a table alone is refused with what it is."""
    ground = prepared(root, versions=(), decided=False)
    folder = ground.places.inbox / COUNTY
    folder.mkdir(parents=True, exist_ok=True)
    data = xls_file(submission(2).sheets)
    (folder / "第2版.xls").write_bytes(data)
    (folder / "附件2.csv").write_bytes(csv_file(submission(2).sheets["附件2"]))

    assert ground.run() is ExitCode.REFUSED_FILE

    refused = [event.facts["code"] for event in ground.events() if event.kind is EventKind.REFUSED]
    assert refused == ["single_table"]
    (returned,) = ground.places.output_folder.rglob("*问题标注.xlsx")
    assert openpyxl.load_workbook(returned).sheetnames[0] == "问题清单"
    first = returned.read_bytes()
    returned.unlink()
    assert ground.run() is ExitCode.REFUSED_FILE
    assert returned.read_bytes() == first
