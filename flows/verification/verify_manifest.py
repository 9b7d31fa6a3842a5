"""Is what lies here what was signed? Manifest, signature, every file and cell; needs no ledger."""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping
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
    SIGNATURE_FILE,
    VALUES_FILE,
)
from ledger.signing_key import PublicKey
from workbooks.signed_content.cell_values import UnreadableWorkbookError, read_values
from workbooks.signed_content.presentation import read_presentation

TEMPORARY_PREFIXES = (
    ".hesuan-",
    "~$",
    ".",
)  # what a run or a spreadsheet program leaves for a moment, and hidden files


@dataclass(frozen=True, slots=True)
class SignedManifest:
    """A manifest that was read: its folder, what it lists by path, what its workbooks say and what stands round it."""

    folder: Path
    files: Mapping[str, Mapping[str, str]]
    values: Mapping[str, tuple[CanonicalValues, WorkbookPresentation | None]]


def find_manifest_above(path: Path) -> Path | None:
    """Return the nearest folder, at or above *path*, in which a manifest lies."""
    start = path.resolve()
    return next((one for one in (start, *start.parents) if (one / MANIFEST_FILE).is_file()), None)


def list_manifest_folders(path: Path) -> list[Path]:
    """Return the folders whose manifest speaks of *path*: the one above it, else those of the years below it."""
    above = find_manifest_above(path)
    return [above] if above else sorted(one.parent for one in path.glob(f"*/{MANIFEST_FILE}"))


def load_ledger_head(folder: Path) -> str:
    """Return the head of the ledger that a manifest was made from; empty where it does not say."""
    try:
        return str(json.loads((folder / MANIFEST_FILE).read_bytes())["ledger"]["head"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def verify_manifest(path: Path, folder: Path, *, key: Path | None = None) -> Iterator[Checkpoint]:
    """Look at the manifest in *folder*, and at the files at or below *path* that it lists.

    *key* is the public key that must have signed; without it the one beside the manifest is taken, which proves
    only that nothing was changed since somebody signed: its fingerprint is to be held against a printed one.
    """
    signature = _check_signature(folder, key)
    yield signature
    if not signature.intact:
        return
    signed = _load_manifest(folder)
    if isinstance(signed, Checkpoint):
        yield signed
        return
    below = path.resolve()
    count, faults = 0, 0
    for name in sorted(signed.files):
        place = (folder / name).resolve()
        if place == below or below in place.parents:
            found = list(_check_file(signed, name))
            count += 1
            faults += any(not one.intact for one in found)
            yield from found
    for place in _find_unlisted_files(signed, below):
        faults += 1
        yield Checkpoint("not_listed", intact=False, facts={"path": str(place)})
    if not faults:
        yield Checkpoint("listed", intact=True, facts={"count": str(count)})


def is_only_resaved(path: Path) -> bool:
    """Tell whether a file differs from the one signed in its bytes alone: a program has saved it again."""
    folder = find_manifest_above(path)
    signed = _load_manifest(folder) if folder is not None and _check_signature(folder, None).intact else None
    if not isinstance(signed, SignedManifest):
        return False
    found = list(_check_file(signed, path.resolve().relative_to(signed.folder.resolve()).as_posix()))
    return [one.key for one in found if one.key != FOLDER_MOVED] == ["resaved"]


def _check_signature(folder: Path, key: Path | None) -> Checkpoint:
    try:
        manifest = (folder / MANIFEST_FILE).read_bytes()
        signature = base64.b64decode((folder / SIGNATURE_FILE).read_bytes().strip(), validate=True)
        public = PublicKey.load_pem((key or folder / PUBLIC_KEY_FILE).read_bytes())
    except (OSError, ValueError, binascii.Error):
        return Checkpoint("signature_unreadable", intact=False, facts={"path": str(folder)})
    facts = {"key": public.fingerprint, "path": str(folder / MANIFEST_FILE)}
    if not public.is_valid_signature(signature, manifest):
        return Checkpoint("key_other" if key else "signature_wrong", intact=False, facts=facts)
    return Checkpoint("signature", intact=True, facts=facts)


def _load_manifest(folder: Path) -> SignedManifest | Checkpoint:
    """Read what the signature vouches for; the values are vouched for by their hash in the manifest."""
    try:
        manifest: Any = json.loads((folder / MANIFEST_FILE).read_bytes())
        lines = (folder / VALUES_FILE).read_bytes()
        if (
            manifest["format"] not in READABLE_FORMATS
            or hashlib.sha256(lines).hexdigest() != manifest["values"]["sha256"]
        ):
            return Checkpoint("values_changed", intact=False, facts={"path": str(folder / VALUES_FILE)})
        rows = [json.loads(line) for line in lines.decode().splitlines()]
        files = {str(one["path"]): one for one in manifest["files"]}
        return SignedManifest(folder, files, {str(one["path"]): (one["values"], one.get("around")) for one in rows})
    except (OSError, ValueError, KeyError, TypeError):
        return Checkpoint("values_changed", intact=False, facts={"path": str(folder / VALUES_FILE)})


def _check_file(manifest: SignedManifest, name: str) -> Iterator[Checkpoint]:
    place = manifest.folder / name
    facts = {"path": str(place)}
    listed = manifest.files.get(name)
    if listed is None or not place.is_file():
        yield Checkpoint("gone" if listed else "not_listed", intact=False, facts=facts)
        return
    data = place.read_bytes()
    if hashlib.sha256(data).hexdigest() == listed["sha256"]:
        return
    before = manifest.values.get(name)
    if before is None:
        yield Checkpoint("bytes_changed", intact=False, facts=facts)
        return
    try:
        after = read_values(data), read_presentation(data)
    except UnreadableWorkbookError:
        yield Checkpoint("not_readable", intact=False, facts=facts)
        return
    found = [_describe_change(one, facts) for one in find_changes(before, after)]
    yield from found
    if all(one.intact for one in found):
        yield Checkpoint("resaved", intact=True, facts=facts)


def _describe_change(change: ContentChange, facts: Mapping[str, str]) -> Checkpoint:
    """Say one change; what is no value is told with what it is."""
    told = {**facts, "sheet": change.sheet, "cell": change.location, "was": change.before, "now": change.after}
    if change.kind in {"cell", "sheet_gone", "sheet_new"}:
        return Checkpoint(change.kind, intact=False, facts=told)
    if change.kind == FOLDER_MOVED:
        return Checkpoint(FOLDER_MOVED, intact=True, facts=told)
    place = "!".join(part for part in (change.sheet, change.location) if part)
    return Checkpoint("around", intact=False, facts={**told, "place": place, "kind": change.kind})


def _find_unlisted_files(manifest: SignedManifest, root: Path) -> Iterator[Path]:
    """Yield the files below *below* that nobody signed."""
    if not root.is_dir():
        return
    top = manifest.folder.resolve()
    for one in sorted(root.rglob("*")):
        if one.is_file() and not one.name.startswith(TEMPORARY_PREFIXES) and top in one.parents:
            name = one.relative_to(top).as_posix()
            if name not in manifest.files and name not in MANIFEST_FILES:
                yield one
