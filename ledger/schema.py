"""How the record lies in a database: one table of entries, one that names the layout's version."""

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, insert, inspect, select, text

VERSION = 1
METADATA = MetaData()

ENTRIES = Table(
    "entries",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("year", Integer, nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("system_user", Text, nullable=False),
    Column("body", Text, nullable=False),
)

SCHEMA_VERSION = Table("schema_version", METADATA, Column("version", Integer, nullable=False))

# A first guard against slips, not against intent: who can write the file can drop a trigger, and only the
# chain tells. The third is there because REPLACE deletes without asking the second.
_SQLITE_GUARDS = (
    """CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'ledger entries are never altered'); END""",
    """CREATE TRIGGER entries_remain BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'ledger entries are never removed'); END""",
    """CREATE TRIGGER entries_follow BEFORE INSERT ON entries
    WHEN new.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM entries)
      OR EXISTS (SELECT 1 FROM entries WHERE key = new.key)
    BEGIN SELECT RAISE(ABORT, 'ledger entries are only appended'); END""",
)


def version_of(connection: Connection) -> int | None:
    """Say which layout the database has; None if it has none yet."""
    if not inspect(connection).has_table(SCHEMA_VERSION.name):
        return None
    version: int | None = connection.scalar(select(SCHEMA_VERSION.c.version))
    return version


def lock(connection: Connection) -> None:
    """Keep other writers out until the transaction ends; SQLite has done so when it began to write."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE entries IN SHARE ROW EXCLUSIVE MODE"))


def lay_out(connection: Connection) -> None:
    """Make the tables, inside the caller's transaction, unless another process was faster."""
    if version_of(connection) is not None:
        return
    METADATA.create_all(connection)
    if connection.dialect.name == "sqlite":
        for guard in _SQLITE_GUARDS:
            connection.exec_driver_sql(guard)
    connection.execute(insert(SCHEMA_VERSION).values(version=VERSION))
