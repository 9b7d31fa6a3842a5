"""Which outputs are due: missing, or made from an older state of the record."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.procedures import Level
from flows.year.locations import YearPaths
from flows.year.year_state import YearState
from ledger.atomic_files import is_staged, stage_file
from review.county_state import SubmissionVersion
from review.events import Event, EventKind, LedgerEntry
from review.roster import Roster

_REVIEW_EVENT_KINDS = (EventKind.RECEIVED, EventKind.CHECKED, EventKind.DECISION, EventKind.ROLL_UP)


def find_unfinished_outputs(state: YearState) -> list[tuple[Path, str]]:
    """Return path and sha256 of the recorded outputs that a killed run left staged, not yet under their own name."""
    unfinished = []
    for path, event in state.issued_outputs.items():
        output_path, sha256 = state.paths.output_path(path), str(event.facts["file"])
        if is_staged(output_path, sha256):
            unfinished.append((output_path, sha256))
    return unfinished


def is_current(state: YearState, path: str, basis: str) -> bool:
    """Return whether an output exists and was made from *basis*. Its bytes are never read back."""
    last = state.issued_outputs.get(path)
    return last is not None and last.facts["basis"] == basis and state.paths.output_path(path).is_file()


def get_marked_workbook_path(state: YearState, county: str, version: SubmissionVersion) -> str:
    """Return the path of a version's marked workbook, relative to the year's outputs."""
    return f"returned/{county}/{county}-{state.paths.year}-第{version.number}版-问题标注.xlsx"


def get_page_path(state: YearState, county: str, version: SubmissionVersion) -> str:
    """Return the path of a version's page, relative to the year's outputs."""
    return f"returned/{county}/{county}-{state.paths.year}-第{version.number}版-核对报告.html"


def get_basis_entry(state: YearState) -> LedgerEntry:
    """Return the year's last entry that is not about an output: outputs show the record as of this entry."""
    return next(_list_basis_entries(state))


def find_filing_basis(state: YearState) -> str:
    """Return the digest of the year's last entry that is not about an output, empty before there is any."""
    for entry in _list_basis_entries(state):
        return entry.digest
    return ""


def _list_basis_entries(state: YearState) -> Iterator[LedgerEntry]:
    """Yield the entries that are not about outputs, the newest first."""
    for entry in reversed(state.history):
        if entry.event.kind is not EventKind.ISSUED:
            yield entry


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedReviewWorkbook:
    """A review workbook: its level and area, its path, the digest of what it rests on and when that was recorded."""

    level: Level
    area: str
    path: str
    basis: str
    as_of: str


def list_review_workbooks(state: YearState, roster: Roster) -> list[PlannedReviewWorkbook]:
    """Return the review workbooks of the year: one for each reviewing area that has received anything."""
    newest_entries = _index_newest_entries(state)
    common_basis = [_find_roster_digest(state), state.contracts_version]
    planned_workbooks = []
    for level, area in _list_reviewing_areas(state, roster):
        if (level.id, area) not in newest_entries:
            continue
        entry = newest_entries[level.id, area]
        planned_workbook = PlannedReviewWorkbook(
            level=level,
            area=area,
            path=f"review/{level.id}-{area}-{roster.year}-复核表.xlsx",
            basis=_digest_parts([entry.digest, *common_basis, *_list_other_parts(state, level, area)]),
            as_of=entry.at,
        )
        planned_workbooks.append(planned_workbook)
    return planned_workbooks


def list_related_roll_ups(state: YearState, level: Level, area: str) -> Iterator[Event]:
    """Yield the decisions on the roll-ups of an area, of the areas in it and of the area that it is in."""
    for event in state.roll_ups:
        event_level = state.procedure.find_level(event.level)
        if event_level is None:
            continue
        if level.get_area_code(event.county) == area or event_level.get_area_code(area) == event.county:
            yield event


def _index_newest_entries(state: YearState) -> dict[tuple[str, str], LedgerEntry]:
    """Return the newest entry that concerns each reviewing area, by level and area."""
    newest_entries = {}
    for entry in state.history:
        if entry.event.kind in _REVIEW_EVENT_KINDS:
            for level in state.procedure.levels[1:]:
                newest_entries[level.id, level.get_area_code(entry.event.county)] = entry
    return newest_entries


def _find_roster_digest(state: YearState) -> str:
    for entry in reversed(state.history):
        if entry.event.kind is EventKind.ROSTER:
            return entry.digest
    return ""


def _list_reviewing_areas(state: YearState, roster: Roster) -> Iterator[tuple[Level, str]]:
    """Yield each level above the counties with each of its areas, in the order of the roster."""
    for level in state.procedure.levels[1:]:
        for area in dict.fromkeys(level.get_area_code(due_county.code) for due_county in roster.due_counties):
            yield level, area


def _list_other_parts(state: YearState, level: Level, area: str) -> list[str]:
    """Return last year's reports of an area and the number of decisions on roll-ups that concern it."""
    roll_up_count = len(list(list_related_roll_ups(state, level, area)))
    return [*_list_last_year_reports(state, level, area), str(roll_up_count)]


def _list_last_year_reports(state: YearState, level: Level, area: str) -> list[str]:
    return sorted(report for county, report in state.last_year_reports.items() if level.get_area_code(county) == area)


def _digest_parts(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def list_due_review_workbooks(state: YearState, roster: Roster) -> list[PlannedReviewWorkbook]:
    """Return the review workbooks that are missing or show an older state."""
    return [
        planned_workbook
        for planned_workbook in list_review_workbooks(state, roster)
        if not is_current(state, planned_workbook.path, planned_workbook.basis)
    ]


def get_board_paths(roster: Roster) -> tuple[str, str, str]:
    """Return the paths of the board's workbook and page and of the summary, relative to the year's outputs."""
    return f"status/{roster.year}-进度.xlsx", f"status/{roster.year}-进度.html", f"status/{roster.year}-全省情况.html"


def list_due_boards(state: YearState, roster: Roster) -> list[str]:
    """Return which of these are missing or show an older state; none before anything was received."""
    if not state.has_arrivals:
        return []
    basis = compute_board_basis(state)
    return [path for path in get_board_paths(roster) if not is_current(state, path, basis)]


def compute_board_basis(state: YearState) -> str:
    """Return what a status board rests on: the record's newest entry, the contracts, and earlier years that changed."""
    outdated_parts = [f"{filing.county} {filing.changed_year}" for filing in state.outdated_filings]
    gap_parts = state.roster_gaps.list_basis(set(state.county_states))
    return " ".join([find_filing_basis(state), state.contracts_version, *outdated_parts, *gap_parts])


def write_output(places: YearPaths, path: str, data: bytes) -> tuple[Path, str]:
    """Stage an output beside its final path and return that path with the sha256 of *data*.

    The file is moved to its path once its event is on record.
    """
    output_path = places.output_path(path)
    stage_file(output_path, data)
    return output_path, hashlib.sha256(data).hexdigest()


def build_output_event(places: YearPaths, path: str, data: bytes, *, basis: str, county: str = "") -> Event:
    """Return the event that records an output: its path, the sha256 of its bytes, and what it was made from."""
    facts = {"path": path, "file": hashlib.sha256(data).hexdigest(), "basis": basis}
    return Event(kind=EventKind.ISSUED, year=places.year, county=county, facts=facts)
