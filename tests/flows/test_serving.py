"""The yearly run at set hours, on threads or on Dask: the same record as in line, and tables on Prefect's own pages."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.errors import ContractError
from desk.commands.serve import serve_on_schedule
from desk.exit_codes import ExitCode
from flows.artifacts import build_completeness_table, build_progress_table
from flows.prefect_support.local_server import local_server
from flows.prefect_support.running_server import announce_server, find_running_server
from flows.prefect_support.server_access import ServerAccess
from flows.prefect_support.settings import prefect_environment
from flows.prefect_support.task_runners import RUNNER_VARIABLE, WORKERS_VARIABLE, create_task_runner
from flows.run.run_summary import RunSummary
from flows.serve import SECRET_FILE, build_flow_parameters
from flows.year.county_status import CountyStatusRow
from flows.year.manifest_names import RUN_PAGE_FILE
from tests.builders.dongchuan import COUNTY, YEAR, decisions
from tests.builders.identical import assert_identical, sampled, stopped_environment
from tests.builders.prefect_client import PrefectClient, find_free_port
from tests.builders.year import ROOT, Ground, ground_of, prepared
from tests.flows.test_prefect import assert_same_record, servers, start, wait_until

HEADS = {text: text for text in ("code", "name", "state", "version", "hard", "soft", "city", "due")}
STATES = {"filed": "已备案", "none": "未报送"}


def standing(*rows: CountyStatusRow) -> RunSummary:
    """Return a year in which counties stand as given."""
    return RunSummary(rows=rows, refused=(), skipped=(), refused_decisions=(), filing=None)


def row(code: str, state: str = "filed") -> CountyStatusRow:
    """Return a county's row."""
    return CountyStatusRow(code, f"县{code}", state, 1 if state == "filed" else None, None, 0, 2)


def test_progress_has_a_line_a_county() -> None:
    """Code, name, state in words, version, findings."""
    assert build_progress_table(standing(row("620102"), row("620103", "none")), STATES, HEADS) == [
        {"code": "620102", "name": "县620102", "state": "已备案", "version": 1, "hard": 0, "soft": 2},
        {"code": "620103", "name": "县620103", "state": "未报送", "version": "", "hard": 0, "soft": 2},
    ]


def test_completeness_counts_city_by_city() -> None:
    """Every state that occurs is a column, and every city adds up to what is due."""
    found = build_completeness_table(standing(row("620402"), row("620102"), row("620103", "none")), STATES, HEADS)
    assert found == [
        {"city": "620100", "due": 2, "已备案": 1, "未报送": 1},
        {"city": "620400", "due": 1, "已备案": 1, "未报送": 0},
    ]


