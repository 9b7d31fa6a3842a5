"""Does the chain hold? Rows in, the first fault out; knows no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ledger.canonical_json import GENESIS, digest_of, event_from


class Reason(StrEnum):
    """What is wrong with the chain."""

    GAP = "gap"  # the entry named is not there
    ORDER = "order"  # a number twice, or below one
    PREVIOUS = "previous"  # does not hold the digest of the entry before
    DIGEST = "digest"  # is not what was sealed
    UNREADABLE = "unreadable"  # no event, or no entry at all
    HEAD = "head"  # the earlier head is nowhere: tail cut or record rewritten
    FILE = "file"  # the database is damaged beside the entries


@dataclass(frozen=True, slots=True)
class Fault:
    """The first entry that is not as recorded; *sequence* 0 where no single entry can be named."""

    sequence: int
    reason_code: Reason


@dataclass(frozen=True, slots=True)
class SealedRow:
    """An entry as the database gives it back, columns in its order; once tampered with, anything."""

    sequence: int
    digest: str
    previous: str
    key: str
    year: int
    at: str
    system_user: str
    body: str


def first_fault(rows: Iterable[SealedRow | None], *, earlier_head: str | None = None) -> Fault | None:
    """Name the first fault of the chain, or None if it holds.

    *rows* come by sequence; None stands for a row that could not be read. *earlier_head*, a digest kept
    outside, must occur in the chain.
    """
    due, head = 1, GENESIS
    sought = earlier_head not in {None, GENESIS}
    for row in rows:
        fault = _fault_of(row, due, head)
        if fault is not None:
            return fault
        head = row.digest if row is not None else head
        sought = sought and head != earlier_head
        due += 1
    return Fault(0, Reason.HEAD) if sought else None


def _fault_of(row: SealedRow | None, due: int, head: str) -> Fault | None:
    if row is None or not isinstance(row.sequence, int):
        return Fault(due, Reason.UNREADABLE)
    if row.sequence > due:
        return Fault(due, Reason.GAP)
    if row.sequence < due:
        return Fault(row.sequence, Reason.ORDER)
    if row.previous != head:
        return Fault(due, Reason.PREVIOUS)
    reason = _reason_within(row)
    return None if reason is None else Fault(due, reason)


def _reason_within(row: SealedRow) -> Reason | None:
    try:
        if row.digest != _digest_again(row):
            return Reason.DIGEST
        # The year stands twice: in the sealed body, and in a column of its own to search by.
        return None if event_from(row.body).year == row.year else Reason.DIGEST
    except (ValueError, TypeError):
        return Reason.UNREADABLE


def _digest_again(row: SealedRow) -> str:
    return digest_of(
        sequence=row.sequence,
        previous=row.previous,
        at=row.at,
        system_user=row.system_user,
        key=row.key,
        body=row.body,
    )
