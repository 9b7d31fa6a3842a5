"""The signed manifest of a year's outputs: which files exist, which values they have, and what they rest on."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from flows.outputs.filings_due import get_key_fingerprint
from flows.year.issued_outputs import build_output_event, find_filing_basis, get_basis_entry, is_current, write_output
from flows.year.jobs import JobOutcome, ProgressLine
from flows.year.manifest_names import (
    MANIFEST_FILE,
    MANIFEST_FILES,
    MANIFEST_FORMAT,
    PUBLIC_KEY_FILE,
    SIGNATURE_FILE,
    VALUES_FILE,
)
from flows.year.program_version import PROGRAM_NAME, PROGRAM_VERSION
from flows.year.year_state import YearState
from ledger.signing_key import Signer
from review.events import Event
from review.roster import Roster


@dataclass(frozen=True, slots=True)
class PlannedManifest:
    """A manifest to write: the digest of what it rests on, and the events of the outputs that it lists."""

    basis: str
    files: tuple[Event, ...]


def plan_manifest(state: YearState) -> PlannedManifest | None:
    """Return what is to be listed and signed, or None if nothing was filed yet or the manifest is current."""
    files = tuple(_list_outputs(state))
    if not any("values" in event.facts for event in files):
        return None
    basis_parts = [
        find_filing_basis(state),
        state.contracts_version,
        get_key_fingerprint(state),
        MANIFEST_FORMAT,
        PROGRAM_VERSION,
    ]
    basis_parts += [f"{event.facts['path']} {event.facts['file']}" for event in files]
    basis = hashlib.sha256("\n".join(basis_parts).encode()).hexdigest()
    if all(is_current(state, name, basis) for name in MANIFEST_FILES):
        return None
    return PlannedManifest(basis, files)


@dataclass(slots=True)
class ManifestWriter:
    """Writes a manifest part by part, so that a run which is killed repeatedly still gets further each time."""

    reload_state: Callable[[], YearState]
    roster: Roster
    _parts_by_basis: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def write_part(self, name: str) -> JobOutcome:
        """Write one part; return an empty outcome if it is current."""
        state = self.reload_state()
        planned = plan_manifest(state)
        if planned is None or is_current(state, name, planned.basis):
            return JobOutcome()
        data = self._get_parts(state, planned)[name]
        event = build_output_event(state.paths, name, data, basis=planned.basis)
        key = f"issued:{name}:{planned.basis}:after {len(state.history)}"
        staged_output = write_output(state.paths, name, data)
        lines: tuple[ProgressLine, ...] = ()
        if name == MANIFEST_FILE:
            facts = {"path": name, "count": str(len(planned.files)), "key": get_key_fingerprint(state)}
            lines = (ProgressLine("manifest", facts),)
        return JobOutcome(((event, key),), lines, (staged_output,))

    def _get_parts(self, state: YearState, planned_manifest: PlannedManifest) -> dict[str, bytes]:
        """Return all parts by name; they are made together because they sign and name each other."""
        if planned_manifest.basis not in self._parts_by_basis:
            self._parts_by_basis[planned_manifest.basis] = _build_parts(state, self.roster, planned_manifest)
        return self._parts_by_basis[planned_manifest.basis]


def _build_parts(state: YearState, roster: Roster, planned_manifest: PlannedManifest) -> dict[str, bytes]:
    signer = Signer(state.paths.key_folder)
    values = "".join(_format_value_lines(state, planned_manifest)).encode()
    manifest = _encode_manifest(_build_manifest(state, roster, planned_manifest, signer=signer, values=values))
    return {
        VALUES_FILE: values,
        MANIFEST_FILE: manifest,
        SIGNATURE_FILE: base64.b64encode(signer.sign(manifest)) + b"\n",
        PUBLIC_KEY_FILE: signer.public_key.pem,
    }


def _list_outputs(state: YearState) -> Iterator[Event]:
    """Yield the newest event of each output whose file exists, in the order of paths, without the manifest itself."""
    for path, event in sorted(state.issued_outputs.items()):
        if path not in MANIFEST_FILES and state.paths.output_path(path).is_file():
            yield event


def _format_value_lines(state: YearState, planned_manifest: PlannedManifest) -> Iterator[str]:
    """Yield a line of JSON for each workbook: its path, its presentation, its canonical values by sheet and cell."""
    store = state.paths.open_store()
    for event in planned_manifest.files:
        if "values" in event.facts:
            path = json.dumps(str(event.facts["path"]), ensure_ascii=False)
            stored_content = store.load_object(str(event.facts["values"])).decode()
            yield f'{{"path": {path}, {stored_content.removeprefix("{")}\n'


def _build_manifest(
    state: YearState, roster: Roster, planned_manifest: PlannedManifest, *, signer: Signer, values: bytes
) -> dict[str, object]:
    entry = get_basis_entry(state)
    return {
        "format": MANIFEST_FORMAT,
        "year": state.paths.year,
        "province": {"code": roster.province[0], "name": roster.province[1]},
        "program": {"name": PROGRAM_NAME, "version": PROGRAM_VERSION},
        "contracts": {"version": state.contracts_version, "files": state.library.compute_digests()},
        "ledger": {
            "first": state.history[0].digest,
            "head": entry.digest,
            "sequence": entry.sequence,
            "at": entry.at,
        },
        "key": {"algorithm": "ed25519", "fingerprint": signer.public_key.fingerprint},
        "values": {"path": VALUES_FILE, "sha256": hashlib.sha256(values).hexdigest()},
        "files": list(map(_describe_file, planned_manifest.files)),
    }


def _describe_file(event: Event) -> dict[str, object]:
    description: dict[str, object] = {"path": str(event.facts["path"]), "sha256": str(event.facts["file"])}
    if "values" in event.facts:
        description["values"] = str(event.facts["values"])
    return description


def _encode_manifest(manifest: dict[str, object]) -> bytes:
    return (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
