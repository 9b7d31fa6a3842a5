"""Several writers at once, a killed writer, and a long record."""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import ledger
from ledger.canonical_json import GENESIS_DIGEST, compute_digest, encode_event
from ledger.errors import HeadMovedError, LedgerUnavailableError
from ledger.ledger import Ledger
from review.events import Event, EventKind

ROOT = Path(ledger.__file__).parents[1]
WRITER = """
import sys
from itertools import count
from ledger.ledger import Ledger
from review.events import Event, EventKind
place, name, most = sys.argv[1:]
with Ledger.open(place, system_user=name) as ledger:
    for number in range(int(most)) if int(most) else count():
        ledger.append(Event(kind=EventKind.CHECKED, year=2024, version=number), key=f"{name}-{number}")
        print(number, flush=True)
"""


def start(place: Path, name: str, most: int) -> subprocess.Popen[str]:
    """Start a process that appends *most* events, or goes on until it is killed."""
    command = [sys.executable, "-X", "utf8", "-c", WRITER, str(place), name, str(most)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def event(number: int) -> Event:
    """Make one event."""
    return Event(kind=EventKind.CHECKED, year=2024, county="530113", version=number, facts={"乡镇": "红土地镇"})


def test_threads_share_a_ledger(tmp_path: Path) -> None:
    """Threads that append at once give one chain with each thread's events in its own order."""
    with Ledger.open(tmp_path / "台账.sqlite") as book:

        def work(name: int) -> None:
            for number in range(10):
                book.append(event(number), key=f"{name}-{number}")

        threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert book.verify() is None
        entries = book.list_entries()
    assert len(entries) == 40
    for name in range(4):
        own = [entry.event.version for entry in entries if entry.key.startswith(f"{name}-")]
        assert own == list(range(10))


def test_one_of_two_decisions_on_the_same_head_wins(tmp_path: Path) -> None:
    """Of several people who decide on the same head, one is recorded and the others are refused."""
    outcomes: list[str] = []
    with Ledger.open(tmp_path / "l") as book:

        def decide(name: int) -> None:
            try:
                book.append(event(name), key=str(name), expected_head=GENESIS_DIGEST)
                outcomes.append("recorded")
            except HeadMovedError:
                outcomes.append("told")

        threads = [threading.Thread(target=decide, args=(name,)) for name in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(book.list_entries()) == 1
    assert sorted(outcomes) == ["recorded"] + ["told"] * 5


def test_processes_give_a_serial_order(tmp_path: Path) -> None:
    """Processes that also make the ledger together give one chain, each one's events in its own order."""
    place = tmp_path / "新 ledger.sqlite"
    writers = [start(place, name, 12) for name in ("a", "b", "c")]
    for writer in writers:
        writer.communicate(timeout=300)
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    with Ledger.open(place, must_exist=True) as book:
        assert book.verify() is None
        entries = book.list_entries()
    assert [entry.sequence for entry in entries] == list(range(1, 37))
    for name in ("a", "b", "c"):
        own = [entry.event.version for entry in entries if entry.system_user == name]
        assert own == list(range(12))


def test_a_killed_writer_leaves_whole_entries(tmp_path: Path) -> None:
    """What a writer said was recorded is there after a kill, at most one more, and the chain goes on."""
    place = tmp_path / "l.sqlite"
    with start(place, "a", 0) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(20)]
        writer.kill()
        said += writer.stdout.readlines()
    whole = [line for line in said if line.endswith("\n")]
    with Ledger.open(place, must_exist=True) as book:
        assert book.verify() is None
        assert len(whole) <= len(book.list_entries()) <= len(whole) + 1
        book.append(event(1), key="after")
        assert book.verify() is None


def test_a_locked_ledger_is_unavailable_not_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program that holds the lock for too long gives a clear error, never a fault of the chain."""
    monkeypatch.setattr("ledger.database.BUSY_SECONDS", 0.1)
    place = tmp_path / "l.sqlite"
    with Ledger.open(place) as book:
        book.append(event(1), key="1")
        holder = sqlite3.connect(place)
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LedgerUnavailableError, match="locked"):
            book.append(event(2), key="2")
        with pytest.raises(LedgerUnavailableError, match="locked"):
            book.verify()
        holder.close()
        assert book.append(event(2), key="2").sequence == 2


def test_ten_thousand_entries_are_read_and_verified_quickly(tmp_path: Path) -> None:
    """Verifying ten thousand entries costs at most 2 s of CPU, listing them no more."""
    place = tmp_path / "l.sqlite"
    Ledger.open(place).close()
    rows, previous, at = [], GENESIS_DIGEST, "2025-01-01T00:00:00.000000+00:00"
    for sequence in range(1, 10_001):
        body, key = encode_event(event(sequence)), f"key-{sequence}"
        digest = compute_digest(
            sequence=sequence, previous=previous, recorded_at=at, system_user="u", key=key, body=body
        )
        rows.append((sequence, digest, previous, key, 2024, at, "u", body))
        previous = digest
    raw = sqlite3.connect(place)
    raw.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    raw.commit()
    raw.close()
    with Ledger.open(place) as book:
        assert book.verify(expected_head=previous) is None
        assert len(book.list_entries()) == 10_000
