"""The process of the local Prefect server. Its first line of input is from its parent: the secret and the socket.

It ends when that pipe closes: when its parent stops it, or dies.
"""

import json
import os
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.prefect_support.listening_socket import adopt_listener
from flows.prefect_support.server_access import ServerAccess
from flows.prefect_support.server_database import prepare_database

if TYPE_CHECKING:
    import uvicorn

EXIT_SECONDS: Final = 4.0
PAGES_VARIABLE: Final = "PREFECT_SERVER_UI_ENABLED"
_SECRET_VARIABLE: Final = "PREFECT_SERVER_API_AUTH_STRING"  # noqa: S105 - the name of a variable
_OTHERS_HAVE_NO_ACCESS: Final = 0o077


@dataclass(frozen=True, slots=True)
class ServerOrder:
    """What the parent sends: *listener* describes the socket, *secret* is the server's."""

    listener: str
    secret: str

    def encode(self) -> bytes:
        """Return the order as one line."""
        return json.dumps([self.listener, self.secret]).encode() + b"\n"

    @classmethod
    def decode(cls, line: bytes) -> "ServerOrder":
        """Read an order from its line."""
        listener, secret = json.loads(line)
        return cls(listener, secret)


def run_server(order: ServerOrder) -> None:
    """Run the server in this process until the pipe to the parent closes."""
    os.umask(_OTHERS_HAVE_NO_ACCESS)
    os.environ[_SECRET_VARIABLE] = order.secret  # Prefect reads its settings when it is imported
    prepare_database(os.environ)
    import uvicorn  # noqa: PLC0415 - only this process needs it
    from prefect.server.api.server import create_app  # noqa: PLC0415 - nine seconds of imports

    from flows.prefect_support.request_guard import guard_app  # noqa: PLC0415 - as above

    listener = adopt_listener(order.listener)
    access = ServerAccess(listener.getsockname()[1], order.secret)
    has_pages = os.environ.get(PAGES_VARIABLE, "").lower() == "true"
    app = guard_app(create_app(), access, has_pages=has_pages)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    threading.Thread(target=_end_with_parent, args=(server,), daemon=True).start()
    server.run(sockets=[listener])
    os._exit(0)  # taking the interpreter down takes seconds, and the parent waits


def _end_with_parent(server: "uvicorn.Server") -> None:
    sys.stdin.buffer.read()  # returns when the parent closes the pipe or dies
    server.should_exit = True
    time.sleep(EXIT_SECONDS)
    os._exit(0)  # connections that will not close must not keep an orphan alive


if __name__ == "__main__":
    run_server(ServerOrder.decode(sys.stdin.buffer.readline()))
