"""A run goes on in line if its Prefect server is lost, and only then; the port stays ours until the run has ended."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import pytest

from desk.commands.run import run_year
from desk.exit_codes import ExitCode
from flows import run_on_prefect
from flows.prefect_support.listening_socket import PortTakenError, open_listener
from flows.prefect_support.local_server import LocalServer
from flows.prefect_support.named_server import API_URL_VARIABLE
from flows.prefect_support.server_access import ServerAccess
from flows.year.locations import YearPaths
from tests.builders.dongchuan import COUNTY
from tests.builders.prefect_client import PrefectClient
from tests.builders.year import Ground, prepared
from tests.flows.test_prefect import assert_same_record, servers, start, wait_until

pytestmark = pytest.mark.usefixtures("light_expectations")


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ground:
    """Lay out the sample year, with a flow that breaks at once and settings that go with the test."""
    monkeypatch.setattr(run_on_prefect, "prefect_environment", lambda _: {})
    monkeypatch.setattr(run_on_prefect, "_warm_up", lambda: None)
    monkeypatch.setattr(LocalServer, "wait_until_healthy", lambda _: None)
    monkeypatch.delenv(API_URL_VARIABLE, raising=False)

    def breaks(places: YearPaths, api: str, _: str) -> int:
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
            with open_listener(0) as listener:
                yield LocalServer(process, ServerAccess(0, ""), listener)

    patch.setattr(run_on_prefect, "local_server", server)


def test_the_year_goes_on_without_its_server(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The run says that the server was lost, and the county is filed."""
    serve(monkeypatch, "", ended=True)
    assert run_year(ground.places, inline=False) is ExitCode.CLEAR
    assert "中途停了" in capsys.readouterr().err
    assert ground.rows()[COUNTY].state == "filed"


def test_another_fault_is_not_taken_for_a_lost_server(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the server lives, a fault of another kind is reported as it is."""
    serve(monkeypatch, "import sys; sys.stdin.read()", ended=False)
    with pytest.raises(ConnectionError, match="2024"):
        run_year(ground.places, inline=False)


def test_nobody_takes_the_port_of_a_dead_server(tmp_path: Path) -> None:
    """After SIGKILL the port cannot be bound, and a client gets an answer at once that it does not try again."""
    command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=tmp_path) as process, open_listener(0) as listener:
        access = ServerAccess(listener.getsockname()[1], "secret")
        server = LocalServer(process, access, listener)
        threading.Thread(target=server.answer_after_death, daemon=True).start()
        process.kill()
        process.wait()
        began = time.monotonic()
        assert PrefectClient(access.api_url).send("/health")[0] == HTTPStatus.INTERNAL_SERVER_ERROR
        assert time.monotonic() - began < 5
        assert not can_take(access.port)
        server.stop()
    assert wait_until(lambda: can_take(access.port), 5)


def test_a_taken_port_is_not_used() -> None:
    """Where another program listens already, on this address or on all, no server is started."""
    for host in ("127.0.0.1", "0.0.0.0"):  # noqa: S104 - what an attacker may do
        with socket.socket() as taken:
            taken.bind((host, 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(PortTakenError, match=str(port)):
                open_listener(port)


def can_take(port: int) -> bool:
    """Try to listen on a port as another program would, on this address or on all."""
    for host in ("127.0.0.1", "0.0.0.0"):  # noqa: S104 - what an attacker may do
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            try:
                attempt.bind((host, port))
                attempt.listen()
            except OSError:
                continue
            return True
    return False


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes cannot be looked at here")
def test_a_run_whose_server_is_killed_ends_as_one_in_line(tmp_path: Path) -> None:
    """The server is killed as soon as it is ready: the run says so, goes on, and nobody gets its port meanwhile."""
    ground, inline = prepared(tmp_path / "年度 核算"), prepared(tmp_path / "直接")
    inline.run()
    with start(ground) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "Prefect 服务已就绪" in line:
                break
        server = servers(ground)[0]
        port = listening_port(server)
        os.kill(server, signal.SIGKILL)
        assert not can_take(port)
        killed = time.monotonic()
        _, err = process.communicate(timeout=300)
        seconds = time.monotonic() - killed
    assert process.returncode == 0, err
    assert "中途停了" in err
    assert seconds < 60
    assert_same_record(ground, inline)


def listening_port(process: int) -> int:
    """Return the port on which a process listens."""
    sockets = {str(handle.readlink()) for handle in Path(f"/proc/{process}/fd").iterdir()}
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
            return int(fields[1].partition(":")[2], 16)
    raise AssertionError("it listens on no port")
