"""Take files in from the inbox: read once, and checked from these bytes."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from checks.model.filing_history import History
from checks.model.finding import Refusal
from checks.model.refusal import refuse
from checks.model.report import Report
from flows.intake.returned_files import Office, carried_from, reports_so_far
from flows.year.inbox import shown
from flows.year.jobs import Job
from review.county_state import Standing
from workbooks.examine import examine
from workbooks.gate.file_access import take_bytes


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was taken from the inbox: the bytes as read once, and the report on them or why it is refused."""

    name: str
    sha256: str
    data: bytes
    result: Report | Refusal

    @property
    def number(self) -> int:
        """The version, 0 where the file was refused."""
        return self.result.identity.version if isinstance(self.result, Report) else 0

    @classmethod
    def of(cls, path: Path, look: str, job: Job, office: Office, history: History) -> "Read":
        """Read a file a second time; one that has changed since the first *look* is still being copied."""
        name, words = shown(path.name), office.words
        data = take_bytes(path, words)
        if isinstance(data, Refusal):
            gone = bool(look) and data.code == "missing_file"
            return cls(name, "", b"", refuse(words, "vanished") if gone else data)
        sha256 = hashlib.sha256(data).hexdigest()
        if look not in ("", sha256):
            return cls(name, look, b"", refuse(words, "growing"))
        if not job.due:
            refusal = refuse(words, "not_due", county=job.county, year=str(job.places.year))
            return cls(name, sha256, data, refusal)
        expected = (job.county, job.places.year)
        result = examine(data, office.library, words, expected=expected, history=history)
        return cls(name, sha256, data, result)


def in_turn(office: Office, standing: Standing, read: list[Read]) -> list[Read]:
    """Carry what was said from version to version, those of the same inbox included."""
    known = reports_so_far(office, standing)
    for at in sorted(range(len(read)), key=lambda one: read[one].number):
        one = read[at]
        if isinstance(one.result, Report):
            result = carried_from(office, known, one.result)
            read[at] = replace(one, result=result)
            known = {**known, result.identity.version: result}
    return read
