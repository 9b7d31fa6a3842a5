"""Appends to the ledger only as long as nobody else does: decisions are recorded on the state they were based on."""

from ledger.ledger import Ledger
from review.events import Event, LedgerEntry


class GuardedLedger:
    """Appends events, each on the head that the last one left; raises `HeadMovedError` if somebody else appended."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._head = ledger.get_head()

    @property
    def head(self) -> str:
        """The digest of the entry after which the next event is appended."""
        return self._head

    def append(self, event: Event, *, key: str) -> LedgerEntry:
        """Record an event under its key; if the key is recorded already, return that entry, whatever the head is."""
        entry = self._ledger.append(event, key=key, expected_head=self._head)
        if entry.previous == self._head:
            self._head = entry.digest
        return entry
