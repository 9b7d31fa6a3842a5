"""A local Prefect server as a supervised child: started at once, healthy before use, gone with its parent.

Prefect's own temporary server outlives a killed parent; this one watches the pipe to its parent and ends with it.
"""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STARTUP_SECONDS = 180.0
_STOP_SECONDS = 5.0
_ARGUMENT_COUNT = 2


class ServerStartError(Exception):
    """The local server died or was not healthy in time."""


class ServerLostError(Exception):
    """The local server ended while a run was on it."""


@dataclass(frozen=True, slots=True)
class LocalServer:
    """The child and the address of its API."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def api_url(self) -> str:
        """The URL that clients use."""
        return f"http://127.0.0.1:{self.port}/api"

    def wait_until_healthy(self, seconds: float = STARTUP_SECONDS) -> None:
        """Return when the server answers; raise `ServerDidNotStart` where it dies or takes too long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            if is_healthy(self.api_url, through_proxies=False):
                return
            time.sleep(0.1)
        raise ServerStartError("the local Prefect server did not become healthy: see its log in the state folder")

    def stop(self) -> None:
        """End the child: closing its pipe asks it to, and it is made to where it does not."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def is_healthy(api_url: str, *, through_proxies: bool) -> bool:
    """Tell whether a Prefect server answers at its API address."""
    proxies: dict[str, str] | None = None if through_proxies else {}  # a proxy must not see the loopback
    opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxies))
    try:
        with opener.open(f"{api_url.rstrip('/')}/health", timeout=5):
            return True
    except (urllib.error.URLError, OSError, ValueError):
        return False


@contextmanager
def local_server(state_folder: Path, environment: Mapping[str, str], port: int = 0) -> Iterator[LocalServer]:
    """Start a server, at any free port unless one is asked for; hand it out while it comes up; stop it at the end."""
    home = state_folder / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    port = port or _find_free_port()
    command = [sys.executable, "-m", "flows.prefect_support.local_server", str(port)]
    inherited = {**os.environ, **environment, "PYTHONPATH": os.pathsep.join(one for one in sys.path if one)}
    with (home / "server.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=inherited
        )
    server = LocalServer(process, port)
    try:
        yield server
    finally:
        server.stop()


def _find_free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run_server(port: int) -> None:
    """Run the server in this process until the pipe to the parent closes."""
    import uvicorn  # noqa: PLC0415 - only the child needs it
    from prefect.server.api.server import create_app  # noqa: PLC0415 - nine seconds of imports

    config = uvicorn.Config(create_app(), host="127.0.0.1", port=port, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    threading.Thread(target=_end_with_parent, args=(server,), daemon=True).start()
    server.run()


def _end_with_parent(server: object) -> None:
    sys.stdin.buffer.read()  # returns when the parent closes the pipe or dies
    server.should_exit = True  # type: ignore[attr-defined]  # uvicorn's documented way to stop
    time.sleep(_STOP_SECONDS - 1)
    os._exit(0)  # connections that will not close must not keep an orphan alive


if __name__ == "__main__" and len(sys.argv) == _ARGUMENT_COUNT:
    _run_server(int(sys.argv[1]))
