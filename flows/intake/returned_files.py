"""The files returned to a county: its marked workbook and its page, both with the changes since the last version."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from checks.model.finding import Finding, Refusal
from checks.model.report import ValidationReport
from checks.reporting.json_codec import decode_report
from checks.versions.explanations import carry_explanations
from checks.versions.version_diff import FormSnapshot, VersionChanges, compare_findings, compare_forms
from contracts.contract_library import ContractLibrary
from contracts.messages import Messages
from contracts.plans import Plan
from contracts.procedures import Procedure
from filing.html_pages import render_submission_page
from filing.pages.progress_plots import build_progress_plots
from filing.pages.steward_lists import build_changes_list, build_normalised_list
from filing.pages.submission_page import PageHeading, build_submission_page
from flows.intake.return_marks import build_point_findings, collect_returns
from ledger.object_store import ObjectStore
from review.county_state import CountyState, SubmissionVersion
from review.events import Event
from review.explanations.decided_explanations import add_decided_explanations
from review.submissions.return_points import CountyReturn
from workbooks.marking.mark_workbook import mark_workbook, remove_other_marks


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

    def load_explained_report(self, county_state: CountyState, version: SubmissionVersion) -> ValidationReport:
        """Read the report of a checked version, with the explanations that were decided on it."""
        return self.add_decided(self.load_report(version), county_state, version.sha256)

    def add_decided(self, report: ValidationReport, county_state: CountyState, sha256: str) -> ValidationReport:
        """Return the report on a version with the explanations that were decided on it."""
        policy = self.library.get_return_policy()
        return add_decided_explanations(report, county_state, sha256, policy, self.messages)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainContent:
    """What the chain adds to the returned files of a version besides its report.

    *returns* are the returns that the version answers, or by which it was returned; *point_findings* are their points
    and *notices* what else the county is told at a cell; *papers* are the names of the accompanying papers, *decisions*
    those on the version.
    """

    returns: tuple[CountyReturn, ...] = ()
    point_findings: tuple[Finding, ...] = ()
    notices: tuple[Finding, ...] = ()
    papers: tuple[str, ...] = ()
    decisions: tuple[Event, ...] = ()


NO_CHAIN_CONTENT = ChainContent()


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
    return {
        version.number: context.load_explained_report(county_state, version)
        for version in county_state.versions
        if version.is_checked
    }


def with_earlier_explanations(
    context: ReturnContext, county_state: CountyState, report: ValidationReport
) -> ValidationReport:
    """Return the report with those explanations of the version before that still apply."""
    previous = find_previous_version(county_state, report.identity.version)
    if previous is None:
        return report
    return with_explanations_from(
        context, {previous.number: context.load_explained_report(county_state, previous)}, report
    )


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


def collect_chain_content(
    context: ReturnContext,
    procedure: Procedure,
    county_state: CountyState,
    version: SubmissionVersion,
    notices: tuple[Finding, ...] = (),
) -> ChainContent:
    """Return what the chain adds to the returned files of a version; *notices* are told at the cells of the cover."""
    returns = collect_returns(procedure, county_state, version, context.load_report(version))
    return ChainContent(
        returns=returns,
        point_findings=tuple(build_point_findings(returns, procedure, context.messages)),
        notices=notices,
        papers=county_state.paper_names,
        decisions=county_state.list_decisions(version.sha256),
    )


def build_marked_file(
    context: ReturnContext, county_state: CountyState, version: SubmissionVersion, chain: ChainContent
) -> bytes:
    """Return the marked workbook of a version, with the points of its return."""
    report = context.load_explained_report(county_state, version)
    findings = (*chain.point_findings, *report.findings, *chain.notices)
    submitted = SubmittedFile(version.name, version.sha256, context.store.load_object(version.sha256))
    changes = compare_with_previous(context, county_state, version, report)
    marked_report = replace(report, findings=findings)
    return _build_marked_bytes(context.marking_context, submitted, marked_report, changes=changes)


def build_page_file(
    context: ReturnContext, county_state: CountyState, version: SubmissionVersion, chain: ChainContent
) -> bytes:
    """Return the page of a version, as HTML."""
    report, submitted = (
        context.load_explained_report(county_state, version),
        SubmittedFile(version.name, version.sha256, b""),
    )
    changes = compare_with_previous(context, county_state, version, report)
    return _build_page_bytes(
        context.marking_context, submitted, report, changes=changes, received_at=version.received_at, chain=chain
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
    marks, *other_marks = messages.list_groups("marks")
    data = remove_other_marks(_load_markable_bytes(submitted.data), other_marks)
    return mark_workbook(data, report.findings, marks, listings=listings, limits=limits)


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
    chain: ChainContent = NO_CHAIN_CONTENT,
) -> bytes:
    name, plan = find_county(context.library, report)
    heading = PageHeading(
        name=name,
        file=submitted.name,
        sha256=submitted.sha256,
        received_at=received_at,
        plots=build_progress_plots(report, plan),
        returns=tuple(chain.returns),
        papers=chain.papers,
        decisions=chain.decisions,
    )
    max_rows = context.library.get_return_policy().max_list_lengths["page"]
    report = replace(report, findings=(*report.findings, *chain.notices))
    page = build_submission_page(report, heading, context.messages, changes=changes, max_rows=max_rows)
    return render_submission_page(page, context.messages)


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
    return compare_versions(context, previous, version, report)


def compare_versions(
    context: ReturnContext, older: SubmissionVersion, newer: SubmissionVersion, report: ValidationReport
) -> VersionChanges:
    """Return the changes from one checked version to another, whose report is *report*."""
    older_findings = context.load_report(older).findings
    resolved_findings, new_findings, remaining_findings = compare_findings(older_findings, report.findings)
    return VersionChanges(
        since_version=older.number,
        cell_changes=compare_forms(_load_snapshots(context, older), _load_snapshots(context, newer)),
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
