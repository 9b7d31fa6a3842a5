"""What answers as the Prefect server says of every run that it has ended, and names a pickle as its result."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desk.commands.serve import serve_on_schedule
from desk.exit_codes import ExitCode
from tests.builders.hostile_prefect import hostile_prefect
from tests.builders.identical import assert_identical, stopped_environment
from tests.builders.year import ROOT, ground_of, prepared
from tests.flows.test_prefect import start

PLAIN_FLOW = """
from prefect import flow

@flow
def plain():
    return 1

plain()
"""
EXAMINE_STATES = """
import sys
from pathlib import Path
import flows.annual
from prefect.client.schemas.objects import State
from tests.builders.hostile_prefect import build_state

for kind in ("COMPLETED", "FAILED", "CRASHED"):
    state = State.model_validate(build_state(kind, Path(sys.argv[1])))
    try:
        state.result(raise_on_failure=False, _sync=True)
    except Exception as error:
        print(type(error).__name__)
named = build_state("COMPLETED", Path(sys.argv[1]))
named["data"]["serializer"]["picklelib"] = "this"
try:
    State.model_validate(named)
except ValueError as error:
    print(type(error).__name__)
print("this" in sys.modules)
"""
MISSING_RESULT = """
import logging
import sys
from pathlib import Path
from flows import annual
from flows.run.job_result_files import write_job_result
from flows.year.jobs import JobOutcome

class Ended:
    def wait(self):
        raise RuntimeError("the server says that it has ended")

class Job:
    stage, county = "mark", "530113"

annual.run_job_safely = lambda job: f"{job.stage} was run here"
annual.get_run_logger = lambda: logging.getLogger("run")
path = Path(sys.argv[1])
sealed = annual.OpaqueJobs((Job(),), (path,))
print(*annual._collect_results(sealed, Ended()))
write_job_result(path, JobOutcome())
print(*annual._collect_results(sealed, Ended()), path.exists())
"""


def run_python(code: str, folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run code in a process of its own, with Prefect's files in a folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment |= {"PREFECT_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT), **settings}
    command = [sys.executable, "-c", code, str(folder / "result")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
def test_prefect_by_itself_runs_the_code_of_the_server(tmp_path: Path) -> None:
    """The attack is real: a plain flow loads the pickle, and the attacker's code runs."""
    with hostile_prefect(tmp_path) as server:
        done = run_python(PLAIN_FLOW, tmp_path, PREFECT_API_URL=server.api_url)
        assert server.probe.exists(), done.stderr


@pytest.mark.slow
@pytest.mark.usefixtures("stopped_clock")
def test_a_run_on_a_hostile_server_ends_right(tmp_path: Path) -> None:
    """Nothing is loaded; the run says that the server did not let it begin, and does the work in line, to the byte."""
    ground, inline = prepared(tmp_path / "年度 核算"), prepared(tmp_path / "直接")
    inline.run()
    with hostile_prefect(tmp_path) as server:
        settings = {"PREFECT_API_URL": server.api_url, **stopped_environment(tmp_path / "钟")}
        with start(ground, settings) as process:
            out, err = process.communicate(timeout=300)
        assert any("set_state" in path for path in server.asked), server.asked
        assert not server.probe.exists()
    assert process.returncode == 0, out + err
    assert "没有办理这次运行" in err
    assert_identical(ground, inline)


@pytest.mark.slow
def test_no_result_that_an_answer_names_is_loaded(tmp_path: Path) -> None:
    """Where the flow is imported, Prefect itself refuses, and imports no library that the answer names."""
    with hostile_prefect(tmp_path) as server:
        done = run_python(EXAMINE_STATES, tmp_path, PREFECT_API_URL=server.api_url)
        assert not server.probe.exists()
    assert done.stdout.split() == ["ResultRefusedError"] * 3 + ["ValidationError", "False"], done.stdout + done.stderr


@pytest.mark.slow
def test_a_job_without_a_result_is_run_here(tmp_path: Path) -> None:
    """A task that left no file was not run, whatever its state says; one that left a file is not run again."""
    done = run_python(MISSING_RESULT, tmp_path)
    outcome = "JobOutcome(events=(), lines=(), staged_outputs=())"
    assert done.stdout.splitlines() == ["mark was run here", f"{outcome} False"], done.stderr


def test_serving_on_a_taken_port_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever took the port first is not talked to, and the message says what to do."""
    ground = ground_of(tmp_path / "年")
    with hostile_prefect(tmp_path) as server:
        assert serve_on_schedule(ground.places, "0 7 * * *", server.port) is ExitCode.USAGE
        assert str(server.port) in capsys.readouterr().err
        assert server.asked == []
