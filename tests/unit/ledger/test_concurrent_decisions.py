"""Sixteen processes that decide at once leave a record equal to some serial order."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.year.locations import YearPaths
from review.decision import decide_proposal
from review.event_replay import replay_events
from review.events import EventKind
from review.proposal import DecisionContext, Proposal
from tests.flows.faults import ROOT
from tests.property.chain import YEAR, policy, procedure, roster


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the children are forked")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_invariant_14_sixteen_processes_equal_some_serial_order(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """14: each decision reported as recorded is on record once and was allowed then; no other is on record."""
    ledger_url = f"sqlite:///{tmp_path / '台账.db'}"
    if kind == "postgresql":
        ledger_url = str(request.getfixturevalue("database"))
    command = [sys.executable, "-X", "utf8", "-m", "tests.flows.concurrent_decisions", str(tmp_path), ledger_url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300)
    answer = json.loads(done.stdout)
    assert set(answer["codes"]) == {0}
    places = YearPaths(
        year=YEAR, input_folder=tmp_path, output_folder=tmp_path, state_folder=tmp_path / "state", ledger_url=ledger_url
    )
    with places.open_ledger(must_exist=True) as ledger:
        assert ledger.verify() is None
        entries = ledger.list_entries(YEAR)
    decided = [(at, item.event) for at, item in enumerate(entries) if item.event.kind is EventKind.DECISION]
    told = sorted(number for child in answer["told"] for number, recorded in child if recorded)
    assert sorted(str(event.facts["number"]) for _, event in decided) == told
    assert len(told) >= 3
    for at, event in decided:
        standing = replay_events(procedure(), roster(), entries[:at])[event.county]
        bench = DecisionContext(procedure=procedure(), roster=roster(), county_state=standing, return_policy=policy())
        again = Proposal(
            county=event.county,
            level=event.level,
            action=event.action,
            by=event.actor,
            on=str(event.facts["date"]),
            number=str(event.facts["number"]),
            opinion=str(event.facts["opinion"]),
        )
        assert decide_proposal(bench, again) == event
