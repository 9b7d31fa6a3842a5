"""How the record lies in a database: one table of entries, one that names the last step of the layout."""

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, Text, inspect, select, text

FIRST_VERSION, LATEST_VERSION = "0001", "0002"
"""The first layout, which named itself by a number of its own, and the one that this program reads and writes."""

METADATA = MetaData()

# *system_user* is a reserved word in PostgreSQL.
ENTRIES_TABLE = Table(
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
VERSION_TABLE = Table("alembic_version", METADATA, Column("version_num", String(32), primary_key=True))

_OLD_VERSION_TABLE = "schema_version"


def get_schema_version(connection: Connection) -> str | None:
    """Say which layout the database has; None if it has none yet."""
    tables = inspect(connection)
    if tables.has_table(VERSION_TABLE.name):
        version: str | None = connection.scalar(select(VERSION_TABLE.c.version_num))
        return version
    return FIRST_VERSION if tables.has_table(_OLD_VERSION_TABLE) else None


def lock_entries(connection: Connection) -> None:
    """Keep other writers out until the transaction ends; SQLite has done so when it began to write."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE entries IN SHARE ROW EXCLUSIVE MODE"))
