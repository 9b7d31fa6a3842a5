"""Other users of the machine and pages in the operator's browser try to read and to drive the local Prefect server."""

import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from flows.prefect_support.local_server import LocalServer, local_server
from flows.prefect_support.settings import prefect_environment, scheduling_environment
from tests.builders.prefect_client import CLIENT, PrefectClient

NOBODY = 65534
ENTRYPOINT = "flows.annual.annual_review"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Scene:
    """A server as under ``hesuan serve``, its state folder, the operator's client, and a deployment."""

    server: LocalServer
    state: Path
    operator: PrefectClient
    deployment: str

    @property
    def stranger(self) -> PrefectClient:
        """A client that knows the address and nothing else."""
        return PrefectClient(self.operator.api)

    def read_deployment(self) -> Any:
        """Return the deployment as it is stored."""
        return self.operator.ask(f"/deployments/{self.deployment}")

    def assert_untouched(self) -> None:
        """Assert that no run was created and that the deployment is as it was."""
        assert self.operator.ask("/flow_runs/filter", {}) == []
        deployment = self.read_deployment()
        assert (deployment["entrypoint"], deployment["pull_steps"]) == (ENTRYPOINT, [])


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Start the server with its pages, and make a deployment."""
    state = tmp_path_factory.mktemp("state") / "状态"
    environment = {**prefect_environment(state), **scheduling_environment()}
    environment["PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED"] = "false"
    with local_server(state, environment) as server:
        server.wait_until_healthy()
        operator = PrefectClient(server.access.api_url, server.access.secret)
        flow = operator.ask("/flows/", {"name": "annual-review"})
        deployment = {"name": "a", "flow_id": flow["id"], "entrypoint": ENTRYPOINT}
        yield Scene(server, state, operator, operator.ask("/deployments/", deployment)["id"])


def run_as_other_user(action: Callable[[], Any]) -> Any:
    """Run an action in a process of an unprivileged user, or where that is impossible in this one; return its result.

    The result must be JSON.
    """
    if not hasattr(os, "fork") or os.geteuid() != 0:
        return action()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            os.write(writer, json.dumps(action()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return json.loads(answer)


def test_another_user_cannot_read_or_drive_the_server(scene: Scene) -> None:
    """No deployment is read or changed and no run is created without the secret, nor with a wrong one."""
    pull_steps = [{"prefect.deployments.steps.run_shell_script": {"script": "id"}}]
    attempts: list[tuple[str, str, Any]] = [
        ("GET", f"/deployments/{scene.deployment}", None),
        ("POST", "/deployments/filter", {}),
        ("POST", f"/deployments/{scene.deployment}/create_flow_run", {"parameters": {"outputs": "elsewhere"}}),
        ("PATCH", f"/deployments/{scene.deployment}", {"entrypoint": "attack:run", "pull_steps": pull_steps}),
        ("DELETE", f"/deployments/{scene.deployment}", None),
        ("GET", "/csrf-token?client=other", None),
        ("GET", "/admin/settings", None),
    ]
    guesses = [{}, {"Authorization": "Basic Og=="}, {"Authorization": f"Bearer {'x' * 43}"}]

    def attack() -> list[int]:
        return [
            scene.stranger.send(path, body, method=method, headers=headers)[0]
            for method, path, body in attempts
            for headers in guesses
        ]

    assert set(run_as_other_user(attack)) == {HTTPStatus.UNAUTHORIZED}
    scene.assert_untouched()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes cannot be looked at here")
def test_another_user_finds_the_secret_nowhere(scene: Scene) -> None:
    """It is on no command line and in no environment or file that another user may read, and in no log."""
    secret, process = scene.server.access.secret.encode(), Path(f"/proc/{scene.server.process.pid}")
    assert secret not in (process / "cmdline").read_bytes()
    assert secret not in (process / "environ").read_bytes()
    assert secret not in (scene.state / "prefect" / "server.log").read_bytes()
    private = [process / "environ", *(path for path in scene.state.rglob("*") if path.is_file())]

    def list_readable() -> list[str]:
        return [str(path) for path in private if os.access(path, os.R_OK)]

    assert scene.state.stat().st_mode & 0o077 == 0
    assert [path for path in private[1:] if path.stat().st_mode & 0o077] == []
    if os.geteuid() == 0:
        assert run_as_other_user(list_readable) == []


def test_no_route_answers_without_the_secret(scene: Scene) -> None:
    """Of all routes that the server has, only the two that tell its health answer."""
    status, schema = scene.operator.send("/openapi.json", headers=scene.operator.authorization)
    assert status == HTTPStatus.OK
    answers = {
        f"{method} {path}": scene.stranger.send(re.sub(r"\{[^}]*\}", "x", path), method=method.upper())[0]
        for path, methods in json.loads(schema)["paths"].items()
        for method in methods
    }
    assert len(answers) > 100
    answered = {name for name, code in answers.items() if code != HTTPStatus.UNAUTHORIZED}
    assert answered == {"get /health", "get /ready"}


@pytest.mark.parametrize("path", ["/events/in", "/events/out", "/logs/out"])
@pytest.mark.parametrize("token", ["", "wrong"])
def test_no_websocket_opens_without_the_secret(path: str, token: str, scene: Scene) -> None:
    """A websocket that does not show the secret in its first message is closed."""
    address = f"{scene.stranger.api.replace('http', 'ws', 1)}{path}"
    with connect(address, subprotocols=["prefect"], proxy=None) as socket:  # type: ignore[list-item]
        socket.send(json.dumps({"type": "auth", "token": token}))
        with pytest.raises(WebSocketException):
            socket.recv(timeout=20)


FOREIGN_REQUESTS = {
    "another page": ({"Origin": "http://attacker.example"}, HTTPStatus.FORBIDDEN),
    "a sandboxed page": ({"Origin": "null"}, HTTPStatus.FORBIDDEN),
    "a page on another port": ({"Origin": "http://127.0.0.1:1"}, HTTPStatus.FORBIDDEN),
    "a name led to this machine": ({"Host": "attacker.example"}, HTTPStatus.BAD_REQUEST),
}


@pytest.mark.parametrize("kind", FOREIGN_REQUESTS)
def test_a_foreign_page_is_refused_even_with_the_secret(kind: str, scene: Scene) -> None:
    """Origin and Host are compared on reading and on writing, pages included."""
    headers, expected = FOREIGN_REQUESTS[kind]
    headers = {**headers, **scene.operator.authorization}
    run = f"/deployments/{scene.deployment}/create_flow_run"
    assert scene.operator.send("/deployments/filter", {}, headers=headers)[0] == expected
    assert scene.operator.send(run, {}, headers=headers)[0] == expected
    pages = PrefectClient(scene.server.access.origin)
    assert pages.send("/", headers=headers)[0] == expected
    scene.assert_untouched()


def test_a_foreign_page_opens_no_websocket(scene: Scene) -> None:
    """Browsers send the origin of the page with a websocket."""
    address = f"{scene.stranger.api.replace('http', 'ws', 1)}/events/out"
    with (
        pytest.raises(WebSocketException),
        connect(address, origin="http://attacker.example", subprotocols=["prefect"], proxy=None),  # type: ignore[arg-type, list-item]
    ):
        pass


def test_nothing_is_written_without_a_token(scene: Scene) -> None:
    """A request that a browser was tricked into lacks Prefect's token, or has that of another client."""
    run = f"/deployments/{scene.deployment}/create_flow_run"
    secret = scene.operator.authorization
    for token in ({}, {"Prefect-Csrf-Client": CLIENT, "Prefect-Csrf-Token": "x"}):
        assert scene.operator.send(run, {}, headers={**secret, **token})[0] == HTTPStatus.FORBIDDEN
    scene.assert_untouched()


