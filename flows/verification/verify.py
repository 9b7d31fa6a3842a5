"""Verifies a ledger, a store of received files, or outputs against what was recorded."""

import hashlib
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

from flows.verification.checkpoint import Checkpoint
from flows.verification.verify_bag import verify_bag
from flows.verification.verify_manifest import (
    TEMPORARY_PREFIXES,
    find_manifest_above,
    is_only_resaved,
    list_manifest_folders,
    load_ledger_reference,
    verify_manifest,
)
from flows.year.locations import YearPaths
from flows.year.manifest_names import RUN_PAGE_FILE
from ledger.errors import LedgerError, LedgerMissingError
from ledger.folder_store import FolderStore
from ledger.ledger import Ledger
from ledger.object_store import OBJECTS_FOLDER, ObjectStore
from review.events import EventKind, LedgerEntry

LEDGER_FILE = "ledger.db"
BAG_DECLARATION_FILE = "bagit.txt"


def verify_path(
    path: Path, paths: YearPaths, *, head: str | None = None, key: Path | None = None
) -> Iterator[Checkpoint]:
    """Verify a state folder or ledger file, an archive, or an output file or folder.

    Outputs are compared with their signed manifest and, if it is at hand, with the ledger that they were made from.
    *head* is the digest of a ledger entry, as printed on a filing, that the ledger must contain. *key* is the public
    key that must have signed the manifest.
    """
    if paths.ledger_url and path.resolve() == paths.state_folder.resolve():
        yield from verify_state(paths.ledger_url, paths.open_store(), head=head)
    elif (path / BAG_DECLARATION_FILE).is_file():
        yield from verify_bag(path, paths, key=key)
    elif path.name == LEDGER_FILE or (path / LEDGER_FILE).is_file():
        folder = path
        if not path.is_dir():
            folder = path.parent
        yield from verify_state(folder / LEDGER_FILE, _open_store_beside(folder, paths), head=head)
    elif (path / OBJECTS_FOLDER).is_dir():
        yield Checkpoint("ledger_elsewhere", intact=False, facts={"path": str(path)})
    else:
        yield from _verify_signed_outputs(path, paths, key)


def _open_store_beside(folder: Path, paths: YearPaths) -> ObjectStore:
    """Return the store that is set if *folder* is the state folder that is set, else the one in *folder*."""
    if folder.resolve() == paths.state_folder.resolve():
        return paths.open_store()
    return FolderStore(folder)


def verify_state(location: Path | str, store: ObjectStore, *, head: str | None) -> Iterator[Checkpoint]:
    """Verify the chain of entries of a ledger, and every stored file by its name; a broken chain ends the check.

    *location* is a SQLite file or the URL of a database. *head* is the digest of an entry, as printed on an earlier
    filing, that the ledger must contain.
    """
    with Ledger.open(location, must_exist=True) as ledger:
        fault = ledger.verify(expected_head=head)
        if fault is not None:
            facts = {"sequence": str(fault.sequence), "reason": fault.reason_code}
            yield Checkpoint("fault", intact=False, facts=facts)
            return
        entries = ledger.list_entries()
        yield Checkpoint("ledger", intact=True, facts={"count": str(len(entries)), "head": ledger.get_head()})
        yield from _check_clock(entries)
    damaged_names = list(store.find_damaged_objects())
    for name in damaged_names:
        yield Checkpoint("damaged", intact=False, facts={"name": name})
    recorded_names = set(_list_recorded_objects(entries))
    for name in sorted(recorded_names.difference(damaged_names)):
        if not store.has_object(name):
            yield Checkpoint("damaged", intact=False, facts={"name": name})
    if not damaged_names:
        yield Checkpoint("store", intact=True, facts={"count": str(len(recorded_names))})


def _list_recorded_objects(entries: list[LedgerEntry]) -> Iterator[str]:
    """Yield the names in the store of all received files and of the reports on them."""
    for entry in entries:
        if entry.event.kind is EventKind.RECEIVED:
            yield entry.event.sha256
        elif entry.event.kind is EventKind.CHECKED:
            yield str(entry.event.facts["report"])


