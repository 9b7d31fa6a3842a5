"""A program that answers like Prefect's API, and says of every run that it has ended, with a result that is a pickle.

Loading the pickle creates a file, the probe: code of the attacker has run.
"""

import base64
import json
import os
import pickle
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class CreateFile:
    """An object whose pickle creates a file when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str, int]]:
        return os.open, (str(self.path), os.O_CREAT | os.O_WRONLY)


@dataclass(slots=True)
class HostileServer:
    """The address, the file that must never be created, and the paths that were asked for."""

    port: int
    probe: Path
    asked: list[str] = field(default_factory=list)

    @property
    def api_url(self) -> str:
        """The address as a client is given it."""
        return f"http://127.0.0.1:{self.port}/api"


@contextmanager
def hostile_prefect(folder: Path, port: int = 0) -> Iterator[HostileServer]:
    """Answer as Prefect's API until the block ends."""
    probe, trap = folder / "code-has-run", folder / "result"
    trap.write_bytes(base64.encodebytes(pickle.dumps(CreateFile(probe))))
    server = HostileServer(port, probe)

    class Handler(BaseHTTPRequestHandler):
        """Answers each request by its path."""

        def answer(self) -> None:
            """Send the answer that makes a client load the trap."""
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            server.asked.append(f"{self.command} {self.path}")
            status, body = find_answer(self.path, trap)
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815 - the names of the standard library

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as listener:
        server.port = listener.server_address[1]
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        yield server
        listener.shutdown()


RUN_ID = str(uuid.uuid4())


def find_answer(path: str, trap: Path) -> tuple[int, Any]:
    """Return status and body of the answer to a path."""
    if path.endswith("/health"):
        return 200, True
    if path.endswith("/admin/version"):
        return 200, "3.8.8"
    if "/csrf-token" in path:
        return 422, {"detail": "CSRF protection is disabled."}
    if path.endswith("/admin/storage"):
        return 200, {"default_result_storage_block_id": None}
    if path.endswith("/set_state"):
        details = {"type": "reject_details", "reason": "it has ended"}
        return 200, {"status": "REJECT", "details": details, "state": build_state("COMPLETED", trap)}
    run = {"id": RUN_ID, "flow_id": RUN_ID, "name": "run", "state": build_state("PENDING", None)}
    return 200, run


def build_state(kind: str, trap: Path | None) -> dict[str, Any]:
    """Return a state of a run whose result is said to be in a file."""
    state: dict[str, Any] = {"id": RUN_ID, "type": kind, "name": kind.title(), "state_details": {}}
    state["timestamp"] = datetime.now(UTC).isoformat()
    if trap is not None:
        serializer = {"type": "pickle", "picklelib": "cloudpickle"}
        state["data"] = {"storage_key": str(trap), "serializer": serializer, "prefect_version": "3.8.8"}
    return state
