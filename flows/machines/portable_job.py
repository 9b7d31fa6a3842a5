"""A job with everything that a worker on another machine needs: addresses, and names of what the run left there."""

from dataclasses import dataclass
from pathlib import Path

from checks.model.finding import Refusal
from contracts.messages import Messages
from flows.intake.county_stages import RECEIVE
from flows.year.jobs import Job
from flows.year.program_version import compute_program_digest
from ledger.transfer_area import TransferArea
from workbooks.gate.file_access import read_submission_bytes


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that a county sent: its name, and the name of its bytes in the transfer area."""

    file: str
    transfer_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PortableJob:
    """A job, and where the worker finds and leaves things.

    The store at *store_address* also has the contracts, under *contracts_version*. The result is left under
    *result_name* in the transfer area. *program_digest* is that of the program of the run.
    """

    job: Job
    store_address: str
    contracts_version: str
    sent_files: tuple[SentFile, ...]
    result_name: str
    program_digest: str


def pack_job(job: Job, area: TransferArea, contracts_version: str, messages: Messages) -> PortableJob | None:
    """Return a job as a portable one, with the files that it reads left in the transfer area.

    None if a file cannot be taken along, such as a link or one that somebody holds open: the run does that job itself.
    """
    sent_files = _leave_files(job, area, messages)
    if sent_files is None:
        return None
    return PortableJob(
        job=job,
        store_address=job.paths.store_location,
        contracts_version=contracts_version,
        sent_files=sent_files,
        result_name=area.choose_name(),
        program_digest=compute_program_digest(),
    )


def _leave_files(job: Job, area: TransferArea, messages: Messages) -> tuple[SentFile, ...] | None:
    if job.stage != RECEIVE:
        return ()
    contents: list[tuple[str, bytes]] = []
    for path in map(Path, job.files):
        data = read_submission_bytes(path, messages)
        if isinstance(data, Refusal):
            return None
        contents.append((path.name, data))
    sent_files = []
    for file, data in contents:
        sent_files.append(SentFile(file, area.choose_name()))
        area.leave(sent_files[-1].transfer_name, data)
    return tuple(sent_files)


def discard_sent_files(portable_job: PortableJob, area: TransferArea) -> None:
    """Remove the files that were left for a worker."""
    for sent_file in portable_job.sent_files:
        area.discard(sent_file.transfer_name)
