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
        except OSError:
            staged_file.unlink(missing_ok=True)
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
        with partial_file.open("xb") as sink:
            yield sink
    finally:
        # A file left behind is harmless; the first error must not be hidden.
        with suppress(OSError):
            partial_file.unlink(missing_ok=True)


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


def remove_partial_files(folder: Path, *, min_age_seconds: float = _ABANDONED_AFTER_SECONDS) -> None:
    """Remove partial files of killed runs in *folder*; younger ones may belong to another run.

    A caller that holds the lock of the year may pass 0, because nobody else writes there.
    """
    for partial_file in folder.glob(f"{_PARTIAL_PREFIX}*{_PARTIAL_SUFFIX}"):
        with suppress(OSError):
            if time.time() - partial_file.stat().st_mtime >= min_age_seconds:
                partial_file.unlink()
