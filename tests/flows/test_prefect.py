"""The yearly run on Prefect: a local server that comes and goes with the run, and the same record as in line."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from desk.commands.verify import show_verification
from desk.exit_codes import ExitCode
from tests.builders.dongchuan import COUNTY, YEAR
from tests.builders.identical import assert_identical, stopped_environment
from tests.builders.year import ROOT, Ground, prepared, steps

PROCESSES = Path("/proc")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (PROCESSES / "self" / "environ").exists(), reason="processes cannot be looked at here"),
]


def start(ground: Ground, environment: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
    """Start the year's run with Prefect in a process of its own, settings of this machine's Prefect left out."""
    places = ground.places
    named = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    path = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "desk", "run", str(YEAR)),
            *(
                "--inputs",
                str(places.input_folder),
                "--outputs",
                str(places.output_folder),
                "--state",
                str(places.state_folder),
            ),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**named, **path, **(environment or {})},
    )


def servers(ground: Ground) -> list[int]:
    """Return the server processes that keep their files under a ground's state folder."""
    home = str((ground.places.state_folder / "prefect").resolve()).encode()
    found = []
    for process in PROCESSES.glob("[0-9]*"):
        try:
            command, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except OSError:
            continue  # it has ended, or is somebody else's
        if b"flows.prefect_support.server_child" in command and b"PREFECT_HOME=" + home in environment:
            found.append(int(process.name))
    return found


def wait_until(holds: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition, and return whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def assert_same_record(ground: Ground, other: Ground) -> None:
    """Hold two years to the same events in the same order, the same states and the same outputs."""
    assert steps(ground.events()) == steps(other.events())
    assert ground.rows() == other.rows()
    assert ground.outputs().keys() == other.outputs().keys()
    assert show_verification(ground.places.state_folder, ground.places, head=None) is ExitCode.CLEAR


@pytest.mark.usefixtures("stopped_clock")
def test_a_run_on_prefect_leaves_what_a_run_in_line_leaves(tmp_path: Path) -> None:
    """The run exits 0, has told of its server and leaves none behind; in threads, every byte is as in line."""
    ground, inline = prepared(tmp_path / "年度 核算"), prepared(tmp_path / "直接")
    inline.run()

    with start(ground, stopped_environment(tmp_path / "钟")) as process:
        out, err = process.communicate(timeout=600)

    assert (process.returncode, err) == (0, ""), out
    assert "正在启动本机的 Prefect 服务" in out
    assert "Prefect 服务已就绪" in out
    assert servers(ground) == []
    assert ground.rows()[COUNTY].state == "filed"
    assert_identical(ground, inline)


def test_a_killed_run_takes_its_server_with_it_and_can_be_run_again(tmp_path: Path) -> None:
    """After SIGKILL the server ends too, and the next run ends where an undisturbed one does."""
    ground, inline = prepared(tmp_path / "年度 核算"), prepared(tmp_path / "直接")
    inline.run()

    with start(ground) as process:
        assert process.stdout is not None
        assert wait_until(lambda: bool(servers(ground)), 300)
        for line in process.stdout:
            if "Prefect 服务已就绪" in line:
                break
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL

    assert wait_until(lambda: servers(ground) == [], 120)
    with start(ground) as again:
        _, err = again.communicate(timeout=600)
    assert (again.returncode, err) == (0, "")
    assert servers(ground) == []
    assert_same_record(ground, inline)
