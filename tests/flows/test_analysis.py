"""Questions about what is on record: the history of one value, and what became of each rule's findings."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from desk.commands.analysis.hits import show_hits
from desk.commands.analysis.trace import show_trace
from desk.exit_codes import ExitCode
from tests.builders.annual_run import Capture, hesuan
from tests.builders.dongchuan import COUNTY, SHEET_2, SHEET_3, YEAR, decisions, submission
from tests.builders.year import Ground, copied_contracts, prepared


@pytest.fixture(scope="module")
def filed_year(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Run the sample: version 1 numbers its rows wrongly, version 2 is filed."""
    ground = prepared(tmp_path_factory.mktemp("查问") / "年度")
    assert ground.run() is ExitCode.CLEAR
    return ground


def test_value_is_traced_by_its_row_over_the_versions(tmp_path: Path, capsys: Capture) -> None:
    """Both values are told with version, file and cell, though a line was inserted above in the second version."""
    ground = prepared(tmp_path, versions=(), decided=False)
    first = submission(1).put(SHEET_2, "C6", 77)
    second = submission(2)
    second.sheets[SHEET_2].insert(0, ["填报单位：", None])
    ground.hand_in(first, "一.xlsx")
    ground.hand_in(second, "二.xlsx")
    ground.run()
    capsys.readouterr()
    assert show_trace(ground.places, COUNTY, f"{SHEET_2}!C7", as_json=True) is ExitCode.CLEAR
    found = json.loads(capsys.readouterr().out)
    steps = [(step["version"], step["value"], step["cell"], step["file"]) for step in found["steps"]]
    true_value = str(submission(2).sheets[SHEET_2][5][2])
    assert steps == [(1, "77", f"{SHEET_2}!C6", "一.xlsx"), (2, true_value, f"{SHEET_2}!C7", "二.xlsx")]
    assert show_trace(ground.places, COUNTY, f"{SHEET_2}!C7", as_json=False) is ExitCode.CLEAR
    out = capsys.readouterr().out
    assert "一.xlsx）：77" in out
    assert f"二.xlsx）：{true_value}" in out


def test_decisions_on_a_value_are_told(filed_year: Ground, capsys: Capture) -> None:
    """Below the version that was filed stands who reported, approved and filed it, when, and under which number."""
    assert show_trace(filed_year.places, COUNTY, f"{SHEET_2}!C5", as_json=False) is ExitCode.CLEAR
    lines = capsys.readouterr().out.splitlines()
    filed = next(index for index, line in enumerate(lines) if "第2版" in line)
    assert [line.strip().partition("：")[0] for line in lines[filed + 1 :]] == ["报送", "复核同意", "备案"]
    assert "昆自然资核〔2025〕12号" in lines[filed + 2]


@pytest.mark.parametrize("cell", ["C6", f"{SHEET_2}!", f"{SHEET_2}!C99", "没有!C6"])
def test_place_that_is_no_value_is_told(filed_year: Ground, capsys: Capture, cell: str) -> None:
    """A cell without a sheet, an empty one or one outside of the tables is a wrong use of the command."""
    assert show_trace(filed_year.places, COUNTY, cell, as_json=False) is ExitCode.USAGE
    assert cell in capsys.readouterr().err


def test_hits_tell_what_became_of_each_rule(filed_year: Ground, capsys: Capture) -> None:
    """The rules that version 1 violated were corrected; none was a false alarm."""
    assert show_hits([filed_year.places], as_json=True) is ExitCode.CLEAR
    rules = json.loads(capsys.readouterr().out)["rules"]
    assert {rule["year"] for rule in rules} == {YEAR}
    assert sum(rule["corrected"] for rule in rules) == len(rules) > 0
    assert {(rule["explained"], rule["waived"], rule["false_alarms"], rule["open_count"]) for rule in rules} == {
        (0, 0, 0, 0)
    }


def test_finding_that_was_explained_and_filed_is_a_false_alarm(tmp_path: Path, capsys: Capture) -> None:
    """A soft finding whose figures were filed as they were counts as one; before the filing it does not."""
    ground = prepared(tmp_path, versions=(), decided=False)
    serials = [1, 2, 3, 4, 6, 7, 8, 9, 10]  # a gap asks for an explanation
    file = ground.hand_in(submission(2, serials=serials), "一.xlsx")
    ground.run()
    capsys.readouterr()
    assert show_hits([ground.places], as_json=True) is ExitCode.CLEAR
    before = json.loads(capsys.readouterr().out)["rules"]
    assert [(rule["rule"], rule["open_count"]) for rule in before] == [("F11", 1)]
    explain = ["--level", "县级", "--action", "说明", "--by", "530113-01", "--date", "2025-01-15", "--point"]
    done = hesuan(
        "decide", YEAR, COUNTY, *explain, "F11：第5项经批准撤销，序号保留原号。", "--state", ground.places.state_folder
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert load_counts(ground, capsys) == (1, 0, 0)
    ground.hand_decisions(decisions(hashlib.sha256(file.read_bytes()).hexdigest()))
    assert ground.run() is ExitCode.CLEAR
    assert load_counts(ground, capsys) == (1, 1, 0)


def test_hit_of_a_rule_that_was_edited_away_is_a_false_alarm(tmp_path: Path, capsys: Capture) -> None:
    """The rule finds nothing in the same file any more: nobody corrected anything."""
    contracts = copied_contracts(tmp_path / "合同")
    ground = prepared(tmp_path / "年度", versions=(1,), decided=False).under(contracts)
    ground.run()
    form = contracts / "forms" / "township-tasks.odcs.yaml"
    text = form.read_text(encoding="utf-8")
    assert "      - id: F11\n" in text
    form.write_text(re.sub(r"      - id: F11\n(?: {8}.*\n)+", "", text), encoding="utf-8")
    ground.run()
    assert load_outcome(ground, capsys) == {"corrected": 0, "retracted": 1, "false_alarms": 1, "open_count": 0}


def load_outcome(ground: Ground, capsys: Capture) -> dict[str, int]:
    """Return what became of the hit of the rule on row numbers."""
    capsys.readouterr()
    assert show_hits([ground.places], as_json=True) is ExitCode.CLEAR
    (hit,) = [rule for rule in json.loads(capsys.readouterr().out)["rules"] if rule["rule"] == "F11"]
    return {name: hit[name] for name in ("corrected", "retracted", "false_alarms", "open_count")}


def load_counts(ground: Ground, capsys: Capture) -> tuple[int, int, int]:
    """Return the counties that explained the only rule, for which it was a false alarm, and which owe a reason."""
    capsys.readouterr()
    assert show_hits([ground.places], as_json=True) is ExitCode.CLEAR
    hits = json.loads(capsys.readouterr().out)["rules"][0]
    return hits["explained"], hits["false_alarms"], hits["open_count"]


def test_both_answer_on_the_command_line(filed_year: Ground) -> None:
    """The commands are there, and exit 0."""
    state = ["--state", filed_year.places.state_folder]
    assert hesuan("trace", YEAR, COUNTY, f"{SHEET_3}!B9", *state).returncode == 0
    assert "误报" in hesuan("hits", YEAR, YEAR + 1, *state).stdout
