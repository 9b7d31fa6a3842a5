"""What every kind of ledger promises: in memory, in SQLite, in PostgreSQL."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest

from ledger.canonical_json import GENESIS_DIGEST
from ledger.errors import HeadMovedError, KeyConflictError, NotRecordableError
from ledger.hash_chain import ChainFault, ChainFaultReason
from review.events import Event, EventKind
from tests.unit.ledger.conftest import OpenBook


def event(number: int, *, year: int = 2024) -> Event:
    """Make one event with Chinese, lists and nulls in it."""
    facts = {"文件": f"东川区 第{number}版\u0000.xlsx", "lines": [number, None, True, "𠮷"]}
    return Event(kind=EventKind.RECEIVED, year=year, county="530113", version=number, facts=facts)  # type: ignore[arg-type]


def test_the_chain_is_gapless_and_linked(open_book: OpenBook) -> None:
    """Entries count from 1, hold the digest of the one before, and come back as given to whoever opens it next."""
    book = open_book()
    given = [book.append(event(number), key=f"k{number}") for number in range(1, 6)]
    kept = open_book().list_entries()
    assert kept == given
    assert [entry.sequence for entry in kept] == [1, 2, 3, 4, 5]
    assert [entry.previous for entry in kept] == [GENESIS_DIGEST, *(entry.digest for entry in kept[:-1])]
    assert [entry.event for entry in kept] == [event(number) for number in range(1, 6)]
    assert book.get_head() == kept[-1].digest
    assert book.verify() is None


def test_an_empty_ledger_has_the_first_head(open_book: OpenBook) -> None:
    """Before anything is recorded the head is 64 zeros."""
    assert open_book().get_head() == GENESIS_DIGEST
    assert open_book().list_entries() == []


def test_years_are_listed_alone(open_book: OpenBook) -> None:
    """Years share one chain; a year's entries are listed in their order."""
    book = open_book()
    for number in range(1, 7):
        book.append(event(number, year=2024 + number % 2), key=f"k{number}")
    assert [entry.sequence for entry in book.list_entries(2024)] == [2, 4, 6]


def test_a_year_is_told_without_its_outputs(open_book: OpenBook) -> None:
    """Told are the events of a year in their order and when they were recorded, whatever text stands in them."""
    book = open_book()
    quoted = {"path": '","kind":"issued","level":"'}
    book.append(event(1), key="1")
    book.append(Event(kind=EventKind.ISSUED, year=2024, facts={"path": "a.xlsx"}), key="2")
    book.append(Event(kind=EventKind.REFUSED, year=2024, facts=quoted, unit='"kind":"issued","level":'), key="3")
    book.append(event(4, year=2023), key="4")
    due = [
        (entry.at, entry.event, entry.sequence)
        for entry in book.list_entries(2024)
        if entry.event.kind is not EventKind.ISSUED
    ]
    assert [tuple(item) for item in book.list_events(2024, excluded_kind=EventKind.ISSUED)] == due
    assert len(due) == 2


def test_recording_twice_is_recording_once(open_book: OpenBook) -> None:
    """The same key and event give the first entry again, even from a caller whose head is old."""
    book = open_book()
    first = book.append(event(1), key="k", expected_head=GENESIS_DIGEST)
    book.append(event(2), key="other")
    assert book.append(event(1), key="k", expected_head=GENESIS_DIGEST) == first
    assert len(book.list_entries()) == 2
    assert book.has_key("k")
    assert not book.has_key("none")


def test_one_key_stands_for_one_event(open_book: OpenBook) -> None:
    """Another event under a key that is taken is refused."""
    book = open_book()
    book.append(event(1), key="k")
    with pytest.raises(KeyConflictError):
        book.append(event(2), key="k")
    assert len(book.list_entries()) == 1


def test_a_moved_head_stops_the_second_decision(open_book: OpenBook) -> None:
    """A decision on an old reading of the ledger is refused, and nothing is recorded."""
    book = open_book()
    seen = book.append(event(1), key="k1").digest
    book.append(event(2), key="k2", expected_head=seen)
    with pytest.raises(HeadMovedError):
        book.append(event(3), key="k3", expected_head=seen)
    assert not book.has_key("k3")


def test_of_deciders_on_one_head_one_wins(open_book: OpenBook) -> None:
    """Of six people who decide on the same head, one is recorded and five are refused."""
    outcomes: list[str] = []
    book = open_book()

    def decide(name: int) -> None:
        try:
            book.append(event(name), key=str(name), expected_head=GENESIS_DIGEST)
            outcomes.append("recorded")
        except HeadMovedError:
            outcomes.append("told")

    _all_at_once([partial(decide, name) for name in range(6)])
    assert sorted(outcomes) == ["recorded", *["told"] * 5]
    assert len(book.list_entries()) == 1


def test_threads_give_a_serial_order(open_book: OpenBook) -> None:
    """Threads that append at once give one chain with each one's events in its own order."""
    book = open_book()

    def work(name: int) -> None:
        for number in range(6):
            book.append(event(number), key=f"{name}-{number}")

    _all_at_once([partial(work, name) for name in range(4)])
    assert book.verify() is None
    for name in range(4):
        own = [entry.event.version for entry in book.list_entries() if entry.key.startswith(f"{name}-")]
        assert own == list(range(6))


@pytest.mark.parametrize("key", ["", "a/b:c|530113", "键 with space", "x" * 2000, "'; --"], ids=range(5))
def test_any_text_is_a_key(open_book: OpenBook, key: str) -> None:
    """Keys are kept as they are."""
    book = open_book()
    assert book.append(event(1), key=key).key == key
    assert [entry.key for entry in book.list_entries()] == [key]


@pytest.mark.parametrize("key", ["\udc80", "a\x00b"], ids=["surrogate", "nul"])
def test_a_key_that_some_database_cannot_keep_is_refused(open_book: OpenBook, key: str) -> None:
    """What one kind of ledger would refuse, all refuse, before anything is written."""
    book = open_book()
    with pytest.raises(NotRecordableError):
        book.append(event(1), key=key)
    assert book.list_entries() == []


def test_time_is_a_remark_in_utc(open_book: OpenBook) -> None:
    """A clock in another zone, set back a day, changes neither order nor chain."""
    china = timezone(timedelta(hours=8))
    ticks = iter([datetime(2025, 1, 2, 1, tzinfo=china), datetime(2025, 1, 1, tzinfo=UTC)])
    book = open_book(lambda: next(ticks))
    for number in (1, 2):
        book.append(event(number), key=str(number))
    moments = [datetime.fromisoformat(entry.at) for entry in book.list_entries()]
    assert moments == [datetime(2025, 1, 1, 17, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)]
    assert book.verify() is None


def test_an_earlier_head_must_occur(open_book: OpenBook) -> None:
    """A head printed on a filing is found in the chain that it came from, and missed in another."""
    book = open_book()
    head = book.append(event(1), key="1").digest
    book.append(event(2), key="2")
    assert book.verify(expected_head=head) is None
    assert book.verify(expected_head="f" * 64) == ChainFault(0, ChainFaultReason.HEAD)


def _all_at_once(jobs: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
