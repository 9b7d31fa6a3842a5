"""Two years carried out by different means, held to the same bytes: outputs, entries of the record, objects kept.

Both keep the time of a stopped clock. This process stops its own with `stop_clock`; a process that it starts is given
`stopped_environment`, whose folder holds a module that every Python interpreter imports as it starts.
"""

import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from contracts.contract_library import open_library
from desk.commands.sample import SampleRequest, make_samples
from desk.commands.verify import show_verification
from desk.exit_codes import ExitCode
from review.events import LedgerEntry
from tests.builders.dongchuan import YEAR
from tests.builders.year import ROOT, Ground, ground_of

_AT_START = "from tests.builders.stopped_clock import stop_clock\n\nstop_clock()\n"


def stopped_environment(folder: Path) -> dict[str, str]:
    """Return what makes the clock of a child's ledger, and of its children's, stand still."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(_AT_START, encoding="utf-8")
    return {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}


def sampled(root: Path, *, counties: int, plots: int = 5, seed: int = 3) -> Ground:
    """Make an inbox of several counties that runs through to filing."""
    ground = ground_of(root)
    wanted = SampleRequest(year=YEAR, counties=counties, plots=plots, seed=seed, out=ground.places.input_folder)
    assert make_samples(open_library(), wanted) is ExitCode.CLEAR
    return ground


def keep_only(ground: Ground, counties: Sequence[str]) -> None:
    """Let nobody else be due, and leave nobody else's files."""
    for folder in ground.places.inbox.glob("??????"):
        if folder.name not in counties:
            shutil.rmtree(folder)
    roster = ground.roster()
    roster["due"] = [county for county in roster["due"] if county["code"] in counties]
    ground.write_roster(roster)


def entries(ground: Ground) -> list[LedgerEntry]:
    """Return the whole record, seals and times included."""
    with ground.ledger() as ledger:
        return ledger.list_entries()


def objects(ground: Ground) -> dict[str, str]:
    """Return the hash of everything kept in the store, by its place."""
    top = ground.places.state_folder / "objects"
    kept = (path for path in sorted(top.rglob("*")) if path.is_file())
    return {path.relative_to(top).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}


def assert_identical(ground: Ground, other: Ground) -> None:
    """Hold two years to the same entries, the same outputs with their manifests, and the same objects, to the byte."""
    assert_same_record(ground, other)
    assert objects(ground) == objects(other)
    assert show_verification(ground.places.state_folder, ground.places, head=None) is ExitCode.CLEAR


def assert_same_record(ground: Ground, other: Ground) -> None:
    """Hold two years to the same entries and the same outputs with their manifests, to the byte."""
    own_outputs, outputs = ground.outputs(), other.outputs()
    assert own_outputs.keys() == outputs.keys()
    assert [path for path, data in own_outputs.items() if data != outputs[path]] == []
    assert [_said(entry) for entry in entries(ground)] == [
        _said(entry) for entry in entries(other)
    ]  # first what differs
    assert entries(ground) == entries(other)
    assert ground.head() == other.head()


def _said(entry: LedgerEntry) -> tuple[int, str, str, str, str]:
    return entry.sequence, entry.event.kind.value, entry.event.county, entry.at, str(dict(entry.event.facts))
