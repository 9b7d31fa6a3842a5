"""Writes the review workbooks, one for each reviewing area, from the record and the stored reports."""

import json
from collections.abc import Iterator

from checks.model.report import ValidationReport
from checks.reporting.json_codec import decode_report
from checks.versions.point_answers import find_point_answers
from checks.versions.version_diff import VersionChanges
from contracts.procedures import Level
from filing.context.review_context import ReviewContext, ReviewedCounty
from filing.review_book.review_workbook import build_review_book
from flows.intake.returned_files import ReturnContext, compare_versions, compare_with_previous
from flows.outputs.report_amounts import collect_planned_amounts
from flows.outputs.review_copies import get_copy_path
from flows.year.issued_outputs import (
    PlannedReviewWorkbook,
    build_output_event,
    get_marked_workbook_path,
    get_page_path,
    list_related_roll_ups,
    write_output,
)
from flows.year.jobs import JobOutcome, ProgressLine
from flows.year.year_state import YearState
from ledger.object_store import ObjectStore
from review.county_state import CountyState, SubmissionVersion
from review.reductions import apply_reductions
from review.rollup_seals import find_sealed_areas, list_due_counties
from review.roster import Roster
from review.submissions.return_points import CountyReturn, list_returns
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
        roll_ups=tuple(list_related_roll_ups(state, level, area)),
        sampling=state.policy.sampling,
    )


def _collect_counties(
    state: YearState, roster: Roster, planned_review: PlannedReviewWorkbook
) -> Iterator[ReviewedCounty]:
    context = ReturnContext(state.library, state.messages, state.paths.open_store())
    store, last_year_reports = context.store, state.last_year_reports
    for due_county in list_due_counties(roster, planned_review.level, planned_review.area):
        county_state = state.county_states[due_county.code]
        newest = county_state.newest_version
        report = None
        if newest is not None and newest.is_checked:
            report = context.load_explained_report(county_state, newest)
        last_seen = _load_last_seen(store, county_state, planned_review.level.id)
        changes = None
        if _waits_for(state, planned_review.level, county_state):
            changes = _compare_with_seen(context, county_state, report, last_seen)
        yield ReviewedCounty(
            due_county=due_county,
            county_state=county_state,
            report=report,
            reviewed_report=_reduce_report(report, county_state),
            last_year_report=_load_report(store, last_year_reports.get(due_county.code)),
            last_seen=last_seen,
            changes=changes,
            returns=_collect_returns(state, county_state, report),
            planned_amounts=collect_planned_amounts(state.library, report),
            **_build_links(state, county_state),
        )


def _waits_for(state: YearState, level: Level, county_state: CountyState) -> bool:
    """Return whether a county waits for the level's next step: only then are two of its files read and compared."""
    action = state.procedure.find_next_action(county_state.state)
    return action is not None and action.level == level.id


def _compare_with_seen(
    context: ReturnContext,
    county_state: CountyState,
    report: ValidationReport | None,
    last_seen: tuple[SubmissionVersion, ValidationReport] | None,
) -> VersionChanges | None:
    """Return what has changed since the version that the level saw last, or before its first look since the last one.

    A level that has seen none of several versions is shown the changes since the version before.
    """
    newest = county_state.newest_version
    if newest is None or report is None:
        return None
    if last_seen is None:
        return compare_with_previous(context, county_state, newest, report)
    if last_seen[0].sha256 == newest.sha256:
        return None
    return compare_versions(context, last_seen[0], newest, report)


def _collect_returns(
    state: YearState, county_state: CountyState, report: ValidationReport | None
) -> tuple[CountyReturn, ...]:
    """Return every return of a county; the last one with the answers of the newest version, if it is still open."""
    returns = list_returns(state.procedure, county_state)
    if report is None or not returns or returns[-1].answered_with:
        return returns
    answers = find_point_answers(report.explanations, returns[-1].decision.sha256)
    return (*returns[:-1], returns[-1].with_answers(answers))


def _build_links(state: YearState, county_state: CountyState) -> dict[str, str]:
    """Return the links from the review workbook to the county's page and to its file as marked or as filed."""
    newest = county_state.newest_version
    if newest is None or not newest.is_checked:
        return {}
    county = county_state.county
    links = {"page_link": f"../{get_page_path(state, county, newest)}"}
    marked_path = get_marked_workbook_path(state, county, newest)
    if marked_path in state.issued_outputs:
        links["file_link"] = f"../{marked_path}"
    else:
        links["file_link"] = f"../{get_copy_path(state, county, newest)}"
    return links


def _reduce_report(report: ValidationReport | None, county_state: CountyState) -> ValidationReport | None:
    if report is None:
        return None
    return apply_reductions(report, county_state)


def _load_last_seen(
    store: ObjectStore, county_state: CountyState, level: str
) -> tuple[SubmissionVersion, ValidationReport] | None:
    """Return the version that a level decided on last, with its report: the level reviews what has changed since."""
    version = _find_seen_version(county_state, level)
    if version is None or not version.is_checked:
        return None
    report = _load_report(store, version.report_sha256)
    if report is None:
        return None
    return version, report


def _find_seen_version(county_state: CountyState, level: str) -> SubmissionVersion | None:
    """Return the version of the newest decision of a level, or None."""
    decided_sha256s = [event.sha256 for event in county_state.decisions if event.level == level and event.sha256]
    for version in county_state.versions:
        if decided_sha256s and version.sha256 == decided_sha256s[-1]:
            return version
    return None


def _load_report(store: ObjectStore, name: str | None) -> ValidationReport | None:
    if not name:
        return None
    return decode_report(json.loads(store.load_object(name)))