ATTACKING_PAGE = """<!doctype html><meta charset="utf-8"><title>attack</title><pre id="log"></pre>
<iframe src="ORIGIN/"></iframe>
<form id="form" method="post" enctype="text/plain" target="frame" action="ORIGIN/api/RUN">
<input name='{"parameters":{},"x":"' value='"}'></form><iframe name="frame"></iframe>
<script>
const results = [];
async function attempt(name, action) {
  try { results.push(name + "=" + await action()); } catch (error) { results.push(name + "=failed"); }
}
const secret = {"Authorization": "SECRET", "Content-Type": "application/json"};
async function attack() {
  const body = JSON.stringify({parameters: {}});
  await attempt("read", async () => (await fetch("ORIGIN/api/deployments/ID")).status);
  await attempt("read with secret", async () => (await fetch("ORIGIN/api/deployments/ID", {headers: secret})).status);
  await attempt("write", async () => (await fetch("ORIGIN/api/RUN", {method: "POST", body, mode: "no-cors"})).type);
  await attempt("write with secret",
    async () => (await fetch("ORIGIN/api/RUN", {method: "POST", body, headers: secret})).status);
  await attempt("socket", () => new Promise((resolve, reject) => {
    const socket = new WebSocket("ORIGIN/api/events/out".replace("http", "ws"), ["prefect"]);
    socket.onopen = () => resolve("opened");
    socket.onerror = reject;
  }));
  document.getElementById("form").submit();
  document.getElementById("log").textContent = results.join(";") + ";end";
}
attack();
</script>"""


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_a_page_in_chromium_cannot_drive_the_server(scene: Scene, tmp_path: Path) -> None:
    """A page of another site tries requests, forms, frames and websockets, also with the secret; nothing happens."""
    access = scene.server.access
    page = ATTACKING_PAGE.replace("ORIGIN", access.origin).replace("SECRET", access.authorization)
    page = page.replace("RUN", f"deployments/{scene.deployment}/create_flow_run").replace("ID", scene.deployment)
    with served(page) as address:
        shown = show_in_chromium(address, tmp_path)
    results = re.findall(r"(\w[\w ]*)=(\w+);", shown.partition('<pre id="log">')[2])
    assert results == [
        ("read", "failed"),
        ("read with secret", "failed"),
        ("write", "opaque"),  # sent without asking the server first, which refuses it
        ("write with secret", "failed"),
        ("socket", "failed"),
    ]
    scene.assert_untouched()


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_a_name_led_to_this_machine_shows_nothing_in_chromium(scene: Scene, tmp_path: Path) -> None:
    """DNS rebinding: to the browser the server is the attacker's site, to the server the site is a foreign name."""
    port = scene.server.access.port
    shown = show_in_chromium(f"http://attacker.example:{port}/", tmp_path)
    assert "Invalid host header" in shown
    assert "Prefect" in show_in_chromium(f"{scene.server.access.origin}/", tmp_path)


@contextmanager
def served(page: str) -> Iterator[str]:
    """Serve a page of another site until the block ends; give its address."""

    class Handler(BaseHTTPRequestHandler):
        """Answers every request with the page."""

        def do_GET(self) -> None:
            """Send the page."""
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        yield f"http://attacker.example:{listener.server_address[1]}/"
        listener.shutdown()


def show_in_chromium(address: str, folder: Path) -> str:
    """Open an address in a browser of its own, every name led to this machine; return the page after its scripts."""
    assert CHROMIUM is not None
    options = [
        *("--headless", "--no-sandbox", "--disable-gpu", "--no-proxy-server", "--disable-dev-shm-usage"),
        "--host-resolver-rules=MAP attacker.example 127.0.0.1",
        # What keeps pages of the internet from private addresses is a wall of the browser, not ours.
        "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
        f"--user-data-dir={folder / 'profile'}",
        *("--timeout=15000", "--dump-dom"),
    ]
    done = subprocess.run([CHROMIUM, *options, address], capture_output=True, text=True, timeout=120, check=False)
    return done.stdout
