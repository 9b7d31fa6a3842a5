"""Contracts that were edited take effect at once; badly written ones are settings gone wrong."""

import json
from pathlib import Path

import pytest

from desk import settings
from desk.commands.check import check_files
from desk.exit_codes import ExitCode
from desk.output_formats import CheckFormat
from tests.builders.annual_run import Capture, folders, hesuan, workless
from tests.builders.dongchuan import COUNTY, YEAR, submission
from tests.builders.year import (
    copied_contracts,
    prepared,
)


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
    check_files([path], settings.open_configured_library(), check_format=CheckFormat.JSON, out=None)
    before = json.loads(capsys.readouterr().out)

    _edit(contracts / "messages" / "zh.yaml", "序号 {number} 重复，在 {cells}。", "号码 {number} 用了两次：{cells}。")
    check_files([path], settings.open_configured_library(), check_format=CheckFormat.JSON, out=None)

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


def test_a_refused_file_stays_refused_when_contracts_change_and_change_back(root: Path) -> None:
    """Under contracts, other contracts, and the first again, the bad file is refused, and the code is 3 every time."""
    first, second = (copied_contracts(root.with_name(f"合同 {name}")) for name in "甲乙")
    _edit(second / "messages" / "zh.yaml", "序号 {number} 重复", "号码 {number} 重复")
    ground = prepared(root, versions=(2,), decided=False)
    (ground.folder / "坏.xlsx").write_bytes(b"x")

    codes = [ground.under(contracts).run() for contracts in (first, second, first, first)]

    assert codes == [ExitCode.REFUSED_FILE] * 4
    assert workless(ground.under(first))
