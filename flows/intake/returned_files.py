"""The files returned to a county: its marked workbook and its page, both with the changes since the last version."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from checks.model.finding import Refusal
from checks.model.report import ValidationReport
from checks.reporting.json_codec import decode_report
from checks.versions.explanations import carry_explanations
from checks.versions.version_diff import FormSnapshot, VersionChanges, compare_findings, compare_forms
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
    """The contracts and their messages."""

    library: ContractLibrary
    messages: Messages


@dataclass(frozen=True, slots=True)
class ReturnContext:
    """What is needed to make the returned files of a recorded version: contracts, messages, the store."""

    library: ContractLibrary
    messages: Messages
    store: ObjectStore

    @property
    def marking_context(self) -> MarkingContext:
        """The contracts and their messages, without the store."""
        return MarkingContext(self.library, self.messages)

    def load_report(self, version: SubmissionVersion) -> ValidationReport:
        """Read the report of a checked version."""
        return decode_report(json.loads(self.store.load_object(version.report_sha256)))


@dataclass(frozen=True, slots=True)
class SubmittedFile:
    """A file as sent: its printable name, the sha256 of its bytes, and the bytes."""

    name: str
    sha256: str
    data: bytes


def build_returned_files(
    context: MarkingContext, submitted: SubmittedFile, report: ValidationReport
) -> tuple[bytes, bytes]:
    """Return the bytes of the marked workbook and of the page of a file that is not on record."""
    marked_workbook = _build_marked_bytes(context, submitted, report, changes=None)
    return marked_workbook, _build_page_bytes(context, submitted, report, changes=None)


def find_previous_version(county_state: CountyState, version_number: int) -> SubmissionVersion | None:
    """Return the newest checked version whose number is below *version_number*, or None."""
    for version in reversed(county_state.versions):
        if version.is_checked and version.number < version_number:
            return version
    return None


def load_checked_reports(context: ReturnContext, county_state: CountyState) -> dict[int, ValidationReport]:
    """Return the recorded reports of a county by number of version."""
    return {version.number: context.load_report(version) for version in county_state.versions if version.is_checked}


def with_earlier_explanations(
    context: ReturnContext, county_state: CountyState, report: ValidationReport
) -> ValidationReport:
    """Return the report with those explanations of the version before that still apply."""
    previous = find_previous_version(county_state, report.identity.version)
    if previous is None:
        return report
    return with_explanations_from(context, {previous.number: context.load_report(previous)}, report)


def with_explanations_from(
    context: ReturnContext, reports: Mapping[int, ValidationReport], report: ValidationReport
) -> ValidationReport:
    """Return the report with the explanations that still apply of the version before it in *reports*, if any.

    *reports* are reports of the same county by number of version.
    """
    earlier_numbers = [number for number in reports if number < report.identity.version]
    if not earlier_numbers:
        return report
    earlier = reports[max(earlier_numbers)]
    return carry_explanations(report, earlier, context.library.get_return_policy(), context.messages)


def build_marked_file(context: ReturnContext, county_state: CountyState, version: SubmissionVersion) -> bytes:
    """Return the marked workbook of a version."""
    report = context.load_report(version)
    submitted = SubmittedFile(version.name, version.sha256, context.store.load_object(version.sha256))
    changes = compare_with_previous(context, county_state, version, report)
    return _build_marked_bytes(context.marking_context, submitted, report, changes=changes)


def build_page_file(context: ReturnContext, county_state: CountyState, version: SubmissionVersion) -> bytes:
    """Return the page of a version, as HTML."""
    report, submitted = context.load_report(version), SubmittedFile(version.name, version.sha256, b"")
    changes = compare_with_previous(context, county_state, version, report)
    return _build_page_bytes(
        context.marking_context, submitted, report, changes=changes, received_at=version.received_at
    )


def _build_marked_bytes(
    context: MarkingContext, submitted: SubmittedFile, report: ValidationReport, *, changes: VersionChanges | None
) -> bytes:
    limits, messages = context.library.get_return_policy().max_list_lengths, context.messages
    listings = []
    if changes is not None:
        listings.append(build_changes_list(changes, messages, limits["changes"]))
    normalised_list = build_normalised_list(report.findings, messages, limits["normalised"])
    if normalised_list.rows:
        listings.append(normalised_list)
    marks = messages.get_group("marks")
    return mark_workbook(_load_markable_bytes(submitted.data), report.findings, marks, listings=listings, limits=limits)


def _load_markable_bytes(data: bytes) -> bytes:
    """Return the .xlsx to mark, or no bytes if it cannot be made again: then only the lists go back."""
    from workbooks.gate.intake_fault import IntakeError  # noqa: PLC0415 - only if a file is returned
    from workbooks.reader.conversion import convert_to_xlsx  # noqa: PLC0415 - as above

    try:
        return convert_to_xlsx(data)
    except IntakeError:
        return b""


def _build_page_bytes(
    context: MarkingContext,
    submitted: SubmittedFile,
    report: ValidationReport,
    *,
    changes: VersionChanges | None,
    received_at: str = "",
) -> bytes:
    name, plan = find_county(context.library, report)
    heading = PageHeading(
        name=name,
        file=submitted.name,
        sha256=submitted.sha256,
        received_at=received_at,
        plots=build_progress_plots(report, plan),
    )
    max_rows = context.library.get_return_policy().max_list_lengths["page"]
    page = build_submission_page(report, heading, context.messages, changes=changes, max_rows=max_rows)
    return render_submission_page(page)


def find_county(library: ContractLibrary, report: ValidationReport) -> tuple[str, Plan | None]:
    """Return the name of a report's county and its plan; the code stands for the name of an unknown county."""
    code, year = report.identity.county, report.identity.year
    package = library.find_package(code, year)
    if package is None:
        return code, None
    submission = library.compile_submission(package, year)
    county = submission.register.counties.get(code)
    if county is None:
        return code, submission.plan
    return county.name, submission.plan


def compare_with_previous(
    context: ReturnContext, county_state: CountyState, version: SubmissionVersion, report: ValidationReport
) -> VersionChanges | None:
    """Return the changes since the checked version before, or None for the first version."""
    previous = find_previous_version(county_state, version.number)
    if previous is None:
        return None
    previous_report = context.load_report(previous)
    resolved_findings, new_findings, remaining_findings = compare_findings(previous_report.findings, report.findings)
    return VersionChanges(
        since_version=previous.number,
        cell_changes=compare_forms(_load_snapshots(context, previous), _load_snapshots(context, version)),
        resolved_findings=resolved_findings,
        new_findings=new_findings,
        remaining_findings=remaining_findings,
    )


def _load_snapshots(context: ReturnContext, version: SubmissionVersion) -> dict[str, FormSnapshot]:
    """Return a snapshot of every form of a version by its name; empty if the workbook cannot be read."""
    from checks.versions.row_identity import build_form_snapshots  # noqa: PLC0415 - imports polars, which is slow
    from workbooks.reader.read_workbook import read_workbook  # noqa: PLC0415 - as above

    workbook = read_workbook(context.store.load_object(version.sha256), context.messages)
    if isinstance(workbook, Refusal):
        return {}
    return build_form_snapshots(workbook, context.library, context.messages)
