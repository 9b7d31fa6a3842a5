"""Creates the ledger's tables or upgrades those of an older program, with the same migrations."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from ledger import schema

_MIGRATIONS_FOLDER = Path(__file__).parent / "migrations"
# Any number will do, as long as every program uses the same one.
_LOCK_NUMBER = 0x68_65_73_75


def apply_migrations(connection: Connection) -> None:
    """Create the ledger's tables or bring them up to date, inside the caller's transaction.

    Does nothing if another program has migrated the database in the meantime.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})
    if schema.get_schema_version(connection) in {None, schema.FIRST_VERSION}:
        _upgrade(connection)


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    if schema.get_schema_version(connection) == schema.FIRST_VERSION:
        # The tables were created before migrations were numbered.
        command.stamp(config, schema.FIRST_VERSION)
    command.upgrade(config, "head")
