"""Withdraws outputs that the year no longer has: undone ones, and those that an earlier program named otherwise."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from flows.outputs.county_notices import list_notices
from flows.outputs.filings_due import list_filings
from flows.outputs.review_copies import list_copies
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
    """Return the outputs to withdraw: those on record as present, and those that still exist as they were written."""
    current_paths = set(_list_current_outputs(state, roster))
    paths = []
    for path, digests in sorted(_collect_written_digests(state).items()):
        if path in current_paths:
            continue
        if path in state.issued_outputs or _is_as_written(state.paths.output_path(path), digests):
            paths.append(path)
    return paths


def withdraw_output(state: YearState, path: str) -> JobOutcome:
    """Remove an output and record that it is withdrawn; a file that was changed since it was written is left alone.

    If the run is killed after the file is removed, the next run records it. Raises `OutputBusyError` if another program
    holds the file open.
    """
    output_path = state.paths.output_path(path)
    lines: list[ProgressLine] = []
    if _is_as_written(output_path, _collect_written_digests(state)[path]):
        lines.append(ProgressLine(WITHDRAWN, {"path": path}))
        _remove_file(output_path)
    elif output_path.is_file():
        lines.append(ProgressLine("left_alone", {"path": path}))
    events: list[tuple[Event, str]] = []
    if path in state.issued_outputs:
        facts = {"path": path, "file": "", "basis": WITHDRAWN}
        event = Event(kind=EventKind.ISSUED, year=state.paths.year, facts=facts)
        events.append((event, f"withdrawn:{path}:after {len(state.history)}"))
    return JobOutcome(tuple(events), tuple(lines))


def _list_current_outputs(state: YearState, roster: Roster) -> Iterator[str]:
    """Yield the path of every output that the year has now, whether the file exists or not."""
    for county, county_state in state.county_states.items():
        for version in county_state.versions:
            yield get_marked_workbook_path(state, county, version)
            yield get_page_path(state, county, version)
    for notice in list_notices(state):
        yield notice.path
    for copy in list_copies(state):
        yield copy.path
    for planned_workbook in list_review_workbooks(state, roster):
        yield planned_workbook.path
    if state.has_arrivals:
        yield from get_board_paths(roster)
    if state.has_filings:
        yield get_evidence_path(roster)
    planned_filings = list_filings(state, roster)
    for planned_filing in planned_filings:
        yield planned_filing.path
    if planned_filings:
        yield from MANIFEST_FILES


def _collect_written_digests(state: YearState) -> dict[str, set[str]]:
    """Return the sha256 of everything ever written under each path: an old file may have been copied back."""
    digests_by_path: dict[str, set[str]] = {}
    for entry in state.history:
        facts = entry.event.facts
        if entry.event.kind is EventKind.ISSUED and facts["file"]:
            digests_by_path.setdefault(str(facts["path"]), set()).add(str(facts["file"]))
    return digests_by_path


def _is_as_written(path: Path, digests: set[str]) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() in digests


def _remove_file(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except PermissionError as error:
        raise OutputBusyError(path) from error
    # The folder is removed too, unless anything else is in it.
    with suppress(OSError):
        path.parent.rmdir()
