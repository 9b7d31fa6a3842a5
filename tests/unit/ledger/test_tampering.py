"""Every alteration of a record is found, and the first bad entry named."""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.canonical_json import GENESIS_DIGEST, compute_digest
from ledger.errors import LedgerError, LedgerUnreadableError
from ledger.hash_chain import ChainFault, ChainFaultReason
from ledger.ledger import Ledger
from review.events import Event, EventKind

COUNT = 12
COLUMNS = ("digest", "previous", "key", "at", "system_user", "body")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a ledger of twelve entries."""
    place = tmp_path_factory.mktemp("原") / "ledger.sqlite"
    with Ledger.open(place, system_user="operator") as ledger:
        for number in range(1, COUNT + 1):
            facts = {"乡镇": "红土地镇", "n": number, "面积": f"{number}.50"}
            event = Event(kind=EventKind.DECISION, year=2024, county="530113", facts=facts)  # type: ignore[arg-type]
            ledger.append(event, key=f"{number}-{number * 37}")
    return place


@pytest.fixture
def copy(original: Path, tmp_path: Path) -> Path:
    """Copy the ledger, for one test to spoil."""
    return Path(shutil.copy(original, tmp_path / "copy.sqlite"))


@contextmanager
def by_hand(place: Path) -> Iterator[sqlite3.Connection]:
    """Open the database as somebody would who drops the guards first."""
    raw = sqlite3.connect(place)
    for (trigger,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {trigger}")
    yield raw
    raw.commit()
    raw.close()


def without_constraints(raw: sqlite3.Connection) -> None:
    """Rebuild the table so that it takes any row."""
    raw.execute("CREATE TABLE loose AS SELECT * FROM entries")
    raw.execute("DROP TABLE entries")
    raw.execute("ALTER TABLE loose RENAME TO entries")


def reseal(raw: sqlite3.Connection, start: int = 1) -> None:
    """Seal the chain anew from *start* on, as a forger would who knows this program."""
    found = raw.execute("SELECT digest FROM entries WHERE sequence = ?", (start - 1,)).fetchone()
    previous = found[0] if found else GENESIS_DIGEST
    rows = raw.execute("SELECT sequence, at, system_user, key, body FROM entries ORDER BY sequence").fetchall()
    for sequence, at, user, key, body in rows[start - 1 :]:
        digest = compute_digest(
            sequence=sequence, previous=previous, recorded_at=at, system_user=user, key=key, body=body
        )
        raw.execute("UPDATE entries SET previous = ?, digest = ? WHERE sequence = ?", (previous, digest, sequence))
        previous = digest


def fault_of(place: Path, *, expected_head: str | None = None) -> ChainFault | None:
    """Open and verify."""
    with Ledger.open(place, must_exist=True) as ledger:
        return ledger.verify(expected_head=expected_head)


def test_the_original_holds(original: Path) -> None:
    """Without tampering nothing is found, against any earlier head."""
    with Ledger.open(original, must_exist=True) as ledger:
        entries = ledger.list_entries()
        for head in (GENESIS_DIGEST, *(entry.digest for entry in entries)):
            assert ledger.verify(expected_head=head) is None


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("sequence", [1, 2, 7, COUNT])
def test_a_flipped_byte_names_its_entry(copy: Path, column: str, sequence: int) -> None:
    """One bit of any byte of any column is found at its own entry, also where it breaks UTF-8."""
    pick = random.Random(f"{column}{sequence}")  # noqa: S311 - a repeatable sample
    with by_hand(copy) as raw:
        (text,) = raw.execute(f"SELECT {column} FROM entries WHERE sequence = ?", (sequence,)).fetchone()  # noqa: S608
    data = text.encode()
    for place in {0, len(data) - 1, *pick.sample(range(len(data)), 3)}:
        for bit in (0x01, 0x80):
            spoilt = bytearray(data)
            spoilt[place] ^= bit
            with by_hand(copy) as raw:
                raw.execute(
                    f"UPDATE entries SET {column} = CAST(? AS TEXT) WHERE sequence = ?",  # noqa: S608
                    (bytes(spoilt), sequence),
                )
            fault = fault_of(copy)
            assert fault is not None
            assert fault.sequence == sequence
            assert fault.reason_code in {
                ChainFaultReason.DIGEST,
                ChainFaultReason.PREVIOUS,
                ChainFaultReason.UNREADABLE,
            }


@pytest.mark.parametrize("bit", [0x04, 0x80])
@pytest.mark.parametrize("position", range(0, 4000, 101))
def test_a_flipped_byte_of_the_file_is_found_or_changes_nothing(copy: Path, position: int, bit: int) -> None:
    """Wherever in the file a bit flips: found, or refused, or every entry still reads as recorded."""
    size = copy.stat().st_size
    with Ledger.open(copy) as ledger:
        recorded = ledger.list_entries()
    data = bytearray(copy.read_bytes())
    data[position * size // 4000] ^= bit
    copy.write_bytes(data)
    try:
        with Ledger.open(copy, must_exist=True) as ledger:
            fault = ledger.verify()
            assert fault is not None or (ledger.list_entries() == ledger.list_entries(2024) == recorded)
    except LedgerError:
        pass


@pytest.mark.parametrize("sequence", [1, 5, COUNT - 1])
def test_a_dropped_entry_is_a_gap(copy: Path, sequence: int) -> None:
    """The missing number is named."""
    with by_hand(copy) as raw:
        raw.execute("DELETE FROM entries WHERE sequence = ?", (sequence,))
    assert fault_of(copy) == ChainFault(sequence, ChainFaultReason.GAP)


@pytest.mark.parametrize("sequence", [1, 5, COUNT - 1])
def test_a_dropped_entry_closed_up_is_found(copy: Path, sequence: int) -> None:
    """Renumbering what follows does not hide the loss."""
    with by_hand(copy) as raw:
        raw.execute("DELETE FROM entries WHERE sequence = ?", (sequence,))
        raw.execute("UPDATE entries SET sequence = -sequence WHERE sequence > ?", (sequence,))
        raw.execute("UPDATE entries SET sequence = -sequence - 1 WHERE sequence < 0")
    assert fault_of(copy) == ChainFault(sequence, ChainFaultReason.PREVIOUS)


@pytest.mark.parametrize(("number", "other"), [(1, 2), (4, 5), (3, 11)])
def test_swapped_entries_are_found_at_the_first(copy: Path, number: int, other: int) -> None:
    """Two entries that change places break the chain at the earlier."""
    with by_hand(copy) as raw:
        for old, new in ((number, -1), (other, number), (-1, other)):
            raw.execute("UPDATE entries SET sequence = ? WHERE sequence = ?", (new, old))
    assert fault_of(copy) == ChainFault(number, ChainFaultReason.PREVIOUS)


@pytest.mark.parametrize(("number", "reason"), [(6, ChainFaultReason.ORDER), (COUNT + 1, ChainFaultReason.PREVIOUS)])
def test_a_duplicate_is_found(copy: Path, number: int, reason: ChainFaultReason) -> None:
    """An entry once more, under its own number or the next, is named where it stands."""
    with by_hand(copy) as raw:
        without_constraints(raw)
        raw.execute(
            "INSERT INTO entries SELECT ?, digest, previous, key, year, at, system_user, body "
            "FROM entries WHERE sequence = 6",
            (number,),
        )
    assert fault_of(copy) == ChainFault(number, reason)


@pytest.mark.parametrize(
    ("number", "fault"), [(0, ChainFault(0, ChainFaultReason.ORDER)), (-3, ChainFault(-3, ChainFaultReason.ORDER))]
)
def test_an_entry_before_the_first_is_found(copy: Path, number: int, fault: ChainFault) -> None:
    """Numbers start at one."""
    with by_hand(copy) as raw:
        raw.execute("UPDATE entries SET sequence = ? WHERE sequence = 3", (number,))
    assert fault_of(copy) == fault


def test_a_year_moved_out_of_sight_is_found(copy: Path) -> None:
    """The year searched by must be the year sealed, or an entry could hide."""
    with by_hand(copy) as raw:
        raw.execute("UPDATE entries SET year = 1999 WHERE sequence = 8")
    assert fault_of(copy) == ChainFault(8, ChainFaultReason.DIGEST)


@pytest.mark.parametrize(
    "body",
    ["{}", "nonsense", "[" * 50_000, '{"kind":"?","year":2024}'],
    ids=["nothing", "words", "deep", "no-kind"],
)
def test_a_sealed_body_that_is_no_event_is_unreadable(copy: Path, body: str) -> None:
    """A forger's good seal over something else than an event does not pass."""
    with by_hand(copy) as raw:
        raw.execute("UPDATE entries SET body = ? WHERE sequence = 4", (body,))
        reseal(raw)
    assert fault_of(copy) == ChainFault(4, ChainFaultReason.UNREADABLE)
    with Ledger.open(copy) as ledger, pytest.raises(LedgerUnreadableError, match="entry 4 holds no event"):
        ledger.list_entries()


