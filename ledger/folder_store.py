"""A store in a folder, which all machines of a run have to see."""

import hashlib
from collections.abc import Iterator
from io import BufferedWriter
from pathlib import Path

from ledger.atomic_files import make_folder, open_partial_file, remove_partial_files, sync_and_close, sync_folder
from ledger.object_store import OBJECTS_FOLDER, ObjectStore, check_name, is_name


class FolderStore(ObjectStore):
    """The store in *folder*; nothing is made before the first object is stored."""

    def __init__(self, folder: Path) -> None:
        self._objects_folder = folder / OBJECTS_FOLDER
        remove_partial_files(self._objects_folder)

    def store_object(self, data: bytes) -> str:
        """Store *data* and return its name; a file appears under its name only when it is whole and on the disk."""
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

    def read_object(self, name: str) -> bytes:
        """Return the bytes of the file of that name."""
        return self.get_path(name).read_bytes()

    def has_object(self, name: str) -> bool:
        """Return whether there is a file of that name."""
        return is_name(name) and self.get_path(name).is_file()

    def get_path(self, name: str) -> Path:
        """Return the path of an object, whether it exists or not.

        Raises `ObjectMissingError` if *name* is not a sha256.
        """
        check_name(name)
        return self._objects_folder / name[:2] / name[2:]

    def find_damaged_objects(self) -> Iterator[str]:
        """Yield the names of the damaged files, sorted; files that are not objects are skipped."""
        for path in sorted(self._objects_folder.glob("*/*")):
            name = path.parent.name + path.name
            if is_name(name) and not self._is_intact(name):
                yield name

    def _is_intact(self, name: str) -> bool:
        try:
            with self.get_path(name).open("rb") as source:
                return hashlib.file_digest(source, "sha256").hexdigest() == name
        except OSError:
            return False
