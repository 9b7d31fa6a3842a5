"""Is what lies here what was signed? Manifest, signature, every file and cell; needs no ledger."""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filing.book.canonical_values import Around, Values
from filing.book.content_diff import MOVED, Changed, changes
from flows.verification.checkpoint import Checkpoint
from flows.year.manifest_names import MANIFEST, OURS, PUBLIC, READABLE, SIGNATURE, VALUES
from ledger.signing_key import PublicKey
from workbooks.signed_content.cell_values import NotReadable, read_values
from workbooks.signed_content.presentation import read_around

PASSING = (".hesuan-", "~$", ".")  # what a run or a spreadsheet program leaves for a moment, and hidden files


@dataclass(frozen=True, slots=True)
class Signed:
    """A manifest that was read: its folder, what it lists by path, what its workbooks say and what stands round it."""

    folder: Path
    files: Mapping[str, Mapping[str, str]]
    values: Mapping[str, tuple[Values, Around | None]]


def manifest_above(path: Path) -> Path | None:
    """Return the nearest folder, at or above *path*, in which a manifest lies."""
    start = path.resolve()
    return next((one for one in (start, *start.parents) if (one / MANIFEST).is_file()), None)


def manifests_of(path: Path) -> list[Path]:
    """Return the folders whose manifest speaks of *path*: the one above it, else those of the years below it."""
    above = manifest_above(path)
    return [above] if above else sorted(one.parent for one in path.glob(f"*/{MANIFEST}"))


def rests_on(folder: Path) -> str:
    """Return the head of the ledger that a manifest was made from; empty where it does not say."""
    try:
        return str(json.loads((folder / MANIFEST).read_bytes())["ledger"]["head"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def verify_manifest(path: Path, folder: Path, *, key: Path | None = None) -> Iterator[Checkpoint]:
    """Look at the manifest in *folder*, and at the files at or below *path* that it lists.

    *key* is the public key that must have signed; without it the one beside the manifest is taken, which proves
    only that nothing was changed since somebody signed: its fingerprint is to be held against a printed one.
    """
    signature = _signature(folder, key)
    yield signature
    if not signature.intact:
        return
    signed = _read(folder)
    if isinstance(signed, Checkpoint):
        yield signed
        return
    below = path.resolve()
    count, faults = 0, 0
    for name in sorted(signed.files):
        place = (folder / name).resolve()
        if place == below or below in place.parents:
            found = list(_file(signed, name))
            count += 1
            faults += any(not one.intact for one in found)
            yield from found
    for place in _unlisted(signed, below):
        faults += 1
        yield Checkpoint("not_listed", intact=False, facts={"path": str(place)})
    if not faults:
        yield Checkpoint("listed", intact=True, facts={"count": str(count)})


def resaved(path: Path) -> bool:
    """Tell whether a file differs from the one signed in its bytes alone: a program has saved it again."""
    folder = manifest_above(path)
    signed = _read(folder) if folder is not None and _signature(folder, None).intact else None
    if not isinstance(signed, Signed):
        return False
    found = list(_file(signed, path.resolve().relative_to(signed.folder.resolve()).as_posix()))
    return [one.key for one in found if one.key != MOVED] == ["resaved"]


def _signature(folder: Path, key: Path | None) -> Checkpoint:
    try:
        manifest = (folder / MANIFEST).read_bytes()
        signature = base64.b64decode((folder / SIGNATURE).read_bytes().strip(), validate=True)
        public = PublicKey.read((key or folder / PUBLIC).read_bytes())
    except (OSError, ValueError, binascii.Error):
        return Checkpoint("signature_unreadable", intact=False, facts={"path": str(folder)})
    facts = {"key": public.fingerprint, "path": str(folder / MANIFEST)}
    if not public.verifies(signature, manifest):
        return Checkpoint("key_other" if key else "signature_wrong", intact=False, facts=facts)
    return Checkpoint("signature", intact=True, facts=facts)


def _read(folder: Path) -> Signed | Checkpoint:
    """Read what the signature vouches for; the values are vouched for by their hash in the manifest."""
    try:
        manifest: Any = json.loads((folder / MANIFEST).read_bytes())
        lines = (folder / VALUES).read_bytes()
        if manifest["format"] not in READABLE or hashlib.sha256(lines).hexdigest() != manifest["values"]["sha256"]:
            return Checkpoint("values_changed", intact=False, facts={"path": str(folder / VALUES)})
        rows = [json.loads(line) for line in lines.decode().splitlines()]
        files = {str(one["path"]): one for one in manifest["files"]}
        return Signed(folder, files, {str(one["path"]): (one["values"], one.get("around")) for one in rows})
    except (OSError, ValueError, KeyError, TypeError):
        return Checkpoint("values_changed", intact=False, facts={"path": str(folder / VALUES)})


def _file(signed: Signed, name: str) -> Iterator[Checkpoint]:
    place = signed.folder / name
    facts = {"path": str(place)}
    listed = signed.files.get(name)
    if listed is None or not place.is_file():
        yield Checkpoint("gone" if listed else "not_listed", intact=False, facts=facts)
        return
    data = place.read_bytes()
    if hashlib.sha256(data).hexdigest() == listed["sha256"]:
        return
    before = signed.values.get(name)
    if before is None:
        yield Checkpoint("bytes_changed", intact=False, facts=facts)
        return
    try:
        after = read_values(data), read_around(data)
    except NotReadable:
        yield Checkpoint("not_readable", intact=False, facts=facts)
        return
    found = [_told(one, facts) for one in changes(before, after)]
    yield from found
    if all(one.intact for one in found):
        yield Checkpoint("resaved", intact=True, facts=facts)


def _told(one: Changed, facts: Mapping[str, str]) -> Checkpoint:
    """Say one change; what is no value is told with what it is."""
    told = {**facts, "sheet": one.sheet, "cell": one.place, "was": one.was, "now": one.now}
    if one.kind in {"cell", "sheet_gone", "sheet_new"}:
        return Checkpoint(one.kind, intact=False, facts=told)
    if one.kind == MOVED:
        return Checkpoint(MOVED, intact=True, facts=told)
    place = "!".join(part for part in (one.sheet, one.place) if part)
    return Checkpoint("around", intact=False, facts={**told, "place": place, "kind": one.kind})


def _unlisted(signed: Signed, below: Path) -> Iterator[Path]:
    """Yield the files below *below* that nobody signed."""
    if not below.is_dir():
        return
    top = signed.folder.resolve()
    for one in sorted(below.rglob("*")):
        if one.is_file() and not one.name.startswith(PASSING) and top in one.parents:
            name = one.relative_to(top).as_posix()
            if name not in signed.files and name not in OURS:
                yield one
