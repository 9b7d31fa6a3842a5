"""What a county's earlier version held, for the check of the version that replaces it."""

import json
from collections.abc import Iterable
from dataclasses import replace

from checks.model.filing_history import EarlierVersion, FilingHistory, describe_earlier_version
from checks.model.report import ValidationReport
from flows.intake.read_submission import ReadSubmission
from flows.intake.returned_files import ReturnContext, find_previous_version
from review.county_state import CountyState, SubmissionVersion
from workbooks.examine import validate_file


def with_earlier_version(
    history: FilingHistory, context: ReturnContext, version: SubmissionVersion | None
) -> FilingHistory:
    """Return the history with what a version of the same county and year held; unchanged if there is none."""
    if version is None or not version.is_checked:
        return history
    return replace(history, earlier_version=_load_earlier_version(context, version))


def with_version_before(
    history: FilingHistory, context: ReturnContext, county_state: CountyState, sha256: str
) -> FilingHistory:
    """Return the history with the version on record before the one with *sha256*."""
    number = next((version.number for version in county_state.versions if version.sha256 == sha256), 0)
    return with_earlier_version(history, context, find_previous_version(county_state, number))


def _load_earlier_version(context: ReturnContext, version: SubmissionVersion) -> EarlierVersion:
    plots: dict[str, list[str]] = {}
    if version.plots_sha256:
        plots = json.loads(context.store.load_object(version.plots_sha256))
    return describe_earlier_version(context.load_report(version), plots)


def recheck_after_each_other(
    context: ReturnContext, history: FilingHistory, submissions: Iterable[ReadSubmission]
) -> list[ReadSubmission]:
    """Check files that arrived together again, each against the one with the version number before its own.

    The lowest was checked against the newest version on record already.
    """
    checked = list(submissions)
    earlier: ValidationReport | None = None
    for index in sorted(range(len(checked)), key=lambda index: checked[index].version_number):
        submission = checked[index]
        if not isinstance(submission.result, ValidationReport):
            continue
        if earlier is not None and earlier.identity.version < submission.result.identity.version:
            earlier_version = describe_earlier_version(earlier, earlier.plots)
            own_history = replace(history, earlier_version=earlier_version)
            result = validate_file(submission.data, context.library, context.messages, history=own_history)
            checked[index] = replace(submission, result=result)
        earlier = submission.result
    return checked
