"""Verifies outputs against their signed manifest: the signature, every file and every cell; needs no ledger."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filing.book.canonical_values import CanonicalValues, WorkbookPresentation
from filing.book.content_diff import FOLDER_MOVED, ContentChange, find_changes
from flows.verification.checkpoint import Checkpoint
from flows.year.manifest_names import (
    MANIFEST_FILE,
    MANIFEST_FILES,
    PUBLIC_KEY_FILE,
    READABLE_FORMATS,
    RUN_PAGE_FILE,
    SIGNATURE_FILE,
    VALUES_FILE,
)
from ledger.signing_key import PublicKey
from workbooks.signed_content.cell_values import UnreadableWorkbookError, read_values
from workbooks.signed_content.presentation import read_presentation

FindOriginal = Callable[[str], bytes | None]
"""Returns the bytes of a received file by their sha256, or None if they are not at hand."""

# Temporary files of a run or of a spreadsheet program, and hidden files.
TEMPORARY_PREFIXES = (".hesuan-", "~$", ".")


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """A manifest that was read: its folder, the entries of its files, and the signed contents of its workbooks.

    *files* are the entries by path. *values* are canonical values and, except in the first format, the presentation
    of each workbook by path.
    """

    folder: Path
    files: Mapping[str, Mapping[str, str]]
    values: Mapping[str, tuple[CanonicalValues, WorkbookPresentation | None]]
    find_original: FindOriginal


def find_manifest_above(path: Path) -> Path | None:
    """Return the nearest folder at or above *path* that has a manifest, or None."""
    start = path.resolve()
    for folder in (start, *start.parents):
        if (folder / MANIFEST_FILE).is_file():
            return folder
    return None


def list_manifest_folders(path: Path) -> list[Path]:
    """Return the folders whose manifests list *path*: the one at or above it, or else those of the years below it."""
    folder = find_manifest_above(path)
    if folder is not None:
        return [folder]
    return sorted(manifest.parent for manifest in path.glob(f"*/{MANIFEST_FILE}"))


@dataclass(frozen=True, slots=True)
class LedgerReference:
    """The ledger that a manifest was made from: digest of the year's first entry, digest and number of the last.

    All are empty or 0 if the manifest cannot be read; *first* is empty in manifests of older programs.
    """

    first: str = ""
    head: str = ""
    sequence: int = 0

    def is_cut_from(self, digests: AbstractSet[str]) -> bool:
        """Return whether a ledger with these entries is the same one, but without the last entry named here."""
        return self.first in digests and self.head not in digests


def load_ledger_reference(folder: Path) -> LedgerReference:
    """Return which ledger the manifest in a folder was made from."""
    try:
        ledger: Any = json.loads((folder / MANIFEST_FILE).read_bytes())["ledger"]
        return LedgerReference(str(ledger.get("first", "")), str(ledger["head"]), int(ledger["sequence"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return LedgerReference()


def find_no_original(_: str) -> bytes | None:
    """Return None: the store of received files is not at hand."""
    return None


def verify_manifest(
    path: Path, folder: Path, *, key: Path | None = None, find_original: FindOriginal = find_no_original
) -> Iterator[Checkpoint]:
    """Verify the manifest in *folder*, and the files at or below *path* that it lists.

    *find_original* returns the bytes of a received file by their sha256, so that a changed copy of it is told by cell.

    *key* is the public key that must have signed. Without it, the key beside the manifest is used, which proves only
    that nothing has changed since somebody signed: its fingerprint must be compared with a printed one.
    """
    signature = _check_signature(folder, key)
    yield signature
    if not signature.intact:
        return
    manifest = _load_manifest(folder, find_original)
    if isinstance(manifest, Checkpoint):
        yield manifest
        return
    root = path.resolve()
    count, fault_count = 0, 0
    for name in _list_names_below(manifest, root):
        checkpoints = list(_check_file(manifest, name))
        count += 1
        fault_count += not are_intact(checkpoints)
        yield from checkpoints
    for file in _find_unlisted_files(manifest, root):
        fault_count += 1
        yield Checkpoint("not_listed", intact=False, facts={"path": str(file)})
    if not fault_count:
        yield Checkpoint("listed", intact=True, facts={"count": str(count)})


def _list_names_below(manifest: SignedManifest, root: Path) -> Iterator[str]:
    """Yield the listed files at or below *root*, by name."""
    for name in sorted(manifest.files):
        file = (manifest.folder / name).resolve()
        if file == root or root in file.parents:
            yield name


def are_intact(checkpoints: Iterable[Checkpoint]) -> bool:
    """Return whether all checkpoints are intact."""
    return all(checkpoint.intact for checkpoint in checkpoints)


def is_only_resaved(path: Path) -> bool:
    """Return whether a file differs from the signed one only in its bytes, because a program has saved it again."""
    folder = find_manifest_above(path)
    if folder is None or not _check_signature(folder, None).intact:
        return False
    manifest = _load_manifest(folder, find_no_original)
    if isinstance(manifest, Checkpoint):
        return False
    name = path.resolve().relative_to(manifest.folder.resolve()).as_posix()
    keys = [checkpoint.key for checkpoint in _check_file(manifest, name)]
    return [key for key in keys if key != FOLDER_MOVED] == ["resaved"]


def _check_signature(folder: Path, key: Path | None) -> Checkpoint:
    try:
        manifest = (folder / MANIFEST_FILE).read_bytes()
        signature = base64.b64decode((folder / SIGNATURE_FILE).read_bytes().strip(), validate=True)
        public_key = PublicKey.load_pem((key or folder / PUBLIC_KEY_FILE).read_bytes())
    except (OSError, ValueError, binascii.Error):
        return Checkpoint("signature_unreadable", intact=False, facts={"path": str(folder)})
    facts = {"key": public_key.fingerprint, "path": str(folder / MANIFEST_FILE)}
    if public_key.is_valid_signature(signature, manifest):
        return Checkpoint("signature", intact=True, facts=facts)
    if key is not None:
        return Checkpoint("key_other", intact=False, facts=facts)
    return Checkpoint("signature_wrong", intact=False, facts=facts)


def _load_manifest(folder: Path, find_original: FindOriginal) -> SignedManifest | Checkpoint:
    """Read the manifest and the file of values, whose hash is in the signed manifest; or return a fault."""
    values_path = folder / VALUES_FILE
    values_changed = Checkpoint("values_changed", intact=False, facts={"path": str(values_path)})
    try:
        manifest: Any = json.loads((folder / MANIFEST_FILE).read_bytes())
        lines = values_path.read_bytes()
        if manifest["format"] not in READABLE_FORMATS:
            return values_changed
        if hashlib.sha256(lines).hexdigest() != manifest["values"]["sha256"]:
            return values_changed
        rows = map(json.loads, lines.decode().splitlines())
        values = {str(row["path"]): (row["values"], row.get("around")) for row in rows}
        files = {str(file["path"]): file for file in manifest["files"]}
        return SignedManifest(folder, files, values, find_original)
    except (OSError, ValueError, KeyError, TypeError):
        return values_changed


def _check_file(manifest: SignedManifest, name: str) -> Iterator[Checkpoint]:
    """Yield what differs from the signed file; nothing if its bytes are the same."""
    path = manifest.folder / name
    facts = {"path": str(path)}
    entry = manifest.files.get(name)
    if entry is None:
        yield Checkpoint("not_listed", intact=False, facts=facts)
        return
    if not path.is_file():
        yield Checkpoint("gone", intact=False, facts=facts)
        return
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() == entry["sha256"]:
        return
    signed_content = manifest.values.get(name)
    if signed_content is None:
        yield from _check_against_original(data, manifest.find_original(entry["sha256"]), facts)
        return
    try:
        content = read_values(data), read_presentation(data)
    except UnreadableWorkbookError:
        yield Checkpoint("not_readable", intact=False, facts=facts)
        return
    checkpoints = [_describe_change(change, facts) for change in find_changes(signed_content, content)]
    yield from checkpoints
    if are_intact(checkpoints):
        yield Checkpoint("resaved", intact=True, facts=facts)


def _check_against_original(data: bytes, original: bytes | None, facts: dict[str, str]) -> Iterator[Checkpoint]:
    """Yield what differs from a file whose content was not signed: cell by cell if the file itself was kept."""
    changes: list[ContentChange] = []
    if original is not None:
        with suppress(UnreadableWorkbookError):
            signed_content = (read_values(original), read_presentation(original))
            changes = list(find_changes(signed_content, (read_values(data), read_presentation(data))))
    yield from (_describe_change(change, facts) for change in changes)
    if not changes:
        yield Checkpoint("bytes_changed", intact=False, facts=facts)


def _describe_change(change: ContentChange, facts: Mapping[str, str]) -> Checkpoint:
    """Return a change as a checkpoint; a change of the presentation is described by location and kind."""
    change_facts = {**facts, "sheet": change.sheet, "cell": change.location, "was": change.before, "now": change.after}
    if change.kind in {"cell", "sheet_gone", "sheet_new"}:
        return Checkpoint(change.kind, intact=False, facts=change_facts)
    if change.kind == FOLDER_MOVED:
        return Checkpoint(FOLDER_MOVED, intact=True, facts=change_facts)
    location = "!".join(filter(None, (change.sheet, change.location)))
    return Checkpoint("around", intact=False, facts={**change_facts, "place": location, "kind": change.kind})


def _find_unlisted_files(manifest: SignedManifest, root: Path) -> Iterator[Path]:
    """Yield the files below *root* that are in the manifest's folder but not listed in it."""
    if not root.is_dir():
        return
    folder = manifest.folder.resolve()
    listed_names = {*manifest.files, *MANIFEST_FILES, RUN_PAGE_FILE}
    for file in sorted(root.rglob("*")):
        if not file.is_file() or file.name.startswith(TEMPORARY_PREFIXES) or folder not in file.parents:
            continue
        if file.relative_to(folder).as_posix() not in listed_names:
            yield file
