"""The manifest of a year's outputs, signed: what lies there, what it says, and what it rests on."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from flows.outputs.filings_due import get_key_fingerprint
from flows.year.issued_outputs import build_output_event, find_filing_basis, is_current, write_output
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
from review.events import Event, EventKind
from review.roster import Roster


@dataclass(frozen=True, slots=True)
class PlannedManifest:
    """A manifest to be written, over these outputs."""

    basis: str
    files: tuple[Event, ...]


def plan_manifest(state: YearState) -> PlannedManifest | None:
    """Return what is to be listed and signed; nothing where nothing was filed yet, or where it is current."""
    files = tuple(_list_outputs(state))
    if not any("values" in one.facts for one in files):
        return None
    parts = [f"{one.facts['path']} {one.facts['file']}" for one in files]
    ground = [
        find_filing_basis(state),
        state.contracts_version,
        get_key_fingerprint(state),
        MANIFEST_FORMAT,
        PROGRAM_VERSION,
    ]
    basis = hashlib.sha256("\n".join([*ground, *parts]).encode()).hexdigest()
    return None if all(is_current(state, one, basis) for one in MANIFEST_FILES) else PlannedManifest(basis, files)


@dataclass(slots=True)
class ManifestWriter:
    """Writes the parts of a manifest one by one: a run that is killed again and again still gets further each time."""

    reload_state: Callable[[], YearState]
    roster: Roster
    _parts_by_basis: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def write_part(self, name: str) -> JobOutcome:
        """Write one part; nothing where it is current."""
        scene = self.reload_state()
        due = plan_manifest(scene)
        if due is None or is_current(scene, name, due.basis):
            return JobOutcome()
        data = self._get_parts(scene, due)[name]
        event = build_output_event(scene.paths, name, data, basis=due.basis)
        key = f"issued:{name}:{due.basis}:after {len(scene.history)}"
        written = write_output(scene.paths, name, data)
        facts = {"path": name, "count": str(len(due.files)), "key": get_key_fingerprint(scene)}
        lines = (ProgressLine("manifest", facts),) if name == MANIFEST_FILE else ()
        return JobOutcome(((event, key),), lines, (written,))

    def _get_parts(self, state: YearState, planned_manifest: PlannedManifest) -> dict[str, bytes]:
        """Make all parts at once: they sign and name each other, and rest on the same outputs."""
        if planned_manifest.basis not in self._parts_by_basis:
            self._parts_by_basis[planned_manifest.basis] = _build_parts(state, self.roster, planned_manifest)
        return self._parts_by_basis[planned_manifest.basis]


def _build_parts(state: YearState, roster: Roster, planned_manifest: PlannedManifest) -> dict[str, bytes]:
    signer = Signer(state.paths.key_folder)
    values = "".join(_format_value_lines(state, planned_manifest)).encode()
    manifest = _encode_manifest(_build_manifest(state, roster, planned_manifest, signer, values))
    return {
        VALUES_FILE: values,
        MANIFEST_FILE: manifest,
        SIGNATURE_FILE: base64.b64encode(signer.sign(manifest)) + b"\n",
        PUBLIC_KEY_FILE: signer.public_key.pem,
    }


def _list_outputs(state: YearState) -> Iterator[Event]:
    """Return the newest word on each output that lies there."""
    for path, event in sorted(state.issued_outputs.items()):
        if path not in MANIFEST_FILES and state.paths.output_path(path).is_file():
            yield event


def _format_value_lines(state: YearState, planned_manifest: PlannedManifest) -> Iterator[str]:
    """Yield a line for each workbook: its path, its canonical values by sheet and cell, and what stands round them."""
    store = state.paths.open_store()
    for event in planned_manifest.files:
        if "values" in event.facts:
            path = json.dumps(str(event.facts["path"]), ensure_ascii=False)
            told = store.load_object(str(event.facts["values"])).decode()
            yield f'{{"path": {path}, {told.removeprefix("{")}\n'


def _build_manifest(
    state: YearState, roster: Roster, planned_manifest: PlannedManifest, signer: Signer, values: bytes
) -> dict[str, object]:
    resting = next(one for one in reversed(state.history) if one.event.kind is not EventKind.ISSUED)
    return {
        "format": MANIFEST_FORMAT,
        "year": state.paths.year,
        "province": {"code": roster.province[0], "name": roster.province[1]},
        "program": {"name": PROGRAM_NAME, "version": PROGRAM_VERSION},
        "contracts": {"version": state.contracts_version, "files": state.library.compute_digests()},
        "ledger": {"head": resting.digest, "sequence": resting.sequence, "at": resting.at},
        "key": {"algorithm": "ed25519", "fingerprint": signer.public_key.fingerprint},
        "values": {"path": VALUES_FILE, "sha256": hashlib.sha256(values).hexdigest()},
        "files": [_describe_file(one) for one in planned_manifest.files],
    }


def _describe_file(event: Event) -> dict[str, object]:
    facts = {"path": str(event.facts["path"]), "sha256": str(event.facts["file"])}
    return {**facts, "values": str(event.facts["values"])} if "values" in event.facts else dict(facts)


def _encode_manifest(manifest: dict[str, object]) -> bytes:
    return (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
