"""Every file received, kept under the hash of its bytes."""

import hashlib
import re
from collections.abc import Iterator
from io import BufferedWriter
from pathlib import Path
from typing import Final

from ledger.atomic_files import clear_partials, finish, make_folder, partial_in, sync_folder
from ledger.errors import ObjectDamaged, ObjectMissing

_NAME: Final = re.compile(r"[0-9a-f]{64}")


class Store:
    """Objects in *folder*, as `objects/ab/cdef…`, named by sha256 in lower-case hex; never altered."""

    def __init__(self, folder: Path) -> None:
        self._objects = folder / "objects"
        clear_partials(self._objects)

    def put(self, data: bytes) -> str:
        """Keep *data* and give back its name; the same bytes twice are kept once."""
        name = hashlib.sha256(data).hexdigest()
        if not self._intact(name):
            make_folder(self._objects)
            with partial_in(self._objects) as sink:
                sink.write(data)
                self._keep(sink, name)
        return name

    def _keep(self, sink: BufferedWriter, name: str) -> None:
        finish(sink)
        target = self.path(name)
        make_folder(target.parent)
        try:
            Path(sink.name).replace(target)
        except PermissionError:
            # Windows: another run keeps or reads the same object at this moment.
            if not self._intact(name):
                raise
        sync_folder(target.parent)

    def read(self, name: str) -> bytes:
        """Give back the bytes called *name*. Raises `ObjectMissing`, or `ObjectDamaged` on other bytes."""
        try:
            data = self.path(name).read_bytes()
        except FileNotFoundError as error:
            raise ObjectMissing(name) from error
        found = hashlib.sha256(data).hexdigest()
        if found != name:
            raise ObjectDamaged(name, found)
        return data

    def has(self, name: str) -> bool:
        """Tell whether an object of that name is kept; its bytes are not checked."""
        return _NAME.fullmatch(name) is not None and self.path(name).is_file()

    def path(self, name: str) -> Path:
        """Say where the object lies or would lie. Raises `ObjectMissing` if *name* is no sha256."""
        if _NAME.fullmatch(name) is None:
            raise ObjectMissing(name)
        return self._objects / name[:2] / name[2:]

    def verify(self) -> Iterator[str]:
        """Name the damaged objects, in the order of names; files that are no objects are passed over."""
        for found in sorted(self._objects.glob("*/*")):
            name = found.parent.name + found.name
            if _NAME.fullmatch(name) is not None and not self._intact(name):
                yield name

    def _intact(self, name: str) -> bool:
        try:
            with self.path(name).open("rb") as kept:
                return hashlib.file_digest(kept, "sha256").hexdigest() == name
        except OSError:
            return False
