"""Make the record's tables, or bring those of an older program up to date; both by the same steps."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from ledger import schema

_STEPS = Path(__file__).parent / "migrations"


def migrate(connection: Connection) -> None:
    """Take every step that is missing, inside the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    if schema.version_of(connection) == schema.FIRST:
        command.stamp(config, schema.FIRST)  # made before the steps were counted
    command.upgrade(config, "head")
