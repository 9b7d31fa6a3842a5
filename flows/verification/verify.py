"""Is what lies here as it was recorded? Ledger, store of received files, outputs."""

import hashlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from flows.verification.checkpoint import Checkpoint
from flows.verification.verify_manifest import PASSING, manifest_above, manifests_of, resaved, rests_on, verify_manifest
from flows.year.locations import Places
from ledger.errors import LedgerMissing
from ledger.ledger import Ledger
from ledger.object_store import Store
from review.events import Entry, Kind

LEDGER_FILE = "ledger.db"
DECLARATION = "bagit.txt"


def verify_path(
    path: Path, places: Places, *, head: str | None = None, key: Path | None = None
) -> Iterator[Checkpoint]:
    """Look at a state folder or ledger file, or at an output file or folder.

    Outputs are held against their signed manifest and, where it is at hand, the ledger that they were made from.
    *key* is the public key that must have signed the manifest.
    """
    if places.ledger and path.resolve() == places.state.resolve():
        yield from verify_state(places.ledger, Store(path), head=head)
    elif (path / DECLARATION).is_file():
        yield from verify_bag(path)
    elif path.name == LEDGER_FILE or (path / LEDGER_FILE).is_file():
        folder = path if path.is_dir() else path.parent
        yield from verify_state(folder / LEDGER_FILE, Store(folder), head=head)
    else:
        yield from _verify_issued(path, places, key)


def verify_bag(path: Path) -> Iterator[Checkpoint]:
    """Check an archive by the sha256 of each of its files."""
    from ledger.bagit_archive import bag_faults  # noqa: PLC0415 - only an archive needs the library of bags

    faults = bag_faults(path)
    for fault in faults:
        yield Checkpoint("bag_fault", intact=False, facts={"path": str(path), "file": fault})
    if not faults:
        yield Checkpoint("bag", intact=True, facts={"path": str(path)})


def verify_state(place: Path | str, store: Store, *, head: str | None) -> Iterator[Checkpoint]:
    """Check the chain entry by entry and every kept file by its name; *head* is one printed on an earlier filing.

    *place* is a file of SQLite or the address of a database.
    """
    with Ledger.open(place, must_exist=True) as ledger:
        fault = ledger.verify(expected_head=head)
        if fault is not None:
            yield Checkpoint(
                "fault", intact=False, facts={"sequence": str(fault.sequence), "reason": fault.reason_code}
            )
            return
        entries = ledger.entries()
        yield Checkpoint("ledger", intact=True, facts={"count": str(len(entries)), "head": ledger.head()})
        yield from _clock_remarks(entries)
    damaged = list(store.verify())
    for name in damaged:
        yield Checkpoint("damaged", intact=False, facts={"name": name})
    kept = {one.event.sha256 for one in entries if one.event.kind is Kind.RECEIVED}
    kept |= {str(one.event.facts["report"]) for one in entries if one.event.kind is Kind.CHECKED}
    for name in sorted(name for name in kept if name not in damaged and not store.has(name)):
        yield Checkpoint("damaged", intact=False, facts={"name": name})
    if not damaged:
        yield Checkpoint("store", intact=True, facts={"count": str(len(kept))})


def _clock_remarks(entries: list[Entry]) -> Iterator[Checkpoint]:
    """The order of entries is their number; a time before the one of the entry before is only told."""
    back = [one for before, one in pairwise(entries) if one.at < before.at]
    if back:
        yield Checkpoint("clock", intact=True, facts={"sequence": str(back[0].sequence), "count": str(len(back))})


def _verify_issued(path: Path, places: Places, key: Path | None) -> Iterator[Checkpoint]:
    folders = manifests_of(path)
    if key is not None and not folders:
        yield Checkpoint("no_manifest", intact=False, facts={"path": str(path)})
        return
    for folder in folders:
        yield from verify_manifest(path, folder, key=key)
    try:
        ours = _is_ours(folders, places)
    except LedgerMissing:
        if folders:
            return  # another machine: the manifest is all there is
        raise
    if ours:
        yield from verify_outputs(path, places)
    else:
        yield Checkpoint("other_ledger", intact=True, facts={"path": str(path)})


def _is_ours(folders: list[Path], places: Places) -> bool:
    """Tell whether the ledger at hand is the one that the outputs were made from."""
    with places.open_ledger(must_exist=True) as ledger:
        heads = {one.digest for one in ledger.entries()}
    return not folders or any(rests_on(one) in heads for one in folders)


def verify_outputs(path: Path, places: Places) -> Iterator[Checkpoint]:
    """Compare output files with what the ledger says was written last under their names."""
    with places.open_ledger(must_exist=True) as ledger:
        events = [one.event for one in ledger.entries() if one.event.kind is Kind.ISSUED]
    last = {(str(one.year), str(one.facts["path"])): str(one.facts["file"]) for one in events}
    written = {path: file for path, file in last.items() if file}  # what was withdrawn is no output any more
    for file in _files(path):
        year_path = _year_and_path(file, written)
        found = hashlib.sha256(file.read_bytes()).hexdigest()
        key = "unknown" if year_path is None else "output" if written[year_path] == found else "changed"
        if key == "changed" and manifest_above(file) and resaved(file):
            continue  # the manifest has said so
        yield Checkpoint(key, intact=key == "output", facts={"path": str(file)})


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(one for one in path.rglob("*") if one.is_file() and not one.name.startswith(PASSING))


def _year_and_path(file: Path, written: dict[tuple[str, str], str]) -> tuple[str, str] | None:
    """Find an output by the end of its path: the folder may have been carried elsewhere."""
    parts = file.resolve().parts
    tails = [(year, path) for year, path in written if parts[-path.count("/") - 1 :] == tuple(path.split("/"))]
    dated = [one for one in tails if one[0] in parts]
    return next(iter(dated or tails), None)
