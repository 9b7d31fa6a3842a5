"""What a run and its workers hand each other: portable jobs one way, results and outputs the other."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from contracts.errors import SettingError
from contracts.messages import Messages
from flows.machines.portable_job import PortableJob, discard_sent_files, pack_job
from flows.machines.worker import MISFIT_KEY, OUTPUTS_KEY, RESULT_KEY
from flows.outputs.output_plan import archive_contracts
from flows.prefect_support.task_runners import SCHEDULER_VARIABLE
from flows.run.job_result_files import decode_result
from flows.run.run_context import JobFailure, JobResult
from flows.year.jobs import Job
from flows.year.locations import YearPaths
from flows.year.program_version import PROGRAM_VERSION
from ledger.atomic_files import stage_file
from ledger.transfer_area import TransferArea

_SHOWN_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class JobExchange:
    """The exchange of one stage of a run; the transfer area is that of the year, whose lock is held."""

    paths: YearPaths
    messages: Messages
    contracts_version: str
    area: TransferArea

    @classmethod
    @contextmanager
    def open(cls, paths: YearPaths) -> "Iterator[JobExchange]":
        """Yield an exchange whose transfer area is empty before and after; the store gets the contracts of the run."""
        library = paths.open_contracts()
        area = TransferArea(paths.store_location, paths.year)
        archive_contracts(paths)
        area.clear()
        try:
            yield cls(paths, library.get_messages(), library.compute_version(), area)
        finally:
            area.clear()

    def pack_job(self, job: Job) -> PortableJob | None:
        """Return a job as a portable one, None if the job cannot be done elsewhere."""
        return pack_job(job, self.area, self.contracts_version, self.messages)

    def take_result(self, portable_job: PortableJob) -> JobResult | None:
        """Return the result of a portable job, None if the worker left none or an output is not there any more.

        The outputs are staged as if they were made here. Raises `SettingError` if the worker's program is not that of
        the run.
        """
        discard_sent_files(portable_job, self.area)
        data = self.area.take(portable_job.result_name)
        if data is None:
            return None
        content = json.loads(data)
        if MISFIT_KEY in content:
            raise _build_misfit(portable_job, content[MISFIT_KEY])
        result = decode_result(content[RESULT_KEY])
        if isinstance(result, JobFailure):
            return result
        staged_outputs = _stage_outputs(content[OUTPUTS_KEY], self.paths, self.area)
        if staged_outputs is None:
            return None
        return replace(result, staged_outputs=staged_outputs)


def _build_misfit(portable_job: PortableJob, facts: Mapping[str, str]) -> SettingError:
    own, other = portable_job.program_digest[:_SHOWN_DIGITS], facts["program"][:_SHOWN_DIGITS]
    problem = f"the worker on {facts['worker']} has another program: expected {PROGRAM_VERSION} ({own}), got {other}"
    return SettingError(SCHEDULER_VARIABLE, problem, "worker_misfit", worker=facts["worker"], value=other, expected=own)


def _stage_outputs(outputs: Iterable[Any], paths: YearPaths, area: TransferArea) -> tuple[tuple[Path, str], ...] | None:
    staged_outputs = []
    for relative, sha256, name in outputs:
        data = area.take(name)
        if data is None:
            return None
        path = paths.output_path(relative)
        stage_file(path, data)
        staged_outputs.append((path, sha256))
    return tuple(staged_outputs)
