"""Workers that see neither the disk nor the folders of the run do its jobs: the same bytes as in line."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store

from desk.exit_codes import ExitCode
from desk.settings import LEDGER_VARIABLE
from flows.prefect_support.task_runners import RUNNER_VARIABLE, SCHEDULER_VARIABLE
from ledger.errors import LedgerError
from ledger.service_address import STORE_VARIABLE
from review.events import EventKind
from tests.builders.bucket import BUCKET, SECRET, serve_bucket
from tests.builders.dask_machines import Machines, can_hide_folders, start_machines
from tests.builders.dongchuan import YEAR
from tests.builders.identical import assert_same_record, entries, objects, sampled, stopped_environment
from tests.builders.postgresql import make_database, serve_postgresql
from tests.builders.year import Ground
from tests.flows.test_prefect import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve a bucket for one test."""
    with serve_bucket(monkeypatch) as bucket_address:
        yield bucket_address


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    """Serve an empty database."""
    with serve_postgresql(tmp_path / "postgres") as server:
        yield make_database(server, "ledger")


def run_on(ground: Ground, machines: Machines, settings: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run the year from the folder of the ground, its folders named by relative paths."""
    with start_run(ground, machines.address, settings) as process:
        out, err = process.communicate(timeout=900)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def start_run(ground: Ground, scheduler: str, settings: Mapping[str, str]) -> "subprocess.Popen[str]":
    """Start the year's run from the folder of the ground."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    environment |= {RUNNER_VARIABLE: "dask", SCHEDULER_VARIABLE: scheduler, "PYTHONIOENCODING": "utf-8", **settings}
    return subprocess.Popen(
        [sys.executable, "-m", "desk", "run", str(YEAR)],
        cwd=ground.places.input_folder.parent,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def list_bucket() -> dict[str, str]:
    """Return the hash of everything in the bucket, by its key."""
    bucket = S3Store(BUCKET, prefix="province", client_options={"allow_http": True})
    keys = [entry["path"] for chunk in obstore.list(bucket) for entry in chunk]
    return {key: hashlib.sha256(obstore.get(bucket, key).bytes().to_bytes()).hexdigest() for key in sorted(keys)}


def assert_as_in_line(ground: Ground, inline: Ground) -> None:
    """Hold outputs, entries and stored objects to those of a run in line; nothing is left in the transfer area."""
    assert_same_record(ground, inline)
    assert list_bucket() == {f"objects/{name}": sha256 for name, sha256 in objects(inline).items()}


def test_workers_that_see_no_folder_of_the_run(tmp_path: Path, address: str) -> None:
    """Only addresses reach them: the folders are hidden where the system can do that."""
    inline = sampled(tmp_path / "直接", counties=2)
    ground = inline.copy_to(tmp_path / "年度 核算")
    inline.run()
    settings = {**stopped_environment(tmp_path / "钟"), STORE_VARIABLE: address}
    hidden = [ground.places.input_folder.parent] if can_hide_folders() else []
    with start_machines(tmp_path, settings, hidden=hidden) as machines:
        done = run_on(ground, machines, settings)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "done by no worker" not in done.stderr
    assert_as_in_line(ground, inline)
    assert SECRET not in done.stdout + done.stderr


def test_a_scheduler_that_does_not_answer_is_told(tmp_path: Path, address: str) -> None:
    """One sentence and the exit code of a wrong setting; nothing of a county is recorded."""
    ground = sampled(tmp_path / "年度", counties=1)
    settings = {**stopped_environment(tmp_path / "钟"), STORE_VARIABLE: address}
    with start_run(ground, "tcp://127.0.0.1:1", settings) as process:
        _, err = process.communicate(timeout=300)
    assert process.returncode == ExitCode.USAGE
    assert "Dask 调度器 tcp://127.0.0.1:1 没有应答" in err
    assert {entry.event.kind.value for entry in entries(ground)} <= {"roster", "opening"}


@pytest.mark.long
def test_a_province_whose_ledger_is_a_database(tmp_path: Path, address: str, database: str) -> None:
    """Fourteen counties: store in a bucket, ledger on PostgreSQL, two workers that see no folder of the run."""
    inline = sampled(tmp_path / "直接", counties=14)
    ground = inline.copy_to(tmp_path / "年度 核算")
    inline.run()
    settings = {**stopped_environment(tmp_path / "钟"), STORE_VARIABLE: address, LEDGER_VARIABLE: database}
    hidden = [ground.places.input_folder.parent] if can_hide_folders() else []
    with start_machines(tmp_path, settings, hidden=hidden) as machines:
        done = run_on(ground, machines, settings)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "done by no worker" not in done.stderr
    assert_as_in_line(Ground(replace(ground.places, ledger_url=database)), inline)


@pytest.mark.long
@pytest.mark.parametrize("ended", ["worker", "workers", "scheduler"])
def test_machines_that_end_in_the_middle(ended: str, tmp_path: Path, address: str) -> None:
    """The other worker or the run itself does their jobs, or the next run does: the same bytes in the end."""
    inline = sampled(tmp_path / "直接", counties=4)
    ground = inline.copy_to(tmp_path / "年度 核算")
    inline.run()
    settings = {**stopped_environment(tmp_path / "钟"), STORE_VARIABLE: address}
    with start_machines(tmp_path, settings) as machines:
        processes = {
            "worker": machines.workers[:1],
            "workers": machines.workers,
            "scheduler": (machines.scheduler,),
        }[ended]
        with start_run(ground, machines.address, settings) as process:
            assert wait_until(lambda: has_received(ground), 300)
            for machine in processes:
                machine.kill()
            out, err = process.communicate(timeout=900)
    assert "Traceback" not in out + err
    if ended == "scheduler" and process.returncode != 0:
        assert f"Dask 调度器 {machines.address} 没有应答" in err
        with start_machines(tmp_path / "再来", settings) as machines:
            assert run_on(ground, machines, settings).returncode == 0
    else:
        assert process.returncode == 0, out + err
    assert_as_in_line(ground, inline)


def has_received(ground: Ground) -> bool:
    """Return whether the record has a first file."""
    try:
        return any(entry.event.kind is EventKind.RECEIVED for entry in entries(ground))
    except LedgerError:  # it is about to be made
        return False


@pytest.mark.long
def test_a_store_that_ends_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run says which store does not answer; the next run goes on where it was."""
    with serve_bucket(monkeypatch) as address:
        ground = sampled(tmp_path / "年度 核算", counties=2)
        settings = {**stopped_environment(tmp_path / "钟"), STORE_VARIABLE: address}
        with start_machines(tmp_path / "一", settings) as machines:
            with start_run(ground, machines.address, {**settings, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}) as process:
                out, err = process.communicate(timeout=900)
            assert process.returncode not in {ExitCode.CLEAR, ExitCode.FINDINGS}
            assert f"收件库 {address} 没有应答" in out + err
            assert SECRET not in out + err
            done = run_on(ground, machines, settings)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [row.state for row in ground.rows().values()] == ["filed"] * 2
