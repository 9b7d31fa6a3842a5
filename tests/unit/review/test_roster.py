"""The roster on record is the one that was read; a badly written one is refused."""

import json
from dataclasses import replace
from typing import Any

import pytest

from contracts.errors import ContractError
from review.county_state import find_recorded_roster
from review.events import Event, EventKind
from review.roster import encode_roster, parse_roster
from tests.builders.chain import COUNTY, entries, roster
from tests.builders.roads import ROADS


def test_roster_round_trip() -> None:
    """The roster on record is the roster that was read, by way of JSON."""
    assert parse_roster(json.loads(json.dumps(encode_roster(roster())))) == roster()


def test_newest_roster_on_record_counts() -> None:
    """A roster recorded later replaces the one before it."""
    older = replace(roster(), officers=())
    events = [Event(kind=EventKind.ROSTER, year=2024, facts=encode_roster(version)) for version in (older, roster())]
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
