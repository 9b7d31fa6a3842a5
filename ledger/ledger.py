"""The ledger: events are appended and never altered, and each entry is sealed over the one before."""

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
from ledger.canonical_json import GENESIS_DIGEST, compute_digest, decode_event, encode_canonical_json, encode_event
from ledger.database import (
    create_ledger_engine,
    get_sqlite_file,
    open_for_reading,
    open_for_verification,
    open_for_writing,
    parse_database_url,
    require_sqlite_file,
)
from ledger.errors import (
    HeadMovedError,
    KeyConflictError,
    LedgerAlteredError,
    LedgerMissingError,
    LedgerTooNewError,
    LedgerUnreadableError,
    NotRecordableError,
)
from ledger.hash_chain import ChainFault, ChainFaultReason, LedgerRow, find_first_fault
from ledger.private_files import create_private_file, make_private_folder
from review.events import Event, EventKind, EventSummary, LedgerEntry

_ROWS_PER_FETCH = 1000
_ENTRY_COLUMNS = schema.ENTRIES_TABLE.c


def get_utc_now() -> datetime:
    """Return the time of this machine's clock, in UTC."""
    return datetime.now(UTC)


def get_login_name() -> str:
    """Return the name of the user who runs the program, or an empty string if the system does not know it."""
    try:
        return getpass.getuser().encode(errors="replace").decode()
    except (ImportError, KeyError, OSError):
        return ""


