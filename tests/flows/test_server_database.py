"""The database of the local server is the one that Prefect's own migrations leave."""

import sqlite3
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from flows.prefect_support.server_database import (
    DATABASE_FILE,
    HOME_VARIABLE,
    create_database,
    get_schema_path,
    prepare_database,
)
from tests.builders.prefect_schema import dump_schema, migrate_database

REMEDY = "another version of Prefect: run python -m tests.builders.prefect_schema and remove the schema of the old one"


def test_the_schema_is_that_of_the_migrations(tmp_path: Path) -> None:
    """Every table, index and row of a fresh database is in the schema of the installed version, and nothing else."""
    schema = get_schema_path(version("prefect"))
    assert schema.is_file(), REMEDY
    assert list(schema.parent.iterdir()) == [schema], REMEDY
    migrated = dump_schema(migrate_database(tmp_path))
    assert list_parts(schema.read_text(encoding="utf-8")) == list_parts(migrated), REMEDY


def list_parts(schema: str) -> list[str]:
    """Return the columns, constraints and other statements; the constraints of a table have no fixed order."""
    return sorted(line.strip(" \t,") for line in schema.splitlines())


def test_a_database_is_created_once_and_never_replaced(tmp_path: Path) -> None:
    """The second run finds the first one's runs in it; no part of a file stays."""
    path, environment = tmp_path / DATABASE_FILE, {HOME_VARIABLE: str(tmp_path)}
    prepare_database(environment)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM flow_run").fetchone() == (0,)
        connection.execute("CREATE TABLE ours (id)")
    prepare_database(environment)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM ours").fetchone() == (0,)
    assert [file.name for file in tmp_path.iterdir()] == [DATABASE_FILE]


def test_a_database_of_their_own_is_left_to_its_owner(tmp_path: Path) -> None:
    """Who names another database, or has no home for one, gets none of ours."""
    named = {HOME_VARIABLE: str(tmp_path), "PREFECT_SERVER_DATABASE_CONNECTION_URL": "postgresql+asyncpg://a/b"}
    for environment in (named, {}, {HOME_VARIABLE: str(tmp_path / "none")}):
        prepare_database(environment)
    assert list(tmp_path.iterdir()) == []


def test_a_database_made_by_another_run_meanwhile_stays(tmp_path: Path) -> None:
    """Two runs of one state folder may start at once."""
    path = tmp_path / DATABASE_FILE
    create_database(path, "CREATE TABLE first (id);")
    create_database(path, "CREATE TABLE second (id);")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("first",)]
