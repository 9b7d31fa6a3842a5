"""The listening socket of the local server: bound before the server exists, handed to it, and kept until the end.

Nobody else can take the port: not before the server comes up, and not after it died.
"""

import base64
import socket
import sys
from typing import Final

from contracts.errors import PortableError

LOOPBACK: Final = "127.0.0.1"
_BACKLOG: Final = 128


class PortTakenError(PortableError):
    """Another program listens on the port, or the system does not give it to us."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} cannot be used: another program listens on it")
        self.port = port


def open_listener(port: int) -> socket.socket:
    """Listen on a port of this machine alone, on any free one for 0. Raises `PortTakenError`."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        _claim_alone(listener)
        listener.bind((LOOPBACK, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise PortTakenError(port) from error
    return listener


def _claim_alone(listener: socket.socket) -> None:
    if sys.platform == "win32":
        # Without it, another user's program could bind the same port and take our connections.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        # A port can be used again at once after the last run; nobody can bind it while somebody listens.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def list_inherited_handles(listener: socket.socket) -> tuple[int, ...]:
    """Return the handles that the child must inherit to use the socket; none on Windows."""
    if sys.platform == "win32":
        return ()
    return (listener.fileno(),)


def share_listener(listener: socket.socket, process_id: int) -> str:
    """Describe the socket so that the child with this id can use it."""
    if sys.platform == "win32":
        return base64.b64encode(listener.share(process_id)).decode()
    return str(listener.fileno())


def adopt_listener(description: str) -> socket.socket:
    """Return the socket that the parent described."""
    if sys.platform == "win32":
        return socket.fromshare(base64.b64decode(description))
    return socket.socket(fileno=int(description))
