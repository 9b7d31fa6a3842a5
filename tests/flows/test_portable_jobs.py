"""Jobs go to a worker and come back through the bucket; this process is run and worker in one."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.errors import SettingError
from flows.intake import county_stages
from flows.machines import worker
from flows.machines.job_exchange import JobExchange
from flows.machines.portable_job import PortableJob
from flows.run.run_context import JobFailure, JobResult
from flows.run.run_stages import run_stages
from flows.run.stage_loop import run_jobs_inline
from flows.year.jobs import AnyJob, Job
from ledger.errors import StoreFault, StoreUnavailableError
from ledger.transfer_area import TransferArea
from tests.builders.bucket import serve_bucket
from tests.builders.dongchuan import YEAR, name_of
from tests.builders.identical import assert_same_record
from tests.builders.year import Ground, copied_contracts, prepared

Interference = Callable[[PortableJob, TransferArea], None]

pytestmark = pytest.mark.usefixtures("stopped_clock")


def leave_alone(_: PortableJob, __: TransferArea) -> None:
    """Do nothing between the worker and the run."""


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve a bucket for one test."""
    with serve_bucket(monkeypatch) as bucket_address:
        yield bucket_address


def send_jobs(jobs: Sequence[AnyJob], interfere: Interference = leave_alone) -> Iterator[JobResult]:
    """Send each job away and take its result; what no worker did is done here, as a run does."""
    with JobExchange.open(jobs[0].paths) as exchange:
        for job in jobs:
            assert isinstance(job, Job)
            portable_job = exchange.pack_job(job)
            result = None
            if portable_job is not None:
                worker.run_portable_job(portable_job)
                interfere(portable_job, exchange.area)
                result = exchange.take_result(portable_job)
            yield result or next(iter(run_jobs_inline(job.stage, [job])))
        assert exchange.area.list_names() == []


def run_both(
    tmp_path: Path, address: str, contracts: Path | None = None, interfere: Interference = leave_alone
) -> tuple[Ground, Ground]:
    """Run the sample's year in line, and through the bucket."""
    inline = prepared(tmp_path / "直接", decided=False)
    if contracts is not None:
        inline = inline.under(contracts)
    ground = inline.copy_to(tmp_path / "年度 核算")
    inline.run()
    ground = Ground(replace(ground.places, store_location=address))
    assert run_stages(ground.places, lambda _, jobs: send_jobs(jobs, interfere)) == 0
    return ground, inline


def test_the_record_and_the_outputs_are_those_of_a_run_in_line(tmp_path: Path, address: str) -> None:
    """Files, marked workbooks and pages to the byte."""
    assert_same_record(*run_both(tmp_path, address))


def test_a_worker_uses_the_contracts_of_the_run(tmp_path: Path, address: str) -> None:
    """An edited folder that only the run sees: the worker takes the same version from the store."""
    contracts = copied_contracts(tmp_path / "合同")
    messages = contracts / "messages" / "zh.yaml"
    text = messages.read_text(encoding="utf-8")
    messages.write_text(text.replace("强制", "必改"), encoding="utf-8")
    ground, inline = run_both(tmp_path, address, contracts)
    assert_same_record(ground, inline)
    assert any("必改".encode() in data for path, data in ground.outputs().items() if path.endswith(".html"))


def test_an_output_that_is_lost_on_the_way_is_made_here(tmp_path: Path, address: str) -> None:
    """The same bytes in the end."""
    lost: list[str] = []

    def lose_outputs(portable_job: PortableJob, area: TransferArea) -> None:
        for name in area.list_names():
            if name != portable_job.result_name:
                area.discard(name)
                lost.append(name)

    assert_same_record(*run_both(tmp_path, address, interfere=lose_outputs))
    assert lost


def test_another_program_is_refused_with_the_name_of_the_machine(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is recorded of what it might have done."""
    ground = prepared(tmp_path, decided=False)
    paths = replace(ground.places, store_location=address)
    monkeypatch.setattr(worker, "compute_program_digest", lambda: "0" * 64)
    monkeypatch.setattr("socket.gethostname", lambda: "工作机三")
    with pytest.raises(SettingError) as caught:
        run_stages(paths, lambda _, jobs: send_jobs(jobs))
    assert (caught.value.code, caught.value.facts["worker"], caught.value.facts["value"]) == (
        "worker_misfit",
        "工作机三",
        "0" * 12,
    )
    with paths.open_ledger() as ledger:
        assert {entry.event.kind.value for entry in ledger.list_entries(YEAR)} <= {"roster"}


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own there")
def test_a_link_is_not_followed_to_another_machine(tmp_path: Path, address: str) -> None:
    """The run refuses it itself, as in line."""
    ground = prepared(tmp_path / "年度", decided=False)
    (tmp_path / "secret.xlsx").write_bytes((ground.folder / name_of(1)).read_bytes())
    (ground.folder / "链接.xlsx").symlink_to(tmp_path / "secret.xlsx")
    paths = replace(ground.places, store_location=address)
    sent: list[Job] = []

    def keep(portable_job: PortableJob, _: TransferArea) -> None:
        sent.append(portable_job.job)

    run_stages(paths, lambda _, jobs: send_jobs(jobs, keep))
    assert {job.stage for job in sent} == {"mark", "report"}
    with paths.open_ledger() as ledger:
        refused = [entry.event.facts["name"] for entry in ledger.list_entries(YEAR) if entry.event.kind == "refused"]
    assert "链接.xlsx" in refused


def test_a_failure_comes_back_with_its_cause(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker raises it for the page of its task, and leaves it for the run."""
    ground = prepared(tmp_path, decided=False)
    paths = replace(ground.places, store_location=address)

    def fail(_: Job) -> None:
        raise StoreUnavailableError(address, StoreFault.DENIED)

    monkeypatch.setattr(worker, "run_county_job", fail)
    results: list[JobResult | None] = []

    def send(_: str, jobs: Sequence[AnyJob]) -> Iterator[JobResult]:
        with JobExchange.open(jobs[0].paths) as exchange:
            for job in jobs:
                assert isinstance(job, Job)
                portable_job = exchange.pack_job(job)
                assert portable_job is not None
                with pytest.raises(StoreUnavailableError):
                    worker.run_portable_job(portable_job)
                results.append(exchange.take_result(portable_job))
                yield from run_jobs_inline(job.stage, [job])

    run_stages(paths, send)
    first = results[0]
    assert isinstance(first, JobFailure)
    assert (first.stage, first.line.key) == (county_stages.RECEIVE, "store_denied")
