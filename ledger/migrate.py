"""Make the record's tables, or bring those of an older program up to date; both by the same steps."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from ledger import schema

_STEPS = Path(__file__).parent / "migrations"
_LOCK_NUMBER = 0x68_65_73_75  # any number, as long as every program uses the same one


def migrate(connection: Connection) -> None:
    """Create the ledger's tables or bring them up to date, inside the caller's transaction.

    Does nothing if another program has migrated the database in the meantime.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})
    if schema.version_of(connection) in {None, schema.FIRST}:
        _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    if schema.version_of(connection) == schema.FIRST:
        command.stamp(config, schema.FIRST)  # made before the steps were counted
    command.upgrade(config, "head")
