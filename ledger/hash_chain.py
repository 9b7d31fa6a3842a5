"""Does the chain hold? Rows in, the first fault out; knows no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ledger.canonical_json import GENESIS_DIGEST, compute_digest, decode_event


class ChainFaultReason(StrEnum):
    """What is wrong with the chain."""

    GAP = "gap"  # the entry named is not there
    ORDER = "order"  # a number twice, or below one
    PREVIOUS = "previous"  # does not hold the digest of the entry before
    DIGEST = "digest"  # is not what was sealed
    UNREADABLE = "unreadable"  # no event, or no entry at all
    HEAD = "head"  # the earlier head is nowhere: tail cut or record rewritten
    FILE = "file"  # the database is damaged beside the entries


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first entry that is not as recorded; *sequence* 0 where no single entry can be named."""

    sequence: int
    reason_code: ChainFaultReason


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """An entry as the database gives it back, columns in its order; once tampered with, anything."""

    sequence: int
    digest: str
    previous: str
    key: str
    year: int
    at: str
    system_user: str
    body: str


def find_first_fault(rows: Iterable[LedgerRow | None], *, earlier_head: str | None = None) -> ChainFault | None:
    """Name the first fault of the chain, or None if it holds.

    *rows* come by sequence; None stands for a row that could not be read. *earlier_head*, a digest kept
    outside, must occur in the chain.
    """
    due, head = 1, GENESIS_DIGEST
    sought = earlier_head not in {None, GENESIS_DIGEST}
    for row in rows:
        fault = _check_row(row, due, head)
        if fault is not None:
            return fault
        head = row.digest if row is not None else head
        sought = sought and head != earlier_head
        due += 1
    return ChainFault(0, ChainFaultReason.HEAD) if sought else None


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
    return None if reason is None else ChainFault(expected_sequence, reason)


def _check_row_content(row: LedgerRow) -> ChainFaultReason | None:
    try:
        if row.digest != _recompute_digest(row):
            return ChainFaultReason.DIGEST
        # The year stands twice: in the sealed body, and in a column of its own to search by.
        return None if decode_event(row.body).year == row.year else ChainFaultReason.DIGEST
    except (ValueError, TypeError):
        return ChainFaultReason.UNREADABLE


def _recompute_digest(row: LedgerRow) -> str:
    return compute_digest(
        sequence=row.sequence,
        previous=row.previous,
        recorded_at=row.at,
        system_user=row.system_user,
        key=row.key,
        body=row.body,
    )
