"""Verifies the hash chain of ledger rows and finds its first fault; independent of any database."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ledger.canonical_json import GENESIS_DIGEST, compute_digest, decode_event


class ChainFaultReason(StrEnum):
    """What is wrong with the chain."""

    GAP = "gap"
    """The entry is missing."""
    ORDER = "order"
    """The number occurs twice or is below one."""
    PREVIOUS = "previous"
    """The entry does not have the digest of the entry before."""
    DIGEST = "digest"
    """The content is not what was sealed."""
    UNREADABLE = "unreadable"
    """The row cannot be read or has no event."""
    HEAD = "head"
    """The earlier head does not occur: entries were removed at the end, or the ledger was rewritten."""
    FILE = "file"
    """The database is damaged outside the entries."""


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first entry that is not as recorded; *sequence* is 0 if no single entry can be named."""

    sequence: int
    reason_code: ChainFaultReason


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """An entry as the database returns it, in the order of the columns; tampered rows may have any values."""

    sequence: int
    digest: str
    previous: str
    key: str
    year: int
    at: str
    system_user: str
    body: str


def find_first_fault(rows: Iterable[LedgerRow | None], *, earlier_head: str | None = None) -> ChainFault | None:
    """Return the first fault of the chain, or None if it is intact.

    *rows* are in the order of their sequence; a row that could not be read is None. *earlier_head*, a digest kept
    outside the ledger, must occur in the chain.
    """
    head = GENESIS_DIGEST
    is_head_missing = earlier_head not in {None, GENESIS_DIGEST}
    for expected_sequence, row in enumerate(rows, start=1):
        fault = _check_row(row, expected_sequence, head)
        if fault is not None:
            return fault
        if row is not None:
            head = row.digest
        is_head_missing = is_head_missing and head != earlier_head
    if is_head_missing:
        return ChainFault(0, ChainFaultReason.HEAD)
    return None


def _check_row(row: LedgerRow | None, expected_sequence: int, head: str) -> ChainFault | None:
    if row is None or not isinstance(row.sequence, int):
        return ChainFault(expected_sequence, ChainFaultReason.UNREADABLE)
    if row.sequence > expected_sequence:
        return ChainFault(expected_sequence, ChainFaultReason.GAP)
    if row.sequence < expected_sequence:
        return ChainFault(row.sequence, ChainFaultReason.ORDER)
    if row.previous != head:
        return ChainFault(expected_sequence, ChainFaultReason.PREVIOUS)
    reason = _check_row_content(row)
    if reason is None:
        return None
    return ChainFault(expected_sequence, reason)


def _check_row_content(row: LedgerRow) -> ChainFaultReason | None:
    try:
        # The year is stored twice: in the sealed body, and in a column of its own for queries.
        if row.digest != _recompute_digest(row) or decode_event(row.body).year != row.year:
            return ChainFaultReason.DIGEST
    except (ValueError, TypeError):
        return ChainFaultReason.UNREADABLE
    return None


def _recompute_digest(row: LedgerRow) -> str:
    return compute_digest(
        sequence=row.sequence,
        previous=row.previous,
        recorded_at=row.at,
        system_user=row.system_user,
        key=row.key,
        body=row.body,
    )
