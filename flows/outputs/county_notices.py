"""The notices of a year: one for each return of a version, and one for each refused file that is still open."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from checks.model.cell_ref import parse_address
from checks.model.finding import Refusal
from checks.reporting.json_codec import decode_report
from contracts.procedures import Effect, Level
from filing.book.workbook_model import FilingBook
from filing.documents.county_notices import NoticeContext, ReturnedVersion, build_refusal_notice, build_return_notice
from flows.year.issued_outputs import build_output_event, get_marked_workbook_path, is_current, write_output
from flows.year.jobs import JobOutcome, ProgressLine
from flows.year.year_state import YearState
from review.county_state import CountyState, RefusedFile, SubmissionVersion
from review.decision_points import DecisionPoint
from review.events import EventKind, LedgerEntry
from review.roster import DueCounty, Officer, Roster
from review.submissions.recorded_files import SUPERSEDED_CODE
from review.submissions.return_points import CountyReturn, list_returns
from workbooks.reader.read_workbook import read_workbook
from workbooks.writer.write_book import write_book

NOTICE_EDITION = "1"
"""The edition of the notices' content; a new number causes every notice to be written again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedNotice:
    """A notice: its county, its path relative to the year's outputs, and the entry that it rests on.

    Either *county_return* with *version*, or *refused_file*, says what it is about.
    """

    county: str
    path: str
    entry: LedgerEntry
    version: SubmissionVersion | None = None
    county_return: CountyReturn | None = None
    refused_file: RefusedFile | None = None

    @property
    def basis(self) -> str:
        """The digest of what the notice rests on."""
        return hashlib.sha256(f"{self.entry.digest} {NOTICE_EDITION}".encode()).hexdigest()


def list_due_notices(state: YearState) -> list[PlannedNotice]:
    """Return the notices that are missing or made from an older edition."""
    return [notice for notice in list_notices(state) if not is_current(state, notice.path, notice.basis)]


def list_notices(state: YearState) -> list[PlannedNotice]:
    """Return every notice of the year, in the order of the ledger."""
    return [*_list_return_notices(state), *_list_refusal_notices(state)]


def _list_return_notices(state: YearState) -> Iterator[PlannedNotice]:
    returns = {
        county: iter(list_returns(state.procedure, county_state))
        for county, county_state in state.county_states.items()
    }
    counts: dict[tuple[str, str], int] = {}
    for entry in state.history:
        if not _is_return(state, entry):
            continue
        county, sha256 = entry.event.county, entry.event.sha256
        county_return = next(returns[county])
        version = _find_version(state.county_states[county], sha256)
        if version is None:
            continue
        counts[county, sha256] = counts.get((county, sha256), 0) + 1
        path = _get_return_path(state, county, version, counts[county, sha256])
        yield PlannedNotice(county=county, path=path, entry=entry, version=version, county_return=county_return)


def _is_return(state: YearState, entry: LedgerEntry) -> bool:
    event = entry.event
    if event.kind is not EventKind.DECISION:
        return False
    action = state.procedure.find_action(event.level, event.action)
    return action is not None and action.effect is Effect.RETURN


def _find_version(county_state: CountyState, sha256: str) -> SubmissionVersion | None:
    for version in county_state.versions:
        if version.sha256 == sha256:
            return version
    return None


def _get_return_path(state: YearState, county: str, version: SubmissionVersion, count: int) -> str:
    suffix = f"-{count}" if count > 1 else ""
    return f"returned/{county}/{county}-{state.paths.year}-第{version.number}版-退回通知单{suffix}.xlsx"


def _list_refusal_notices(state: YearState) -> Iterator[PlannedNotice]:
    """Yield a notice for each refused file after which the county has sent none that was taken."""
    entries = {
        (entry.event.county, entry.event.sha256, str(entry.event.facts["name"])): entry
        for entry in state.history
        if entry.event.kind is EventKind.REFUSED and entry.event.facts["code"] != SUPERSEDED_CODE
    }
    for county, county_state in state.county_states.items():
        for refused_file in county_state.refused_files:
            entry = entries[county, refused_file.sha256, refused_file.name]
            name = hashlib.sha256(f"{refused_file.sha256} {refused_file.name}".encode()).hexdigest()[:8]
            path = f"returned/{county}/{county}-{state.paths.year}-拒收通知单-{name}.xlsx"
            yield PlannedNotice(county=county, path=path, entry=entry, refused_file=refused_file)


