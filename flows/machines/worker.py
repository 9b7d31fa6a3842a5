"""Does a portable job in a folder of its own; the worker sees nothing of the run but the bucket."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from contracts.change_impact import unpack_data_files
from contracts.contract_library import open_library
from flows.intake.county_stages import run_county_job
from flows.machines.portable_job import PortableJob
from flows.run.job_result_files import encode_result
from flows.run.stage_loop import build_failure
from flows.year.jobs import Job, JobOutcome
from flows.year.locations import YearPaths
from flows.year.program_version import compute_program_digest
from ledger.atomic_files import commit_file
from ledger.store_location import open_store
from ledger.transfer_area import TransferArea

MISFIT_KEY: Final = "misfit"
RESULT_KEY: Final = "result"
OUTPUTS_KEY: Final = "outputs"
_MAX_CONTRACTS: Final = 4


def run_portable_job(portable_job: PortableJob) -> None:
    """Do a portable job and leave its result, or its failure, in the transfer area; raise the failure as well.

    A program that is not that of the run does nothing and leaves its name.
    """
    area = TransferArea(portable_job.store_address, portable_job.job.paths.year)
    if compute_program_digest() != portable_job.program_digest:
        _leave(area, portable_job, {MISFIT_KEY: {"worker": socket.gethostname(), "program": compute_program_digest()}})
        return
    with _lay_out(portable_job, area) as job:
        try:
            outcome = run_county_job(job)
        except Exception as error:
            _leave(area, portable_job, {RESULT_KEY: encode_result(build_failure(job.stage, job.county, error))})
            raise
        _leave(area, portable_job, _encode_outcome(job, outcome, area))


def _leave(area: TransferArea, portable_job: PortableJob, content: dict[str, Any]) -> None:
    area.leave(portable_job.result_name, json.dumps(content).encode())


@contextmanager
def _lay_out(portable_job: PortableJob, area: TransferArea) -> Iterator[Job]:
    """Yield the job with folders of this machine, which are removed at the end, and the received files in them."""
    with TemporaryDirectory(prefix="hesuan-") as folder_name:
        folder = Path(folder_name)
        paths = YearPaths(
            year=portable_job.job.paths.year,
            input_folder=folder / "inputs",
            output_folder=folder / "outputs",
            state_folder=folder / "state",
            store_location=portable_job.store_address,
            contracts_folder=_find_contracts(portable_job),
            language=portable_job.job.paths.language,
        )
        job = replace(portable_job.job, paths=paths)
        if portable_job.sent_files:
            job = replace(job, files=_lay_out_files(portable_job, area, paths.inbox / job.county))
        yield job


def _lay_out_files(portable_job: PortableJob, area: TransferArea, folder: Path) -> tuple[str, ...]:
    files = []
    for number, sent_file in enumerate(portable_job.sent_files):
        # Two files of one name may lie in two folders of the inbox.
        path = folder / str(number) / sent_file.file
        path.parent.mkdir(parents=True)
        path.write_bytes(area.read(sent_file.transfer_name))
        files.append(str(path))
    return tuple(files)


def _find_contracts(portable_job: PortableJob) -> Path | None:
    """Return the folder of the run's contracts; None if they are those of this program."""
    if open_library().compute_version() == portable_job.contracts_version:
        return None
    return Path(_unpack_contracts(portable_job.store_address, portable_job.contracts_version).name)


@lru_cache(maxsize=_MAX_CONTRACTS)
def _unpack_contracts(store_address: str, contracts_version: str) -> "TemporaryDirectory[str]":
    """Return a folder with the contracts that the store has; it lasts as long as this process needs it."""
    folder = TemporaryDirectory(prefix="hesuan-contracts-")
    packed = open_store(store_address).load_object(contracts_version)
    for name, content in unpack_data_files(packed).items():
        path = Path(folder.name) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def _encode_outcome(job: Job, outcome: JobOutcome, area: TransferArea) -> dict[str, Any]:
    """Return an outcome without the paths of this machine; the outputs are left in the transfer area."""
    outputs = []
    for path, sha256 in outcome.staged_outputs:
        commit_file(path, sha256)
        name = area.choose_name()
        area.leave(name, path.read_bytes())
        relative = path.relative_to(job.paths.output_folder / str(job.paths.year)).as_posix()
        outputs.append([relative, sha256, name])
    return {RESULT_KEY: encode_result(replace(outcome, staged_outputs=())), OUTPUTS_KEY: outputs}
