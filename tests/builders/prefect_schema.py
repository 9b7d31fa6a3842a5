"""The schema that Prefect's migrations leave; ``python -m tests.builders.prefect_schema`` writes it."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from flows.prefect_support.server_database import DATABASE_FILE, HOME_VARIABLE, get_schema_path

MIGRATE = (
    "import asyncio\n"
    "from prefect.server.database import provide_database_interface\n"
    "asyncio.run(provide_database_interface().create_db())\n"
)


def migrate_database(home: Path) -> Path:
    """Let Prefect create its database in a folder, in a process of its own; return the path of the database."""
    environment = {**os.environ, HOME_VARIABLE: str(home), "DO_NOT_TRACK": "1"}
    subprocess.run([sys.executable, "-c", MIGRATE], env=environment, check=True, capture_output=True)
    return home / DATABASE_FILE


def dump_schema(database: Path) -> str:
    """Return the statements that make an equal database."""
    with closing(sqlite3.connect(database)) as connection:
        return "\n".join(connection.iterdump()) + "\n"


def main() -> None:
    """Write the schema of the installed version."""
    with tempfile.TemporaryDirectory() as folder:
        schema = dump_schema(migrate_database(Path(folder)))
    path = get_schema_path(version("prefect"))
    path.parent.mkdir(exist_ok=True)
    path.write_text(schema, encoding="utf-8")
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
