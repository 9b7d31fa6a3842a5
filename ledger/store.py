"""Every file received, kept under the hash of its bytes."""

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter
from pathlib import Path
from typing import Final

from ledger.errors import FileRefused, ObjectDamaged, ObjectMissing, Refusal
from ledger.files import clear_partials, finish, make_folder, partial_in, sync_folder

_CHUNK_BYTES: Final = 1 << 20
_NAME: Final = re.compile(r"[0-9a-f]{64}")
# A link must not lead elsewhere, a pipe must not make us wait. Where a system lacks a flag, the checks below
# remain.
_OPEN_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
)


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

    def put_file(self, path: Path, *, most_bytes: int) -> str:
        """Read a file once, keep those bytes and give back their name.

        Raises `FileRefused` for links, folders, pipes, unreadable or changing files and those over
        *most_bytes*.
        """
        make_folder(self._objects)
        with _opened(path) as handle, partial_in(self._objects) as sink:
            name = _copy(handle, sink, path=path, most_bytes=most_bytes)
            if not self._intact(name):
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


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    if path.is_symlink():  # the only guard where O_NOFOLLOW is unknown
        raise _link(path)
    try:
        handle = os.open(path, _OPEN_FLAGS)
    except FileNotFoundError as error:
        raise FileRefused(path, Refusal.MISSING, "there is no such file") from error
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _link(path) from error
        if path.is_dir():  # Windows does not open folders
            raise _no_file(path) from error
        raise _unreadable(path, error) from error
    try:
        yield handle
    finally:
        os.close(handle)


def _copy(handle: int, sink: BufferedWriter, *, path: Path, most_bytes: int) -> str:
    before = os.fstat(handle)
    if not stat.S_ISREG(before.st_mode):
        raise _no_file(path)
    if before.st_size > most_bytes:
        raise _too_large(path, before.st_size, most_bytes)
    name = _copy_bytes(handle, sink, path=path, most_bytes=most_bytes)
    after = os.fstat(handle)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise FileRefused(path, Refusal.CHANGED, "it changed while it was read; wait for the copy to end")
    return name


def _copy_bytes(handle: int, sink: BufferedWriter, *, path: Path, most_bytes: int) -> str:
    digest, total = hashlib.sha256(), 0
    while chunk := _read(handle, path):
        total += len(chunk)
        if total > most_bytes:  # it grew after its size was looked at
            raise _too_large(path, total, most_bytes)
        digest.update(chunk)
        sink.write(chunk)
    return digest.hexdigest()


def _read(handle: int, path: Path) -> bytes:
    try:
        return os.read(handle, _CHUNK_BYTES)
    except OSError as error:
        raise _unreadable(path, error) from error


def _no_file(path: Path) -> FileRefused:
    return FileRefused(path, Refusal.NOT_A_FILE, "expected a file, got a folder, pipe or device")


def _link(path: Path) -> FileRefused:
    return FileRefused(path, Refusal.LINK, "it is a link; put the file itself in its place")


def _unreadable(path: Path, error: OSError) -> FileRefused:
    return FileRefused(path, Refusal.UNREADABLE, f"it cannot be read, {error.strerror}; check its permissions")


def _too_large(path: Path, found: int, most_bytes: int) -> FileRefused:
    return FileRefused(path, Refusal.TOO_LARGE, f"expected at most {most_bytes} bytes, got {found}")
