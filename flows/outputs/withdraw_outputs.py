"""Outputs that the year has no longer: what was undone, and what an earlier program wrote under another name."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from flows.outputs.filings_due import filings
from flows.outputs.write_evidence import evidence_path
from flows.year.issued_outputs import board_paths, page_path, returned_path, reviews
from flows.year.jobs import Line, Outcome
from flows.year.manifest_names import OURS
from flows.year.year_state import Scene
from ledger.errors import OutputBusy
from review.events import Event, Kind
from review.roster import Roster

WITHDRAWN = "withdrawn"


def withdrawn(scene: Scene, roster: Roster) -> list[str]:
    """Return the outputs to be withdrawn: on record as lying there, or lying there as they were once written."""
    kept, written = set(_outputs(scene, roster)), _written(scene)
    return [
        path
        for path in sorted(written)
        if path not in kept and (path in scene.issued or _ours(scene.places.output(path), written[path]))
    ]


def withdraw(scene: Scene, path: str) -> Outcome:
    """Remove an output and record that it is none any more; a file that is not as it was written is left alone.

    Killed in between, the file is gone and the next run records it. Raises `OutputBusy` where it is held open.
    """
    place = scene.places.output(path)
    ours = _ours(place, _written(scene)[path])
    line = Line(WITHDRAWN if ours else "left_alone", {"path": path})
    lines = (line,) if place.is_file() else ()
    if ours:
        _remove(place)
    facts = {"path": path, "file": "", "basis": WITHDRAWN}
    event = Event(kind=Kind.ISSUED, year=scene.places.year, facts=facts)
    events = ((event, f"withdrawn:{path}:after {len(scene.history)}"),) if path in scene.issued else ()
    return Outcome(events, lines)


def _outputs(scene: Scene, roster: Roster) -> Iterator[str]:
    """Yield every output that the year has now, whether it lies there or not."""
    for county, standing in scene.standings.items():
        for version in standing.versions:
            yield returned_path(scene, county, version)
            yield page_path(scene, county, version)
    yield from (one.path for one in reviews(scene, roster))
    if any(one.versions for one in scene.standings.values()):
        yield from board_paths(roster)
    if any(one.filed for one in scene.standings.values()):
        yield evidence_path(roster)
    filed = [one.path for one in filings(scene, roster)]
    yield from (*filed, *(OURS if filed else ()))


def _written(scene: Scene) -> dict[str, set[str]]:
    """Return what was ever written under each path: an output may have been carried to another folder since."""
    found: dict[str, set[str]] = {}
    for entry in scene.history:
        facts = entry.event.facts
        if entry.event.kind is Kind.ISSUED and facts["file"]:
            found.setdefault(str(facts["path"]), set()).add(str(facts["file"]))
    return found


def _ours(place: Path, written: set[str]) -> bool:
    return place.is_file() and hashlib.sha256(place.read_bytes()).hexdigest() in written


def _remove(place: Path) -> None:
    try:
        place.unlink(missing_ok=True)
    except PermissionError as error:
        raise OutputBusy(place) from error
    with suppress(OSError):  # a folder that holds anything else stays
        place.parent.rmdir()
