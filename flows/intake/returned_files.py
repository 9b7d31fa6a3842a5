"""What goes back to a county: its workbook marked, its page, both with what changed since the version before."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from checks.model.finding import Refusal
from checks.model.report import ValidationReport
from checks.reporting.json_codec import decode_report
from checks.versions.explanations import carry_explanations
from checks.versions.version_diff import VersionChanges, compare_findings, compare_forms
from contracts.contract_library import ContractLibrary
from contracts.messages import Messages
from contracts.plans import Plan
from filing.html_pages import render_submission_page
from filing.pages.progress_plots import build_progress_plots
from filing.pages.steward_lists import build_changes_list, build_normalised_list
from filing.pages.submission_page import PageHeading, build_submission_page
from ledger.object_store import ObjectStore
from review.county_state import CountyState, SubmissionVersion
from workbooks.marking.mark_workbook import mark_workbook


@dataclass(frozen=True, slots=True)
class MarkingContext:
    """The contracts and their words."""

    library: ContractLibrary
    messages: Messages


@dataclass(frozen=True, slots=True)
class ReturnContext:
    """What is needed to make what goes back to a county on record: contracts, their words, the store."""

    library: ContractLibrary
    messages: Messages
    store: ObjectStore

    @property
    def marking_context(self) -> MarkingContext:
        """The contracts alone."""
        return MarkingContext(self.library, self.messages)

    def load_report(self, version: SubmissionVersion) -> ValidationReport:
        """Read the report of a checked version."""
        return decode_report(json.loads(self.store.load_object(version.report_sha256)))


@dataclass(frozen=True, slots=True)
class SubmittedFile:
    """A file as sent: its name, fit to be shown, the sha256 of its bytes, and these."""

    name: str
    sha256: str
    data: bytes


def build_returned_files(
    context: MarkingContext, submitted: SubmittedFile, report: ValidationReport
) -> tuple[bytes, bytes]:
    """Make the marked workbook and the page of a file that is on no record."""
    return _build_marked_bytes(context, submitted, report, None), _build_page_bytes(context, submitted, report, None)


def find_previous_version(county_state: CountyState, version_number: int) -> SubmissionVersion | None:
    """Return the newest checked version before one of that number."""
    return next(
        (one for one in reversed(county_state.versions) if one.is_checked and one.number < version_number), None
    )


def load_checked_reports(context: ReturnContext, county_state: CountyState) -> dict[int, ValidationReport]:
    """Return the reports on record, by version."""
    return {one.number: context.load_report(one) for one in county_state.versions if one.is_checked}


def with_earlier_explanations(
    context: ReturnContext, county_state: CountyState, report: ValidationReport
) -> ValidationReport:
    """Return a report with what the county said of its version before, as far as it still belongs."""
    before = find_previous_version(county_state, report.identity.version)
    return with_explanations_from(context, {before.number: context.load_report(before)} if before else {}, report)


def with_explanations_from(
    context: ReturnContext, reports: Mapping[int, ValidationReport], report: ValidationReport
) -> ValidationReport:
    """Do the same with the reports known by version."""
    number = max((one for one in reports if one < report.identity.version), default=None)
    if number is None:
        return report
    return carry_explanations(report, reports[number], context.library.get_return_policy(), context.messages)


def build_marked_file(context: ReturnContext, county_state: CountyState, version: SubmissionVersion) -> bytes:
    """Make the marked workbook of one version."""
    report = context.load_report(version)
    sent = SubmittedFile(version.name, version.sha256, context.store.load_object(version.sha256))
    return _build_marked_bytes(
        context.marking_context, sent, report, compare_with_previous(context, county_state, version, report)
    )


def build_page_file(context: ReturnContext, county_state: CountyState, version: SubmissionVersion) -> bytes:
    """Make the page of one version."""
    report, sent = context.load_report(version), SubmittedFile(version.name, version.sha256, b"")
    return _build_page_bytes(
        context.marking_context,
        sent,
        report,
        compare_with_previous(context, county_state, version, report),
        version.received_at,
    )


def _build_marked_bytes(
    context: MarkingContext, submitted: SubmittedFile, report: ValidationReport, changes: VersionChanges | None
) -> bytes:
    caps, words = context.library.get_return_policy().max_list_lengths, context.messages
    normalised = build_normalised_list(report.findings, words, caps["normalised"])
    changed = [build_changes_list(changes, words, caps["changes"])] if changes else []
    listings = [*changed, *([normalised] if normalised.rows else [])]
    return mark_workbook(submitted.data, report.findings, words.get_group("marks"), listings=listings, limits=caps)


def _build_page_bytes(
    context: MarkingContext,
    submitted: SubmittedFile,
    report: ValidationReport,
    changes: VersionChanges | None,
    received: str = "",
) -> bytes:
    name, plan = find_county(context.library, report)
    plots = build_progress_plots(report, plan)
    heading = PageHeading(name=name, file=submitted.name, sha256=submitted.sha256, received_at=received, plots=plots)
    most = context.library.get_return_policy().max_list_lengths["page"]
    return render_submission_page(
        build_submission_page(report, heading, context.messages, changes=changes, max_rows=most)
    )


def find_county(library: ContractLibrary, report: ValidationReport) -> tuple[str, Plan | None]:
    """Return the name of a report's county, and its plan."""
    county, year = report.identity.county, report.identity.year
    package = library.find_package(county, year)
    if package is None:
        return county, None
    submission = library.compile_submission(package, year)
    known = submission.register.counties.get(county)
    return known.name if known else county, submission.plan


def compare_with_previous(
    context: ReturnContext, county_state: CountyState, version: SubmissionVersion, report: ValidationReport
) -> VersionChanges | None:
    """Return what changed since the version before; nothing for the first."""
    before = find_previous_version(county_state, version.number)
    if before is None:
        return None
    from checks.versions.row_identity import build_form_snapshots  # noqa: PLC0415 - polars costs a second
    from workbooks.reader.read_workbook import read_workbook  # noqa: PLC0415 - as above

    books = [read_workbook(context.store.load_object(one.sha256), context.messages) for one in (before, version)]
    old, new = (
        {} if isinstance(one, Refusal) else build_form_snapshots(one, context.library, context.messages)
        for one in books
    )
    mended, fresh, left = compare_findings(context.load_report(before).findings, report.findings)
    return VersionChanges(
        since_version=before.number,
        cell_changes=compare_forms(old, new),
        resolved_findings=mended,
        new_findings=fresh,
        remaining_findings=left,
    )
