"""Is what lies here as it was recorded? Ledger, store of received files, outputs."""

import hashlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from flows.verification.checkpoint import Checkpoint
from flows.verification.verify_manifest import (
    TEMPORARY_PREFIXES,
    find_manifest_above,
    is_only_resaved,
    list_manifest_folders,
    load_ledger_head,
    verify_manifest,
)
from flows.year.locations import YearPaths
from ledger.errors import LedgerMissingError
from ledger.ledger import Ledger
from ledger.object_store import ObjectStore
from review.events import EventKind, LedgerEntry

LEDGER_FILE = "ledger.db"
BAG_DECLARATION_FILE = "bagit.txt"


def verify_path(
    path: Path, paths: YearPaths, *, head: str | None = None, key: Path | None = None
) -> Iterator[Checkpoint]:
    """Look at a state folder or ledger file, or at an output file or folder.

    Outputs are held against their signed manifest and, where it is at hand, the ledger that they were made from.
    *key* is the public key that must have signed the manifest.
    """
    if paths.ledger_url and path.resolve() == paths.state_folder.resolve():
        yield from verify_state(paths.ledger_url, ObjectStore(path), head=head)
    elif (path / BAG_DECLARATION_FILE).is_file():
        yield from verify_bag(path)
    elif path.name == LEDGER_FILE or (path / LEDGER_FILE).is_file():
        folder = path if path.is_dir() else path.parent
        yield from verify_state(folder / LEDGER_FILE, ObjectStore(folder), head=head)
    else:
        yield from _verify_signed_outputs(path, paths, key)


def verify_bag(path: Path) -> Iterator[Checkpoint]:
    """Check an archive by the sha256 of each of its files."""
    from ledger.bagit_archive import find_bag_faults  # noqa: PLC0415 - only an archive needs the library of bags

    faults = find_bag_faults(path)
    for fault in faults:
        yield Checkpoint("bag_fault", intact=False, facts={"path": str(path), "file": fault})
    if not faults:
        yield Checkpoint("bag", intact=True, facts={"path": str(path)})


def verify_state(location: Path | str, store: ObjectStore, *, head: str | None) -> Iterator[Checkpoint]:
    """Check the chain entry by entry and every kept file by its name; *head* is one printed on an earlier filing.

    *place* is a file of SQLite or the address of a database.
    """
    with Ledger.open(location, must_exist=True) as ledger:
        fault = ledger.verify(expected_head=head)
        if fault is not None:
            yield Checkpoint(
                "fault", intact=False, facts={"sequence": str(fault.sequence), "reason": fault.reason_code}
            )
            return
        entries = ledger.list_entries()
        yield Checkpoint("ledger", intact=True, facts={"count": str(len(entries)), "head": ledger.get_head()})
        yield from _check_clock(entries)
    damaged = list(store.find_damaged_objects())
    for name in damaged:
        yield Checkpoint("damaged", intact=False, facts={"name": name})
    kept = {one.event.sha256 for one in entries if one.event.kind is EventKind.RECEIVED}
    kept |= {str(one.event.facts["report"]) for one in entries if one.event.kind is EventKind.CHECKED}
    for name in sorted(name for name in kept if name not in damaged and not store.has_object(name)):
        yield Checkpoint("damaged", intact=False, facts={"name": name})
    if not damaged:
        yield Checkpoint("store", intact=True, facts={"count": str(len(kept))})


def _check_clock(entries: list[LedgerEntry]) -> Iterator[Checkpoint]:
    """The order of entries is their number; a time before the one of the entry before is only told."""
    back = [one for before, one in pairwise(entries) if one.at < before.at]
    if back:
        yield Checkpoint("clock", intact=True, facts={"sequence": str(back[0].sequence), "count": str(len(back))})


def _verify_signed_outputs(path: Path, paths: YearPaths, key: Path | None) -> Iterator[Checkpoint]:
    folders = list_manifest_folders(path)
    if key is not None and not folders:
        yield Checkpoint("no_manifest", intact=False, facts={"path": str(path)})
        return
    for folder in folders:
        yield from verify_manifest(path, folder, key=key)
    try:
        ours = _is_same_ledger(folders, paths)
    except LedgerMissingError:
        if folders:
            return  # another machine: the manifest is all there is
        raise
    if ours:
        yield from verify_outputs(path, paths)
    else:
        yield Checkpoint("other_ledger", intact=True, facts={"path": str(path)})


def _is_same_ledger(folders: list[Path], paths: YearPaths) -> bool:
    """Tell whether the ledger at hand is the one that the outputs were made from."""
    with paths.open_ledger(must_exist=True) as ledger:
        heads = {one.digest for one in ledger.list_entries()}
    return not folders or any(load_ledger_head(one) in heads for one in folders)


def verify_outputs(path: Path, paths: YearPaths) -> Iterator[Checkpoint]:
    """Compare output files with what the ledger says was written last under their names."""
    with paths.open_ledger(must_exist=True) as ledger:
        events = [one.event for one in ledger.list_entries() if one.event.kind is EventKind.ISSUED]
    last = {(str(one.year), str(one.facts["path"])): str(one.facts["file"]) for one in events}
    written = {path: file for path, file in last.items() if file}  # what was withdrawn is no output any more
    for file in _list_files(path):
        year_path = _match_recorded_path(file, written)
        found = hashlib.sha256(file.read_bytes()).hexdigest()
        key = "unknown" if year_path is None else "output" if written[year_path] == found else "changed"
        if key == "changed" and find_manifest_above(file) and is_only_resaved(file):
            continue  # the manifest has said so
        yield Checkpoint(key, intact=key == "output", facts={"path": str(file)})


def _list_files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(one for one in path.rglob("*") if one.is_file() and not one.name.startswith(TEMPORARY_PREFIXES))


def _match_recorded_path(file: Path, recorded_outputs: dict[tuple[str, str], str]) -> tuple[str, str] | None:
    """Find an output by the end of its path: the folder may have been carried elsewhere."""
    parts = file.resolve().parts
    tails = [(year, path) for year, path in recorded_outputs if parts[-path.count("/") - 1 :] == tuple(path.split("/"))]
    dated = [one for one in tails if one[0] in parts]
    return next(iter(dated or tails), None)
