"""Runs one job of any stage: of a county, or of an output."""

from flows.intake.county_stages import run_county_job
from flows.outputs.output_jobs import write_planned_output
from flows.year.jobs import AnyJob, JobOutcome, OutputJob


def run_job(job: AnyJob) -> JobOutcome:
    """Run the function of the job's stage."""
    if isinstance(job, OutputJob):
        return write_planned_output(job)
    return run_county_job(job)
