"""Past one machine: a Prefect server, a work pool, a worker, the ledger on PostgreSQL. Minutes long, by command:

``python -m pytest -m long tests/flows/test_deployed.py``

Prefect's own database is SQLite here: on PostgreSQL its tables ask for the extension pg_trgm, which the server that
comes in a wheel does not have. An address in HESUAN_PREFECT_DATABASE (of an empty database with it) is used instead.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import URL

from flows.prefect_support.local_server import local_server
from flows.prefect_support.settings import prefect_environment, scheduling_environment
from flows.prefect_support.task_runners import RUNNER_VARIABLE
from flows.serve import build_flow_parameters
from tests.builders.dongchuan import YEAR
from tests.builders.identical import assert_identical, sampled, stopped_environment
from tests.builders.postgresql import make_database, serve_postgresql
from tests.builders.prefect_client import PrefectClient
from tests.builders.year import ROOT, Ground
from tests.flows.test_prefect import wait_until

pytestmark = pytest.mark.long
DEPLOYMENT = "annual-review/annual-review"
COUNTIES, PLOTS = 6, 40


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """Start PostgreSQL; give the address of its first database."""
    with serve_postgresql(tmp_path_factory.mktemp("postgres")) as server:
        yield server


def prefect(environment: Mapping[str, str], *arguments: str) -> None:
    """Run a command of Prefect in the project's folder."""
    command = [sys.executable, "-m", "prefect", "--no-prompt", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("runner", ["threads", "dask"])
@pytest.mark.usefixtures("stopped_clock")
def test_a_worker_leaves_what_a_run_in_line_leaves(runner: str, tmp_path: Path, postgresql: URL) -> None:
    """The deployment of ``prefect.yaml`` is carried out by a worker: entries, outputs and manifests to the byte."""
    inline = sampled(tmp_path / "直接", counties=COUNTIES, plots=PLOTS)
    ground = inline.copy_to(tmp_path / "年度 核算")
    inline.run()
    settings = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")},
        **prefect_environment(ground.places.state_folder),
        **scheduling_environment(),
        **stopped_environment(tmp_path / "钟"),
        "HESUAN_HOME": str(ROOT),
        RUNNER_VARIABLE: runner,
    }
    if named := os.environ.get("HESUAN_PREFECT_DATABASE"):
        settings["PREFECT_API_DATABASE_CONNECTION_URL"] = named
    ledger = make_database(postgresql, f"ledger_{runner}")
    with local_server(ground.places.state_folder, settings) as server:
        server.wait_until_healthy()
        access = server.access
        environment = {**settings, "PREFECT_API_URL": access.api_url, "PREFECT_API_AUTH_STRING": access.secret}
        prefect(environment, "work-pool", "create", "hesuan", "--type", "process")
        prefect(environment, "deploy", "--all")
        client = PrefectClient(access.api_url, access.secret)
        state = run_deployment(ground, client, environment, ledger)
        shown = {item["key"] for item in client.ask("/artifacts/filter", {})}
    assert shown >= {f"progress-{YEAR}", f"completeness-{YEAR}", f"filing-{YEAR}"}
    assert state == "COMPLETED"
    filed = Ground(replace(ground.places, ledger_url=ledger))
    assert [row.state for row in filed.rows().values()] == ["filed"] * COUNTIES
    assert_identical(filed, inline)


def run_deployment(ground: Ground, client: PrefectClient, environment: Mapping[str, str], ledger: str) -> str:
    """Ask for a run of the deployment, let a worker do it, and return how it ended."""
    deployment = client.ask(f"/deployments/name/{DEPLOYMENT}")
    parameters = {"parameters": {**build_flow_parameters(ground.places), "ledger": ledger}}
    made = client.ask(f"/deployments/{deployment['id']}/create_flow_run", parameters)
    run = f"/flow_runs/{made['id']}"
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", "hesuan"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as worker:
        try:
            ended = {"COMPLETED", "FAILED", "CRASHED"}
            assert wait_until(lambda: client.ask(run)["state_type"] in ended, 300)
        finally:
            worker.send_signal(signal.SIGINT)
            worker.wait(300)
    return str(client.ask(run)["state_type"])
