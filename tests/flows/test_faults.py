"""A run that is cut or starved at any instant ends, after one restart, where an undisturbed one does.

The suite takes some points of a run; every one of them: ``python -m tests.flows.faults kill all``, and ``full``,
``eio``, ``short`` or ``torn`` in place of ``kill``.
"""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.flows.faults import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the children are forked"),
]
DONE = [0, ["filed"], 3, True, [], True]  # code, states, decisions, all intact, nothing left over, nothing to do


def walk(mode: str, points: str) -> list[dict[str, Any]]:
    """Run the walk in a process of its own, which has started no threads."""
    command = [sys.executable, "-X", "utf8", "-m", "tests.flows.faults", mode, points]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True, timeout=500)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.hostile(93)
@pytest.mark.parametrize(
    ("mode", "points"),
    [("kill", "6"), ("torn", "4"), *(pytest.param(mode, "20", marks=pytest.mark.long) for mode in ("kill", "torn"))],
)
def test_invariant_15_and_17_killed_in_the_middle(mode: str, points: str) -> None:
    """15: each action wholly there or not, no partial file. 17: no output has its name before it is on record."""
    told = walk(mode, points)
    assert len(told) == int(points)
    for outcome in told:
        assert outcome["died"] < 0, outcome
        assert outcome["between"] in ("whole", "nothing"), outcome
        assert json.loads(outcome["after"]) == DONE, outcome


@pytest.mark.hostile(92)
@pytest.mark.parametrize(
    ("mode", "points"),
    [
        *(("full", "4"), ("eio", "4"), ("short", "4")),
        *(pytest.param(mode, "20", marks=pytest.mark.long) for mode in ("full", "eio", "short")),
    ],
)
def test_invariant_16_the_disk_refuses(mode: str, points: str) -> None:
    """16: nothing recorded earlier is lost, the run says so and not 0, and the next one finishes."""
    told = walk(mode, points)
    assert len(told) == int(points)
    for outcome in told:
        assert outcome["died"] == 0, outcome
        assert outcome["code"] == "4", outcome
        assert "磁盘" in outcome["said"], outcome
        assert outcome["between"] in ("whole", "nothing"), outcome
        assert json.loads(outcome["after"]) == DONE, outcome
