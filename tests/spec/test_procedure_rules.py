"""The rules of procedure: each lets a sound decision pass, and refuses or flags the one that it forbids."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from contracts.contract_library import open_library
from contracts.rule_catalogue import PROCEDURE_PHASE, build_catalogue
from review.decision import decide_proposal
from review.events import Event
from review.proposal import DecisionContext, DecisionRefusal
from tests.builders.chain import Road, policy, procedure, proposal, roster

SUBMIT, APPROVE, FILE = "county county approve", "city city approve", "province province approve"
REASON = "序号5因地块合并取消，见验收意见第3页"
Judged = Event | DecisionRefusal


def submitted() -> Road:
    """Return the road of a version without a finding that the county has submitted."""
    return Road().hand_in(1).decide(SUBMIT)


def returned() -> Road:
    """Return the road of a version that the city sent back with two points, and of the one sent after it."""
    road = submitted()
    back = road.judge(proposal("city", "city", "return", points="序号重复\n合计不符"))
    assert isinstance(back, Event), back
    road.events.append(back)
    return road.hand_in(2)


def dated(day: str) -> Judged:
    """Approve, on some day, what was submitted on 1 February 2025; today is 1 March."""
    bench = DecisionContext(
        procedure=procedure(), roster=roster(), county_state=submitted().standing(), return_policy=policy()
    )
    return decide_proposal(replace(bench, today=date(2025, 3, 1)), proposal("city", "city", "approve", on=day))


CASES: dict[str, tuple[Callable[[], Judged], Callable[[], Judged]]] = {
    "P01": (
        lambda: submitted().decide(APPROVE).judge(proposal("province", "province", "approve")),
        lambda: submitted().judge(proposal("province", "province", "approve")),
    ),
    "P02": (
        lambda: submitted().judge(proposal("city", "city", "approve")),
        lambda: submitted().judge(proposal("city", "city", "approve", number="")),
    ),
    "P03": (
        lambda: Road().hand_in(1).judge(proposal("county", "county", "approve")),
        lambda: Road().hand_in(1, hard=1).judge(proposal("county", "county", "approve")),
    ),
    "P04": (
        lambda: Road().hand_in(1, soft=1).judge(proposal("county", "county", "explain", points=f"F11：{REASON}")),
        lambda: Road().hand_in(1, soft=1).judge(proposal("county", "county", "explain", points="F11：核实无误")),
    ),
    "P05": (
        lambda: returned().judge(proposal("county", "county", "approve", points="1：已改\n2：已改")),
        lambda: returned().judge(proposal("county", "county", "approve", points="1：已改")),
    ),
    "P06": (
        lambda: submitted().decide(APPROVE, FILE).judge(proposal("province", "province", "correct")),
        lambda: submitted().decide(APPROVE, FILE).judge(proposal("county", "county", "approve")),
    ),
    "P07": (lambda: dated("2025-02-14"), lambda: dated("2025-01-14")),
}


@pytest.mark.parametrize("rule", sorted(CASES))
def test_sound_decision_passes(rule: str) -> None:
    """What the rule asks for is there: the decision becomes an event, with no flag on it."""
    judged = CASES[rule][0]()
    assert isinstance(judged, Event), judged
    assert not judged.facts.get("flags")


@pytest.mark.parametrize("rule", sorted(CASES))
def test_forbidden_decision_names_its_rule(rule: str) -> None:
    """A hard rule refuses, a soft one is recorded on the entry; either names the rule."""
    judged = CASES[rule][1]()
    if isinstance(judged, DecisionRefusal):
        assert judged.rule == rule
    else:
        assert judged.facts["flags"] == [rule]


def test_every_rule_of_procedure_is_tried() -> None:
    """None can be added to the contracts without a case here."""
    assert {rule.id for rule in build_catalogue(open_library()) if rule.phase == PROCEDURE_PHASE} == set(CASES)
