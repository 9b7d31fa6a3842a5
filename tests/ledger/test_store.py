"""Files received are kept whole, under their hash, and damage is told."""

import errno
import hashlib
import os
import threading
from pathlib import Path

import pytest

from ledger.errors import ObjectDamaged, ObjectMissing
from ledger.object_store import Store

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
    store = Store(folder)
    name = store.put(DATA)
    assert name == hashlib.sha256(DATA).hexdigest() == store.put(DATA)
    assert store.read(name) == DATA
    assert store.has(name)
    assert files_in(folder) == [store.path(name)] == [folder / "objects" / name[:2] / name[2:]]
    assert list(store.verify()) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64])
def test_what_is_not_kept_is_missing(folder: Path, name: str) -> None:
    """Names of nothing, and names that are no sha256, are missing objects; no path is built from them."""
    store = Store(folder)
    assert not store.has(name)
    with pytest.raises(ObjectMissing):
        store.read(name)
    assert not folder.exists()


def test_damage_is_told_and_mended_by_the_same_bytes(folder: Path) -> None:
    """A changed object is refused when read, named by verify, and replaced when its bytes come again."""
    store = Store(folder)
    good, bad = store.put(b"good"), store.put(DATA)
    store.path(bad).write_bytes(DATA[:-1])
    (folder / "objects" / good[:2] / "Thumbs.db").touch()
    with pytest.raises(ObjectDamaged) as caught:
        store.read(bad)
    assert caught.value.name == bad
    assert list(store.verify()) == [bad]
    assert store.put(DATA) == bad
    assert list(store.verify()) == []


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failed_write_leaves_no_object(folder: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """A full disk gives an error, no part of a file, and no harm to what was kept before."""
    store = Store(folder)
    kept = store.put(b"earlier")

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="no space"):
        store.put(DATA)
    monkeypatch.undo()
    assert files_in(folder) == [store.path(kept)]
    assert store.read(kept) == b"earlier"


def test_what_a_killed_run_left_is_cleared_later(folder: Path) -> None:
    """An old part of a file goes at the next opening; a fresh one may be another run's and stays."""
    Store(folder).put(DATA)
    old, fresh = (folder / "objects" / f".hesuan-{name}.partial" for name in ("old", "fresh"))
    old.write_bytes(b"half")
    fresh.write_bytes(b"half")
    os.utime(old, (1, 1))
    store = Store(folder)
    assert not old.exists()
    assert fresh.exists()
    assert list(store.verify()) == []


def test_runs_may_keep_the_same_file_at_once(folder: Path) -> None:
    """Threads that keep one file together end with one whole object."""
    names: list[str] = []

    def keep() -> None:
        names.append(Store(folder).put(DATA * 50))

    threads = [threading.Thread(target=keep) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names) == 6
    assert files_in(folder) == [Store(folder).path(names[0])]
    assert list(Store(folder).verify()) == []
