"""Files received are kept whole, under their hash, and damage is told."""

import errno
import hashlib
import os
import threading
from pathlib import Path

import pytest

from ledger.errors import FileRefused, ObjectDamaged, ObjectMissing, Refusal
from ledger.store import Store

DATA = "东川区 2024".encode() * 1000
MEBIBYTE = 1 << 20


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


@pytest.mark.parametrize("size", [0, 1, MEBIBYTE, 2 * MEBIBYTE + 1])
def test_a_file_is_kept_as_read(folder: Path, tmp_path: Path, size: int) -> None:
    """Files of any size up to the limit are kept byte for byte, empty ones included."""
    source = tmp_path / "来件 一.xlsx"
    source.write_bytes(os.urandom(size))
    store = Store(folder)
    name = store.put_file(source, most_bytes=size)
    assert store.read(name) == source.read_bytes()
    assert store.put_file(source, most_bytes=size) == name
    assert files_in(folder) == [store.path(name)]


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


@pytest.mark.skipif(os.name == "nt", reason="links and pipes need rights that Windows users lack")
def test_links_folders_and_pipes_are_refused(folder: Path, tmp_path: Path) -> None:
    """Only a file itself is taken; a pipe is refused at once instead of waited for."""
    (tmp_path / "real").write_bytes(DATA)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "dead").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    expected = {
        "link": Refusal.LINK,
        "dead": Refusal.LINK,
        "pipe": Refusal.NOT_A_FILE,
        "folder": Refusal.NOT_A_FILE,
        "none": Refusal.MISSING,
    }
    for name, reason in expected.items():
        with pytest.raises(FileRefused) as caught:
            Store(folder).put_file(tmp_path / name, most_bytes=MEBIBYTE)
        assert caught.value.reason is reason
    assert files_in(folder) == []


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="needs O_NOFOLLOW")
def test_a_link_slipped_in_after_the_look_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The opening itself refuses links, so that there is no moment between look and opening."""
    (tmp_path / "real").write_bytes(DATA)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.setattr(Path, "is_symlink", lambda _path: False)
    with pytest.raises(FileRefused) as caught:
        Store(folder).put_file(tmp_path / "link", most_bytes=MEBIBYTE)
    assert caught.value.reason is Refusal.LINK


def test_a_file_over_the_limit_is_refused(folder: Path, tmp_path: Path) -> None:
    """A sparse giant is refused by its size alone, without being read."""
    with (tmp_path / "giant").open("wb") as sink:
        sink.truncate(8 << 30)
    with pytest.raises(FileRefused, match="at most 1048576 bytes") as caught:
        Store(folder).put_file(tmp_path / "giant", most_bytes=MEBIBYTE)
    assert caught.value.reason is Refusal.TOO_LARGE
    assert files_in(folder) == []


@pytest.mark.parametrize(
    ("added", "most", "reason"),
    [(1, 10 * MEBIBYTE, Refusal.CHANGED), (MEBIBYTE, len(DATA), Refusal.TOO_LARGE)],
)
def test_a_file_that_grows_is_refused(  # noqa: PLR0917 - two cases of one race
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, added: int, most: int, reason: Refusal
) -> None:
    """A copy still under way is not taken for the whole file, nor past the limit."""
    source = tmp_path / "s"
    source.write_bytes(DATA)

    def grow(handle: int) -> os.stat_result:
        found = real(handle)
        monkeypatch.setattr(os, "fstat", real)
        with source.open("ab") as sink:
            sink.write(b"x" * added)
        return found

    real = os.fstat
    monkeypatch.setattr(os, "fstat", grow)
    with pytest.raises(FileRefused) as caught:
        Store(folder).put_file(source, most_bytes=most)
    assert caught.value.reason is reason
    assert files_in(folder) == []


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failed_write_leaves_no_object(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """A full disk gives an error, no part of a file, and no harm to what was kept before."""
    store = Store(folder)
    kept = store.put(b"earlier")
    (tmp_path / "s").write_bytes(DATA)

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="no space"):
        store.put(DATA)
    with pytest.raises(OSError, match="no space"):
        store.put_file(tmp_path / "s", most_bytes=MEBIBYTE)
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


def test_runs_may_keep_the_same_file_at_once(folder: Path, tmp_path: Path) -> None:
    """Threads that keep one file together end with one whole object."""
    (tmp_path / "s").write_bytes(DATA * 50)
    names: list[str] = []

    def keep() -> None:
        names.append(Store(folder).put_file(tmp_path / "s", most_bytes=MEBIBYTE))

    threads = [threading.Thread(target=keep) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names) == 6
    assert files_in(folder) == [Store(folder).path(names[0])]
    assert list(Store(folder).verify()) == []
