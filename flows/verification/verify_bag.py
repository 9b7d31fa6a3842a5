"""Verifies an archive: its files, its signature, and that files and entries of the ledger are what they say."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from flows.verification.checkpoint import Checkpoint
from flows.year.locations import YearPaths
from ledger.bagit_archive import PUBLIC_KEY_FILE, SIGNATURE_FILE, TAG_MANIFEST, find_bag_faults
from ledger.canonical_json import compute_digest, encode_event
from ledger.errors import LedgerError, LedgerMissingError
from ledger.signing_key import PublicKey
from review.events import Event, EventKind, LedgerEntry

_PAYLOAD_FOLDER: Final = "data"
_ENTRY_FILES: Final = "*/*.jsonl"
_DIGEST_IN_NAME: Final = re.compile(r"^[0-9]{2,}-([0-9a-f]{12})\.[a-z]+$")


def verify_bag(path: Path, paths: YearPaths, *, key: Path | None = None) -> Iterator[Checkpoint]:
    """Verify an archive without a ledger; if the ledger that it was made from is at hand, compare the two.

    *key* is the public key that must have signed. Without it, the key in the archive is used, which proves only that
    nothing has changed since somebody signed: its fingerprint must be compared with a printed one.
    """
    faults = find_bag_faults(path)
    for fault in faults:
        yield Checkpoint("bag_fault", intact=False, facts={"path": str(path), "file": fault})
    if not faults:
        yield Checkpoint("bag", intact=True, facts={"path": str(path)})
    yield _check_signature(path, key)
    digests = {file: _compute_digest(file) for file in _list_payload(path)}
    yield from _check_file_names(digests)
    try:
        entries = list(_load_entries(path))
    except (ValueError, KeyError, TypeError):
        yield Checkpoint("bag_entries_unreadable", intact=False, facts={"path": str(path)})
        return
    yield from _check_entries(entries, path)
    yield from _check_recorded_files(entries, set(digests.values()))
    yield from _compare_with_ledger(entries, paths)


def _list_payload(path: Path) -> list[Path]:
    return sorted(file for file in (path / _PAYLOAD_FOLDER).rglob("*") if file.is_file())


def _compute_digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _check_signature(path: Path, key: Path | None) -> Checkpoint:
    try:
        signed = (path / TAG_MANIFEST).read_bytes()
        signature = base64.b64decode((path / SIGNATURE_FILE).read_bytes().strip(), validate=True)
        public_key = PublicKey.load_pem((key or path / PUBLIC_KEY_FILE).read_bytes())
    except (OSError, ValueError, binascii.Error):
        return Checkpoint("bag_unsigned", intact=False, facts={"path": str(path)})
    facts = {"path": str(path), "key": public_key.fingerprint}
    if public_key.is_valid_signature(signature, signed):
        return Checkpoint("bag_signature", intact=True, facts=facts)
    return Checkpoint("bag_signature_wrong", intact=False, facts=facts)


def _check_file_names(digests: Mapping[Path, str]) -> Iterator[Checkpoint]:
    """Yield each file whose name has the first digits of another file's digest."""
    for file, digest in digests.items():
        match = _DIGEST_IN_NAME.match(file.name)
        if match is not None and not digest.startswith(match[1]):
            yield Checkpoint("bag_name", intact=False, facts={"file": file.name})


def _load_entries(path: Path) -> Iterator[LedgerEntry]:
    """Yield the ledger entries in the archive; raise ValueError, KeyError or TypeError if a line is none."""
    for file in sorted((path / _PAYLOAD_FOLDER).glob(_ENTRY_FILES)):
        for line in file.read_text(encoding="utf-8").splitlines():
            values: dict[str, Any] = json.loads(line)
            event = Event(**values.pop("event"))
            yield LedgerEntry(**values, event=replace(event, kind=EventKind(event.kind)))


def _check_entries(entries: list[LedgerEntry], path: Path) -> Iterator[Checkpoint]:
    """Yield each entry that is not what was sealed; the archive has a county's entries, not all of the chain."""
    altered = [entry for entry in entries if not _is_as_sealed(entry)]
    for entry in altered:
        yield Checkpoint("bag_entry", intact=False, facts={"sequence": str(entry.sequence)})
    for before, after in pairwise(entries):
        if after.sequence == before.sequence + 1 and after.previous != before.digest:
            yield Checkpoint("bag_entry", intact=False, facts={"sequence": str(after.sequence)})
    if not entries:
        yield Checkpoint("bag_entries_unreadable", intact=False, facts={"path": str(path)})
    elif not altered:
        yield Checkpoint("bag_entries", intact=True, facts={"count": str(len(entries))})


def _is_as_sealed(entry: LedgerEntry) -> bool:
    try:
        digest = compute_digest(
            sequence=entry.sequence,
            previous=entry.previous,
            recorded_at=entry.at,
            system_user=entry.system_user,
            key=entry.key,
            body=encode_event(entry.event),
        )
    except (LedgerError, ValueError, TypeError, AttributeError):
        return False
    return digest == entry.digest


def _check_recorded_files(entries: list[LedgerEntry], digests: set[str]) -> Iterator[Checkpoint]:
    """Yield each received file that the entries name and the archive lacks."""
    for entry in entries:
        event = entry.event
        if event.kind is EventKind.RECEIVED and event.sha256 not in digests:
            facts = {"sequence": str(entry.sequence), "name": event.sha256}
            yield Checkpoint("bag_file_missing", intact=False, facts=facts)


def _compare_with_ledger(entries: list[LedgerEntry], paths: YearPaths) -> Iterator[Checkpoint]:
    try:
        with paths.open_ledger(must_exist=True) as ledger:
            recorded = {entry.digest for entry in ledger.list_entries()}
    except LedgerMissingError:
        return  # the archive is verified by itself, such as on another machine
    missing = [entry for entry in entries if entry.digest not in recorded]
    if len(missing) == len(entries):
        yield Checkpoint("bag_other_ledger", intact=True)
        return
    for entry in missing:
        yield Checkpoint("bag_not_in_ledger", intact=False, facts={"sequence": str(entry.sequence)})
    if not missing:
        yield Checkpoint("bag_in_ledger", intact=True, facts={"count": str(len(entries))})
