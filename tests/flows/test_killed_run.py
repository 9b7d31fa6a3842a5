"""A run killed at any instant and run again ends where an undisturbed run ends.

The suite kills at a dozen instants; at every one of them: ``python -m pytest -m long tests/flows/test_killed_run.py``.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from desk.commands.verify import show_verification
from desk.exit_codes import ExitCode
from tests.builders.dongchuan import COUNTY, YEAR
from tests.builders.warm_parent import KILLED
from tests.builders.year import ROOT, Ground, ground_of, prepared, steps

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
STATES = {COUNTY: ("filed", 2)}


@dataclass(frozen=True, slots=True)
class Runner:
    """The warm parent that runs and kills."""

    process: "subprocess.Popen[str]"

    def run(self, ground: Ground, stop: int = 0) -> int:
        """Run the year of a ground, killed at the *stop*-th instant, and return the exit code."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"root": str(ground.places.input_folder.parent), "stop": stop}) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextmanager
def warm_parent() -> Iterator[Runner]:
    """Start the parent; it ends with its input."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.builders.warm_parent"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=ROOT,
    ) as process:
        yield Runner(process)


def standing(ground: Ground) -> dict[str, tuple[str, int | None]]:
    """Return state and version of each county."""
    return {code: (row.state, row.version) for code, row in ground.rows().items()}


def assert_in_order(ground: Ground) -> None:
    """Hold the record to the order of causes: roster, each version received before its check, decisions, filing."""
    done = steps(ground.events())
    kinds = [item[0] for item in done]
    assert kinds[0] == "roster"
    for version in (1, 2):
        received = [at for at, item in enumerate(done) if item[0] == "received" and item[2] == version]
        checked = [at for at, item in enumerate(done) if item[0] == "checked" and item[2] == version]
        assert received[0] < checked[0]
    assert [item[3] for item in done if item[0] == "decision"] == ["submit", "approve", "file"]
    assert kinds.index("decision") > max(at for at, kind in enumerate(kinds) if kind == "checked")
    assert any(item[3].startswith("filing/") for item in done[kinds.index("decision") :])


@pytest.mark.parametrize("kills", [8, pytest.param(10_000, marks=pytest.mark.long)])
def test_a_run_killed_at_any_instant_ends_in_the_same_place_when_run_again(kills: int, tmp_path: Path) -> None:
    """Before and after each entry and each file put in place: kill, run again, and nothing is lost or doubled."""
    template = prepared(tmp_path / "年度 核算")
    with warm_parent() as runner:
        whole = template.copy_to(tmp_path / "不中断")
        assert runner.run(whole) == ExitCode.CLEAR
        instants = int((tmp_path / "不中断.passed").read_text(encoding="utf-8"))
        expected = Counter(steps(whole.events()))
        assert standing(whole) == STATES
        assert instants > 20

        for stop in range(1, instants + 1, max(instants // kills, 1)):
            ground = template.copy_to(tmp_path / f"中断 {stop}")
            assert runner.run(ground, stop) == KILLED, stop
            assert runner.run(ground) == ExitCode.CLEAR, stop

            assert standing(ground) == STATES, stop
            assert Counter(steps(ground.events())) == expected, stop
            assert_in_order(ground)
            assert ground.outputs().keys() == whole.outputs().keys(), stop
            assert show_verification(ground.places.state_folder, ground.places, head=None) is ExitCode.CLEAR, stop
            assert show_verification(ground.places.output_folder, ground.places, head=None) is ExitCode.CLEAR, stop
            shutil.rmtree(ground.places.input_folder.parent)


def test_a_run_killed_again_and_again_still_ends_in_the_same_place(tmp_path: Path) -> None:
    """Killed at its sixth instant every time, a run still gets further each time, and ends where it must.

    The page of the run takes the first two instants of every run.
    """
    ground = prepared(tmp_path / "年度 核算")
    with warm_parent() as runner:
        runs = 0
        while runner.run(ground, 6) == KILLED:
            runs += 1
            assert runs < 40

    assert standing(ground_of(tmp_path / "年度 核算")) == STATES
    assert_in_order(ground)
    # A page that is out of date after each decision is written after each; none is written twice on one basis.
    events = ground.events()
    bases = (str(event.facts.get("basis", "")) for event in events)
    assert max(Counter(zip(steps(events), bases, strict=True)).values()) == 1
    repeated = {step[3] for step, count in Counter(steps(events)).items() if count > 1}
    assert repeated <= {f"returned/{COUNTY}/{COUNTY}-{YEAR}-第2版-核对报告.html"}
