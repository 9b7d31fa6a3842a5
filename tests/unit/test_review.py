"""The review chain: who may do what when, which files become versions, the roster on record."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from checks.versions.explanations import find_explanation_fault
from contracts.errors import ContractError
from review.county_state import CountyState, find_recorded_roster
from review.decision import build_decision_key
from review.event_replay import replay_events
from review.events import Event, EventKind
from review.proposal import DecisionRefusal, parse_day
from review.roster import encode_roster, parse_roster
from review.version_admission import AdmissionOutcome, VersionCandidate, decide_admissions
from tests.builders.chain import COUNTY, NEIGHBOUR, Road, entries, fingerprint, policy, procedure, proposal, roster

SUBMIT, APPROVE, FILE = "county county approve", "city city approve", "province province approve"
TAKE_UP, SEND_BACK, RETURN = "city city take_up", "city city return", "province province return"

ROADS = {
    "nothing": Road(),
    "unchecked": Road().receive(1),
    "hard": Road().hand_in(1, hard=1),
    "soft": Road().hand_in(1, soft=1),
    "clean": Road().hand_in(1),
    "submitted": Road().hand_in(1).decide(SUBMIT),
    "in review": Road().hand_in(1).decide(SUBMIT, TAKE_UP),
    "returned by city": Road().hand_in(1).decide(SUBMIT, SEND_BACK),
    "reviewed": Road().hand_in(1).decide(SUBMIT, APPROVE),
    "returned by province": Road().hand_in(1).decide(SUBMIT, APPROVE, RETURN),
    "filed": Road().hand_in(1).decide(SUBMIT, APPROVE, FILE),
    "second": Road().hand_in(1, hard=2).hand_in(2),
}

STATES = {
    "nothing": "due",
    "unchecked": "received",
    "hard": "returned",
    "soft": "awaiting_explanation",
    "clean": "received",
    "submitted": "submitted",
    "in review": "in_review",
    "returned by city": "returned_by_city",
    "reviewed": "reviewed",
    "returned by province": "returned_by_province",
    "filed": "filed",
    "second": "received",
}

ALLOWED = {
    SUBMIT: {"clean", "second"},
    TAKE_UP: {"submitted"},
    APPROVE: {"submitted", "in review"},
    SEND_BACK: {"submitted", "in review"},
    FILE: {"reviewed"},
    RETURN: {"reviewed"},
}


@pytest.mark.parametrize(("road", "state"), STATES.items())
def test_history_leads_to_state(road: str, state: str) -> None:
    """What has happened to a county says where it stands."""
    assert ROADS[road].standing().state == state


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


def test_former_officer_decides_for_a_day_in_office() -> None:
    """An office held then is enough for a decision dated then."""
    assert isinstance(ROADS["submitted"].judge(proposal("former", "city", "approve", on="2024-12-31")), Event)


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


def test_decision_names_what_it_judges() -> None:
    """The event bears the bytes judged, the office, and the date as it is written in the record."""
    judged = ROADS["second"].judge(proposal("county", "县级", "报送", on="2025年2月1日", number=" 3号 "))
    assert isinstance(judged, Event)
    assert (judged.kind, judged.version, judged.sha256) == (EventKind.DECISION, 2, fingerprint(2))
    assert (judged.level, judged.action, judged.actor) == ("county", "submit", "county")
    assert judged.unit == f"{COUNTY}单位"
    assert dict(judged.facts) == {"number": "3号", "opinion": "同意。", "date": "2025-02-01", "title": "county经办"}


def test_decision_key_tells_decisions_apart() -> None:
    """The same decision has the same key; another number, opinion or person has another."""
    road = ROADS["clean"]
    written = [
        proposal("county", "county", "approve"),
        proposal("county", "县级", "报送"),
        proposal("county", "county", "approve", number="2号"),
        proposal("county", "county", "approve", opinion="属实。"),
        proposal("county-2", "county", "approve"),
    ]
    events = [judged for judged in map(road.judge, written) if isinstance(judged, Event)]
    keys = [build_decision_key(one) for one in events]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-01-20", date(2025, 1, 20)),
        ("2025/1/20", date(2025, 1, 20)),
        ("2025.1.20", date(2025, 1, 20)),
        ("2025年1月20日", date(2025, 1, 20)),
        (" 2025-01-20 00:00:00 ", date(2025, 1, 20)),
        ("2025-01-20T08:00:00", date(2025, 1, 20)),
        ("2025-02-30", None),
        ("20250120", None),
        ("45677", None),
        ("", None),
    ],
)
def test_dates_as_people_write_them(text: str, day: date | None) -> None:
    """A date is read in the ways in which offices write it; what is none is not guessed."""
    assert parse_day(text) == day


def test_roster_round_trip() -> None:
    """The roster on record is the roster that was read, by way of JSON."""
    assert parse_roster(json.loads(json.dumps(encode_roster(roster())))) == roster()


def test_newest_roster_on_record_counts() -> None:
    """A roster recorded later replaces the one before it."""
    older = replace(roster(), officers=())
    events = [Event(kind=EventKind.ROSTER, year=2024, facts=encode_roster(one)) for one in (older, roster())]
    assert find_recorded_roster(entries(events)) == roster()
    assert find_recorded_roster(entries(ROADS["clean"].events)) is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"due": None}, "missing or malformed"),
        ({"deadlines": {"county": "soon"}}, "missing or malformed"),
        ({"cities": []}, "city 530100 is not listed"),
        ({"due": [{"code": COUNTY, "name": "东川区", "city": "530100"}] * 2}, "listed twice"),
        ({"officers": [{"id": "x"}]}, "missing or malformed"),
    ],
)
def test_badly_written_roster_is_refused(change: dict[str, Any], problem: str) -> None:
    """A roster that cannot be used is a fault of its own, named."""
    with pytest.raises(ContractError, match=problem) as caught:
        parse_roster({**encode_roster(roster()), **change})
    assert caught.value.file == "roster.yaml"


def fates(standing: CountyState, *candidates: tuple[str, int]) -> list[tuple[str, AdmissionOutcome, str]]:
    """Return the name, fate and code of files given as name and version; equal names have equal bytes."""
    files = [VersionCandidate(f"sha-{name}", name, version) for name, version in candidates]
    return [(one.candidate.name, one.outcome, one.code) for one in decide_admissions(procedure(), standing, files)]


def test_first_files_are_taken_in_the_order_of_their_versions() -> None:
    """Where files lie about in any order, the cover's version orders them."""
    found = fates(ROADS["nothing"].standing(), ("b", 2), ("a", 1))
    assert found == [("a", AdmissionOutcome.TAKEN, ""), ("b", AdmissionOutcome.TAKEN, "")]


