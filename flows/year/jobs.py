"""The job of one county or one output, and its outcome: small plain values that can be sent to another process."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from checks.model.finding import Finding
from flows.year.locations import YearPaths
from review.check_inputs import CheckInputs
from review.county_state import CountyState
from review.events import Event


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """One line of progress: the key of its sentence, and the facts."""

    key: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """The results of a job: the events to record, each with its key, and the lines of progress to show.

    *staged_outputs* are paths of outputs with their sha256: the files are staged beside these paths until the events
    are recorded.
    """

    events: tuple[tuple[Event, str], ...] = ()
    lines: tuple[ProgressLine, ...] = ()
    staged_outputs: tuple[tuple[Path, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The work of one stage for one county; small, so that it can be sent to another process.

    *files* are paths in the stage that receives, and sha256 names in the store in later stages. *seen_digests* are
    the sha256 of each path when the inbox was scanned, empty if it could not be read. *outputs* are the paths of the
    files to write, one for each of *files*, relative to the year's outputs. *entry_count* is the number of the year's
    entries when the job was planned: work done again later is recorded again. *basis* is the digest of what the outputs
    rest on, and *notices* are what the county is told at cells besides its findings.
    """

    stage: str
    county: str
    paths: YearPaths
    files: tuple[str, ...] = ()
    seen_digests: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    county_state: CountyState
    procedure: str
    is_due: bool = True
    check_inputs: CheckInputs
    entry_count: int = 0
    basis: str = ""
    notices: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputJob:
    """One output to write, at *path* below the year's outputs; *county* is the code of its county, city or province.

    The record is that of the year's first *entry_count* entries, the last of which has the digest *head*.
    """

    stage: str
    county: str
    paths: YearPaths
    path: str
    entry_count: int
    head: str
    contracts_version: str

    @property
    def files(self) -> tuple[str, ...]:
        """The output as a job of a county names its files."""
        return (self.path,)


AnyJob = Job | OutputJob
