"""Writes files that are complete or absent, even after a power failure."""

import errno
import hashlib
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedWriter
from pathlib import Path
from typing import Final

from ledger.errors import OutputBusyError

_PARTIAL_PREFIX: Final = ".hesuan-"
_PARTIAL_SUFFIX: Final = ".partial"
_ABANDONED_AFTER_SECONDS: Final = 3600
_LOCKED_AFTER_SECONDS: Final = 1
_SYNC_UNSUPPORTED_ERRNOS: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EPERM})


def write_atomically(path: Path, data: bytes) -> None:
    """Write an output file atomically: readers see the old file or the new one, never a part.

    Missing parent folders are created. Raises `OutputBusyError` if the old file cannot be replaced and OSError if the
    disk fails; the old file is kept then.
    """
    make_folder(path.parent)
    with open_partial_file(path.parent) as sink:
        sink.write(data)
        sync_and_close(sink)
        try:
            Path(sink.name).replace(path)
        except PermissionError as error:
            raise OutputBusyError(path) from error
    sync_folder(path.parent)


def stage_file(path: Path, data: bytes) -> None:
    """Write an output to disk beside its final path, under a temporary name derived from the path and the bytes.

    The ledger may then record that the output exists: `commit_file` moves it to *path* now, or after a crash.
    """
    make_folder(path.parent)
    staged_file = _build_staging_path(path, hashlib.sha256(data).hexdigest())
    with staged_file.open("wb") as sink:
        try:
            sink.write(data)
            sync_and_close(sink)
        except OSError as error:
            staged_file.unlink(missing_ok=True)
            _name_file(error, path)
            raise
    sync_folder(path.parent)


def commit_file(path: Path, sha256: str) -> bool:
    """Move a file written by `stage_file` to *path*; return False if it is missing or damaged.

    Raises `OutputBusyError` if the old file cannot be replaced; the staged file is kept for another attempt.
    """
    staged_file = _build_staging_path(path, sha256)
    if not is_staged(path, sha256):
        return False
    with staged_file.open("rb") as source:
        if hashlib.file_digest(source, "sha256").hexdigest() != sha256:
            return False
    try:
        staged_file.replace(path)
    except PermissionError as error:
        raise OutputBusyError(path) from error
    sync_folder(path.parent)
    return True


def is_staged(path: Path, sha256: str) -> bool:
    """Return whether an output with this *sha256* was staged and not yet moved to *path*."""
    return _build_staging_path(path, sha256).is_file()


def remove_abandoned_files(folder: Path, staged_files: Iterable[tuple[Path, str]]) -> None:
    """Remove partial files of killed runs anywhere under *folder*, except *staged_files* (pairs of path and sha256)."""
    staging_paths = {_build_staging_path(path, sha256) for path, sha256 in staged_files}
    for partial_file in folder.rglob(f"{_PARTIAL_PREFIX}*{_PARTIAL_SUFFIX}"):
        if partial_file not in staging_paths:
            with suppress(OSError):
                partial_file.unlink()


def _build_staging_path(path: Path, sha256: str) -> Path:
    token = hashlib.sha256(f"{path.name}\0{sha256}".encode()).hexdigest()[:32]
    return path.parent / f"{_PARTIAL_PREFIX}{token}{_PARTIAL_SUFFIX}"


@contextmanager
def open_partial_file(folder: Path) -> Iterator[BufferedWriter]:
    """Open a new file in *folder* under a temporary name; it is removed at the end, unless it was moved."""
    # The name is short and not derived from the target's, which may already be as long as the file system allows.
    partial_file = folder / f"{_PARTIAL_PREFIX}{secrets.token_hex(8)}{_PARTIAL_SUFFIX}"
    try:
        with partial_file.open("xb") as sink, _locked(partial_file):
            yield sink
    except OSError as error:
        _name_file(error, folder)
        raise
    finally:
        # A file left behind is harmless; the first error must not be hidden.
        with suppress(OSError):
            partial_file.unlink(missing_ok=True)


def _name_file(error: OSError, path: Path) -> None:
    """Tell an error of which file it is: the system names a file only if it could not be opened."""
    if error.filename is None:
        error.filename = str(path)


@contextmanager
def _locked(partial_file: Path) -> Iterator[None]:
    """Hold a lock on a file while it is written and moved, so that nobody takes it for one that a killed run left."""
    # Not the writer's own handle, which is closed before the file is moved.
    handle = os.open(partial_file, os.O_RDWR)
    try:
        _try_lock(handle)
        yield
    finally:
        os.close(handle)


def _try_lock(handle: int) -> bool | None:
    """Lock an open file; return False if another process or thread has locked it, None if that cannot be known."""
    try:
        import fcntl  # noqa: PLC0415 - not on Windows, which cannot remove an open file anyway
    except ImportError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # Some network file systems have no locks.
        return None
    return True


def sync_and_close(sink: BufferedWriter) -> None:
    """Flush the file to disk and close it, because Windows cannot move an open file."""
    sink.flush()
    os.fsync(sink.fileno())
    sink.close()


def sync_folder(folder: Path) -> None:
    """Flush a folder's directory entries to disk, if the system supports it."""
    if os.name == "nt":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in _SYNC_UNSUPPORTED_ERRNOS:
            raise


def make_folder(folder: Path) -> None:
    """Create a folder and its parents so that they survive a power failure."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def remove_partial_files(folder: Path) -> None:
    """Remove the partial files of killed runs in *folder*; those that another run is writing are locked and stay."""
    for partial_file in folder.glob(f"{_PARTIAL_PREFIX}*{_PARTIAL_SUFFIX}"):
        with suppress(OSError):
            _remove_if_abandoned(partial_file)


def _remove_if_abandoned(partial_file: Path) -> None:
    handle = os.open(partial_file, os.O_RDWR)
    try:
        is_ours = _try_lock(handle)
        age_seconds = time.time() - os.fstat(handle).st_mtime
    finally:
        os.close(handle)
    # A file is locked a moment after it is created. Without locks, its age is all that there is to go by.
    min_age_seconds = _ABANDONED_AFTER_SECONDS
    if is_ours:
        min_age_seconds = _LOCKED_AFTER_SECONDS
    if is_ours is not False and age_seconds >= min_age_seconds:
        partial_file.unlink()
