"""Every file received, kept under the hash of its bytes."""

import hashlib
import re
from collections.abc import Iterator
from io import BufferedWriter
from pathlib import Path
from typing import Final

from ledger.atomic_files import make_folder, open_partial_file, remove_partial_files, sync_and_close, sync_folder
from ledger.errors import ObjectDamagedError, ObjectMissingError

_SHA256_PATTERN: Final = re.compile(r"[0-9a-f]{64}")


class ObjectStore:
    """Objects in *folder*, as `objects/ab/cdef…`, named by sha256 in lower-case hex; never altered."""

    def __init__(self, folder: Path) -> None:
        self._objects_folder = folder / "objects"
        remove_partial_files(self._objects_folder)

    def store_object(self, data: bytes) -> str:
        """Keep *data* and give back its name; the same bytes twice are kept once."""
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
            # Windows: another run keeps or reads the same object at this moment.
            if not self._is_intact(name):
                raise
        sync_folder(target.parent)

    def load_object(self, name: str) -> bytes:
        """Give back the bytes called *name*. Raises `ObjectMissing`, or `ObjectDamaged` on other bytes."""
        try:
            data = self.get_path(name).read_bytes()
        except FileNotFoundError as error:
            raise ObjectMissingError(name) from error
        found = hashlib.sha256(data).hexdigest()
        if found != name:
            raise ObjectDamagedError(name, found)
        return data

    def has_object(self, name: str) -> bool:
        """Tell whether an object of that name is kept; its bytes are not checked."""
        return _SHA256_PATTERN.fullmatch(name) is not None and self.get_path(name).is_file()

    def get_path(self, name: str) -> Path:
        """Say where the object lies or would lie. Raises `ObjectMissing` if *name* is no sha256."""
        if _SHA256_PATTERN.fullmatch(name) is None:
            raise ObjectMissingError(name)
        return self._objects_folder / name[:2] / name[2:]

    def find_damaged_objects(self) -> Iterator[str]:
        """Name the damaged objects, in the order of names; files that are no objects are passed over."""
        for found in sorted(self._objects_folder.glob("*/*")):
            name = found.parent.name + found.name
            if _SHA256_PATTERN.fullmatch(name) is not None and not self._is_intact(name):
                yield name

    def _is_intact(self, name: str) -> bool:
        try:
            with self.get_path(name).open("rb") as kept:
                return hashlib.file_digest(kept, "sha256").hexdigest() == name
        except OSError:
            return False
