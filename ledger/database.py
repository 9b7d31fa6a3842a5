"""Connections to the ledger's database: how to open, begin, lock, and say in our words what failed."""

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
    """Tell a database URL from the path of a SQLite file. Raises `LedgerUnreadable` on a URL that is none."""
    if isinstance(url_or_path, Path) or "://" not in url_or_path:
        return URL.create("sqlite", database=str(url_or_path))
    try:
        url = make_url(url_or_path)
    except ArgumentError as error:
        raise LedgerUnreadableError("database URL", "expected driver://user@host/name") from error
    # The name alone means another driver to the library than the one that comes with this program.
    return url.set(drivername="postgresql+psycopg") if url.drivername in {"postgresql", "postgres"} else url


def get_sqlite_file(url: URL) -> Path | None:
    """Name the file behind a SQLite URL; None for other databases and for one in memory."""
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        return None
    return Path(str(url.database))


def create_ledger_engine(url: URL) -> Engine:
    """Make the engine. SQLite waits 30 s for a lock; nothing is opened yet."""
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
    raw.isolation_level = None  # the driver begins nothing of its own: _begin_sqlite does
    raw.execute("PRAGMA synchronous = EXTRA")  # FULL, and the folder too once the journal is gone


def _decode_leniently(raw: bytes) -> str:
    # A flipped byte may not be UTF-8 any more. The row must still be read, so that verify can name it.
    return raw.decode(errors="surrogateescape")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    writes = options.get(_WRITE_OPTION, False)
    raw: Any = connection.connection.dbapi_connection
    # Ours is called for each text of each row: only verify, which must read damaged rows too, pays for that.
    raw.text_factory = _decode_leniently if options.get(_LENIENT_TEXT_OPTION, False) else str
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def open_for_reading(engine: Engine) -> Iterator[Connection]:
    """Give one consistent view of the ledger. Raises `LedgerUnavailable` or `LedgerUnreadable`."""
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as error:
        place, cause = engine.url.render_as_string(), str(error.orig)
        # A table or column that is not there will not come with waiting.
        if any(one in cause for one in ("no such", "decode to UTF-8")):
            raise LedgerUnreadableError(place, cause) from error
        raise LedgerUnavailableError(place, cause, disk_failure=_classify_disk_error(error.orig)) from error
    except DBAPIError as error:
        raise LedgerUnreadableError(engine.url.render_as_string(), str(error.orig)) from error
    except UnicodeDecodeError as error:
        # SQLite quotes a damaged statement of its own schema, and the driver trips over the quotation.
        raise LedgerUnreadableError(engine.url.render_as_string(), "its schema is damaged") from error


def _classify_disk_error(driver_error: object) -> DiskFailure | None:
    """Tell from the driver's own error what is wrong with the disk: SQLite names it, PostgreSQL numbers it."""
    name = str(getattr(driver_error, "sqlite_errorname", None) or getattr(driver_error, "sqlstate", None) or "")
    found = (trouble for start, trouble in _DISK_ERROR_CODES if name.startswith(start))
    return next(found, None)


@contextmanager
def open_for_verification(engine: Engine) -> Iterator[Connection]:
    """Give a view of the ledger in which text that is no text any more comes back all the same. Raises as `reading`."""
    with open_for_reading(engine.execution_options(**{_LENIENT_TEXT_OPTION: True})) as connection:
        yield connection


@contextmanager
def open_for_writing(engine: Engine) -> Iterator[Connection]:
    """Give the ledger to one writer alone; what it wrote is kept whole or not at all. Raises as `reading`."""
    with open_for_reading(engine.execution_options(**{_WRITE_OPTION: True})) as connection:
        yield connection


def require_sqlite_file(url: URL) -> None:
    """Raise `LedgerMissing` rather than let SQLite make an empty file."""
    file = get_sqlite_file(url)
    if file is not None and not file.is_file():
        raise LedgerMissingError(str(file))
