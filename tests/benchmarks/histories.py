"""What reading the record costs: ``python -m tests.benchmarks.histories [SUBMISSIONS]``.

A ledger with the histories of so many submissions is made up: most of them filed, one in ten still under way. CPU
seconds of `hesuan status` on it, and of `hesuan verify` on it and on a ledger of ten thousand entries, stand beside
those of ``import sqlalchemy``, each started from nothing.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date
from hashlib import sha256
from itertools import islice
from pathlib import Path
from statistics import median

from sqlalchemy import insert

from ledger.canonical_json import GENESIS_DIGEST, compute_digest, encode_event
from ledger.database import create_ledger_engine, parse_database_url
from ledger.folder_store import FolderStore
from ledger.hash_chain import LedgerRow
from ledger.ledger import Ledger
from ledger.schema import ENTRIES_TABLE
from review.events import Event, EventKind, JsonValue
from review.roster import DueCounty, Roster, encode_roster
from tests.benchmarks.cpu import ENDED, used_by
from tests.builders.chain import OFFICERS, procedure

SUBMISSIONS = 10_000
ENTRIES_ALONE = 10_000
ROUNDS = 7
YEAR = 2024
AT = "2025-01-01T00:00:00.000000+00:00"
A_CITY = 100  # counties
_ROAD = (("county", "submit"), ("city", "take_up"), ("city", "approve"), ("province", "file"))


def roster(submissions: int) -> Roster:
    """Return a roster in which so many counties are due."""
    due = tuple(DueCounty(f"{100_000 + at}", f"第{at}县", f"{(100_000 + at) // A_CITY}00") for at in range(submissions))
    officer = replace(OFFICERS[0], level="province", area="530000")
    return Roster(
        year=YEAR,
        procedure=procedure().id,
        province=("530000", "省"),
        cities={item.city: f"第{item.city}市" for item in due},
        due_counties=due,
        deadlines={"county": date(2025, 1, 31), "city": date(2025, 2, 28), "province": date(2025, 3, 31)},
        officers=(officer,),
    )


def events(listed: Roster) -> Iterator[Event]:
    """Yield what a run records of every county; of one in ten the road is not at its end."""
    yield Event(kind=EventKind.ROSTER, year=YEAR, facts=encode_roster(listed))
    for at, item in enumerate(listed.due_counties):
        yield from _taken_in(item.code)
        steps = len(_ROAD) if at % 10 else at // 10 % len(_ROAD)
        for level, action in _ROAD[:steps]:
            yield _decision(item.code, level, action)


def _taken_in(county: str) -> Iterator[Event]:
    sha = _hash(county)
    base = Event(kind=EventKind.RECEIVED, year=YEAR, county=county, version=1, sha256=sha)
    yield replace(base, facts={"name": f"{county}.xlsx", "bytes": 12_345})
    none: dict[str, JsonValue] = {"hard": 0, "soft": 0, "notes": 0, "explained": 0}
    checked = {**none, "outcome": "accepted", "found": {}, "report": _hash(sha), "contracts": "c" * 64}
    yield replace(base, kind=EventKind.CHECKED, facts=checked)
    yield replace(base, kind=EventKind.ISSUED, facts={"path": f"returned/{county}.html", "file": sha, "basis": sha})


def _decision(county: str, level: str, action: str) -> Event:
    facts = {"number": "资报〔2025〕3号", "opinion": "数据与计划一致，同意。", "date": "2025-01-20", "title": "负责人"}
    who = Event(kind=EventKind.DECISION, year=YEAR, county=county, actor=f"{county}-{level}", unit="自然资源局")
    return replace(who, version=1, sha256=_hash(county), level=level, action=action, facts=facts)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def make(state: Path, happened: Iterable[Event]) -> int:
    """Write a ledger in which all this happened, its files beside it; return the number of its entries."""
    state.mkdir(parents=True, exist_ok=True)
    path, store, every = state / "ledger.db", FolderStore(state), list(happened)
    Ledger.open(path).close()
    for item in every:
        if item.kind is EventKind.RECEIVED:
            _keep(store, item.county, item.sha256)
    rows = [asdict(item) for item in _sealed(every)]
    engine = create_ledger_engine(parse_database_url(path))
    with engine.begin() as connection:
        connection.execute(insert(ENTRIES_TABLE), rows)
    engine.dispose()
    return len(rows)


def _keep(store: FolderStore, *texts: str) -> None:
    """Lay the received file and its report where the store has them; nobody waits here for the disk."""
    for text in texts:
        target = store.get_path(_hash(text))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())


def _sealed(happened: Iterable[Event]) -> Iterator[LedgerRow]:
    previous = GENESIS_DIGEST
    for sequence, item in enumerate(happened, start=1):
        body = encode_event(item)
        key = f"{item.kind}:{_hash(body)}"
        digest = compute_digest(
            sequence=sequence, previous=previous, recorded_at=AT, system_user="u", key=key, body=body
        )
        yield LedgerRow(sequence, digest, previous, key, item.year, AT, "u", body)
        previous = digest


def seconds(arguments: Sequence[str], rounds: int) -> float:
    """Return the median CPU seconds of a Python process from its start; it must end well."""
    used = []
    for _ in range(rounds):
        before = used_by(ENDED)
        subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
        used.append(used_by(ENDED) - before)
    return median(used)


def measure(folder: Path, submissions: int, *, rounds: int = ROUNDS) -> Iterator[tuple[str, float]]:
    """Yield each command and its CPU seconds; the import of SQLAlchemy comes first."""
    listed = roster(submissions)
    many = make(folder / "many", events(listed))
    alone = make(folder / "alone", islice(events(listed), ENTRIES_ALONE))
    yield "import sqlalchemy", seconds(["-c", "import sqlalchemy"], rounds)
    status = ["-m", "desk", "status", str(YEAR), "--state", str(folder / "many")]
    yield f"hesuan status, {submissions} submissions, {many} entries", seconds(status, rounds)
    for name, entries in (("alone", alone), ("many", many)):
        verify = ["-m", "desk", "verify", str(folder / name)]
        yield f"hesuan verify, {entries} entries and their files", seconds(verify, rounds)


def main() -> None:
    """Print a line for each command."""
    submissions = int(sys.argv[1]) if len(sys.argv) > 1 else SUBMISSIONS
    bare = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for name, used in measure(Path(folder), submissions):
            bare = bare or used
            sys.stdout.write(f"{used:6.2f} s, {used - bare:5.2f} s above the import: {name}\n")


if __name__ == "__main__":
    main()