@pytest.mark.parametrize("named", ["process", "Dask", "two"])
def test_unknown_runner_is_refused(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistyped setting does not fall back in silence."""
    monkeypatch.setenv(WORKERS_VARIABLE if named == "two" else RUNNER_VARIABLE, named)
    with pytest.raises(ContractError, match=named):
        create_task_runner()


def test_parameters_do_not_depend_on_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduled run is a process of its own, somewhere else."""
    monkeypatch.chdir(tmp_path)
    found = build_flow_parameters(ground_of(Path("年")).places)
    assert {Path(str(found[text])).is_absolute() for text in ("inputs", "outputs", "state")} == {True}
    assert found["year"] == YEAR


@pytest.fixture
def same_environment() -> Iterator[None]:
    """Take back what a command sets for Prefect in this process."""
    before = dict(os.environ)
    yield
    for name in set(os.environ) - set(before):
        del os.environ[name]


@pytest.mark.usefixtures("same_environment")
@pytest.mark.parametrize("cron", ["7 点", "99 7 * * *", "0 7 * * 星期一"])
def test_cron_line_must_say_hours(cron: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be a schedule starts no server."""
    assert serve_on_schedule(ground_of(tmp_path).places, cron, 4200) is ExitCode.USAGE
    assert cron in capsys.readouterr().err
    assert not (ground_of(tmp_path).places.state_folder / "prefect").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("stopped_clock")
def test_a_run_on_dask_leaves_what_a_run_in_line_leaves(tmp_path: Path) -> None:
    """The task runner is a setting: with it not a byte changes, and which process ends first leaves no trace."""
    inline = sampled(tmp_path / "直接", counties=2)
    ground = inline.copy_to(tmp_path / "年度 核算")
    inline.run()
    settings = {RUNNER_VARIABLE: "dask", "PREFECT_LOGGING_LEVEL": "WARNING"}
    with start(ground, {**settings, **stopped_environment(tmp_path / "钟")}) as process:
        out, err = process.communicate(timeout=600)
    assert process.returncode == 0, out
    assert "left no result" not in err  # each job was run by the cluster
    assert_identical(ground, inline)


@pytest.mark.slow
def test_a_run_beside_a_schedule_uses_its_server(tmp_path: Path) -> None:
    """No second server is started; who cannot prove to be the announced server is told nothing."""
    ground, inline = prepared(tmp_path / "年度 核算"), prepared(tmp_path / "直接")
    inline.run()
    state = ground.places.state_folder
    with local_server(state, prefect_environment(state)) as server:
        server.wait_until_healthy()
        with announce_server(state, ServerAccess(server.access.port, "another secret")):
            assert find_running_server(state) is None
        with announce_server(state, server.access):
            assert find_running_server(state) == server.access
            with start(ground, {}) as process:
                out, _ = process.communicate(timeout=600)
        client = PrefectClient(server.access.api_url, server.access.secret)
        assert [run["state_type"] for run in list_ended_runs(client)] == ["COMPLETED"]
    assert process.returncode == 0, out
    assert find_running_server(state) is None
    assert_same_record(ground, inline)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes cannot be looked at here")
def test_scheduled_runs_fire_and_show_what_they_refused(tmp_path: Path) -> None:
    """Two scheduled runs fire on one server: the first files the year, the second tells what it refused.

    The first fires when its minute strikes; the one of the next minute is brought forward, not waited for.
    """
    ground, inline = prepared(tmp_path / "年度 核算"), prepared(tmp_path / "直接")
    inline.run()
    port = find_free_port()
    with serving(ground, port) as process:
        try:
            client = wait_for_client(ground, port)
            first_run = wait_for_runs(client, count=1)[0]
            assert_filed_and_shown(ground, inline, client, first_run["id"])
            hand_in_what_is_refused(ground)
            ended_count = len(list_ended_runs(client))
            bring_forward(client)
            runs = wait_for_runs(client, count=ended_count + 1)
            assert {run["auto_scheduled"] for run in runs} == {True}
            assert_refusals_are_shown(ground, client, runs[-1]["id"])
            assert len(servers(ground)) == 1
        finally:
            os.killpg(process.pid, signal.SIGINT)  # as Ctrl+C in a terminal does
            process.wait(300)
    assert wait_until(lambda: servers(ground) == [], 120)
    assert process.returncode == ExitCode.CLEAR
    printed = (ground.places.input_folder.parent / "屏幕.txt").read_text(encoding="utf-8")
    assert printed.splitlines()[-1] == "定时运行已停止。"
    assert "Traceback" not in printed


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes cannot be looked at here")
def test_run_that_is_killed_is_followed_by_the_next(tmp_path: Path) -> None:
    """A scheduled run that is killed stands as crashed, and the next one files the year."""
    ground, inline = prepared(tmp_path / "年度 核算"), prepared(tmp_path / "直接")
    inline.run()
    port = find_free_port()
    with serving(ground, port) as process:
        try:
            client = wait_for_client(ground, port)
            assert wait_until(lambda: list_run_processes(ground) != [], 200)
            for run_process in list_run_processes(ground):
                os.kill(run_process, signal.SIGKILL)
            assert wait_until(lambda: "CRASHED" in {run["state_type"] for run in list_ended_runs(client)}, 200)
            assert wait_until(lambda: "COMPLETED" in {run["state_type"] for run in list_ended_runs(client)}, 200)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(300)
    assert ground.rows()[COUNTY].state == "filed"
    assert_same_record(ground, inline)


def list_ended_runs(client: PrefectClient) -> list[dict[str, Any]]:
    """Return the flow runs that have ended, in the order of their scheduled times."""
    runs = client.ask("/flow_runs/filter", {"sort": "EXPECTED_START_TIME_ASC"}) or []
    return [run for run in runs if run["state_type"] in {"COMPLETED", "FAILED", "CRASHED"}]


def wait_for_runs(client: PrefectClient, *, count: int) -> list[dict[str, Any]]:
    """Wait until this many runs have ended, all of them as completed, and return them."""
    assert wait_until(lambda: len(list_ended_runs(client)) >= count, 200)
    runs = list_ended_runs(client)
    assert {run["state_type"] for run in runs} == {"COMPLETED"}
    return runs


def bring_forward(client: PrefectClient) -> None:
    """Let the next run that the schedule has planned start now; one that starts in a moment anyway is left alone."""
    planned = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}, "sort": "EXPECTED_START_TIME_ASC"}
    now = datetime.now(UTC)
    for run in client.ask("/flow_runs/filter", planned) or []:
        starts_at = datetime.fromisoformat(run["expected_start_time"])
        if run["auto_scheduled"] and starts_at > now + timedelta(seconds=20):
            state = {"type": "SCHEDULED", "state_details": {"scheduled_time": now.isoformat()}}
            client.ask(f"/flow_runs/{run['id']}/set_state", {"state": state, "force": True})
            return


def list_run_processes(ground: Ground) -> list[int]:
    """Return the processes that run the flow for a ground: children of ``hesuan serve`` but not its server."""
    home = f"PREFECT_HOME={(ground.places.state_folder / 'prefect').resolve()}".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except OSError:
            continue  # it has ended, or is somebody else's
        if b"spawn_main" in command and home in environment:
            found.append(int(process.name))
    return found


def assert_filed_and_shown(ground: Ground, inline: Ground, client: PrefectClient, flow_run: str) -> None:
    """Hold a scheduled run to the record of a run in line, and to its tables, tags and log on Prefect's pages."""
    deployment = client.ask(f"/deployments/name/annual-review/annual-review-{YEAR}")
    assert [schedule["schedule"]["timezone"] for schedule in deployment["schedules"]] == ["Asia/Shanghai"]
    keys = {artifact["key"] for artifact in client.ask("/artifacts/filter", {})}
    year_keys = {"progress", "completeness", "needs-attention", "filing"}
    assert keys >= {f"{key}-{YEAR}" for key in year_keys} | {"stage-receive", "stage-mark", "stage-report"}
    tagged = client.ask("/task_runs/filter", {"task_runs": {"tags": {"all_": [f"county:{COUNTY}"]}}})
    assert {task_run["name"] for task_run in tagged} >= {f"receive-{COUNTY}", f"report-{COUNTY}"}
    assert wait_until(lambda: "decide 530113 decided" in logged_text(client, flow_run), 60)
    assert ground.rows()[COUNTY].state == "filed"
    assert_same_record(ground, inline)


def hand_in_what_is_refused(ground: Ground) -> None:
    """Put a file that is no workbook and a decision of an unknown officer into the inbox."""
    (ground.folder / "第3版.xlsx").write_text("不是工作簿", encoding="utf-8")
    rows = decisions(ground.sha256(2))
    rows[-1] = [text if text != "530000-01" else "530000-99" for text in rows[-1]]
    ground.hand_decisions([*rows[:3], rows[-1]], "第二批.xlsx")


def assert_refusals_are_shown(ground: Ground, client: PrefectClient, flow_run: str) -> None:
    """Look for the refused file and the denied decision in the log, among the artifacts and on the page."""
    assert wait_until(lambda: "receive 530113 refused" in logged_text(client, flow_run), 60)
    artifacts = client.ask("/artifacts/filter", {"sort": "UPDATED_DESC"})
    tables = [artifact["data"] for artifact in artifacts if artifact["key"] == f"needs-attention-{YEAR}"]
    page = (ground.places.output_folder / str(YEAR) / RUN_PAGE_FILE).read_text(encoding="utf-8")
    for text in (f"{COUNTY}/第3版.xlsx", "第二批.xlsx:4"):
        assert text in {row["文件"] for row in json.loads(tables[0])}
        assert text in page


def wait_for_client(ground: Ground, port: int) -> PrefectClient:
    """Wait for the server, and return a client with the secret that the operator finds in the state folder."""
    secret_file = ground.places.state_folder / "prefect" / SECRET_FILE
    assert wait_until(secret_file.exists, 200)
    return PrefectClient(f"http://127.0.0.1:{port}/api", secret_file.read_text(encoding="utf-8").strip())


def logged_text(client: PrefectClient, flow_run: str) -> str:
    """Return what Prefect's own page shows as the log of a run."""
    records = client.ask("/logs/filter", {"logs": {"flow_run_id": {"any_": [flow_run]}}})
    return "\n".join(record["message"] for record in records)


def serving(ground: Ground, port: int) -> "subprocess.Popen[bytes]":
    """Start ``hesuan serve`` in a process group of its own, settings of this machine's Prefect left out."""
    places = ground.places
    named = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    with (places.input_folder.parent / "屏幕.txt").open("wb") as screen:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "desk", "serve", str(YEAR), "--port", str(port), "--cron", "* * * * *"),
                *(
                    "--inputs",
                    str(places.input_folder),
                    "--outputs",
                    str(places.output_folder),
                    "--state",
                    str(places.state_folder),
                ),
            ],
            stdout=screen,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=ROOT,
            env={**named, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        )
