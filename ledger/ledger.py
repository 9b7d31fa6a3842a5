"""The record: events are appended, never altered, each sealed over the one before."""

import getpass
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, astuple
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, Select, func, insert, select
from sqlalchemy.exc import DBAPIError, OperationalError

from ledger import schema
from ledger.canonical_json import GENESIS, canonical, digest_of, event_from, event_text
from ledger.database import connect, examining, locate, reading, require_file, sqlite_file, writing
from ledger.errors import HeadMoved, KeyConflict, LedgerMissing, LedgerTooNew, LedgerUnreadable, NotRecordable
from ledger.hash_chain import Fault, Reason, SealedRow, first_fault
from review.events import Entry, Event, Kind, Told

_ROWS_AT_A_TIME = 1000
_ENTRIES = schema.ENTRIES.c


def utc_now() -> datetime:
    """Read this machine's clock, in UTC."""
    return datetime.now(UTC)


def login_name() -> str:
    """Say who runs the program, as the operating system has it; empty where it does not know."""
    try:
        return getpass.getuser().encode(errors="replace").decode()
    except (ImportError, KeyError, OSError):
        return ""


class Ledger:
    """The hash-chained record of all years, in one database. One ledger may be shared by threads."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime], system_user: str) -> None:
        self._engine = engine
        self._clock = clock
        self._system_user = system_user

    @classmethod
    def open(
        cls,
        url_or_path: str | Path,
        *,
        clock: Callable[[], datetime] = utc_now,
        system_user: str | None = None,
        must_exist: bool = False,
    ) -> Self:
        """Open the ledger, and make it on first use unless it *must_exist*.

        Raises `LedgerMissing` (then nothing was created), `LedgerUnreadable` or `LedgerUnavailable`.
        """
        url = locate(url_or_path)
        file = sqlite_file(url)
        if must_exist:
            require_file(url)
        elif file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        ledger = cls(connect(url), clock=clock, system_user=login_name() if system_user is None else system_user)
        try:
            ledger._check_layout(must_exist=must_exist)
        except BaseException:
            ledger.close()
            raise
        return ledger

    def _check_layout(self, *, must_exist: bool) -> None:
        place = self._engine.url.render_as_string()
        with reading(self._engine) as connection:
            version = schema.version_of(connection)
        if version is None and must_exist:
            raise LedgerMissing(place)
        if version in {None, schema.FIRST}:
            with writing(self._engine) as connection:
                # Imported here: alembic costs more to load than a ledger to read.
                from ledger.migrate import migrate  # noqa: PLC0415

                migrate(connection)
                version = schema.version_of(connection)
        if version != schema.LAST:
            raise LedgerTooNew(place, str(version))

    def close(self) -> None:
        """Let go of the database; closing twice does no harm."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(self, event: Event, *, key: str, expected_head: str | None = None) -> Entry:
        """Record an event once, and give back its entry; the same *key* and event again give the first entry.

        Raises `KeyConflict` if *key* stands for another event, `HeadMoved` if *expected_head* is not the head
        any more, `NotRecordable`, or `LedgerUnavailable`; nothing is recorded then.
        """
        body = event_text(event)
        canonical([key, self._system_user])
        if "\0" in key:  # PostgreSQL keeps none, and both shall take the same keys
            raise NotRecordable(f"key {key!r}: expected text without the character U+0000")
        with writing(self._engine) as connection:
            schema.lock(connection)
            kept = connection.execute(select(schema.ENTRIES).where(_ENTRIES.key == key)).first()
            if kept is not None:
                return self._same(self._entry(kept), body)
            sequence, head = _last(connection)
            if expected_head not in {None, head}:
                raise HeadMoved(str(expected_head), head)
            row = self._seal(body, key, year=event.year, after=(sequence, head))
            connection.execute(insert(schema.ENTRIES), asdict(row))
        return self._entry(astuple(row))

    def _same(self, entry: Entry, body: str) -> Entry:
        # Spelled anew: an entry made before an event gained a field is still the same event.
        if event_text(entry.event) != body:
            raise KeyConflict(entry.key, entry.sequence)
        return entry

    def _seal(self, body: str, key: str, *, year: int, after: tuple[int, str]) -> SealedRow:
        sequence, previous = after[0] + 1, after[1]
        at = self._clock().astimezone(UTC).isoformat(timespec="microseconds")
        user = self._system_user
        digest = digest_of(sequence=sequence, previous=previous, at=at, system_user=user, key=key, body=body)
        return SealedRow(sequence, digest, previous, key, year, at, user, body)

    def entries(self, year: int | None = None) -> list[Entry]:
        """List the entries of one year, or of all, in the order of recording; raises `LedgerUnreadable`.

        The chain is not checked here: `verify` does that.
        """
        query = _in_order()
        if year is not None:
            query = query.where(_ENTRIES.year == year)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [self._entry(row) for row in rows]

    def told(self, year: int, *, apart_from: Kind) -> list[Told]:
        """List a year's events in the order of recording, those of one kind passed over; raises `LedgerUnreadable`.

        For who folds a large year and needs neither seals nor keys: it costs half of `entries`.
        """
        # In its one spelling a body names its kind so. No text within it can: quotation marks are escaped there.
        passed = func.instr if self._engine.dialect.name == "sqlite" else func.strpos
        query = (
            select(_ENTRIES.sequence, _ENTRIES.at, _ENTRIES.body)
            .where(_ENTRIES.year == year, passed(_ENTRIES.body, f'"kind":"{apart_from}","level":') == 0)
            .order_by(_ENTRIES.sequence)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [Told(at, self._event(sequence, body), sequence) for sequence, at, body in rows]

    def years(self) -> list[int]:
        """List the years of which anything is recorded, oldest first."""
        with reading(self._engine) as connection:
            return list(connection.scalars(select(_ENTRIES.year).distinct().order_by(_ENTRIES.year)))

    def _event(self, sequence: int, body: str) -> Event:
        try:
            return event_from(body)
        except ValueError as error:
            place = self._engine.url.render_as_string()
            raise LedgerUnreadable(place, f"entry {sequence} holds no event, {error}") from error

    def _entry(self, row: Iterable[Any]) -> Entry:
        # The columns in their order: by name they cost a large record half a second.
        sequence, digest, previous, key, _, at, user, body = row
        event = self._event(sequence, body)
        return Entry(sequence=sequence, previous=previous, digest=digest, at=at, system_user=user, key=key, event=event)

    def head(self) -> str:
        """Give the digest of the last entry; 64 zeros while there is none."""
        with reading(self._engine) as connection:
            return _last(connection)[1]

    def has(self, key: str) -> bool:
        """Tell whether something is recorded under *key*."""
        with reading(self._engine) as connection:
            return connection.scalar(select(_ENTRIES.sequence).where(_ENTRIES.key == key)) is not None

    def verify(self, *, expected_head: str | None = None) -> Fault | None:
        """Name the first entry that is not as recorded, or None if all are.

        *expected_head* is an earlier head kept outside; without it a cut tail or a whole rewrite cannot be
        seen. Raises `LedgerUnavailable`.
        """
        with examining(self._engine) as connection:
            return first_fault(_rows(connection), earlier_head=expected_head) or _file_fault(connection)


def _in_order() -> Select[Any]:
    return select(schema.ENTRIES).order_by(_ENTRIES.sequence)


def _last(connection: Connection) -> tuple[int, str]:
    query = select(_ENTRIES.sequence, _ENTRIES.digest).order_by(_ENTRIES.sequence.desc()).limit(1)
    row = connection.execute(query).first()
    return (0, GENESIS) if row is None else (row.sequence, row.digest)


def _rows(connection: Connection) -> Iterator[SealedRow | None]:
    """Stream the rows; None, and the end, where the database itself is damaged."""
    try:
        for row in connection.execute(_in_order(), execution_options={"yield_per": _ROWS_AT_A_TIME}):
            yield SealedRow(*row)
    except OperationalError:
        raise  # locked or away says nothing about the entries
    except (DBAPIError, UnicodeDecodeError):
        yield None


def _file_fault(connection: Connection) -> Fault | None:
    """Find damage that no entry shows: an index that hides an entry from a search by year or key."""
    if connection.dialect.name != "sqlite":
        return None
    found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
    return None if found == "ok" else Fault(0, Reason.FILE)
