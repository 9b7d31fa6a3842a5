"""The context of one run of one year, and the results of its jobs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flows.decisions.guarded_ledger import GuardedLedger
from flows.year.jobs import AnyJob, JobOutcome, ProgressLine
from flows.year.locations import YearPaths
from flows.year.year_state import YearInputs, YearState, load_year_state
from ledger.ledger import Ledger

ProgressListener = Callable[[str, str, ProgressLine], None]
"""Receives the stage, the county and a line of progress."""


@dataclass(frozen=True, slots=True)
class JobFailure:
    """A job that failed; the jobs of other counties continue. *line* reports it to the user."""

    stage: str
    county: str
    stack_lines: tuple[str, ...]
    line: ProgressLine


JobResult = JobOutcome | JobFailure
JobRunner = Callable[[str, Sequence[AnyJob]], Iterable[JobResult]]
"""Runs the jobs of a stage and returns their results in the same order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """One run of one year: its folders, the inputs, the open ledger, the runner of jobs and the progress listener."""

    paths: YearPaths
    inputs: YearInputs
    ledger: Ledger
    guarded_ledger: GuardedLedger
    run_jobs: JobRunner
    report_progress: ProgressListener

    def load_state(self) -> YearState:
        """Read the state of the year from the ledger as it stands now."""
        return load_year_state(self.paths, self.ledger, self.inputs.roster)
