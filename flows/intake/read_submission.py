"""Reads files from the inbox: each is read once, and checked from the bytes that were read."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from checks.model.filing_history import FilingHistory
from checks.model.finding import Refusal
from checks.model.refusal import create_refusal
from checks.model.report import ValidationReport
from flows.intake.returned_files import ReturnContext, load_checked_reports, with_explanations_from
from flows.year.inbox import make_printable
from flows.year.jobs import Job
from review.county_state import CountyState
from workbooks.examine import validate_file
from workbooks.gate.file_access import read_submission_bytes


@dataclass(frozen=True, slots=True)
class ReadSubmission:
    """A file read from the inbox: its name, the bytes, and the report on them or why the file is refused.

    *data* is empty if the file could not be read; *sha256* is then that of the scan of the inbox, if there was one.
    """

    name: str
    sha256: str
    data: bytes
    result: ValidationReport | Refusal

    @property
    def version_number(self) -> int:
        """The version on the cover, 0 if the file was refused."""
        if isinstance(self.result, Refusal):
            return 0
        return self.result.identity.version

    @classmethod
    def load_file(
        cls, path: Path, expected_digest: str, job: Job, context: ReturnContext, history: FilingHistory
    ) -> "ReadSubmission":
        """Read and check a file; refuse it if its bytes differ from *expected_digest*, as it is still being copied.

        *expected_digest* is the sha256 of the file when the inbox was scanned, empty if it could not be read then.
        """
        name, messages = make_printable(path.name), context.messages
        data = read_submission_bytes(path, messages)
        if isinstance(data, Refusal):
            if expected_digest and data.code == "missing_file":
                return cls(name, expected_digest, b"", create_refusal(messages, "vanished"))
            return cls(name, "", b"", data)
        sha256 = hashlib.sha256(data).hexdigest()
        if expected_digest not in ("", sha256):
            return cls(name, expected_digest, b"", create_refusal(messages, "growing"))
        if not job.is_due:
            refusal = create_refusal(messages, "not_due", county=job.county, year=str(job.paths.year))
            return cls(name, sha256, data, refusal)
        expected = (job.county, job.paths.year)
        result = validate_file(data, context.library, messages, expected=expected, history=history)
        return cls(name, sha256, data, result)


def chain_explanations(
    context: ReturnContext, county_state: CountyState, submissions: list[ReadSubmission]
) -> list[ReadSubmission]:
    """Add to each report the explanations of the version before, which may be one of *submissions* itself.

    The list is changed in place and returned, in the same order.
    """
    reports = load_checked_reports(context, county_state)
    for index in sorted(range(len(submissions)), key=lambda index: submissions[index].version_number):
        submission = submissions[index]
        if isinstance(submission.result, ValidationReport):
            report = with_explanations_from(context, reports, submission.result)
            submissions[index] = replace(submission, result=report)
            reports[report.identity.version] = report
    return submissions
