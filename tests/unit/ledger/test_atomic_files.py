"""Output files appear whole or not at all."""

import errno
import os
import threading
import time
from pathlib import Path

import pytest

from ledger.atomic_files import open_partial_file, remove_partial_files, write_atomically
from ledger.errors import OutputBusyError


def test_a_file_is_made_and_replaced(tmp_path: Path) -> None:
    """The folder is made, the file written, the next writing takes its place, and nothing else is left."""
    target = tmp_path / "输出 2024" / "530113" / ("核" * 80 + ".xlsx")
    write_atomically(target, b"first")
    assert target.read_bytes() == b"first"
    write_atomically(target, b"")
    assert target.read_bytes() == b""
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """On a disk error the old file stays as it was and no part of the new one is left."""
    target = tmp_path / "t.xlsx"
    write_atomically(target, b"old")

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "disk trouble")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="disk trouble"):
        write_atomically(target, b"new")
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_bytes() == b"old"


def test_a_file_held_by_another_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file open in a spreadsheet program gives an error that says to close it."""
    target = tmp_path / "备案.xlsx"
    write_atomically(target, b"old")

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "sharing violation")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OutputBusyError, match="close it") as caught:
        write_atomically(target, b"new")
    assert caught.value.path == target
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_bytes() == b"old"


@pytest.mark.parametrize(("number", "passes"), [(errno.EINVAL, True), (errno.EIO, False)])
def test_folders_that_cannot_be_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, number: int, passes: bool
) -> None:
    """A file system that knows no syncing of folders is borne; a disk error is not."""

    def sync(handle: int) -> None:
        if os.path.isdir(f"/proc/self/fd/{handle}"):  # noqa: PTH112 - a name only the system knows
            raise OSError(number, "no syncing")

    if not Path("/proc/self/fd").exists():
        pytest.skip("needs /proc to tell a folder's handle")
    monkeypatch.setattr(os, "fsync", sync)
    if passes:
        write_atomically(tmp_path / "t", b"new")
    else:
        with pytest.raises(OSError, match="no syncing"):
            write_atomically(tmp_path / "t", b"new")
    assert (tmp_path / "t").read_bytes() == b"new"


@pytest.mark.skipif(os.name == "nt", reason="links need rights that Windows users lack")
def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    """A link in the output's place cannot lead the writing elsewhere."""
    (tmp_path / "elsewhere").write_bytes(b"precious")
    (tmp_path / "t").symlink_to(tmp_path / "elsewhere")
    write_atomically(tmp_path / "t", b"new")
    assert not (tmp_path / "t").is_symlink()
    assert (tmp_path / "elsewhere").read_bytes() == b"precious"


@pytest.mark.skipif(os.name == "nt", reason="Windows refuses to replace a file that is being read")
def test_a_reader_sees_old_or_new(tmp_path: Path) -> None:
    """Whoever reads while the file is replaced sees one whole version."""
    target, versions = tmp_path / "t", [bytes([65 + turn]) * 200_000 for turn in range(2)]
    write_atomically(target, versions[0])
    seen: set[bytes] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.add(target.read_bytes())

    reader = threading.Thread(target=look)
    reader.start()
    for turn in range(40):
        write_atomically(target, versions[turn % 2])
    done.set()
    reader.join()
    assert seen <= set(versions)


def test_leftovers_of_killed_runs_are_cleared(tmp_path: Path) -> None:
    """Only our own parts that nobody writes are removed; a folder that is not there is no error."""
    old, fresh, other = (tmp_path / name for name in (".hesuan-a.partial", ".hesuan-b.partial", "c.partial"))
    for path in (old, fresh, other):
        path.touch()
    for path in (old, other):
        os.utime(path, (1, 1))
    with open_partial_file(tmp_path) as sink:
        written = Path(sink.name)
        os.utime(written, (1, 1))
        remove_partial_files(tmp_path)
        remove_partial_files(tmp_path / "none")
        assert sorted(tmp_path.iterdir()) == sorted([written, fresh, other])


def test_without_locks_only_old_leftovers_are_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file system has no locks, a part stays for an hour: another run may be writing it."""
    monkeypatch.setattr("ledger.atomic_files._try_lock", lambda _: None)
    ages = {"old": 4000, "fresh": 3000}
    for name, age in ages.items():
        path = tmp_path / f".hesuan-{name}.partial"
        path.touch()
        os.utime(path, (time.time() - age, time.time() - age))
    remove_partial_files(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".hesuan-fresh.partial"]
