"""Connections to the ledger's database: opening, transactions, locks, and errors translated to `LedgerError`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from ledger.errors import DiskFailure, LedgerMissingError, LedgerUnavailableError, LedgerUnreadableError

BUSY_SECONDS: Final = 30
_WRITE_OPTION = "hesuan_writes"
_DISK_ERROR_CODES: Final = (
    ("SQLITE_FULL", DiskFailure.FULL),
    ("SQLITE_IOERR", DiskFailure.BROKEN),
    ("SQLITE_READONLY", DiskFailure.READ_ONLY),
    ("53100", DiskFailure.FULL),
    ("58030", DiskFailure.BROKEN),
)
_LENIENT_TEXT_OPTION = "hesuan_any_bytes"


def parse_database_url(url_or_path: str | Path) -> URL:
    """Return the database URL for a URL or for the path of a SQLite file.

    Raises `LedgerUnreadableError` if the URL is malformed.
    """
    if isinstance(url_or_path, Path) or "://" not in url_or_path:
        return URL.create("sqlite", database=str(url_or_path))
    try:
        url = make_url(url_or_path)
    except ArgumentError as error:
        raise LedgerUnreadableError("database URL", "expected driver://user@host/name") from error
    # By default SQLAlchemy would look for another driver than the one that this program installs.
    if url.drivername in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    return url


def get_sqlite_file(url: URL) -> Path | None:
    """Return the file behind a SQLite URL, or None for another database or one in memory."""
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        return None
    return Path(str(url.database))


def create_ledger_engine(url: URL) -> Engine:
    """Create the engine; nothing is opened yet. SQLite waits `BUSY_SECONDS` for a lock."""
    try:
        if url.get_backend_name() != "sqlite":
            return create_engine(url)
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise LedgerUnavailableError(url.render_as_string(), f"no driver, {error}") from error
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(raw: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    # The driver must not begin transactions itself: _begin_sqlite does.
    raw.isolation_level = None
    # EXTRA is FULL and also syncs the folder after the journal is deleted.
    raw.execute("PRAGMA synchronous = EXTRA")


def _decode_leniently(raw: bytes) -> str:
    # Damaged text may not be UTF-8 any more. The row must still be read, so that verify can name it.
    return raw.decode(errors="surrogateescape")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    raw: Any = connection.connection.dbapi_connection
    # A Python function is called for each text of each row: only verify, which must read damaged rows, pays for that.
    raw.text_factory = _decode_leniently if options.get(_LENIENT_TEXT_OPTION, False) else str
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITE_OPTION, False) else "BEGIN")


@contextmanager
def open_for_reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection with one consistent view of the ledger.

    Raises `LedgerUnavailableError` or `LedgerUnreadableError`.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as error:
        url, cause = engine.url.render_as_string(), str(error.orig)
        # Waiting does not help if a table or column is missing or a text is damaged.
        if "no such" in cause or "decode to UTF-8" in cause:
            raise LedgerUnreadableError(url, cause) from error
        raise LedgerUnavailableError(url, cause, disk_failure=_classify_disk_error(error.orig)) from error
    except DBAPIError as error:
        raise LedgerUnreadableError(engine.url.render_as_string(), str(error.orig)) from error
    except UnicodeDecodeError as error:
        # SQLite quotes a damaged statement of its own schema, and the driver fails to decode the quotation.
        raise LedgerUnreadableError(engine.url.render_as_string(), "its schema is damaged") from error


def _classify_disk_error(driver_error: object) -> DiskFailure | None:
    """Return the disk failure behind a driver's error (a name in SQLite, a number in PostgreSQL), or None."""
    code = str(getattr(driver_error, "sqlite_errorname", None) or getattr(driver_error, "sqlstate", None) or "")
    for prefix, disk_failure in _DISK_ERROR_CODES:
        if code.startswith(prefix):
            return disk_failure
    return None


@contextmanager
def open_for_verification(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that also reads damaged text. Raises the errors of `open_for_reading`."""
    with open_for_reading(engine.execution_options(**{_LENIENT_TEXT_OPTION: True})) as connection:
        yield connection


@contextmanager
def open_for_writing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection for the only writer, in one transaction. Raises the errors of `open_for_reading`."""
    with open_for_reading(engine.execution_options(**{_WRITE_OPTION: True})) as connection:
        yield connection


def require_sqlite_file(url: URL) -> None:
    """Raise `LedgerMissingError` if the file is missing, because SQLite would create an empty one."""
    file = get_sqlite_file(url)
    if file is not None and not file.is_file():
        raise LedgerMissingError(str(file))