@pytest.mark.parametrize("value", [None, 7, b"\xff\x00"], ids=repr)
@pytest.mark.parametrize("column", COLUMNS)
def test_values_of_another_type_are_found(copy: Path, column: str, value: object) -> None:
    """A table rebuilt to hold anything cannot make verify fall over."""
    with by_hand(copy) as raw:
        without_constraints(raw)
        raw.execute(f"UPDATE entries SET {column} = ? WHERE sequence = 9", (value,))  # noqa: S608
    fault = fault_of(copy)
    assert fault is not None
    assert fault.sequence == 9


@pytest.mark.parametrize("left", [0, 1, COUNT - 1])
def test_a_cut_tail_is_found_against_an_earlier_head(copy: Path, left: int) -> None:
    """A cut chain is consistent in itself; the head kept outside shows the cut."""
    with Ledger.open(copy) as ledger:
        head = ledger.get_head()
    with by_hand(copy) as raw:
        raw.execute("DELETE FROM entries WHERE sequence > ?", (left,))
    assert fault_of(copy) is None
    assert fault_of(copy, expected_head=head) == ChainFault(0, ChainFaultReason.HEAD)


@pytest.mark.parametrize("start", [1, 6, COUNT])
def test_a_rewrite_is_found_against_an_earlier_head(copy: Path, start: int) -> None:
    """A chain sealed anew holds in itself, but not against any head printed after the change."""
    with Ledger.open(copy) as ledger:
        heads = [entry.digest for entry in ledger.list_entries()]
    with by_hand(copy) as raw:
        raw.execute("UPDATE entries SET body = replace(body, '.50', '.60') WHERE sequence = ?", (start,))
        reseal(raw, start)
    assert fault_of(copy) is None
    for sequence, head in enumerate(heads, start=1):
        expected = ChainFault(0, ChainFaultReason.HEAD) if sequence >= start else None
        assert fault_of(copy, expected_head=head) == expected


def test_an_index_that_hides_an_entry_is_found(copy: Path) -> None:
    """Entries that hold, with an index by year that does not, are damage all the same."""
    with by_hand(copy) as raw:
        (root,) = raw.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_entries_year'").fetchone()
        (size,) = raw.execute("PRAGMA page_size").fetchone()
    data = bytearray(copy.read_bytes())
    at = data.index((2024).to_bytes(2, "big"), (root - 1) * size)
    data[at] ^= 0x01
    copy.write_bytes(data)
    assert fault_of(copy) == ChainFault(0, ChainFaultReason.FILE)


def test_a_ledger_cut_short_as_a_file_is_found(copy: Path) -> None:
    """Half a file is refused or faulted, never taken for a shorter ledger."""
    data = copy.read_bytes()
    copy.write_bytes(data[: len(data) // 2])
    try:
        assert fault_of(copy) is not None
    except LedgerUnreadableError as error:
        assert str(copy) in str(error)  # noqa: PT017 - either way is right