def write_notice(state: YearState, roster: Roster, notice: PlannedNotice) -> JobOutcome:
    """Write one notice."""
    data = write_book(_build_book(state, roster, notice))
    event = build_output_event(state.paths, notice.path, data, basis=notice.basis, county=notice.county)
    key = f"issued:{notice.path}:{notice.basis}:after {len(state.history)}"
    staged_output = write_output(state.paths, notice.path, data)
    return JobOutcome(((event, key),), (ProgressLine("marked", {"path": notice.path}),), (staged_output,))


def _build_book(state: YearState, roster: Roster, notice: PlannedNotice) -> FilingBook:
    context = _build_context(state, roster, notice)
    if notice.refused_file is not None:
        return build_refusal_notice(context, notice.refused_file, state.messages)
    if notice.county_return is None or notice.version is None:
        raise RuntimeError(f"{notice.path}: a notice is about a return or a refused file")
    marked_name = get_marked_workbook_path(state, notice.county, notice.version).rsplit("/", 1)[-1]
    returned = ReturnedVersion(
        version=notice.version,
        county_return=notice.county_return,
        marked_name=marked_name,
        values=_load_values(state, notice.version, notice.county_return),
        last_year=_load_last_year(state, notice.version, notice.county_return),
    )
    return build_return_notice(replace(context, issuer=notice.entry.event.unit), returned, state.messages)


def _build_context(state: YearState, roster: Roster, notice: PlannedNotice) -> NoticeContext:
    county = roster.find_county(notice.county) or DueCounty(notice.county, notice.county, "")
    lowest, reviewing, *_ = state.procedure.levels
    return NoticeContext(
        procedure=state.procedure,
        year=state.paths.year,
        county=county,
        issuer=_find_unit(roster, reviewing, county.city) or roster.cities.get(county.city, roster.province[1]),
        addressee=_find_unit(roster, lowest, county.code) or county.name,
        digest=notice.entry.digest,
        recorded_at=notice.entry.at,
        folder=f"{state.paths.year}/{notice.county}",
        deadline=roster.get_deadline(state.procedure, lowest.id),
    )


def _find_unit(roster: Roster, level: Level, area: str) -> str:
    """Return the unit of an area's officers at a level, empty if there is none."""
    officers = (officer for officer in roster.officers if _is_of_area(officer, level, area))
    return next((officer.unit for officer in officers), "")


def _is_of_area(officer: Officer, level: Level, area: str) -> bool:
    return officer.level == level.id and officer.area == area


def _load_last_year(state: YearState, version: SubmissionVersion, county_return: CountyReturn) -> dict[str, str]:
    """Return by target of a point what the county explained last year of the same thing."""
    if not version.is_checked:
        return {}
    report = decode_report(json.loads(state.paths.open_store().load_object(version.report_sha256)))
    sentences: dict[str, str] = {}
    for point in county_return.points:
        address = DecisionPoint(point.number, point.target, point.text).cell_address
        for finding in report.findings:
            if finding.last_year and (point.target == finding.rule or address == (finding.sheet, finding.cell)):
                sentences[point.target] = finding.last_year
    return sentences


def _load_values(state: YearState, version: SubmissionVersion, county_return: CountyReturn) -> dict[str, str]:
    """Return what the returned version says in the cells of the points, by target."""
    workbook = read_workbook(state.paths.open_store().load_object(version.sha256), state.messages)
    if isinstance(workbook, Refusal):
        return {}
    frames = {sheet.name: sheet.text for sheet in workbook.sheets}
    values: dict[str, str] = {}
    for point in county_return.points:
        address = DecisionPoint(point.number, point.target, point.text).cell_address
        position = parse_address(address[1]) if address else None
        if address is not None and position is not None and address[0] in frames:
            row, column = position
            frame = frames[address[0]]
            if row <= frame.height and column <= frame.width:
                values[point.target] = str(frame[row - 1, column - 1] or "")
    return values
