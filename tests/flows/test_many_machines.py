"""Workers that see neither the disk nor the folders of the run do its jobs: the same bytes as in line."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import obstore
import pytest
from obstore.store import S3Store

from flows.prefect_support.task_runners import RUNNER_VARIABLE, SCHEDULER_VARIABLE
from ledger.service_address import STORE_VARIABLE
from tests.builders.bucket import BUCKET, SECRET, serve_bucket
from tests.builders.dask_machines import Machines, can_hide_folders, start_machines
from tests.builders.dongchuan import YEAR
from tests.builders.identical import assert_same_record, objects, sampled, stopped_environment
from tests.builders.year import Ground

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve a bucket for one test."""
    with serve_bucket(monkeypatch) as bucket_address:
        yield bucket_address


def run_on(ground: Ground, machines: Machines, settings: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run the year from the folder of the ground, its folders named by relative paths."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    environment |= {RUNNER_VARIABLE: "dask", SCHEDULER_VARIABLE: machines.address, **settings}
    return subprocess.run(
        [sys.executable, "-m", "desk", "run", str(YEAR)],
        cwd=ground.places.input_folder.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
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
