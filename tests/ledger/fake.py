"""A ledger in memory that keeps the same promises: for tests of what decides, not of what stores."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from ledger.canonical_json import GENESIS, canonical, digest_of, event_from, event_text
from ledger.errors import HeadMoved, KeyConflict, NotRecordable
from ledger.hash_chain import Fault, SealedRow, first_fault
from review.events import Entry, Event, Kind, Told


class FakeLedger:
    """Rows in a list, sealed as the real ones are; *rows* may be tampered with."""

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        self.rows: list[SealedRow] = []
        self._entries: list[Entry] = []
        self._clock = clock or (lambda: datetime(2025, 1, 1, tzinfo=UTC))
        self._lock = threading.Lock()

    def append(self, event: Event, *, key: str, expected_head: str | None = None) -> Entry:
        """Record an event once."""
        body = event_text(event)
        canonical([key])
        if "\0" in key:
            raise NotRecordable("a key holds no U+0000")
        with self._lock:
            kept = next((row for row in self.rows if row.key == key), None)
            if kept is None:
                kept = self._add(event, key, body, expected_head)
            elif kept.body != body:
                raise KeyConflict(key, kept.sequence)
        return _entry(kept)

    def _add(self, event: Event, key: str, body: str, expected_head: str | None) -> SealedRow:
        head, sequence = self.head(), len(self.rows) + 1
        if expected_head not in {None, head}:
            raise HeadMoved(str(expected_head), head)
        at = self._clock().astimezone(UTC).isoformat(timespec="microseconds")
        digest = digest_of(sequence=sequence, previous=head, at=at, system_user="", key=key, body=body)
        self.rows.append(SealedRow(sequence, digest, head, key, event.year, at, "", body))
        self._entries.append(_entry(self.rows[-1]))
        return self.rows[-1]

    def entries(self, year: int | None = None) -> list[Entry]:
        """List the entries of a year, or all."""
        return [one for one in self._entries if year in (None, one.event.year)]

    def told(self, year: int, *, apart_from: Kind) -> list[Told]:
        """List a year's events and when they were recorded, those of one kind passed over."""
        return [Told(one.at, one.event, one.sequence) for one in self.entries(year) if one.event.kind is not apart_from]

    def years(self) -> list[int]:
        """List the years of which anything is recorded."""
        return sorted({one.event.year for one in self._entries})

    def head(self) -> str:
        """Give the digest of the last entry."""
        return self.rows[-1].digest if self.rows else GENESIS

    def has(self, key: str) -> bool:
        """Tell whether something is recorded under a key."""
        return any(row.key == key for row in self.rows)

    def verify(self, *, expected_head: str | None = None) -> Fault | None:
        """Name the first fault."""
        return first_fault(self.rows, earlier_head=expected_head)

    def close(self) -> None:
        """Nothing is held."""


def _entry(row: SealedRow) -> Entry:
    return Entry(
        sequence=row.sequence,
        previous=row.previous,
        digest=row.digest,
        at=row.at,
        system_user=row.system_user,
        key=row.key,
        event=event_from(row.body),
    )
