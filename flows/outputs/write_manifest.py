"""The manifest of a year's outputs, signed: what lies there, what it says, and what it rests on."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from flows.outputs.filings_due import fingerprint
from flows.year.issued_outputs import basis_of_filing, is_current, output_event, write_output
from flows.year.jobs import Line, Outcome
from flows.year.manifest_names import FORMAT, MANIFEST, OURS, PUBLIC, SIGNATURE, VALUES
from flows.year.program_version import NAME, VERSION
from flows.year.year_state import Scene
from ledger.signing_key import Signer
from review.events import Event, Kind
from review.roster import Roster


@dataclass(frozen=True, slots=True)
class ManifestDue:
    """A manifest to be written, over these outputs."""

    basis: str
    files: tuple[Event, ...]


def manifest_due(scene: Scene) -> ManifestDue | None:
    """Return what is to be listed and signed; nothing where nothing was filed yet, or where it is current."""
    files = tuple(_listed(scene))
    if not any("values" in one.facts for one in files):
        return None
    parts = [f"{one.facts['path']} {one.facts['file']}" for one in files]
    ground = [basis_of_filing(scene), scene.contracts, fingerprint(scene), FORMAT, VERSION]
    basis = hashlib.sha256("\n".join([*ground, *parts]).encode()).hexdigest()
    return None if all(is_current(scene, one, basis) for one in OURS) else ManifestDue(basis, files)


@dataclass(slots=True)
class ManifestMaker:
    """Writes the parts of a manifest one by one: a run that is killed again and again still gets further each time."""

    anew: Callable[[], Scene]
    roster: Roster
    _made: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def write(self, name: str) -> Outcome:
        """Write one part; nothing where it is current."""
        scene = self.anew()
        due = manifest_due(scene)
        if due is None or is_current(scene, name, due.basis):
            return Outcome()
        data = self._parts(scene, due)[name]
        event = output_event(scene.places, name, data, basis=due.basis)
        key = f"issued:{name}:{due.basis}:after {len(scene.history)}"
        written = write_output(scene.places, name, data)
        facts = {"path": name, "count": str(len(due.files)), "key": fingerprint(scene)}
        lines = (Line("manifest", facts),) if name == MANIFEST else ()
        return Outcome(((event, key),), lines, (written,))

    def _parts(self, scene: Scene, due: ManifestDue) -> dict[str, bytes]:
        """Make all parts at once: they sign and name each other, and rest on the same outputs."""
        if due.basis not in self._made:
            self._made[due.basis] = _parts_of(scene, self.roster, due)
        return self._made[due.basis]


def _parts_of(scene: Scene, roster: Roster, due: ManifestDue) -> dict[str, bytes]:
    signer = Signer(scene.places.key_folder)
    values = "".join(_values(scene, due)).encode()
    manifest = _written(_manifest(scene, roster, due, signer, values))
    return {
        VALUES: values,
        MANIFEST: manifest,
        SIGNATURE: base64.b64encode(signer.sign(manifest)) + b"\n",
        PUBLIC: signer.public.pem,
    }


def _listed(scene: Scene) -> Iterator[Event]:
    """Return the newest word on each output that lies there."""
    for path, event in sorted(scene.issued.items()):
        if path not in OURS and scene.places.output(path).is_file():
            yield event


def _values(scene: Scene, due: ManifestDue) -> Iterator[str]:
    """Yield a line for each workbook: its path, its canonical values by sheet and cell, and what stands round them."""
    store = scene.places.store()
    for event in due.files:
        if "values" in event.facts:
            path = json.dumps(str(event.facts["path"]), ensure_ascii=False)
            told = store.read(str(event.facts["values"])).decode()
            yield f'{{"path": {path}, {told.removeprefix("{")}\n'


def _manifest(scene: Scene, roster: Roster, due: ManifestDue, signer: Signer, values: bytes) -> dict[str, object]:
    resting = next(one for one in reversed(scene.history) if one.event.kind is not Kind.ISSUED)
    return {
        "format": FORMAT,
        "year": scene.places.year,
        "province": {"code": roster.province[0], "name": roster.province[1]},
        "program": {"name": NAME, "version": VERSION},
        "contracts": {"version": scene.contracts, "files": scene.library.digests()},
        "ledger": {"head": resting.digest, "sequence": resting.sequence, "at": resting.at},
        "key": {"algorithm": "ed25519", "fingerprint": signer.public.fingerprint},
        "values": {"path": VALUES, "sha256": hashlib.sha256(values).hexdigest()},
        "files": [_file(one) for one in due.files],
    }


def _file(event: Event) -> dict[str, object]:
    facts = {"path": str(event.facts["path"]), "sha256": str(event.facts["file"])}
    return {**facts, "values": str(event.facts["values"])} if "values" in event.facts else dict(facts)


def _written(manifest: dict[str, object]) -> bytes:
    return (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
