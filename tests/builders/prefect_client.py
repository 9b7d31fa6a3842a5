"""A plain client of a Prefect server: with its secret it drives the server, without it has what every user has."""

import base64
import http
import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

CLIENT = "tests"
RETRY_DELAYS = (1, 2, 4, 8, 0)


@dataclass(frozen=True, slots=True)
class PrefectClient:
    """The address of an API, and its secret if it is known."""

    api: str
    secret: str = ""

    def send(
        self, path: str, body: Any = None, *, method: str = "", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Send one request and return status and answer; only *headers* are added to what a request needs."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.api}{path}", data=data, method=method or None)  # noqa: S310
        request.add_header("Content-Type", "application/json")
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def ask(self, path: str, body: Any = None) -> Any:
        """Return what the server answers to a holder of the secret, None if there is nothing.

        A server too busy to answer is asked again.
        """
        for delay in RETRY_DELAYS:
            try:
                status, answer = self.send(path, body, headers=self._build_headers(body))
            except OSError:
                status, answer = http.HTTPStatus.SERVICE_UNAVAILABLE, b""
            if status < http.HTTPStatus.BAD_REQUEST:
                return json.loads(answer)
            if status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
                return None
            time.sleep(delay)
        return None

    @property
    def authorization(self) -> dict[str, str]:
        """The header that shows the secret."""
        if not self.secret:
            return {}
        return {"Authorization": f"Basic {base64.b64encode(self.secret.encode()).decode()}"}

    def _build_headers(self, body: Any) -> dict[str, str]:
        if body is None:
            return self.authorization
        _, answer = self.send(f"/csrf-token?client={quote(CLIENT)}", headers=self.authorization)
        token = json.loads(answer).get("token", "")
        return {**self.authorization, "Prefect-Csrf-Client": CLIENT, "Prefect-Csrf-Token": token}


def find_free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
