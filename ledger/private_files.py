"""Folders and files that only the user who runs the program may read: state, logs, keys, and the files of Prefect."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600


def make_private_folder(folder: Path) -> None:
    """Create a folder that only its owner may enter; close an existing one of ours to others.

    A folder that belongs to another user, or that everybody shares, such as a system's temporary folder, is left as
    it is. On Windows the permissions of the parent folder apply.
    """
    if not folder.parent.exists():
        make_private_folder(folder.parent)
    folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
    if os.name == "nt":
        return
    status = folder.stat()
    is_shared = bool(status.st_mode & stat.S_ISVTX)
    if status.st_uid == os.geteuid() and not is_shared:
        _set_mode(folder, _FOLDER_MODE)


def create_private_file(path: Path) -> None:
    """Create an empty file that only its owner may read, unless it exists.

    If that fails, whoever opens the file next reports it.
    """
    with suppress(OSError):
        path.touch(mode=_FILE_MODE, exist_ok=False)


def write_private_file(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read; a reader sees all of *data* or no file."""
    partial_file = path.with_name(f"{path.name}.partial")
    with open_private_file(partial_file, os.O_TRUNC) as sink:
        sink.write(data)
    partial_file.replace(path)


@contextmanager
def open_private_file(path: Path, flag: int) -> Iterator[BinaryIO]:
    """Open a file for writing that only its owner may read; *flag* is `os.O_APPEND` or `os.O_TRUNC`."""
    binary_flag: int = getattr(os, "O_BINARY", 0)  # on Windows, line ends would be changed without it
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flag | binary_flag, _FILE_MODE)
    with os.fdopen(descriptor, "wb") as sink:
        _set_mode(path, _FILE_MODE)  # the mode above applies to new files only
        yield sink


def _set_mode(path: Path, mode: int) -> None:
    # Some network drives have no modes, and a file of another user keeps its own.
    with suppress(OSError):
        path.chmod(mode)
