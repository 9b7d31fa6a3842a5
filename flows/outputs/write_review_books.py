"""Writes the review workbooks, one for each reviewing area, from the record and the stored reports."""

import json
from collections.abc import Iterator

from checks.model.report import ValidationReport
from checks.reporting.json_codec import decode_report
from filing.context.review_context import ReviewContext, ReviewedCounty
from filing.review_book.review_workbook import build_review_book
from flows.year.issued_outputs import PlannedReviewWorkbook, build_output_event, write_output
from flows.year.jobs import JobOutcome, ProgressLine
from flows.year.year_state import YearState
from ledger.object_store import ObjectStore
from review.county_state import CountyState, SubmissionVersion
from review.reductions import apply_reductions
from review.rollup_seals import find_sealed_areas, list_due_counties
from review.roster import Roster
from workbooks.writer.write_book import write_book


def write_review_workbook(state: YearState, roster: Roster, planned_review: PlannedReviewWorkbook) -> JobOutcome:
    """Write one review workbook."""
    data = write_book(build_review_book(_build_review_context(state, roster, planned_review), state.messages))
    event = build_output_event(state.paths, planned_review.path, data, basis=planned_review.basis)
    staged_output = write_output(state.paths, planned_review.path, data)
    key = f"issued:{planned_review.path}:{planned_review.basis}:after {len(state.history)}"
    return JobOutcome(((event, key),), (ProgressLine("marked", {"path": planned_review.path}),), (staged_output,))


def _build_review_context(state: YearState, roster: Roster, planned_review: PlannedReviewWorkbook) -> ReviewContext:
    level, area = planned_review.level, planned_review.area
    province_code, province_name = roster.province
    area_names = {**roster.cities, province_code: province_name}
    return ReviewContext(
        level=level,
        area_code=area,
        area_name=area_names.get(area, area),
        roster=roster,
        procedure=state.procedure,
        counties=tuple(_collect_counties(state, roster, planned_review)),
        is_sealed=(level.id, area) in find_sealed_areas(state.procedure, state.roll_ups),
        as_of=planned_review.as_of,
    )


def _collect_counties(
    state: YearState, roster: Roster, planned_review: PlannedReviewWorkbook
) -> Iterator[ReviewedCounty]:
    store = state.paths.open_store()
    last_year_reports = state.last_year_reports
    for due_county in list_due_counties(roster, planned_review.level, planned_review.area):
        county_state = state.county_states[due_county.code]
        report = _load_version_report(store, county_state.newest_version)
        yield ReviewedCounty(
            due_county=due_county,
            county_state=county_state,
            report=report,
            reviewed_report=_reduce_report(report, county_state),
            last_year_report=_load_report(store, last_year_reports.get(due_county.code)),
            last_seen=_load_last_seen(store, county_state, planned_review.level.id),
        )


def _reduce_report(report: ValidationReport | None, county_state: CountyState) -> ValidationReport | None:
    if report is None:
        return None
    return apply_reductions(report, county_state)


def _load_last_seen(
    store: ObjectStore, county_state: CountyState, level: str
) -> tuple[SubmissionVersion, ValidationReport] | None:
    """Return the version that a level decided on last, with its report: the level reviews what has changed since."""
    version = _find_seen_version(county_state, level)
    report = _load_version_report(store, version)
    if version is None or report is None:
        return None
    return version, report


def _find_seen_version(county_state: CountyState, level: str) -> SubmissionVersion | None:
    """Return the version of the newest decision of a level, or None."""
    decided_sha256s = [event.sha256 for event in county_state.decisions if event.level == level and event.sha256]
    for version in county_state.versions:
        if decided_sha256s and version.sha256 == decided_sha256s[-1]:
            return version
    return None


def _load_version_report(store: ObjectStore, version: SubmissionVersion | None) -> ValidationReport | None:
    if version is None or not version.is_checked:
        return None
    return _load_report(store, version.report_sha256)


def _load_report(store: ObjectStore, name: str | None) -> ValidationReport | None:
    if not name:
        return None
    return decode_report(json.loads(store.load_object(name)))
