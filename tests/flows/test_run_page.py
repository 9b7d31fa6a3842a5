"""The page of the last run: when it ran, what waits for whom, what it did; and the closing lines, grouped by actor."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desk.commands.verify import show_verification
from desk.error_handling import INTERRUPTED_CODE
from desk.exit_codes import ExitCode
from flows.run import run_stages as running
from flows.run.run_page_writer import RunPageWriter
from flows.year.manifest_names import RUN_PAGE_FILE
from tests.builders.dongchuan import COUNTY, YEAR, decisions
from tests.builders.identical import sampled
from tests.builders.year import ROOT, Ground, prepared


def read_page(ground: Ground) -> str:
    """Return the page of a ground's last run."""
    return (ground.places.output_folder / str(YEAR) / RUN_PAGE_FILE).read_text(encoding="utf-8")


def test_page_tells_what_was_done_and_that_nothing_waits(tmp_path: Path) -> None:
    """After the filing the page is clear, shows each step and leads to the status page."""
    ground = prepared(tmp_path / "年度 核算")
    assert ground.run() is ExitCode.CLEAR
    page = read_page(ground)
    assert "没有需要处理的事项" in page
    assert f"收下 {COUNTY}东川区-2024年度核算-第1版.xlsx" in page
    assert "全部应报县均已备案" in page
    assert "status/2024-%E8%BF%9B%E5%BA%A6.html" in page


def test_page_tells_each_refusal_with_its_remedy_and_its_actor(tmp_path: Path) -> None:
    """A refused file waits for the county, a denied decision for its level."""
    ground = prepared(tmp_path)
    (ground.folder / "第3版.xlsx").write_text("不是工作簿", encoding="utf-8")
    rows = decisions(ground.sha256(2))
    rows[-1] = [text if text != "530000-01" else "530000-99" for text in rows[-1]]
    ground.hand_decisions(rows)
    assert ground.run() is ExitCode.REFUSED_FILE
    page = read_page(ground)
    assert "有 2 项需要处理" in page
    assert f"{COUNTY}/第3版.xlsx" in page
    assert "另存为“Excel 工作簿（*.xlsx）”后报送" in page
    assert "办理人“530000-99”不在经办人员名单中" in page
    assert '<td data-label="由谁办">省级</td>' in page


def test_run_that_is_killed_leaves_a_page_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page written at the start says that the run goes on; the next run replaces it."""
    ground = prepared(tmp_path)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(running, "run_stages_once", die)
        with pytest.raises(KeyboardInterrupt):
            ground.run()
    assert "正在办理" in read_page(ground)
    ground.run()
    assert "正在办理" not in read_page(ground)


def test_page_of_a_run_killed_at_its_end_is_written_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All work was done when the run was killed, yet its page says that it goes on: the next run mends the page."""
    ground = prepared(tmp_path)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(RunPageWriter, "write_end", die)
        with pytest.raises(KeyboardInterrupt):
            ground.run()
    assert "正在办理" in read_page(ground)
    events = ground.events()
    assert ground.run() is ExitCode.CLEAR
    assert "正在办理" not in read_page(ground)
    assert ground.events() == events


@pytest.mark.skipif(os.name == "nt", reason="no signal of this kind")
def test_run_that_is_interrupted_says_what_stands(tmp_path: Path) -> None:
    """Ctrl+C ends with one sentence and a code of its own; the next run goes on."""
    ground = prepared(tmp_path)
    folders = (ground.places.input_folder, ground.places.output_folder, ground.places.state_folder)
    options = [f"--{name}={folder}" for name, folder in zip(("inputs", "outputs", "state"), folders, strict=True)]
    command = [sys.executable, "-m", "desk", "run", str(YEAR), "--inline", *options]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", cwd=ROOT, env=environment
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()  # the roster is recorded
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED_CODE
    assert "以前登记的都在" in error
    assert ground.run() is ExitCode.CLEAR


def test_page_is_no_output_of_record(tmp_path: Path) -> None:
    """It changes with every run, and verification of the outputs passes it over."""
    ground = prepared(tmp_path)
    ground.run()
    outputs = ground.places.output_folder
    assert show_verification(outputs, ground.places, head=None) is ExitCode.CLEAR
    (outputs / str(YEAR) / "别的.html").write_text("", encoding="utf-8")
    assert show_verification(outputs, ground.places, head=None) is not ExitCode.CLEAR


def test_closing_lines_name_the_counties_that_wait_for_the_same_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Counties that nothing came from are one line, whoever has to correct something another."""
    ground = sampled(tmp_path, counties=4)
    for file in (ground.places.inbox / "decisions").glob("*"):
        file.unlink()
    folders = sorted(folder for folder in ground.places.inbox.glob("[0-9]*") if folder.is_dir())
    for folder in folders[:2]:
        for file in folder.iterdir():
            file.unlink()
    ground.run()
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("下一步")]
    codes = [folder.name for folder in folders]
    waiting = [line for line in lines if "2 个县等待县级报送（新的）文件" in line]
    assert len(waiting) == 1
    assert [code for code in codes if code in waiting[0]] == codes[:2]
