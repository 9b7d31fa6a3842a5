"""What the event of a decision holds, how its key tells decisions apart, and how its date is read."""

from datetime import date

import pytest

from review.decision import build_decision_key
from review.events import Event, EventKind
from review.proposal import parse_day
from tests.builders.chain import COUNTY, fingerprint, proposal
from tests.builders.roads import ROADS


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
    keys = [build_decision_key(event) for event in events]
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
