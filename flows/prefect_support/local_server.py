"""A local Prefect server as a supervised child: started at once, proven to be ours before use, gone with its parent.

Prefect's own temporary server outlives a killed parent, listens on a port that another user may take first, and asks
for no secret.
"""

import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from flows.prefect_support.listening_socket import list_inherited_handles, open_listener, share_listener
from flows.prefect_support.server_access import NONCE_HEADER, PROOF_HEADER, ServerAccess, create_secret
from flows.prefect_support.server_child import EXIT_SECONDS, ServerOrder
from flows.prefect_support.settings import create_protection_environment
from ledger.private_files import make_private_folder, open_private_file

STARTUP_SECONDS: Final = 180.0
_HEALTH_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.2
# An answer that Prefect's client does not try again: a run on a dead server breaks at once.
_SERVER_GONE: Final = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class ServerStartError(Exception):
    """The local server died or was not healthy in time."""


class ServerLostError(Exception):
    """The local server ended while a run was on it."""


@dataclass(frozen=True, slots=True)
class LocalServer:
    """The child, how to reach it, and our own copy of its listening socket."""

    process: subprocess.Popen[bytes]
    access: ServerAccess
    listener: socket.socket
    _stopping: threading.Event = field(default_factory=threading.Event)

    def wait_until_healthy(self, seconds: float = STARTUP_SECONDS) -> None:
        """Return when the server answers and proves to be ours; raise `ServerStartError` if it dies or is too slow."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.is_alive():
            if is_our_server(self.access):
                return
            time.sleep(0.1)
        raise ServerStartError("the local Prefect server did not become healthy: see its log in the state folder")

    def is_alive(self) -> bool:
        """Return whether the child is running."""
        return self.process.poll() is None

    def stop(self) -> None:
        """End the child: close its pipe, which asks it to end, and kill it if it does not."""
        self._stopping.set()
        if self.process.stdin is not None:
            with suppress(OSError):
                self.process.stdin.close()
        try:
            self.process.wait(EXIT_SECONDS + 1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.listener.close()

    def answer_after_death(self) -> None:
        """Wait for the child to end; from then on answer its clients, so that none of them waits for a dead server.

        The port stays ours meanwhile: nobody else can answer in the server's place.
        """
        self.process.wait()
        with suppress(OSError):  # the socket is closed when the server is stopped
            self.listener.settimeout(_POLL_SECONDS)
            while not self._stopping.is_set():
                _refuse_next_client(self.listener)


def _refuse_next_client(listener: socket.socket) -> None:
    with suppress(TimeoutError):
        client, _ = listener.accept()
        with client, suppress(OSError):
            client.settimeout(_POLL_SECONDS)
            client.recv(65536)  # closed with an unread request, the connection would be reset before the answer
            client.sendall(_SERVER_GONE)


def is_our_server(access: ServerAccess) -> bool:
    """Return whether the server at the address is healthy and knows the secret."""
    nonce = secrets.token_hex()
    request = urllib.request.Request(f"{access.api_url}/health", headers={NONCE_HEADER: nonce})  # noqa: S310 - loopback
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy must not see the loopback
    try:
        with opener.open(request, timeout=_HEALTH_SECONDS) as response:
            return access.is_proof(nonce, response.headers.get(PROOF_HEADER, ""))
    except (urllib.error.URLError, OSError, ValueError):
        return False


@contextmanager
def local_server(state_folder: Path, environment: Mapping[str, str], port: int = 0) -> Iterator[LocalServer]:
    """Start a server, on any free port unless one is given; yield it while it comes up; stop it at the end.

    Raises `PortTakenError` if the port is in use.
    """
    listener = open_listener(port)
    access = ServerAccess(listener.getsockname()[1], create_secret())
    try:
        process = _start_child(state_folder, environment, listener, access)
    except BaseException:
        listener.close()
        raise
    server = LocalServer(process, access, listener)
    threading.Thread(target=server.answer_after_death, daemon=True).start()
    try:
        yield server
    finally:
        server.stop()


def _start_child(
    state_folder: Path, environment: Mapping[str, str], listener: socket.socket, access: ServerAccess
) -> subprocess.Popen[bytes]:
    home = state_folder / "prefect"
    make_private_folder(state_folder)
    make_private_folder(home)
    with open_private_file(home / "server.log", os.O_APPEND) as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.prefect_support.server_child"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=_build_child_environment(environment, access),
            pass_fds=list_inherited_handles(listener),
        )
    _send_order(process, ServerOrder(share_listener(listener, process.pid), access.secret))
    return process


def _build_child_environment(environment: Mapping[str, str], access: ServerAccess) -> dict[str, str]:
    """Return the child's environment; what protects the server takes precedence over everything else."""
    python_path = os.pathsep.join(filter(None, sys.path))
    return {**os.environ, **environment, **create_protection_environment(access.origin), "PYTHONPATH": python_path}


def _send_order(process: subprocess.Popen[bytes], order: ServerOrder) -> None:
    # The secret goes through the pipe: a command line can be read by every user of the machine.
    if process.stdin is None:
        raise ServerStartError("the local Prefect server has no pipe to its parent")
    with suppress(BrokenPipeError):  # a child that has died already is noticed when its health is asked for
        process.stdin.write(order.encode())
        process.stdin.flush()
