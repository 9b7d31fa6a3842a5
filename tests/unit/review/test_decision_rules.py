"""Who may decide what, when, and on which version."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from checks.versions.explanations import find_explanation_fault
from review.decision import decide_proposal
from review.events import Event
from review.proposal import DecisionContext, DecisionRefusal
from tests.builders.chain import Road, fingerprint, policy, procedure, proposal, roster
from tests.builders.roads import APPROVE, FILE, RETURN, ROADS, SEND_BACK, SUBMIT, TAKE_UP

ALLOWED = {
    SUBMIT: {"clean", "second"},
    TAKE_UP: {"submitted"},
    APPROVE: {"submitted", "in review"},
    SEND_BACK: {"submitted", "in review"},
    FILE: {"reviewed"},
    RETURN: {"reviewed"},
}


@pytest.mark.parametrize("step", ALLOWED)
@pytest.mark.parametrize("road", ROADS)
def test_turn(road: str, step: str) -> None:
    """Each action is allowed in the states that the procedure names, and in no other."""
    judged = ROADS[road].judge(proposal(*step.split()))
    if road in ALLOWED[step]:
        assert isinstance(judged, Event)
    else:
        assert isinstance(judged, DecisionRefusal)
        special = {"nothing": "nothing_received", "unchecked": "not_checked"}
        special |= {"hard": "open_hard", "soft": "open_soft"} if step == SUBMIT else {}
        special |= {"filed": "filed_sealed"}
        assert judged.code == special.get(road, "wrong_state")


@pytest.mark.parametrize(
    ("road", "person", "level", "code"),
    [
        ("clean", "", "county", "incomplete"),
        ("clean", "stranger", "county", "unknown_person"),
        ("clean", "city", "county", "wrong_level"),
        ("clean", "county", "city", "wrong_level"),
        ("clean", "neighbour", "county", "wrong_area"),
        ("submitted", "county", "city", "wrong_level"),
        ("submitted", "province", "city", "wrong_level"),
        ("submitted", "other-city", "city", "wrong_area"),
        ("submitted", "former", "city", "not_in_office"),
        ("reviewed", "city", "province", "wrong_level"),
        ("clean", "county", "town", "unknown_action"),
    ],
)
def test_person_that_may_not(road: str, person: str, level: str, code: str) -> None:
    """Only a person whom the roster has for that level and area on that day decides."""
    judged = ROADS[road].judge(proposal(person, level, "approve"))
    assert isinstance(judged, DecisionRefusal)
    assert judged.code == code


@pytest.mark.parametrize(("today", "code"), [(date(2024, 12, 31), None), (date(2025, 1, 2), "term_ended")])
def test_a_term_is_judged_by_the_day_of_recording_too(today: date, code: str | None) -> None:
    """An office that is over is over, whatever date is written on the decision."""
    road = ROADS["submitted"]
    context = DecisionContext(
        procedure=procedure(),
        roster=replace(roster(), is_entered_afterwards=True),
        county_state=replace(road.standing(), decisions=(), decision_days=()),
        return_policy=policy(),
        today=today,
    )
    judged = decide_proposal(context, proposal("former", "city", "approve", on="2024-12-31"))
    assert getattr(judged, "code", None) == code


def test_a_decision_is_not_dated_before_what_it_follows() -> None:
    """The city cannot have approved before the county submitted."""
    judged = ROADS["submitted"].judge(proposal("city", "city", "approve", on="2025-01-10"))
    assert isinstance(judged, DecisionRefusal)
    assert (judged.code, judged.rule, judged.facts["earlier"]) == ("date_before_previous", "P07", "报送")


@pytest.mark.parametrize("second", ["many city approve", "many city return", "many city take_up"])
def test_nobody_acts_at_two_levels(second: str) -> None:
    """Who submitted for the county does not review for the city, though the roster has them for both."""
    judged = Road().hand_in(1).decide("many county approve").judge(proposal(*second.split()))
    assert isinstance(judged, DecisionRefusal)
    assert (judged.code, judged.facts["other"]) == ("two_levels", "县级")


def test_two_levels_hold_over_versions() -> None:
    """A person who reviewed the first version for the city does not submit the second for the county."""
    road = Road().hand_in(1).decide(SUBMIT, "many city return").hand_in(2)
    judged = road.judge(proposal("many", "county", "approve"))
    assert isinstance(judged, DecisionRefusal)
    assert judged.code == "two_levels"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"version": 2}, None),
        ({"sha256": fingerprint(2)}, None),
        ({"version": 2, "sha256": fingerprint(2)}, None),
        ({"version": 1}, "version_moved"),
        ({"sha256": fingerprint(1)}, "version_moved"),
        ({"version": 1, "sha256": fingerprint(1)}, "version_moved"),
        ({"version": 1, "sha256": fingerprint(2)}, "version_disagrees"),
        ({"version": 3}, "unknown_version"),
        ({"sha256": fingerprint(3)}, "unknown_version"),
        ({"number": " "}, "incomplete"),
        ({"opinion": ""}, "incomplete"),
        ({"on": "2025-13-01"}, "bad_date"),
        ({"on": ""}, "bad_date"),
        ({"county": "530181"}, "not_due"),
        ({"county": "999999"}, "not_due"),
        ({"action": "archive"}, "unknown_action"),
    ],
)
def test_what_a_decision_says(given: dict[str, Any], code: str | None) -> None:
    """A decision judges the newest version, is complete, and is about a county that is due."""
    judged = ROADS["second"].judge(replace(proposal("county", "county", "approve"), **given))
    assert (judged.code if isinstance(judged, DecisionRefusal) else None) == code


def test_return_needs_no_number_but_a_reason() -> None:
    """A city that returns a submission says why; the return bears no number."""
    assert isinstance(ROADS["submitted"].judge(proposal("city", "city", "return", number="")), Event)
    judged = ROADS["submitted"].judge(proposal("city", "city", "return", opinion=" "))
    assert isinstance(judged, DecisionRefusal)
    assert judged.facts["missing"] == "opinion"


@pytest.mark.parametrize(
    ("text", "real"),
    [
        ("核实无误，数据正常，情况属实，特此说明。", False),
        ("无", False),
        ("序号系抄录错误", False),
        ("！！！！！！！！！！！！", False),
        ("序号5因地块合并取消，见验收意见第3页", True),
    ],
)
def test_one_policy_judges_explanations_wherever_they_are_given(text: str, real: bool) -> None:  # noqa: FBT001
    """What the returned workbook would not take as an explanation, a decision does not take either."""
    judged = ROADS["soft"].judge(proposal("county", "county", "explain", points=f"F11：{text}"))
    assert isinstance(judged, Event) is real is (find_explanation_fault(text, policy()) == "")
    if isinstance(judged, DecisionRefusal):
        assert (judged.code, judged.rule) == ("thin_explanation", "P04")
