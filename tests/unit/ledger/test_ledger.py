"""What may be recorded, and what the record gives back."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from ledger.canonical_json import GENESIS_DIGEST
from ledger.errors import (
    HeadMovedError,
    KeyConflictError,
    LedgerError,
    LedgerMissingError,
    LedgerTooNewError,
    LedgerUnavailableError,
    LedgerUnreadableError,
    NotRecordableError,
)
from ledger.ledger import Ledger
from review.events import Event, EventKind


def received(number: int, *, year: int = 2024) -> Event:
    """Make the event of one file received."""
    facts = {"文件": f"东川区 第{number}版.xlsx", "lines": [number, None, True]}
    return Event(kind=EventKind.RECEIVED, year=year, county="530113", version=number, facts=facts)  # type: ignore[arg-type]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Name a place with a space and Chinese, in a folder not there yet."""
    return tmp_path / "状态 folder" / "台账.sqlite"


def test_the_chain_is_gapless_and_linked(place: Path) -> None:
    """Entries count from 1, each holds the digest of the one before, the last is the head."""
    with Ledger.open(place, system_user="甲") as ledger:
        assert ledger.get_head() == GENESIS_DIGEST
        given = [ledger.append(received(number), key=f"k{number}") for number in range(1, 6)]
    with Ledger.open(place, must_exist=True) as ledger:
        kept = ledger.list_entries()
        assert kept == given
        assert [entry.sequence for entry in kept] == [1, 2, 3, 4, 5]
        assert [entry.previous for entry in kept] == [GENESIS_DIGEST, *(entry.digest for entry in kept[:-1])]
        assert ledger.get_head() == kept[-1].digest
        assert {entry.system_user for entry in kept} == {"甲"}
        assert ledger.verify() is None


def test_events_come_back_as_given(place: Path) -> None:
    """Facts with Chinese, lists and nulls survive the database."""
    with Ledger.open(place) as ledger:
        ledger.append(received(1), key="k")
        assert [entry.event for entry in ledger.list_entries()] == [received(1)]


def test_entries_of_one_year_keep_their_order(place: Path) -> None:
    """Years share one chain; a year's entries are listed alone."""
    with Ledger.open(place) as ledger:
        for number in range(1, 7):
            ledger.append(received(number, year=2024 + number % 2), key=f"k{number}")
        assert [entry.sequence for entry in ledger.list_entries(2024)] == [2, 4, 6]
        assert [entry.sequence for entry in ledger.list_entries(year=2025)] == [1, 3, 5]
        assert ledger.list_entries(1999) == []


def test_recording_twice_is_recording_once(place: Path) -> None:
    """The same key and event give the first entry again, even from a caller whose head is old."""
    with Ledger.open(place) as ledger:
        first = ledger.append(received(1), key="k", expected_head=GENESIS_DIGEST)
        ledger.append(received(2), key="other")
        assert ledger.append(received(1), key="k", expected_head=GENESIS_DIGEST) == first
        assert len(ledger.list_entries()) == 2


def test_one_key_stands_for_one_event(place: Path) -> None:
    """Another event under a key that is taken is refused, and the entry that holds it named."""
    with Ledger.open(place) as ledger:
        ledger.append(received(1), key="k")
        with pytest.raises(KeyConflictError, match="'k' is already used") as caught:
            ledger.append(received(2), key="k")
        assert caught.value.sequence == 1
        assert len(ledger.list_entries()) == 1


def test_true_is_not_one(place: Path) -> None:
    """Events that Python calls equal and JSON does not are different events."""
    with Ledger.open(place) as ledger:
        ledger.append(Event(kind=EventKind.ROSTER, year=2024, facts={"n": 1}), key="k")
        with pytest.raises(KeyConflictError):
            ledger.append(Event(kind=EventKind.ROSTER, year=2024, facts={"n": True}), key="k")


def test_a_moved_head_stops_the_second_decision(place: Path) -> None:
    """A decision on an old reading of the ledger is refused with that reason, and nothing is recorded."""
    with Ledger.open(place) as ledger:
        seen = ledger.append(received(1), key="k1").digest
        head = ledger.append(received(2), key="k2", expected_head=seen).digest
        with pytest.raises(HeadMovedError) as caught:
            ledger.append(received(3), key="k3", expected_head=seen)
        assert (caught.value.expected, caught.value.actual) == (seen, head)
        assert not ledger.has_key("k3")
        assert ledger.has_key("k2")


@pytest.mark.parametrize("key", ["", "a/b:c|530113", "键 with space", "x" * 5000, "'; --"], ids=range(5))
def test_any_text_is_a_key(place: Path, key: str) -> None:
    """Keys are kept as they are."""
    with Ledger.open(place) as ledger:
        assert ledger.append(received(1), key=key).key == key
        assert ledger.has_key(key)
        assert [entry.key for entry in ledger.list_entries()] == [key]
        assert ledger.verify() is None


def test_broken_text_is_refused_before_anything_is_written(place: Path) -> None:
    """Keys and users that UTF-8 cannot carry leave no entry."""
    with Ledger.open(place) as ledger, pytest.raises(NotRecordableError):
        ledger.append(received(1), key="\udc80")
    with Ledger.open(place, system_user="\udc80") as ledger:
        with pytest.raises(NotRecordableError):
            ledger.append(received(1), key="k")
        assert ledger.list_entries() == []