def test_same_version_with_other_bytes_is_refused_on_both_sides() -> None:
    """Two files of one version: neither is taken, each names the other."""
    files = [VersionCandidate("sha-a", "a", 1), VersionCandidate("sha-b", "b", 1)]
    found = decide_admissions(procedure(), ROADS["nothing"].standing(), files)
    assert [(one.outcome, one.code, one.facts["other"]) for one in found] == [
        (AdmissionOutcome.REFUSED, "version_conflict", "b"),
        (AdmissionOutcome.REFUSED, "version_conflict", "a"),
    ]
    assert [one.conflicting_sha256s for one in found] == [("sha-b",), ("sha-a",)]


def test_same_version_as_one_on_record_is_refused() -> None:
    """A file that claims a version already received, with other bytes, is refused and names it."""
    (found,) = decide_admissions(procedure(), ROADS["clean"].standing(), [VersionCandidate("sha-x", "x", 1)])
    assert (found.outcome, found.code, found.facts["other"]) == (
        AdmissionOutcome.REFUSED,
        "version_conflict",
        "第1版.xlsx",
    )


def test_older_version_is_passed_over() -> None:
    """A version that arrives after a newer one is not taken up any more."""
    assert fates(Road().hand_in(3).standing(), ("late", 2)) == [("late", AdmissionOutcome.SKIPPED, "version_old")]


@pytest.mark.parametrize("road", [road for road in ROADS if road != "second"])
def test_newer_version_is_taken_unless_it_is_under_review(road: str) -> None:
    """A newer version replaces the older one, but not while the city has it, nor once it is reviewed or filed."""
    locked = road in ("in review", "reviewed", "filed")
    expected = ("new", AdmissionOutcome.REFUSED, "version_locked") if locked else ("new", AdmissionOutcome.TAKEN, "")
    assert fates(ROADS[road].standing(), ("new", 2)) == [expected]


def test_same_bytes_under_two_names_are_one_file() -> None:
    """A copy is no second file."""
    files = [VersionCandidate("same", "b", 1), VersionCandidate("same", "a", 1)]
    assert [one.outcome for one in decide_admissions(procedure(), ROADS["nothing"].standing(), files)] == [
        AdmissionOutcome.TAKEN
    ]


def test_county_that_is_not_due_still_has_a_history() -> None:
    """A county that was struck off the roster keeps what happened to it."""
    stray = [replace(one, county="530181") for one in ROADS["clean"].events]
    found = replay_events(procedure(), roster(), entries(stray))
    assert [one.state for one in found.values()] == ["due", "due", "received"]
    assert list(found) == [COUNTY, NEIGHBOUR, "530181"]


def test_check_of_an_older_version_moves_nothing() -> None:
    """Findings in a version that has been replaced do not send the newer one back."""
    road = Road().hand_in(1).hand_in(2).check(1, hard=3)
    assert road.standing().state == "received"
    assert [one.hard_count for one in road.standing().versions] == [3, 0]


def test_check_after_a_decision_moves_nothing() -> None:
    """What is submitted stays submitted though a later check finds something."""
    assert Road().hand_in(1).decide(SUBMIT).check(1, hard=1).standing().state == "submitted"


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
