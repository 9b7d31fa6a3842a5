"""How the record lies in a database: one table of entries, one that names the last step of the layout."""

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, Text, insert, inspect, select, text

FIRST, LAST = "0001", "0002"
"""The first layout, which named itself by a number of its own, and the one that this program reads and writes."""

METADATA = MetaData()

# *system_user* is a reserved word in PostgreSQL.
ENTRIES = Table(
    "entries",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("year", Integer, nullable=False, index=True),
    Column("at", Text, nullable=False),
    Column("system_user", Text, quote=True, nullable=False),
    Column("body", Text, nullable=False),
)

# Laid out as the migrations do it.
STEP = Table("alembic_version", METADATA, Column("version_num", String(32), primary_key=True))

_FIRST_VERSION = "schema_version"
_LAYING_OUT = 0x68_65_73_75  # any number, so long as every program takes the same

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


def version_of(connection: Connection) -> str | None:
    """Say which layout the database has; None if it has none yet."""
    tables = inspect(connection)
    if tables.has_table(STEP.name):
        version: str | None = connection.scalar(select(STEP.c.version_num))
        return version
    return FIRST if tables.has_table(_FIRST_VERSION) else None


def lock(connection: Connection) -> None:
    """Keep other writers out until the transaction ends; SQLite has done so when it began to write."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE entries IN SHARE ROW EXCLUSIVE MODE"))


def lay_out(connection: Connection) -> None:
    """Make the tables or bring them up to date, inside the caller's transaction, unless another was faster."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LAYING_OUT})
    version = version_of(connection)
    if version is None and connection.dialect.name == "sqlite":
        _lay_out_sqlite(connection)
    elif version in {None, FIRST}:
        # Imported here: the library of migrations costs more to load than a ledger to read.
        from ledger.migrate import migrate  # noqa: PLC0415

        migrate(connection)


def _lay_out_sqlite(connection: Connection) -> None:
    """In one go what the steps do one by one; a test holds the two equal."""
    METADATA.create_all(connection)
    for guard in _SQLITE_GUARDS:
        connection.exec_driver_sql(guard)
    connection.execute(insert(STEP).values(version_num=LAST))
