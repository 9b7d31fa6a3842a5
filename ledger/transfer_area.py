"""Where a run and its workers on other machines leave things for each other: below ``transfer/`` in the bucket.

Nothing there is on record. The names are unguessable and are sent to the worker alone; what a run leaves behind when
it is killed is removed by the next run of its year.
"""

import secrets
from typing import Final

from ledger.bucket import Bucket

_PREFIX: Final = "transfer"


class TransferArea:
    """The things of one run of one *year* in the bucket at *address*."""

    def __init__(self, address: str, year: int) -> None:
        self._bucket = Bucket(address)
        self._prefix = f"{_PREFIX}/{year}/"

    def choose_name(self) -> str:
        """Return a name that nobody can guess."""
        return f"{self._prefix}{secrets.token_hex(16)}"

    def leave(self, name: str, data: bytes) -> None:
        """Leave bytes under a name; a second attempt at the same job replaces the first one's."""
        self._bucket.write_object(name, data)

    def read(self, name: str) -> bytes:
        """Return the bytes under a name; raise `FileNotFoundError` if nothing is there."""
        return self._bucket.read_object(name)

    def take(self, name: str) -> bytes | None:
        """Return and remove what is under a name, None if nothing is there."""
        try:
            data = self._bucket.read_object(name)
        except FileNotFoundError:
            return None
        self._bucket.delete_object(name)
        return data

    def discard(self, name: str) -> None:
        """Remove what is under a name, if anything is."""
        self._bucket.delete_object(name)

    def list_names(self) -> list[str]:
        """Return the names of everything that is left for the year."""
        return list(self._bucket.list_keys(self._prefix))

    def clear(self) -> None:
        """Remove everything of the year; the lock of the year is held."""
        for name in self.list_names():
            self.discard(name)
