"""Outputs that do not depend on each other, as jobs: in a large province they are written by several processes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from flows.outputs.filings_due import list_due_filings, list_filings
from flows.outputs.planned_filing import PlannedFiling
from flows.outputs.write_filings import FilingWriter
from flows.outputs.write_review_books import write_review_workbook
from flows.year.issued_outputs import PlannedReviewWorkbook, list_due_review_workbooks, list_review_workbooks
from flows.year.jobs import JobOutcome, OutputJob
from flows.year.locations import YearPaths
from flows.year.year_state import YearState, load_year_state
from review.county_state import find_recorded_roster
from review.roster import Roster

REVIEW: Final = "review"
FILE: Final = "file"


@dataclass(frozen=True, slots=True)
class OutputWriter:
    """Writes review workbooks and files of the filing as the record stood at one entry."""

    state: YearState
    roster: Roster
    filing_writer: FilingWriter
    filings: Mapping[str, PlannedFiling]
    review_workbooks: Mapping[str, PlannedReviewWorkbook]

    @classmethod
    def create(cls, state: YearState, roster: Roster) -> "OutputWriter":
        """Return a writer of everything that is planned in a state of the year, by path."""
        return cls(
            state=state,
            roster=roster,
            filing_writer=FilingWriter.create(state, roster),
            filings={planned.path: planned for planned in list_filings(state, roster)},
            review_workbooks={planned.path: planned for planned in list_review_workbooks(state, roster)},
        )

    def write_review_workbook(self, path: str) -> JobOutcome:
        """Write the review workbook at *path*."""
        return write_review_workbook(self.state, self.roster, self.review_workbooks[path])

    def write_filing(self, path: str) -> JobOutcome:
        """Write the file of the filing at *path*."""
        return self.filing_writer.write_filing(self.filings[path])


OUTPUT_FUNCTIONS: Final[Mapping[str, Callable[[OutputWriter, str], JobOutcome]]] = {
    REVIEW: OutputWriter.write_review_workbook,
    FILE: OutputWriter.write_filing,
}


def plan_review_jobs(state: YearState, roster: Roster) -> Iterator[OutputJob]:
    """Yield a job for each review workbook that is due."""
    for planned in list_due_review_workbooks(state, roster):
        yield _build_job(state, REVIEW, planned.area, planned.path)


def plan_filing_jobs(state: YearState, roster: Roster) -> Iterator[OutputJob]:
    """Yield a job for each file of the filing that is due, in the order of writing."""
    for planned in list_due_filings(state, roster):
        yield _build_job(state, FILE, planned.area.code, planned.path)


def _build_job(state: YearState, stage: str, area: str, path: str) -> OutputJob:
    return OutputJob(
        stage=stage,
        county=area,
        paths=state.paths,
        path=path,
        entry_count=len(state.history),
        head=state.history[-1].digest,
        contracts_version=state.contracts_version,
    )


def write_planned_output(job: OutputJob) -> JobOutcome:
    """Write the output of a job, from the record as it stood when the job was planned."""
    writer = _load_writer(job.paths, job.entry_count, job.head, job.contracts_version)
    return OUTPUT_FUNCTIONS[job.stage](writer, job.path)


@lru_cache(maxsize=1)
def _load_writer(paths: YearPaths, entry_count: int, head: str, contracts_version: str) -> OutputWriter:
    """Read the record once for all jobs of a process; outputs that were recorded meanwhile are left out."""
    with paths.open_ledger(must_exist=True) as ledger:
        recorded_roster = find_recorded_roster(ledger.list_entries(paths.year)[:entry_count])
        if recorded_roster is None:
            raise RuntimeError(f"the record of {paths.year} has no roster")
        state = load_year_state(paths, ledger, recorded_roster, entry_count=entry_count)
    if (state.history[-1].digest, state.contracts_version) != (head, contracts_version):
        raise RuntimeError("the record or the contracts changed during the run: run it again")
    return OutputWriter.create(state, recorded_roster)
