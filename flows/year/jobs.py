"""One county's job of one stage, and what comes of it: small plain values that travel to another process."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

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
    """What a job wants recorded, each event with its key, and what it has to say."""

    events: tuple[tuple[Event, str], ...] = ()
    lines: tuple[ProgressLine, ...] = ()
    staged_outputs: tuple[tuple[Path, str], ...] = ()  # outputs that lie beside their place until the record knows them


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one county has to do in one stage; small, so that it can travel to another process.

    *files* are paths for the stage that receives, sha256 names in the store for those that come after; *looks* are
    the sha256 that each path had when the inbox was looked at, empty where it could not be read; *outputs* are the
    places of what is written, one a file, relative to the year's outputs.
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
    entry_count: int = 0  # entries of the year when the job was given: what is done anew is recorded anew
