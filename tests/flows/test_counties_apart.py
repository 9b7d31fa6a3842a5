"""What is wrong in one county does not stop another."""

from pathlib import Path
from typing import Any

import pytest

import flows.intake.read_submission
from desk.exit_codes import ExitCode
from review.events import EventKind
from tests.builders.annual_run import Capture
from tests.builders.dongchuan import COUNTY, COVER, SHEET_2, YEAR, submission
from tests.builders.year import (
    OTHER,
    contracts_with_other,
    prepared,
    with_other_due,
)
from workbooks.examine import validate_file


def test_a_bad_file_of_one_county_does_not_stop_another(root: Path, capsys: Capture) -> None:
    """The first county is filed while the second one's file is refused, with what to do; the code stays 3."""
    ground = prepared(root)
    with_other_due(ground)
    bad = ground.places.inbox / OTHER / "呈贡 报表.xlsx"
    bad.parent.mkdir()
    bad.write_bytes("不是工作簿".encode())

    assert ground.run() is ExitCode.REFUSED_FILE
    assert ground.run() is ExitCode.REFUSED_FILE

    assert {code: row.state for code, row in ground.rows().items()} == {COUNTY: "filed", OTHER: "refused"}
    refused = [event for event in ground.events() if event.kind is EventKind.REFUSED]
    assert [(event.county, event.facts["code"], event.facts["name"]) for event in refused] == [
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
    draft = submission(1).put(COVER, "B4", OTHER).put(COVER, "B5", "呈贡区").put(COVER, "B9", "呈贡区自然资源局")
    draft = draft.put(SHEET_2, "C5", 201)
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
