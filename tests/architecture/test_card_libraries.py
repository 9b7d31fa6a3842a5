"""The libraries that the program is built on do real work: without one of them its command does not succeed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders.dongchuan import submission
from tests.builders.year import ROOT

RUN_WITHOUT = """
import sys
sys.modules[sys.argv.pop(1)] = None
from desk.__main__ import main
main()
"""


def run_without(library: str, folder: Path, command: list[str]) -> int:
    """Run a command in a process that cannot import a library; return its exit code."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HESUAN_STATE": str(folder / "state")}
    environment["HESUAN_KEY_DIR"] = str(folder / "keys")
    program = [sys.executable, "-c", RUN_WITHOUT, library, *command]
    return subprocess.run(
        program, cwd=folder, env=environment, capture_output=True, timeout=300, check=False
    ).returncode


@pytest.mark.parametrize(
    ("library", "command"),
    [
        ("pandera", ["check", "报送.xlsx"]),
        ("polars", ["check", "报送.xlsx"]),
        ("openpyxl", ["template", "2024", "--county", "530113"]),
        ("great_expectations", ["run", "2024", "--inline", "--inputs", str(ROOT / "inputs")]),
        ("prefect", ["run", "2024", "--inputs", str(ROOT / "inputs")]),
    ],
)
def test_command_fails_without_the_library(library: str, command: list[str], tmp_path: Path) -> None:
    """The command that rests on a library exits 0 with it, and with another code without it."""
    if library != "prefect":  # a run with its server is tried by the tests of the flows
        assert run_without("no_such_library", make_folder(tmp_path / "with"), command) == 0
    assert run_without(library, make_folder(tmp_path / "without"), command) != 0


def make_folder(folder: Path) -> Path:
    """Return a new folder with a valid submission in it."""
    folder.mkdir()
    submission(2).save(folder / "报送.xlsx")
    return folder
