"""A ledger in memory that keeps the same promises: for tests of what decides, not of what stores."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from ledger.canonical_json import GENESIS_DIGEST, compute_digest, decode_event, encode_canonical_json, encode_event
from ledger.errors import HeadMovedError, KeyConflictError, NotRecordableError
from ledger.hash_chain import ChainFault, LedgerRow, find_first_fault
from review.events import Event, EventKind, EventSummary, LedgerEntry


class FakeLedger:
    """Rows in a list, sealed as the real ones are; *rows* may be tampered with."""

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        self.rows: list[LedgerRow] = []
        self._entries: list[LedgerEntry] = []
        self._clock = clock or (lambda: datetime(2025, 1, 1, tzinfo=UTC))
        self._lock = threading.Lock()

    def append(self, event: Event, *, key: str, expected_head: str | None = None) -> LedgerEntry:
        """Record an event once."""
        body = encode_event(event)
        encode_canonical_json([key])
        if "\0" in key:
            raise NotRecordableError("a key holds no U+0000")
        with self._lock:
            kept = next((row for row in self.rows if row.key == key), None)
            if kept is None:
                kept = self._add(event, key, body, expected_head)
            elif kept.body != body:
                raise KeyConflictError(key, kept.sequence)
        return _build_entry(kept)

    def _add(self, event: Event, key: str, body: str, expected_head: str | None) -> LedgerRow:
        head, sequence = self.get_head(), len(self.rows) + 1
        if expected_head not in {None, head}:
            raise HeadMovedError(str(expected_head), head)
        at = self._clock().astimezone(UTC).isoformat(timespec="microseconds")
        digest = compute_digest(sequence=sequence, previous=head, recorded_at=at, system_user="", key=key, body=body)
        self.rows.append(LedgerRow(sequence, digest, head, key, event.year, at, "", body))
        self._entries.append(_build_entry(self.rows[-1]))
        return self.rows[-1]

    def list_entries(self, year: int | None = None) -> list[LedgerEntry]:
        """List the entries of a year, or all."""
        return [entry for entry in self._entries if year in (None, entry.event.year)]

    def list_events(self, year: int, *, excluded_kind: EventKind) -> list[EventSummary]:
        """List a year's events and when they were recorded, those of one kind passed over."""
        return [
            EventSummary(entry.at, entry.event, entry.sequence)
            for entry in self.list_entries(year)
            if entry.event.kind is not excluded_kind
        ]

    def list_years(self) -> list[int]:
        """List the years of which anything is recorded."""
        return sorted({entry.event.year for entry in self._entries})

    def get_head(self) -> str:
        """Give the digest of the last entry."""
        return self.rows[-1].digest if self.rows else GENESIS_DIGEST

    def has_key(self, key: str) -> bool:
        """Tell whether something is recorded under a key."""
        return any(row.key == key for row in self.rows)

    def verify(self, *, expected_head: str | None = None) -> ChainFault | None:
        """Name the first fault."""
        return find_first_fault(self.rows, earlier_head=expected_head)

    def close(self) -> None:
        """Nothing is held."""


def _build_entry(row: LedgerRow) -> LedgerEntry:
    return LedgerEntry(
        sequence=row.sequence,
        previous=row.previous,
        digest=row.digest,
        at=row.at,
        system_user=row.system_user,
        key=row.key,
        event=decode_event(row.body),
    )
