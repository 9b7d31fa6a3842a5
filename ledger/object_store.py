"""The store of all received files, each under the sha256 of its bytes."""

import hashlib
import re
from collections.abc import Iterator
from io import BufferedWriter
from pathlib import Path
from typing import Final

from ledger.atomic_files import make_folder, open_partial_file, remove_partial_files, sync_and_close, sync_folder
from ledger.errors import ObjectDamagedError, ObjectMissingError

OBJECTS_FOLDER: Final = "objects"
_SHA256_PATTERN: Final = re.compile(r"[0-9a-f]{64}")


class ObjectStore:
    """Immutable objects in *folder*, as `objects/ab/cdef…`, named by their sha256 in lower-case hex."""

    def __init__(self, folder: Path) -> None:
        self._objects_folder = folder / OBJECTS_FOLDER
        remove_partial_files(self._objects_folder)

    def store_object(self, data: bytes) -> str:
        """Store *data* and return its name; the same bytes are stored only once."""
        name = hashlib.sha256(data).hexdigest()
        if not self._is_intact(name):
            make_folder(self._objects_folder)
            with open_partial_file(self._objects_folder) as sink:
                sink.write(data)
                self._commit_object(sink, name)
        return name

    def _commit_object(self, sink: BufferedWriter, name: str) -> None:
        sync_and_close(sink)
        target = self.get_path(name)
        make_folder(target.parent)
        try:
            Path(sink.name).replace(target)
        except PermissionError:
            # On Windows another run may be writing or reading the same object at this moment.
            if not self._is_intact(name):
                raise
        sync_folder(target.parent)

    def load_object(self, name: str) -> bytes:
        """Return the bytes of an object.

        Raises `ObjectMissingError`, or `ObjectDamagedError` if the bytes do not match *name*.
        """
        try:
            data = self.get_path(name).read_bytes()
        except FileNotFoundError as error:
            raise ObjectMissingError(name) from error
        actual_sha256 = hashlib.sha256(data).hexdigest()
        if actual_sha256 != name:
            raise ObjectDamagedError(name, actual_sha256)
        return data

    def has_object(self, name: str) -> bool:
        """Return whether an object of that name exists; its bytes are not checked."""
        return _SHA256_PATTERN.fullmatch(name) is not None and self.get_path(name).is_file()

    def get_path(self, name: str) -> Path:
        """Return the path of an object, whether it exists or not.

        Raises `ObjectMissingError` if *name* is not a sha256.
        """
        if _SHA256_PATTERN.fullmatch(name) is None:
            raise ObjectMissingError(name)
        return self._objects_folder / name[:2] / name[2:]

    def find_damaged_objects(self) -> Iterator[str]:
        """Yield the names of the damaged objects, sorted; files that are not objects are skipped."""
        for path in sorted(self._objects_folder.glob("*/*")):
            name = path.parent.name + path.name
            if _SHA256_PATTERN.fullmatch(name) is not None and not self._is_intact(name):
                yield name

    def _is_intact(self, name: str) -> bool:
        try:
            with self.get_path(name).open("rb") as source:
                return hashlib.file_digest(source, "sha256").hexdigest() == name
        except OSError:
            return False
