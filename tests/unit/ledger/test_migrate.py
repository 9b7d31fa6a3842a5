"""The layout of the database: made by migrations, guarded, brought up to date."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import DBAPIError

from ledger import schema
from ledger.errors import LedgerUnavailableError
from ledger.ledger import Ledger
from ledger.migrations.versions import step_0001_entries
from review.events import Event, EventKind

EVENT = Event(kind=EventKind.ROSTER, year=2024)


def by_hand(place: Path) -> None:
    """Make a ledger as the first program did."""
    raw = sqlite3.connect(place)
    raw.execute(
        "CREATE TABLE entries (sequence INTEGER NOT NULL PRIMARY KEY, digest TEXT NOT NULL, previous TEXT NOT NULL,"
        " key TEXT NOT NULL UNIQUE, year INTEGER NOT NULL, at TEXT NOT NULL, system_user TEXT NOT NULL,"
        " body TEXT NOT NULL)"
    )
    raw.execute("CREATE INDEX ix_entries_year ON entries (year)")
    raw.execute("CREATE TABLE schema_version (version INTEGER NOT NULL)")
    raw.execute("INSERT INTO schema_version VALUES (1)")
    for guard in step_0001_entries.GUARDS:
        raw.execute(guard)
    raw.commit()
    raw.close()


def layout(place: Path) -> set[tuple[str, str]]:
    """Return what the database holds, by kind and name; names that SQLite gives by itself count once."""
    raw = sqlite3.connect(place)
    found = set(raw.execute("SELECT type, name FROM sqlite_master").fetchall())
    columns = {("column", row[1] + row[2] + str(row[3])) for row in raw.execute("PRAGMA table_info(entries)")}
    raw.close()
    return {item for item in found if "autoindex" not in item[1]} | columns


def test_an_older_ledger_is_brought_up_to_date_with_its_entries(tmp_path: Path) -> None:
    """A ledger of the first layout opens, keeps its entries and its chain, and goes on."""
    place = tmp_path / "old.db"
    by_hand(place)
    with Ledger.open(tmp_path / "new.db") as book:
        kept = book.append(EVENT, key="k")
    raw = sqlite3.connect(place)
    raw.execute(f"ATTACH '{tmp_path / 'new.db'}' AS new")
    raw.execute("INSERT INTO entries SELECT * FROM new.entries")
    raw.commit()
    raw.close()
    with Ledger.open(place, must_exist=True) as book:
        assert book.list_entries() == [kept]
        assert book.append(EVENT, key="k2").sequence == 2
        assert book.verify() is None
    assert layout(place) == layout(tmp_path / "new.db")


def test_the_last_step_is_the_one_that_the_program_knows() -> None:
    """The migrations end where the program expects them to."""
    steps = sorted(path.name for path in (Path(step_0001_entries.__file__).parent).glob("step_*.py"))
    assert steps[0].startswith(f"step_{schema.FIRST_VERSION}_")
    assert steps[-1].startswith(f"step_{schema.LATEST_VERSION}_")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET body = '{}'",
        "DELETE FROM entries",
        "TRUNCATE entries",
        "INSERT INTO entries VALUES (9, 'd', 'p', 'other', 2024, 'a', 'u', '{}')",
    ],
)
def test_postgresql_guards_its_entries(database: str, statement: str) -> None:
    """Triggers protect the entries in PostgreSQL too."""
    with Ledger.open(database) as book:
        book.append(EVENT, key="k")
    engine = create_engine(make_url(database).set(drivername="postgresql+psycopg"))
    with pytest.raises(DBAPIError, match=r"never altered|only appended"), engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
    with Ledger.open(database, must_exist=True) as book:
        assert book.verify() is None
        assert len(book.list_entries()) == 1


def test_a_server_that_is_away_is_unavailable() -> None:
    """The error says that no server is at the address, without the password."""
    with pytest.raises(LedgerUnavailableError) as caught:
        Ledger.open("postgresql://somebody:secret@127.0.0.1:9/none")
    assert "secret" not in str(caught.value)
