"""The store of all received files, each under the sha256 of its bytes, wherever it is."""

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Final

from ledger.errors import ObjectDamagedError, ObjectMissingError

OBJECTS_FOLDER: Final = "objects"
_SHA256_PATTERN: Final = re.compile(r"[0-9a-f]{64}")


class ObjectStore(ABC):
    """Immutable objects, named by their sha256 in lower-case hex and kept as `objects/ab/cdef…`."""

    @abstractmethod
    def store_object(self, data: bytes) -> str:
        """Store *data* and return its name; the same bytes are stored only once, a damaged object is replaced."""

    @abstractmethod
    def has_object(self, name: str) -> bool:
        """Return whether an object of that name exists; its bytes are not checked."""

    @abstractmethod
    def find_damaged_objects(self) -> Iterator[str]:
        """Yield the names of the damaged objects, sorted; what is not an object is skipped."""

    @abstractmethod
    def read_object(self, name: str) -> bytes:
        """Return the bytes of an object as they are, unchecked; raise `FileNotFoundError` if there is none."""

    def load_object(self, name: str) -> bytes:
        """Return the bytes of an object.

        Raises `ObjectMissingError`, or `ObjectDamagedError` if the bytes do not match *name*.
        """
        check_name(name)
        try:
            data = self.read_object(name)
        except FileNotFoundError as error:
            raise ObjectMissingError(name) from error
        actual_sha256 = hashlib.sha256(data).hexdigest()
        if actual_sha256 != name:
            raise ObjectDamagedError(name, actual_sha256)
        return data


def is_name(text: str) -> bool:
    """Return whether *text* can name an object."""
    return _SHA256_PATTERN.fullmatch(text) is not None


def check_name(name: str) -> None:
    """Raise `ObjectMissingError` if *name* is not a sha256: no path is made of it."""
    if not is_name(name):
        raise ObjectMissingError(name)
