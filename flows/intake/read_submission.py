"""Take files in from the inbox: read once, and checked from these bytes."""

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
    """A file that was taken from the inbox: the bytes as read once, and the report on them or why it is refused."""

    name: str
    sha256: str
    data: bytes
    result: ValidationReport | Refusal

    @property
    def version_number(self) -> int:
        """The version, 0 where the file was refused."""
        return self.result.identity.version if isinstance(self.result, ValidationReport) else 0

    @classmethod
    def load_file(
        cls, path: Path, expected_digest: str, job: Job, context: ReturnContext, history: FilingHistory
    ) -> "ReadSubmission":
        """Read a file a second time; one that has changed since the first *look* is still being copied."""
        name, words = make_printable(path.name), context.messages
        data = read_submission_bytes(path, words)
        if isinstance(data, Refusal):
            gone = bool(expected_digest) and data.code == "missing_file"
            return cls(name, "", b"", create_refusal(words, "vanished") if gone else data)
        sha256 = hashlib.sha256(data).hexdigest()
        if expected_digest not in ("", sha256):
            return cls(name, expected_digest, b"", create_refusal(words, "growing"))
        if not job.is_due:
            refusal = create_refusal(words, "not_due", county=job.county, year=str(job.paths.year))
            return cls(name, sha256, data, refusal)
        expected = (job.county, job.paths.year)
        result = validate_file(data, context.library, words, expected=expected, history=history)
        return cls(name, sha256, data, result)


def chain_explanations(
    context: ReturnContext, county_state: CountyState, submissions: list[ReadSubmission]
) -> list[ReadSubmission]:
    """Carry what was said from version to version, those of the same inbox included."""
    known = load_checked_reports(context, county_state)
    for at in sorted(range(len(submissions)), key=lambda one: submissions[one].version_number):
        one = submissions[at]
        if isinstance(one.result, ValidationReport):
            result = with_explanations_from(context, known, one.result)
            submissions[at] = replace(one, result=result)
            known = {**known, result.identity.version: result}
    return submissions
