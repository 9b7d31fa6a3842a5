"""What a command says when it fails, and where a fault of our own leaves its trace."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from desk.app import app
from desk.exit_codes import ExitCode


def _fail(*_: object, **__: object) -> ExitCode:
    content = "单元格里的内容"
    raise RuntimeError(content)


def test_a_fault_is_one_sentence_and_its_trace_lies_in_the_state_folder_that_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader gets a sentence and the place of the trace, not the trace; the default folder is not touched."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("desk.commands.status.show_status", _fail)
    told = CliRunner().invoke(app, ["status", "2024", "--state", "别处 台账"])
    log = Path("别处 台账") / "logs" / "faults.log"
    assert told.exit_code == ExitCode.FAULT
    assert str(log) in told.output
    assert "Traceback" not in told.output
    assert "单元格里的内容" not in told.output
    record = json.loads(log.read_text(encoding="utf-8"))
    assert record["course"][0] == "RuntimeError"
    assert record["course"][1].endswith("_fail")
    assert "单元格里的内容" not in log.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["别处 台账"]


def test_a_state_folder_that_cannot_be_written_leaves_the_trace_on_the_console(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no place for the trace, it must not be lost."""
    monkeypatch.setattr("desk.commands.status.show_status", _fail)
    (tmp_path / "state").write_text("", encoding="utf-8")
    told = CliRunner().invoke(app, ["status", "2024", "--state", str(tmp_path / "state")])
    assert told.exit_code == ExitCode.FAULT
    assert "_fail" in told.output