class Ledger:
    """The hash-chained record of all years, in one database. Threads may share one ledger."""

    def __init__(self, engine: Engine, *, clock: Callable[[], datetime], system_user: str) -> None:
        self._engine = engine
        self._clock = clock
        self._system_user = system_user

    @classmethod
    def open(
        cls,
        url_or_path: str | Path,
        *,
        clock: Callable[[], datetime] = get_utc_now,
        system_user: str | None = None,
        must_exist: bool = False,
    ) -> Self:
        """Open the ledger; create it on first use unless it *must_exist*.

        Raises `LedgerMissingError` (nothing was created then), `LedgerUnreadableError`, `LedgerTooNewError` or
        `LedgerUnavailableError`.
        """
        url = parse_database_url(url_or_path)
        file = get_sqlite_file(url)
        if must_exist:
            require_sqlite_file(url)
        # A wrong driver is refused before any file is made.
        engine = create_ledger_engine(url)
        if file is not None and not must_exist:
            if not file.parent.exists():
                make_private_folder(file.parent)
            create_private_file(file)
        if system_user is None:
            system_user = get_login_name()
        ledger = cls(engine, clock=clock, system_user=system_user)
        try:
            ledger._check_layout(must_exist=must_exist)
        except BaseException:
            ledger.close()
            raise
        return ledger

    def _check_layout(self, *, must_exist: bool) -> None:
        url = self._engine.url.render_as_string()
        with open_for_reading(self._engine) as connection:
            version = schema.get_schema_version(connection)
        if version is None and must_exist:
            raise LedgerMissingError(url)
        if version in {None, schema.FIRST_VERSION}:
            with open_for_writing(self._engine) as connection:
                # Imported here because loading alembic takes longer than reading a ledger.
                from ledger.migrate import apply_migrations  # noqa: PLC0415

                apply_migrations(connection)
                version = schema.get_schema_version(connection)
        if version != schema.LATEST_VERSION:
            raise LedgerTooNewError(url, str(version))

    def close(self) -> None:
        """Close the connections to the database; the ledger may be closed twice."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(self, event: Event, *, key: str, expected_head: str | None = None) -> LedgerEntry:
        """Record an event once and return its entry; the same *key* and event again return the first entry.

        Raises `KeyConflictError` if *key* is used for another event, `HeadMovedError` if *expected_head* is not the
        head any more, `NotRecordableError` or `LedgerUnavailableError`; nothing is recorded then.
        """
        body = encode_event(event)
        encode_canonical_json([key, self._system_user])
        # PostgreSQL cannot store this character, and both databases must accept the same keys.
        if "\0" in key:
            raise NotRecordableError(f"key {key!r}: expected text without the character U+0000")
        with open_for_writing(self._engine) as connection:
            schema.lock_entries(connection)
            existing_row = connection.execute(select(schema.ENTRIES_TABLE).where(_ENTRY_COLUMNS.key == key)).first()
            if existing_row is not None:
                return self._require_same_event(self._build_entry(existing_row), body)
            sequence, head = _get_last_entry(connection)
            if expected_head not in {None, head}:
                raise HeadMovedError(str(expected_head), head)
            row = self._seal_row(body, key, year=event.year, last_entry=(sequence, head))
            connection.execute(insert(schema.ENTRIES_TABLE), asdict(row))
        return self._build_entry(astuple(row))

    def _require_same_event(self, entry: LedgerEntry, body: str) -> LedgerEntry:
        # Encoded again: an entry recorded before `Event` gained a field is still the same event.
        if encode_event(entry.event) != body:
            raise KeyConflictError(entry.key, entry.sequence)
        return entry

    def _seal_row(self, body: str, key: str, *, year: int, last_entry: tuple[int, str]) -> LedgerRow:
        sequence, previous = last_entry[0] + 1, last_entry[1]
        recorded_at = self._clock().astimezone(UTC).isoformat(timespec="microseconds")
        user = self._system_user
        digest = compute_digest(
            sequence=sequence, previous=previous, recorded_at=recorded_at, system_user=user, key=key, body=body
        )
        return LedgerRow(sequence, digest, previous, key, year, recorded_at, user, body)

    def list_entries(self, year: int | None = None) -> list[LedgerEntry]:
        """Return the entries of one year, or of all years if *year* is None, in the order of recording.

        The chain is not checked; `verify` does that. Raises `LedgerUnreadableError`.
        """
        query = _select_in_order()
        if year is not None:
            query = query.where(_ENTRY_COLUMNS.year == year)
        with open_for_reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [self._build_entry(row) for row in rows]

    def list_events(self, year: int, *, excluded_kind: EventKind) -> list[EventSummary]:
        """Return a year's events in the order of recording, without those of *excluded_kind*.

        It takes half the time of `list_entries` and is meant for the replay of a large year, which needs neither
        digests nor keys. Raises `LedgerUnreadableError`.
        """
        # Canonical JSON states the kind exactly like this. No text in it can, because quotation marks are escaped.
        kind_text = f'"kind":"{excluded_kind}","level":'
        find_text = func.instr if self._engine.dialect.name == "sqlite" else func.strpos
        query = (
            select(_ENTRY_COLUMNS.sequence, _ENTRY_COLUMNS.at, _ENTRY_COLUMNS.body)
            .where(_ENTRY_COLUMNS.year == year, find_text(_ENTRY_COLUMNS.body, kind_text) == 0)
            .order_by(_ENTRY_COLUMNS.sequence)
        )
        with open_for_reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [
            EventSummary(recorded_at, self._decode_event(sequence, body), sequence)
            for sequence, recorded_at, body in rows
        ]

    def list_years(self) -> list[int]:
        """Return the years that have entries, oldest first."""
        with open_for_reading(self._engine) as connection:
            return list(connection.scalars(select(_ENTRY_COLUMNS.year).distinct().order_by(_ENTRY_COLUMNS.year)))

    def _decode_event(self, sequence: int, body: str) -> Event:
        try:
            return decode_event(body)
        except ValueError as error:
            url = self._engine.url.render_as_string()
            raise LedgerUnreadableError(url, f"entry {sequence} holds no event, {error}") from error

    def _build_entry(self, row: Iterable[Any]) -> LedgerEntry:
        # Access by position, because access by name takes half a second longer in a large ledger.
        sequence, digest, previous, key, _, recorded_at, user, body = row
        event = self._decode_event(sequence, body)
        return LedgerEntry(
            sequence=sequence, previous=previous, digest=digest, at=recorded_at, system_user=user, key=key, event=event
        )

    def get_head(self) -> str:
        """Return the digest of the last entry, or 64 zeros if there is none."""
        with open_for_reading(self._engine) as connection:
            return _get_last_entry(connection)[1]

    def has_key(self, key: str) -> bool:
        """Return whether an event is recorded under *key*."""
        with open_for_reading(self._engine) as connection:
            return connection.scalar(select(_ENTRY_COLUMNS.sequence).where(_ENTRY_COLUMNS.key == key)) is not None

    def verify(self, *, expected_head: str | None = None) -> ChainFault | None:
        """Return the first fault of the ledger, or None if every entry is as recorded.

        *expected_head* is an earlier head kept outside; without it, the removal of the last entries or a complete
        rewrite cannot be detected. Raises `LedgerUnavailableError`.
        """
        with open_for_verification(self._engine) as connection:
            fault = find_first_fault(_iter_rows(connection), earlier_head=expected_head)
            return fault or _check_database_file(connection)

    def require_intact(self) -> None:
        """Raise `LedgerAlteredError` unless every entry is as recorded: nothing is added to an altered record."""
        fault = self.verify()
        if fault is not None:
            raise LedgerAlteredError(self._engine.url.render_as_string(), fault.sequence, fault.reason_code)


def _select_in_order() -> Select[Any]:
    return select(schema.ENTRIES_TABLE).order_by(_ENTRY_COLUMNS.sequence)


def _get_last_entry(connection: Connection) -> tuple[int, str]:
    query = select(_ENTRY_COLUMNS.sequence, _ENTRY_COLUMNS.digest).order_by(_ENTRY_COLUMNS.sequence.desc()).limit(1)
    row = connection.execute(query).first()
    if row is None:
        return 0, GENESIS_DIGEST
    return row.sequence, row.digest


def _iter_rows(connection: Connection) -> Iterator[LedgerRow | None]:
    """Yield the rows in order; yield None and stop if the database itself is damaged."""
    try:
        for row in connection.execute(_select_in_order(), execution_options={"yield_per": _ROWS_PER_FETCH}):
            yield LedgerRow(*row)
    except OperationalError:
        # A locked or unreachable database says nothing about the entries.
        raise
    except (DBAPIError, UnicodeDecodeError):
        yield None


def _check_database_file(connection: Connection) -> ChainFault | None:
    """Find damage outside the entries, such as an index that hides an entry from a query by year or key."""
    if connection.dialect.name != "sqlite":
        return None
    result = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
    if result == "ok":
        return None
    return ChainFault(0, ChainFaultReason.FILE)
