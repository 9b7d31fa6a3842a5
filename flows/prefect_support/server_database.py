"""The database of the local server, made in one step where there is none: Prefect's migrations take three seconds.

`schemas` has the result of the migrations of one version of Prefect each, written by ``python -m
tests.builders.prefect_schema``. Any other version creates its database itself. The migrations run over ours too, and
find nothing to do.
"""

import os
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Final

HOME_VARIABLE: Final = "PREFECT_HOME"
DATABASE_FILE: Final = "prefect.db"
SCHEMA_FOLDER: Final = Path(__file__).parent / "schemas"
# Whoever sets one of these has a database of their own.
_CONNECTION_VARIABLES: Final = frozenset(
    {
        "PREFECT_API_DATABASE_CONNECTION_URL",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL",
    }
)


def prepare_database(environment: Mapping[str, str]) -> None:
    """Create the database of the server that this environment describes, unless it exists or is elsewhere."""
    if _CONNECTION_VARIABLES & environment.keys() or not environment.get(HOME_VARIABLE):
        return
    schema = get_schema_path(version("prefect"))
    home = Path(environment[HOME_VARIABLE])
    if schema.is_file() and home.is_dir():
        create_database(home / DATABASE_FILE, schema.read_text(encoding="utf-8"))


def get_schema_path(prefect_version: str) -> Path:
    """Return the path of the schema of a version of Prefect, whether there is one or not."""
    return SCHEMA_FOLDER / f"prefect-{prefect_version}.sql"


def create_database(path: Path, schema: str) -> None:
    """Create a database at *path* unless there is one; it appears there complete or not at all."""
    if path.exists():
        return
    partial_file = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        with closing(sqlite3.connect(partial_file)) as connection:
            connection.executescript(f"PRAGMA synchronous = OFF;\n{schema}")
        # Another run may have made it meanwhile: a link never replaces a file.
        with suppress(OSError):
            os.link(partial_file, path)
    finally:
        partial_file.unlink(missing_ok=True)
