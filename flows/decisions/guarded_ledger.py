"""Write to the record only what was judged by it as it stands: an append by anybody else in between is noticed."""

from ledger.ledger import Ledger
from review.events import Event, LedgerEntry


class GuardedLedger:
    """Appends events, each on the head that the one before left. Raises `HeadMoved` where somebody else appended."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._head = ledger.get_head()

    @property
    def head(self) -> str:
        """The head on which the next event is appended."""
        return self._head

    def append(self, event: Event, *, key: str) -> LedgerEntry:
        """Record an event once; what is on record already is given back, whatever the head is."""
        entry = self._ledger.append(event, key=key, expected_head=self._head)
        if entry.previous == self._head:
            self._head = entry.digest
        return entry
