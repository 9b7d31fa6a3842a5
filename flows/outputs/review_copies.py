"""Copies of the counties' files for the reviewers: of each newest version that has no marked workbook to open."""

from collections.abc import Iterator
from dataclasses import dataclass

from flows.year.issued_outputs import build_output_event, get_marked_workbook_path, is_current, write_output
from flows.year.jobs import JobOutcome, ProgressLine
from flows.year.year_state import YearState
from review.county_state import SubmissionVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCopy:
    """A copy of a version's file: its county, the version and the path relative to the year's outputs."""

    county: str
    version: SubmissionVersion
    path: str


def get_copy_path(state: YearState, county: str, version: SubmissionVersion) -> str:
    """Return the path of the copy of a version's file, relative to the year's outputs."""
    suffix = "xlsm" if version.name.lower().endswith(".xlsm") else "xlsx"
    return f"review/原件/{county}-{state.paths.year}-第{version.number}版.{suffix}"


def list_copies(state: YearState) -> Iterator[PlannedCopy]:
    """Yield the copies that the year has: a version with a marked workbook needs none."""
    for county, county_state in state.county_states.items():
        newest = county_state.newest_version
        if newest is None or not newest.is_checked:
            continue
        if get_marked_workbook_path(state, county, newest) not in state.issued_outputs:
            yield PlannedCopy(county=county, version=newest, path=get_copy_path(state, county, newest))


def list_due_copies(state: YearState) -> list[PlannedCopy]:
    """Return the copies that are missing."""
    return [copy for copy in list_copies(state) if not is_current(state, copy.path, copy.version.sha256)]


def write_copy(state: YearState, copy: PlannedCopy) -> JobOutcome:
    """Write one copy."""
    data = state.paths.open_store().load_object(copy.version.sha256)
    event = build_output_event(state.paths, copy.path, data, basis=copy.version.sha256, county=copy.county)
    key = f"issued:{copy.path}:{copy.version.sha256}:after {len(state.history)}"
    staged_output = write_output(state.paths, copy.path, data)
    return JobOutcome(((event, key),), (ProgressLine("marked", {"path": copy.path}),), (staged_output,))
