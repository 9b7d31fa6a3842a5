"""What has happened to a county says where it stands."""

from dataclasses import replace

import pytest

from review.event_replay import replay_events
from tests.builders.chain import COUNTY, NEIGHBOUR, Road, entries, procedure, roster
from tests.builders.roads import ROADS, SUBMIT

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


@pytest.mark.parametrize(("road", "state"), STATES.items())
def test_history_leads_to_state(road: str, state: str) -> None:
    """What has happened to a county says where it stands."""
    assert ROADS[road].standing().state == state


def test_county_that_is_not_due_still_has_a_history() -> None:
    """A county that was struck off the roster keeps what happened to it."""
    stray = [replace(event, county="530181") for event in ROADS["clean"].events]
    found = replay_events(procedure(), roster(), entries(stray))
    assert [item.state for item in found.values()] == ["due", "due", "received"]
    assert list(found) == [COUNTY, NEIGHBOUR, "530181"]


def test_check_of_an_older_version_moves_nothing() -> None:
    """Findings in a version that has been replaced do not send the newer one back."""
    road = Road().hand_in(1).hand_in(2).check(1, hard=3)
    assert road.standing().state == "received"
    assert [version.hard_count for version in road.standing().versions] == [3, 0]


def test_check_after_a_decision_moves_nothing() -> None:
    """What is submitted stays submitted though a later check finds something."""
    assert Road().hand_in(1).decide(SUBMIT).check(1, hard=1).standing().state == "submitted"
