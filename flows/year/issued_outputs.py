"""Which outputs are due: missing, or made from less than the record now holds."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.procedures import Level
from flows.year.locations import YearPaths
from flows.year.year_state import YearState
from ledger.atomic_files import is_staged, stage_file
from review.county_state import SubmissionVersion
from review.events import Event, EventKind
from review.roster import Roster


def find_unfinished_outputs(state: YearState) -> list[tuple[Path, str]]:
    """Return the outputs that the record knows and that a killed run left beside their place."""
    issued = ((state.paths.output_path(path), str(one.facts["file"])) for path, one in state.issued_outputs.items())
    return [(place, sha256) for place, sha256 in issued if is_staged(place, sha256)]


def is_current(state: YearState, path: str, basis: str) -> bool:
    """Tell whether an output is there and was made from *basis*. Its bytes are never read back."""
    last = state.issued_outputs.get(path)
    return last is not None and last.facts["basis"] == basis and state.paths.output_path(path).is_file()


def get_marked_workbook_path(state: YearState, county: str, version: SubmissionVersion) -> str:
    """Return where the marked workbook of a version goes, relative to the year's outputs."""
    return f"returned/{county}/{county}-{state.paths.year}-第{version.number}版-问题标注.xlsx"


def find_unmarked_versions(state: YearState) -> Iterator[tuple[str, SubmissionVersion]]:
    """Return the checked versions whose marked workbook is missing or made from an older check."""
    for county, standing in state.county_states.items():
        for version in standing.versions:
            flagged = version.is_checked and (version.hard_count or version.soft_count or version.note_count)
            if flagged and not is_current(
                state, get_marked_workbook_path(state, county, version), version.report_sha256
            ):
                yield county, version


def get_page_path(state: YearState, county: str, version: SubmissionVersion) -> str:
    """Return where the page of a version goes, relative to the year's outputs."""
    return f"returned/{county}/{county}-{state.paths.year}-第{version.number}版-核对报告.html"


def find_versions_without_page(state: YearState) -> Iterator[tuple[str, SubmissionVersion]]:
    """Return the checked versions whose page is missing or made from an older check."""
    for county, standing in state.county_states.items():
        for version in standing.versions:
            if version.is_checked and not is_current(
                state, get_page_path(state, county, version), version.report_sha256
            ):
                yield county, version


def find_filing_basis(state: YearState) -> str:
    """Return the digest of the year's last entry that is not about an output: what a filing rests on."""
    return next((one.digest for one in reversed(state.history) if one.event.kind is not EventKind.ISSUED), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedReviewWorkbook:
    """A review workbook: whose it is, where it goes, what it rests on and when that was recorded."""

    level: Level
    area: str
    path: str
    basis: str
    as_of: str


def list_review_workbooks(state: YearState, roster: Roster) -> list[PlannedReviewWorkbook]:
    """Return the review workbooks of the year: one for each reviewing area that has received anything."""
    levels = state.procedure.levels[1:]
    touched: dict[tuple[str, str], list[str]] = {}
    moments: dict[tuple[str, str], str] = {}
    ground = ""
    for entry in state.history:
        ground = entry.digest if entry.event.kind is EventKind.ROSTER else ground
        for level in levels if entry.event.kind in _REVIEW_EVENT_KINDS else ():
            spot = (level.id, level.get_area_code(entry.event.county))
            touched[spot], moments[spot] = [entry.digest], entry.at
    due = dict.fromkeys((level, level.get_area_code(one.code)) for level in levels for one in roster.due_counties)
    return [
        PlannedReviewWorkbook(
            level=level,
            area=area,
            path=f"review/{level.id}-{area}-{roster.year}-复核表.xlsx",
            basis=_digest_parts(
                [
                    *touched[level.id, area],
                    ground,
                    state.contracts_version,
                    *_list_last_year_reports(state, level, area),
                ]
            ),
            as_of=moments[level.id, area],
        )
        for level, area in due
        if (level.id, area) in touched
    ]


_REVIEW_EVENT_KINDS = (EventKind.RECEIVED, EventKind.CHECKED, EventKind.DECISION, EventKind.ROLL_UP)


def _list_last_year_reports(state: YearState, level: Level, area: str) -> list[str]:
    return sorted(report for county, report in state.last_year_reports.items() if level.get_area_code(county) == area)


def _digest_parts(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def list_due_review_workbooks(state: YearState, roster: Roster) -> list[PlannedReviewWorkbook]:
    """Return the review workbooks that are missing or show an older state."""
    return [one for one in list_review_workbooks(state, roster) if not is_current(state, one.path, one.basis)]


def get_board_paths(roster: Roster) -> tuple[str, str]:
    """Return where the workbook and the page go, relative to the year's outputs."""
    return f"status/{roster.year}-进度.xlsx", f"status/{roster.year}-进度.html"


def list_due_boards(state: YearState, roster: Roster) -> list[str]:
    """Return which of the two are missing or show an older state; none before anything was received."""
    if not any(one.versions for one in state.county_states.values()):
        return []
    basis = compute_board_basis(state)
    return [path for path in get_board_paths(roster) if not is_current(state, path, basis)]


def compute_board_basis(state: YearState) -> str:
    """Return what a status board rests on: the record's newest entry, the contracts, and earlier years that changed."""
    shaken = [f"{one.county} {one.changed_year}" for one in state.outdated_filings]
    return " ".join([find_filing_basis(state), state.contracts_version, *shaken])


def write_output(places: YearPaths, path: str, data: bytes) -> tuple[Path, str]:
    """Write an output beside its place; it moves there once its event is on record."""
    place = places.output_path(path)
    stage_file(place, data)
    return place, hashlib.sha256(data).hexdigest()


def build_output_event(places: YearPaths, path: str, data: bytes, *, basis: str, county: str = "") -> Event:
    """Return the record of an output: where it lies, the sha256 of its bytes, what it was made from."""
    facts = {"path": path, "file": hashlib.sha256(data).hexdigest(), "basis": basis}
    return Event(kind=EventKind.ISSUED, year=places.year, county=county, facts=facts)
