"""What a command does not use, it does not import: start-up time is what people wait for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.prefect_support.settings import prefect_environment
from tests.builders import dongchuan

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "inputs" / str(dongchuan.YEAR) / dongchuan.COUNTY / dongchuan.name_of(2)
RUN_AND_LIST = """
import atexit, sys
atexit.register(lambda: sys.stderr.write("\\nmodules: " + " ".join(sys.modules)))
from desk.__main__ import main
main()
"""
WITHOUT_EXTRAS = """
import sys
for name in ("dask", "distributed", "obstore", "prefect_dask", "psycopg"):
    sys.modules[name] = None
import desk.app, flows.annual, flows.serve
"""
FLOW_ENGINE = {"prefect", "great_expectations"}
FRAMES = {"pandera", "polars", "pandas"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Carry the sample year through in line; return where, and which modules that took."""
    folder = tmp_path_factory.mktemp("finished")
    return folder, modules_of(folder, "run", "2024", "--inline", "--inputs", str(ROOT / "inputs"))


def modules_of(folder: Path, *arguments: str) -> str:
    """Run a command in a folder of its own and return the modules that were loaded when it ended."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HESUAN_STATE": "state"}
    command = [sys.executable, "-c", RUN_AND_LIST, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stderr.rpartition("modules: ")[2]


def top_level(modules: str) -> set[str]:
    """Return the packages that modules belong to."""
    return {name.partition(".")[0] for name in modules.split()}


@pytest.mark.parametrize(
    ("command", "unwanted"),
    [
        ("check SAMPLE", {*FLOW_ENGINE, "sqlalchemy"}),
        ("--help", {*FLOW_ENGINE, *FRAMES, "sqlalchemy"}),
        ("rules T01", {*FLOW_ENGINE, *FRAMES, "sqlalchemy"}),
        ("status 2024", {*FLOW_ENGINE, *FRAMES}),
        ("verify state", {*FLOW_ENGINE, *FRAMES}),
        ("verify outputs", {*FLOW_ENGINE, *FRAMES}),
    ],
)
def test_command_imports_only_what_it_needs(command: str, unwanted: set[str], finished: tuple[Path, str]) -> None:
    """The command does its work without loading a library that it does not use."""
    arguments = [str(SAMPLE) if part == "SAMPLE" else part for part in command.split()]
    loaded = top_level(modules_of(finished[0], *arguments))
    assert "desk" in loaded
    assert loaded & unwanted == set()


def test_run_in_line_does_without_prefect(finished: tuple[Path, str]) -> None:
    """The same stages run without the flow engine; what is newly filed is held against its expectations."""
    assert top_level(finished[1]) & FLOW_ENGINE == {"great_expectations"}


def test_run_with_nothing_to_do_does_without_prefect(finished: tuple[Path, str]) -> None:
    """Where nothing can advance, the flow engine is not started."""
    loaded = top_level(modules_of(finished[0], "run", "2024", "--inputs", str(ROOT / "inputs")))
    assert loaded & FLOW_ENGINE == set()


def test_telemetry_is_off() -> None:
    """Neither Prefect nor Great Expectations reports to anybody."""
    settings = prefect_environment(Path("state"))
    assert settings["DO_NOT_TRACK"] == "1"
    for name in (
        "PREFECT_SERVER_ANALYTICS_ENABLED",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS",
        "GX_ANALYTICS_ENABLED",
    ):
        assert settings[name] == "false"


def test_telemetry_settings_are_known_to_prefect() -> None:
    """Each Prefect variable that is set is one that this Prefect reads."""
    code = (
        "from prefect.settings.legacy import _get_settings_fields\n"
        "from prefect.settings import Settings\n"
        "print(' '.join(_get_settings_fields(Settings)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True)
    ours = {name for name in prefect_environment(Path("state")) if name.startswith("PREFECT_")}
    assert ours <= set(done.stdout.split())


def test_nothing_needs_an_extra_that_was_not_asked_for(tmp_path: Path) -> None:
    """Commands and flow load where neither Dask, the library of buckets nor a driver of databases is installed."""
    environment = {**os.environ, **prefect_environment(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", WITHOUT_EXTRAS]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