def _check_clock(entries: list[LedgerEntry]) -> Iterator[Checkpoint]:
    """Yield a remark if an entry has an earlier time than the one before; their order is that of their numbers."""
    late_entries = [entry for previous, entry in pairwise(entries) if entry.at < previous.at]
    if late_entries:
        facts = {"sequence": str(late_entries[0].sequence), "count": str(len(late_entries))}
        yield Checkpoint("clock", intact=True, facts=facts)


def _verify_signed_outputs(path: Path, paths: YearPaths, key: Path | None) -> Iterator[Checkpoint]:
    folders = list_manifest_folders(path)
    if key is not None and not folders:
        yield Checkpoint("no_manifest", intact=False, facts={"path": str(path)})
        return
    for folder in folders:
        yield from verify_manifest(path, folder, key=key, find_original=partial(_find_kept_file, paths))
    try:
        with paths.open_ledger(must_exist=True) as ledger:
            digests = {entry.digest for entry in ledger.list_entries()}
    except LedgerMissingError:
        # On another machine there may be no ledger: the manifest alone is verified then.
        if folders:
            return
        raise
    references = [load_ledger_reference(folder) for folder in folders]
    cut_references = [reference for reference in references if reference.is_cut_from(digests)]
    for reference in cut_references:
        facts = {"head": reference.head, "sequence": str(reference.sequence), "path": str(path)}
        yield Checkpoint("ledger_cut", intact=False, facts=facts)
    if any(reference.head in digests for reference in references) or not folders:
        yield from verify_outputs(path, paths)
    elif not cut_references:
        yield Checkpoint("other_ledger", intact=True, facts={"path": str(path)})


def _find_kept_file(paths: YearPaths, sha256: str) -> bytes | None:
    """Return the bytes of a received file, None if the store is not at hand, lacks it or has it damaged."""
    try:
        return paths.open_store().load_object(sha256)
    except (LedgerError, OSError):
        return None


def verify_outputs(path: Path, paths: YearPaths) -> Iterator[Checkpoint]:
    """Compare output files with what the ledger recorded last under their names."""
    with paths.open_ledger(must_exist=True) as ledger:
        digests_by_path = _find_recorded_digests(ledger.list_entries())
    for file in _list_files(path):
        key = _compare_with_record(file, digests_by_path)
        # A workbook that was only saved again is reported by the check of the manifest.
        if key == "changed" and find_manifest_above(file) and is_only_resaved(file):
            continue
        yield Checkpoint(key, intact=key == "output", facts={"path": str(file)})


def _find_recorded_digests(entries: list[LedgerEntry]) -> dict[tuple[str, str], str]:
    """Return the sha256 of each output that is not withdrawn, by year and path."""
    digests: dict[tuple[str, str], str] = {}
    for entry in entries:
        event = entry.event
        if event.kind is EventKind.ISSUED:
            digests[str(event.year), str(event.facts["path"])] = str(event.facts["file"])
    return {path: digest for path, digest in digests.items() if digest}


def _compare_with_record(file: Path, digests_by_path: dict[tuple[str, str], str]) -> str:
    """Return the key of the result: unknown, output (as recorded) or changed."""
    recorded_path = _match_recorded_path(file, digests_by_path)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if recorded_path is None:
        return "unknown"
    if digests_by_path[recorded_path] == digest:
        return "output"
    return "changed"


def _list_files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and not _is_unrecorded(file.name))


def _is_unrecorded(name: str) -> bool:
    return name == RUN_PAGE_FILE or name.startswith(TEMPORARY_PREFIXES)


def _match_recorded_path(file: Path, recorded_outputs: dict[tuple[str, str], str]) -> tuple[str, str] | None:
    """Return year and path of the recorded output whose path the file ends with, or None.

    Only the end is compared, because the folder may have been moved; a year that is in the file's path is preferred.
    """
    parts = file.resolve().parts
    matches = [(year, path) for year, path in recorded_outputs if _ends_with(parts, path)]
    for year, path in matches:
        if year in parts:
            return year, path
    return next(iter(matches), None)


def _ends_with(parts: tuple[str, ...], path: str) -> bool:
    path_parts = tuple(path.split("/"))
    return parts[-len(path_parts) :] == path_parts
