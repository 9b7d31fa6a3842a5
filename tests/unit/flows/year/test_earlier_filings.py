"""Filings of earlier years are read from the record, in a number of passes that does not depend on the counties."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.verification.verify import verify_state
from flows.year.earlier_filings import find_filings_in_force, find_outdated_filings
from ledger.folder_store import FolderStore
from ledger.ledger import Ledger
from review.event_replay import replay_events
from review.events import EventKind, EventSummary
from tests.benchmarks.histories import YEAR, events, make, roster
from tests.builders.chain import procedure


class Counted(list[EventSummary]):
    """A history that counts how often it is gone over, from either end."""

    def __init__(self, counties: int) -> None:
        super().__init__(EventSummary("", event, at) for at, event in enumerate(events(roster(counties)), start=1))
        self.times = 0

    def __iter__(self) -> Iterator[EventSummary]:
        self.times += 1
        return super().__iter__()

    def __reversed__(self) -> Iterator[EventSummary]:
        self.times += 1
        return super().__reversed__()


def test_every_county_on_its_road_is_told_once() -> None:
    """Nine of ten counties are filed, each by the entry that filed it."""
    history = Counted(30)
    found = find_filings_in_force(procedure(), history)
    assert len(found) == 27
    filed = {entry.event.county: entry.sequence for entry in history if entry.event.action == "file"}
    assert {county: item.sequence for county, item in found.items()} == filed


@pytest.mark.parametrize("counties", [20, 200])
def test_a_history_is_gone_over_as_often_for_many_counties_as_for_few(counties: int) -> None:
    """The work grows with the entries, not with entries times counties."""
    earlier, history = Counted(counties), Counted(counties)
    filings = find_filings_in_force(procedure(), earlier)
    found = replay_events(procedure(), roster(counties), list(history))
    find_outdated_filings(procedure(), YEAR, history, found, {YEAR - 1: filings})
    assert (earlier.times, history.times) == (3, 2)


def test_made_up_record_holds_and_has_all_its_files(tmp_path: Path) -> None:
    """What the cost of reading is measured on is a ledger like any other."""
    count = make(tmp_path, events(roster(20)))
    path = tmp_path / "ledger.db"
    assert all(checkpoint.intact for checkpoint in verify_state(path, FolderStore(tmp_path), head=None))
    with Ledger.open(path, must_exist=True) as ledger:
        told = ledger.list_events(YEAR, excluded_kind=EventKind.ISSUED)
        assert len(told) == count - 20
    assert sum(event.state == "filed" for event in replay_events(procedure(), roster(20), told).values()) == 18
