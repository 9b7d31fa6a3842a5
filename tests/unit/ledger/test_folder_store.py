"""Files received are kept whole under their hash, and damage is found."""

import errno
import hashlib
import os
import threading
import time
from pathlib import Path

import pytest

from ledger.errors import ObjectDamagedError, ObjectMissingError
from ledger.folder_store import FolderStore

DATA = "东川区 2024".encode() * 1000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Name a state folder with a space and Chinese, not there yet."""
    return tmp_path / "状态 state"


def files_in(folder: Path) -> list[Path]:
    """List every file below *folder*."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_bytes_come_back_under_their_hash(folder: Path) -> None:
    """Put gives the sha256, read gives the bytes, twice is once."""
    store = FolderStore(folder)
    name = store.store_object(DATA)
    assert name == hashlib.sha256(DATA).hexdigest() == store.store_object(DATA)
    assert store.load_object(name) == DATA
    assert store.has_object(name)
    assert files_in(folder) == [store.get_path(name)] == [folder / "objects" / name[:2] / name[2:]]
    assert list(store.find_damaged_objects()) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64])
def test_what_is_not_kept_is_missing(folder: Path, name: str) -> None:
    """Names of nothing, and names that are no sha256, are missing objects; no path is built from them."""
    store = FolderStore(folder)
    assert not store.has_object(name)
    with pytest.raises(ObjectMissingError):
        store.load_object(name)
    assert not folder.exists()


def test_damage_is_told_and_mended_by_the_same_bytes(folder: Path) -> None:
    """A changed object is refused when read, named by verify, and replaced when its bytes come again."""
    store = FolderStore(folder)
    good, bad = store.store_object(b"good"), store.store_object(DATA)
    store.get_path(bad).write_bytes(DATA[:-1])
    (folder / "objects" / good[:2] / "Thumbs.db").touch()
    with pytest.raises(ObjectDamagedError) as caught:
        store.load_object(bad)
    assert caught.value.name == bad
    assert list(store.find_damaged_objects()) == [bad]
    assert store.store_object(DATA) == bad
    assert list(store.find_damaged_objects()) == []


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failed_write_leaves_no_object(folder: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """A full disk gives an error, no part of a file, and no harm to what was kept before."""
    store = FolderStore(folder)
    kept = store.store_object(b"earlier")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="no space"):
        store.store_object(DATA)
    monkeypatch.undo()
    assert files_in(folder) == [store.get_path(kept)]
    assert store.load_object(kept) == b"earlier"


def test_what_a_killed_run_left_is_cleared_by_the_next(folder: Path) -> None:
    """What nobody writes any more goes at the next opening; what was begun a moment ago stays."""
    FolderStore(folder).store_object(DATA)
    old, fresh = (folder / "objects" / f".hesuan-{name}.partial" for name in ("old", "fresh"))
    old.write_bytes(b"half")
    fresh.write_bytes(b"half")
    os.utime(old, (time.time() - 2, time.time() - 2))
    store = FolderStore(folder)
    assert not old.exists()
    assert fresh.exists()
    assert list(store.find_damaged_objects()) == []


def test_runs_may_keep_the_same_file_at_once(folder: Path) -> None:
    """Threads that keep one file together end with one whole object."""
    names: list[str] = []

    def keep() -> None:
        names.append(FolderStore(folder).store_object(DATA * 50))

    threads = [threading.Thread(target=keep) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names) == 6
    assert files_in(folder) == [FolderStore(folder).get_path(names[0])]
    assert list(FolderStore(folder).find_damaged_objects()) == []
