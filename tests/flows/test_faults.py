"""A run that is cut or starved at any instant ends, after one restart, where an undisturbed one does.

The suite takes ten points of a run; every one of them: ``python -m tests.flows.faults kill all`` (or ``full all``).
"""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.flows.faults import ROOT

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the children are forked")


def walk(mode: str, points: str) -> list[dict[str, Any]]:
    """Run the walk in a process of its own, which has started no threads."""
    command = [sys.executable, "-X", "utf8", "-m", "tests.flows.faults", mode, points]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=500)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_invariant_15_and_17_killed_at_ten_points() -> None:
    """15: each action wholly there or not, no partial file. 17: no output has its name before it is on record."""
    for one in walk("kill", "10"):
        assert one["died"] == -9, one
        assert one["between"] in ("whole", "nothing"), one
        assert json.loads(one["after"]) == [0, ["filed"], 3, True, [], True], one


@pytest.mark.slow
def test_invariant_16_the_disk_refuses_at_ten_points() -> None:
    """16: on a full disk nothing recorded earlier is lost, the run does not say 0, and the next one finishes."""
    for one in walk("full", "10"):
        assert one["died"] == 0, one
        assert one["code"] != "0", one
        assert one["between"] in ("whole", "nothing"), one
        assert json.loads(one["after"]) == [0, ["filed"], 3, True, [], True], one