def test_time_is_a_remark_in_utc(place: Path) -> None:
    """A clock in another zone, set back a day, changes neither order nor chain."""
    china = timezone(timedelta(hours=8))
    ticks = iter([datetime(2025, 1, 2, 1, tzinfo=china), datetime(2025, 1, 1, tzinfo=UTC)])
    with Ledger.open(place, clock=lambda: next(ticks)) as ledger:
        for number in (1, 2):
            ledger.append(received(number), key=str(number))
        assert [entry.at for entry in ledger.list_entries()] == [
            "2025-01-01T17:00:00.000000+00:00",
            "2025-01-01T00:00:00.000000+00:00",
        ]
        assert ledger.verify() is None


def test_looking_creates_nothing(place: Path) -> None:
    """Asking for a ledger that is not there says so and leaves no folder or file."""
    for where in (place, str(place), f"sqlite:///{place}"):
        with pytest.raises(LedgerMissingError, match="no ledger"):
            Ledger.open(where, must_exist=True)
    assert not place.parent.exists()


def test_an_empty_file_is_no_ledger(place: Path) -> None:
    """What a run killed on its first step left is made a ledger by the next run, not by a look."""
    place.parent.mkdir()
    place.touch()
    with pytest.raises(LedgerMissingError):
        Ledger.open(place, must_exist=True)
    assert place.stat().st_size == 0
    with Ledger.open(place) as ledger:
        assert ledger.get_head() == GENESIS_DIGEST


def test_a_url_and_a_path_mean_the_same_file(place: Path) -> None:
    """A SQLite URL opens what a path has made."""
    with Ledger.open(place) as ledger:
        head = ledger.append(received(1), key="k").digest
    with Ledger.open(f"sqlite:///{place}", must_exist=True) as ledger:
        assert ledger.get_head() == head


@pytest.mark.parametrize("junk", [b"not a database, but long enough to look at" * 99, b"SQLite format 3\0" * 99])
def test_another_file_is_called_unreadable(tmp_path: Path, junk: bytes) -> None:
    """A file that is no database is named, and left as it is."""
    (tmp_path / "x").write_bytes(junk)
    with pytest.raises(LedgerUnreadableError, match="cannot be read"):
        Ledger.open(tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == junk


def test_a_later_layout_is_refused(place: Path) -> None:
    """A ledger of a newer program is not touched by an older one."""
    Ledger.open(place).close()
    with sqlite3.connect(place) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0099'")
    raw.close()
    with pytest.raises(LedgerTooNewError, match="0099"):
        Ledger.open(place)


@pytest.mark.parametrize("url", ["no-such-thing://x", "://", "sqlite+nothing:///x"])
def test_a_url_without_driver_is_an_error_of_ours(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong setting gives one of the ledger's errors, and no file is made."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LedgerError):
        Ledger.open(url)
    assert not any(tmp_path.iterdir())


def test_a_password_is_not_shown() -> None:
    """A message names the database, not the secret in its URL."""
    with pytest.raises(LedgerError) as caught:
        Ledger.open("nothing://me:secret@host/name")
    assert "secret" not in str(caught.value)


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    """A folder in the ledger's place is an error of ours, not the driver's."""
    with pytest.raises(LedgerUnavailableError):
        Ledger.open(tmp_path)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET body = '' WHERE sequence = 2",
        "DELETE FROM entries WHERE sequence = 3",
        "REPLACE INTO entries SELECT 2, digest, previous, 'x', {}",
        "REPLACE INTO entries SELECT 4, digest, previous, 'k1', {}",
        "INSERT INTO entries SELECT 9, digest, previous, 'x', {}",
    ],
    ids=["update", "delete", "replace", "replace-by-key", "jump"],
)
def test_slips_by_hand_are_refused_by_the_database(place: Path, statement: str) -> None:
    """A plain statement in a database tool cannot alter, remove, replace or jump ahead."""
    with Ledger.open(place) as ledger:
        for number in (1, 2, 3):
            ledger.append(received(number), key=f"k{number}")
    raw = sqlite3.connect(place)
    with pytest.raises(sqlite3.IntegrityError, match="ledger entries are"):
        raw.execute(statement.format("year, at, system_user, body FROM entries LIMIT 1"))
    raw.close()


def test_an_entry_without_later_fields_is_still_the_same_event(place: Path) -> None:
    """An event recorded before a field existed is not in conflict with itself."""
    event = Event(kind=EventKind.ROSTER, year=2024)
    with Ledger.open(place) as ledger:
        ledger.append(event, key="k")
    raw = sqlite3.connect(place)
    raw.execute("DROP TRIGGER entries_stay")
    raw.execute("UPDATE entries SET body = replace(body, '\"unit\":\"\",', '')")
    raw.execute("UPDATE entries SET body = replace(body, ',\"unit\":\"\"', '')")
    raw.commit()
    raw.close()
    with Ledger.open(place) as ledger:
        assert ledger.append(event, key="k").sequence == 1
