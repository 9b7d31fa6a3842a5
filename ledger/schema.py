"""The tables of the ledger: one for the entries, one for the version of the schema."""

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, Text, inspect, select, text

FIRST_VERSION, LATEST_VERSION = "0001", "0002"
"""The first schema, which kept its version in a table of its own, and the one that this program reads and writes."""

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

# The same definition as in alembic.
VERSION_TABLE = Table("alembic_version", METADATA, Column("version_num", String(32), primary_key=True))

_OLD_VERSION_TABLE = "schema_version"


def get_schema_version(connection: Connection) -> str | None:
    """Return the version of the database's schema, or None if it has no tables yet."""
    inspector = inspect(connection)
    if inspector.has_table(VERSION_TABLE.name):
        version: str | None = connection.scalar(select(VERSION_TABLE.c.version_num))
        return version
    if inspector.has_table(_OLD_VERSION_TABLE):
        return FIRST_VERSION
    return None


def lock_entries(connection: Connection) -> None:
    """Lock out other writers until the transaction ends; SQLite already did so when the transaction began."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE entries IN SHARE ROW EXCLUSIVE MODE"))
