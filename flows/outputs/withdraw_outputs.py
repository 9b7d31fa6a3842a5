"""Outputs that the year has no longer: what was undone, and what an earlier program wrote under another name."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from flows.outputs.filings_due import list_filings
from flows.outputs.write_evidence import get_evidence_path
from flows.year.issued_outputs import get_board_paths, get_marked_workbook_path, get_page_path, list_review_workbooks
from flows.year.jobs import JobOutcome, ProgressLine
from flows.year.manifest_names import MANIFEST_FILES
from flows.year.year_state import YearState
from ledger.errors import OutputBusyError
from review.events import Event, EventKind
from review.roster import Roster

WITHDRAWN = "withdrawn"


def find_outputs_to_withdraw(state: YearState, roster: Roster) -> list[str]:
    """Return the outputs to be withdrawn: on record as lying there, or lying there as they were once written."""
    kept, written = set(_list_current_outputs(state, roster)), _collect_written_digests(state)
    return [
        path
        for path in sorted(written)
        if path not in kept
        and (path in state.issued_outputs or _is_as_written(state.paths.output_path(path), written[path]))
    ]


def withdraw_output(state: YearState, path: str) -> JobOutcome:
    """Remove an output and record that it is none any more; a file that is not as it was written is left alone.

    Killed in between, the file is gone and the next run records it. Raises `OutputBusy` where it is held open.
    """
    place = state.paths.output_path(path)
    ours = _is_as_written(place, _collect_written_digests(state)[path])
    line = ProgressLine(WITHDRAWN if ours else "left_alone", {"path": path})
    lines = (line,) if place.is_file() else ()
    if ours:
        _remove_file(place)
    facts = {"path": path, "file": "", "basis": WITHDRAWN}
    event = Event(kind=EventKind.ISSUED, year=state.paths.year, facts=facts)
    events = ((event, f"withdrawn:{path}:after {len(state.history)}"),) if path in state.issued_outputs else ()
    return JobOutcome(events, lines)


def _list_current_outputs(state: YearState, roster: Roster) -> Iterator[str]:
    """Yield every output that the year has now, whether it lies there or not."""
    for county, standing in state.county_states.items():
        for version in standing.versions:
            yield get_marked_workbook_path(state, county, version)
            yield get_page_path(state, county, version)
    yield from (one.path for one in list_review_workbooks(state, roster))
    if any(one.versions for one in state.county_states.values()):
        yield from get_board_paths(roster)
    if any(one.filed_sha256s for one in state.county_states.values()):
        yield get_evidence_path(roster)
    filed = [one.path for one in list_filings(state, roster)]
    yield from (*filed, *(MANIFEST_FILES if filed else ()))


def _collect_written_digests(state: YearState) -> dict[str, set[str]]:
    """Return what was ever written under each path: an output may have been carried to another folder since."""
    found: dict[str, set[str]] = {}
    for entry in state.history:
        facts = entry.event.facts
        if entry.event.kind is EventKind.ISSUED and facts["file"]:
            found.setdefault(str(facts["path"]), set()).add(str(facts["file"]))
    return found


def _is_as_written(path: Path, digests: set[str]) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() in digests


def _remove_file(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except PermissionError as error:
        raise OutputBusyError(path) from error
    with suppress(OSError):  # a folder that holds anything else stays
        path.parent.rmdir()
