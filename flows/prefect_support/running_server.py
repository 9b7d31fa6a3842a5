"""The server of a schedule that is running, for runs by hand beside it: they need no second one.

Port and secret are in a private file of the state folder while ``hesuan serve`` runs. A file that a killed process left
is harmless: whoever listens on the port now cannot prove that it knows the secret, and is not told it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from flows.prefect_support.local_server import is_our_server
from flows.prefect_support.server_access import ServerAccess
from ledger.private_files import write_private_file

ACCESS_FILE: Final = "running-server.json"


@contextmanager
def announce_server(state_folder: Path, access: ServerAccess) -> Iterator[None]:
    """Let runs of this state folder find the server while the block runs."""
    path = _get_access_path(state_folder)
    write_private_file(path, json.dumps([access.port, access.secret]).encode())
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def find_running_server(state_folder: Path) -> ServerAccess | None:
    """Return how to reach the server that was announced, or None if there is none that proves to be ours."""
    try:
        port, secret = json.loads(_get_access_path(state_folder).read_bytes())
    except (OSError, ValueError, TypeError):
        return None
    access = ServerAccess(port, secret)
    if not is_our_server(access):
        return None
    return access


def _get_access_path(state_folder: Path) -> Path:
    return state_folder / "prefect" / ACCESS_FILE
