"""The yearly run in line: from inbox to filing, run again, and with outputs deleted."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from desk.exit_codes import ExitCode
from flows.year.inbox import scan_inbox
from flows.year.issued_outputs import get_marked_workbook_path
from flows.year.year_inputs import read_year_inputs
from flows.year.year_lock import lock_year
from flows.year.year_state import load_year_state
from tests.builders.annual_run import FILING, RETURNED, Capture, folders, hesuan, report_of, workless
from tests.builders.dongchuan import COUNTY, SHEET_3, YEAR, name_of, submission
from tests.builders.examined import reads_well, wording
from tests.builders.year import (
    ROOT,
    Ground,
    prepared,
    steps,
)


def test_the_sample_runs_from_county_to_filing(filed_year: Ground) -> None:
    """One run takes both versions, returns the first, carries the second through three levels, and files it."""
    rows = filed_year.rows()

    assert [(row.code, row.state, row.version, row.hard, row.soft) for row in rows.values()] == [
        (COUNTY, "filed", 2, 0, 0)
    ]
    assert rows[COUNTY].sha256 == filed_year.sha256(2)
    assert [step for step in steps(filed_year.events()) if step[0] != "issued"] == [
        ("roster", "", 0, ""),
        ("received", COUNTY, 1, ""),
        ("checked", COUNTY, 1, ""),
        ("received", COUNTY, 2, ""),
        ("checked", COUNTY, 2, ""),
        ("decision", COUNTY, 2, "submit"),
        ("decision", COUNTY, 2, "approve"),
        ("decision", COUNTY, 2, "file"),
    ]
    issued = {f"{YEAR}/{step[3]}" for step in steps(filed_year.events()) if step[0] == "issued"}
    assert set(filed_year.outputs()) == issued
    assert {RETURNED, FILING} <= issued


def test_the_first_version_has_exactly_the_two_findings_of_annex_3(filed_year: Ground) -> None:
    """Number 8 twice is hard and names both cells, 5 missing is soft; annex 2 and the second version have none."""
    found = report_of(filed_year, 1).findings

    assert [(finding.rule, finding.severity.value, finding.sheet, finding.cell) for finding in found] == [
        ("F11", "hard", SHEET_3, "A12"),
        ("F11", "soft", SHEET_3, "A9"),
    ]
    assert [cell.address for cell in found[0].cells] == ["A11", "A12"]
    assert "A11、A12" in found[0].message
    assert "缺 5" in found[1].message
    assert all(reads_well(finding.message, finding.remedy) for finding in found)
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
        [sys.executable, "-c", script, "run", str(YEAR), *(str(folder) for folder in folders(filed))],
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


def test_the_inbox_is_left_as_it_is(filed_year: Ground) -> None:
    """Inputs are read only: after a run they are what was handed in."""
    places = filed_year.places

    assert {arrival.name for arrival in scan_inbox(places.inbox, wording()).arrivals} == {name_of(1), name_of(2)}
    assert (filed_year.folder / name_of(1)).read_bytes() == submission(1).bytes()
    assert sorted(path.name for path in places.inbox.iterdir()) == [COUNTY, "decisions", "roster.yaml"]
    text = (ROOT / "inputs" / str(YEAR) / "roster.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text) == filed_year.roster()


def test_the_returned_workbook_is_named_as_the_record_has_it(filed_year: Ground) -> None:
    """The path of the returned workbook follows from county, year and version, and is what the record names."""
    with filed_year.ledger() as ledger:
        year_state = load_year_state(filed_year.places, ledger, read_year_inputs(filed_year.places, wording()).roster)
    version = year_state.county_states[COUNTY].versions[0]

    assert f"{YEAR}/{get_marked_workbook_path(year_state, COUNTY, version)}" == RETURNED


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
