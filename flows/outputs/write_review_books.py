"""The review workbooks: one for each reviewing area, from the record and the reports kept with it."""

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
from review.roster import DueCounty, Roster
from workbooks.writer.write_book import write_book


def write_review_workbook(state: YearState, roster: Roster, planned_review: PlannedReviewWorkbook) -> JobOutcome:
    """Write one review workbook."""
    data = write_book(build_review_book(_build_review_context(state, roster, planned_review), state.messages))
    event = build_output_event(state.paths, planned_review.path, data, basis=planned_review.basis)
    written = write_output(state.paths, planned_review.path, data)
    key = f"issued:{planned_review.path}:{planned_review.basis}:after {len(state.history)}"
    return JobOutcome(((event, key),), (ProgressLine("marked", {"path": planned_review.path}),), (written,))


def _build_review_context(state: YearState, roster: Roster, planned_review: PlannedReviewWorkbook) -> ReviewContext:
    store = state.paths.open_store()
    names = {**roster.cities, roster.province[0]: roster.province[1]}
    return ReviewContext(
        level=planned_review.level,
        area_code=planned_review.area,
        area_name=names.get(planned_review.area, planned_review.area),
        roster=roster,
        procedure=state.procedure,
        counties=tuple(_collect_counties(state, roster, planned_review, store)),
        is_sealed=(planned_review.level.id, planned_review.area) in find_sealed_areas(state.procedure, state.roll_ups),
        as_of=planned_review.as_of,
    )


def _collect_counties(
    state: YearState, roster: Roster, planned_review: PlannedReviewWorkbook, store: ObjectStore
) -> Iterator[ReviewedCounty]:
    for one in list_due_counties(roster, planned_review.level, planned_review.area):
        yield _build_reviewed_county(state, one, planned_review, store)


def _build_reviewed_county(
    state: YearState, due_county: DueCounty, planned_review: PlannedReviewWorkbook, store: ObjectStore
) -> ReviewedCounty:
    standing = state.county_states[due_county.code]
    report = _load_version_report(store, standing.newest_version)
    seen = _find_seen_version(standing, planned_review.level.id)
    seen_report = _load_version_report(store, seen)
    last_year = state.last_year_reports.get(due_county.code)
    return ReviewedCounty(
        due_county=due_county,
        county_state=standing,
        report=report,
        reviewed_report=apply_reductions(report, standing) if report else None,
        last_year_report=_load_report(store, last_year) if last_year else None,
        last_seen=(seen, seen_report) if seen and seen_report else None,
    )


def _find_seen_version(county_state: CountyState, level: str) -> SubmissionVersion | None:
    """Return the version on which this level acted last: what has changed since then is what it must look at."""
    acted = [one.sha256 for one in county_state.decisions if one.level == level and one.sha256]
    return next((one for one in county_state.versions if acted and one.sha256 == acted[-1]), None)


def _load_version_report(store: ObjectStore, version: SubmissionVersion | None) -> ValidationReport | None:
    return _load_report(store, version.report_sha256) if version is not None and version.is_checked else None


def _load_report(store: ObjectStore, name: str) -> ValidationReport:
    return decode_report(json.loads(store.load_object(name)))
