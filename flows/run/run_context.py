"""One run of one year: what it needs, who carries its jobs out, who listens, and what broke."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flows.decisions.guarded_ledger import GuardedLedger
from flows.year.jobs import Job, JobOutcome, ProgressLine
from flows.year.locations import YearPaths
from flows.year.year_state import YearInputs, YearState, load_year_state
from ledger.ledger import Ledger

ProgressListener = Callable[[str, str, ProgressLine], None]  # stage, county, what happened


@dataclass(frozen=True, slots=True)
class JobFailure:
    """A job that broke: a fault of the program, told without stopping the other counties."""

    stage: str
    county: str
    stack_lines: tuple[str, ...]
    line: ProgressLine


JobResult = JobOutcome | JobFailure
JobRunner = Callable[[str, Sequence[Job]], Iterable[JobResult]]  # gives the results in the order of the jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """One run of one year: where, what was handed in, the open record, how jobs are carried out, who listens."""

    paths: YearPaths
    inputs: YearInputs
    ledger: Ledger
    guarded_ledger: GuardedLedger
    run_jobs: JobRunner
    report_progress: ProgressListener

    def load_state(self) -> YearState:
        """Read the record as it stands now."""
        return load_year_state(self.paths, self.ledger, self.inputs.roster)
