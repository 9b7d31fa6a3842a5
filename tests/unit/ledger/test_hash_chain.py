"""Invariants 10 and 11 of the review chain, on a record of ten thousand entries.

The others bear their numbers where they are driven; `tests.architecture.test_invariants` holds that none is missing.
"""

import random
from dataclasses import replace

import pytest

from ledger.canonical_json import GENESIS_DIGEST, compute_digest, encode_event
from ledger.hash_chain import ChainFault, ChainFaultReason, LedgerRow, find_first_fault
from review.events import Event, EventKind

COUNT = 10_000
AT = "2025-01-01T00:00:00.000000+00:00"
FIELDS = ("digest", "previous", "key", "at", "system_user", "body")


def seal(texts: list[str]) -> list[LedgerRow]:
    """Seal a chain over the bodies given."""
    rows, previous = [], GENESIS_DIGEST
    for sequence, body in enumerate(texts, start=1):
        key = f"key-{sequence}"
        digest = compute_digest(
            sequence=sequence, previous=previous, recorded_at=AT, system_user="u", key=key, body=body
        )
        rows.append(LedgerRow(sequence, digest, previous, key, 2024, AT, "u", body))
        previous = digest
    return rows


def bodies() -> list[str]:
    """Return ten thousand events."""
    return [
        encode_event(Event(kind=EventKind.CHECKED, year=2024, county="530113", version=at, facts={"乡镇": "红土地镇"}))
        for at in range(COUNT)
    ]


@pytest.fixture(scope="module")
def rows() -> list[LedgerRow]:
    """Return a chain that holds."""
    return seal(bodies())


def test_the_whole_holds(rows: list[LedgerRow]) -> None:
    """A chain of ten thousand entries holds, and an earlier head is found in it."""
    assert find_first_fault(rows, earlier_head=rows[4321].digest) is None


def test_invariant_10_every_flip_is_named(rows: list[LedgerRow]) -> None:
    """10: one character changed in any field of any entry is found there, or at the next that holds its digest."""
    chance = random.Random(10)  # noqa: S311 - no secret
    for _ in range(40):
        at, name = chance.randrange(COUNT), chance.choice(FIELDS)
        text = getattr(rows[at], name)
        spot = chance.randrange(len(text))
        other = chr((ord(text[spot]) ^ (1 << chance.randrange(7))) & 0x7F)
        spoiled = replace(rows[at], **{name: text[:spot] + other + text[spot + 1 :]})
        fault = find_first_fault([*rows[:at], spoiled, *rows[at + 1 : at + 3]])
        assert fault is None if spoiled == rows[at] else fault is not None
        if fault is not None:
            assert fault.sequence == at + 1


def test_invariant_10_drop_swap_and_doubling_are_named(rows: list[LedgerRow]) -> None:
    """10: an entry left out, two swapped, one doubled: the first bad place is named."""
    chance = random.Random(11)  # noqa: S311 - no secret
    for at in [0, COUNT - 2, *(chance.randrange(1, COUNT - 2) for _ in range(6))]:
        dropped = find_first_fault([*rows[:at], *rows[at + 1 :]])
        assert dropped == ChainFault(at + 1, ChainFaultReason.GAP)
        swapped = find_first_fault([*rows[:at], rows[at + 1], rows[at], *rows[at + 2 :]])
        assert swapped == ChainFault(at + 1, ChainFaultReason.GAP)
        doubled = find_first_fault([*rows[: at + 1], rows[at], *rows[at + 1 :]])
        assert doubled == ChainFault(at + 1, ChainFaultReason.ORDER)


def test_invariant_11_cut_tail_and_full_rewrite_are_found(rows: list[LedgerRow]) -> None:
    """11: a head printed earlier is missing from a chain that was cut, or written anew from any entry before it."""
    head = rows[-1].digest
    assert find_first_fault(rows[:-1]) is None
    assert find_first_fault(rows[:-1], earlier_head=head) == ChainFault(0, ChainFaultReason.HEAD)
    texts = bodies()
    texts[17] = texts[17].replace("530113", "530112")
    forged = seal(texts)
    assert find_first_fault(forged) is None
    assert find_first_fault(forged, earlier_head=head) == ChainFault(0, ChainFaultReason.HEAD)
