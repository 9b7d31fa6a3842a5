"""The papers beside a county's workbooks, such as scans and coordinates: listed, and kept for the archive."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from checks.model.finding import Refusal
from flows.year.inbox import PaperFile
from flows.year.jobs import JobOutcome, ProgressLine
from flows.year.year_state import YearInputs, YearState
from review.events import Event, EventKind
from workbooks.gate.file_access import read_submission_bytes


def list_new_papers(state: YearState, inputs: YearInputs) -> Iterator[PaperFile]:
    """Yield the papers of the inbox that are not on record yet."""
    for paper in inputs.inbox.papers:
        if inputs.roster.find_county(paper.county) is not None and not _is_recorded(state, paper):
            yield paper


def _is_recorded(state: YearState, paper: PaperFile) -> bool:
    county_state = state.county_states.get(paper.county)
    if county_state is None:
        return False
    return any((kept.name, kept.sha256) == (paper.name, paper.sha256) for kept in county_state.papers)


def keep_paper(state: YearState, paper: PaperFile) -> JobOutcome:
    """Store a paper and return the event that records it; an empty outcome if the file has changed meanwhile."""
    data = read_submission_bytes(Path(paper.path), state.messages)
    if isinstance(data, Refusal) or hashlib.sha256(data).hexdigest() != paper.sha256:
        return JobOutcome()
    state.paths.open_store().store_object(data)
    event = Event(
        kind=EventKind.PAPER,
        year=state.paths.year,
        county=paper.county,
        sha256=paper.sha256,
        facts={"name": paper.name, "bytes": len(data)},
    )
    key = f"paper:{state.paths.year}:{paper.county}:{paper.name}:{paper.sha256}"
    return JobOutcome(((event, key),), (ProgressLine("paper", {"name": paper.name}),))
