"""A run goes on in line where its Prefect server is lost, and only there."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desk.commands.run import run_year
from desk.exit_codes import ExitCode
from flows import run_on_prefect
from flows.prefect_support.local_server import LocalServer
from flows.year.locations import YearPaths
from tests.builders.dongchuan import COUNTY
from tests.builders.year import Ground, prepared

pytestmark = pytest.mark.usefixtures("light_expectations")


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ground:
    """Lay out the sample year, with a flow that breaks at once and settings that go with the test."""
    monkeypatch.setattr(run_on_prefect, "prefect_environment", lambda _: {})
    monkeypatch.setattr(run_on_prefect, "_warm_up", lambda: None)
    monkeypatch.setattr(LocalServer, "wait_until_healthy", lambda _: None)
    monkeypatch.delenv(run_on_prefect.API_URL_VARIABLE, raising=False)

    def breaks(places: YearPaths, api: str) -> int:
        raise ConnectionError(f"{places.year} {api}")

    monkeypatch.setattr(run_on_prefect, "_run", breaks)
    return prepared(tmp_path / "年度 核算")


def serve(patch: pytest.MonkeyPatch, command: str, *, ended: bool) -> None:
    """Put a small process in the server's place, that has ended or that waits for its pipe to close."""

    @contextmanager
    def server(*_: object) -> Iterator[LocalServer]:
        with subprocess.Popen([sys.executable, "-c", command], stdin=subprocess.PIPE) as process:
            if ended:
                process.wait()
            yield LocalServer(process, 0)

    patch.setattr(run_on_prefect, "local_server", server)


def test_the_year_goes_on_without_its_server(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said, and the county is filed."""
    serve(monkeypatch, "", ended=True)
    assert run_year(ground.places, inline=False) is ExitCode.CLEAR
    assert "中途停了" in capsys.readouterr().err
    assert ground.rows()[COUNTY].state == "filed"


def test_another_fault_is_not_taken_for_a_lost_server(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the server lives, what broke is told as it is."""
    serve(monkeypatch, "import sys; sys.stdin.read()", ended=False)
    with pytest.raises(ConnectionError, match="2024"):
        run_year(ground.places, inline=False)
