"""Files that are there whole or not at all, whatever instant the power goes."""

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
    """Write an output file in one stroke: readers see the old one or the new one, never a part.

    Raises `OutputBusy` if the old one cannot be replaced, OSError if the disk refuses; the old one stays
    then. Folders above it are made.
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
    """Put an output's bytes on the disk beside its final place, under a passing name that follows from both.

    The record may then say that the output is there: `settle` moves it into place now, or after a crash.
    """
    make_folder(path.parent)
    passing = _build_staging_path(path, hashlib.sha256(data).hexdigest())
    with passing.open("wb") as sink:
        try:
            sink.write(data)
            sync_and_close(sink)
        except OSError:
            passing.unlink(missing_ok=True)
            raise
    sync_folder(path.parent)


def commit_file(path: Path, sha256: str) -> bool:
    """Move what `write_beside` left into its place, if it is there and whole; tell whether it was.

    Raises `OutputBusy` if the old file cannot be replaced: what lies beside stays for another attempt.
    """
    passing = _build_staging_path(path, sha256)
    if not is_staged(path, sha256):
        return False
    with passing.open("rb") as kept:
        if hashlib.file_digest(kept, "sha256").hexdigest() != sha256:
            return False
    try:
        passing.replace(path)
    except PermissionError as error:
        raise OutputBusyError(path) from error
    sync_folder(path.parent)
    return True


def is_staged(path: Path, sha256: str) -> bool:
    """Tell whether an output of these bytes was written and not yet moved into its place."""
    return _build_staging_path(path, sha256).is_file()


def remove_abandoned_files(folder: Path, staged_files: Iterable[tuple[Path, str]]) -> None:
    """Remove what killed runs left anywhere under *folder*, except what still waits for its place."""
    waiting = {_build_staging_path(path, sha256) for path, sha256 in staged_files}
    for left in folder.rglob(f"{_PARTIAL_PREFIX}*{_PARTIAL_SUFFIX}"):
        if left not in waiting:
            with suppress(OSError):
                left.unlink()


def _build_staging_path(path: Path, sha256: str) -> Path:
    token = hashlib.sha256(f"{path.name}\0{sha256}".encode()).hexdigest()[:32]
    return path.parent / f"{_PARTIAL_PREFIX}{token}{_PARTIAL_SUFFIX}"


@contextmanager
def open_partial_file(folder: Path) -> Iterator[BufferedWriter]:
    """Open a new file in *folder* under a passing name; at the end it is gone, unless it was moved away."""
    # Short and of its own: the target's name may already be as long as the file system bears.
    passing = folder / f"{_PARTIAL_PREFIX}{secrets.token_hex(8)}{_PARTIAL_SUFFIX}"
    try:
        with passing.open("xb") as sink:
            yield sink
    finally:
        with suppress(OSError):  # a remainder is harmless, the first error is not
            passing.unlink(missing_ok=True)


def sync_and_close(sink: BufferedWriter) -> None:
    """Put the file's bytes on the disk and close it, as Windows moves no open file."""
    sink.flush()
    os.fsync(sink.fileno())
    sink.close()


def sync_folder(folder: Path) -> None:
    """Put a folder's list of names on the disk, where the system can do that."""
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
    """Make a folder and those above it, so that they outlive a power cut."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def remove_partial_files(folder: Path, *, min_age_seconds: float = _ABANDONED_AFTER_SECONDS) -> None:
    """Remove what killed runs left in *folder*; what was touched within the hour may be another run's.

    Who holds the year alone may say 0: nobody else writes there.
    """
    for left in folder.glob(f"{_PARTIAL_PREFIX}*{_PARTIAL_SUFFIX}"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime >= min_age_seconds:
                left.unlink()
