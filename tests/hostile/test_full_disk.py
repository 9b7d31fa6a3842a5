"""Full disks of every kind are called full disks: exit 4 with the cure, and the next run on a larger disk goes on."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from xlsxwriter.exceptions import FileCreateError

from desk.error_handling import report_error
from desk.exit_codes import ExitCode
from ledger import errors
from ledger.database import create_ledger_engine, open_for_reading, parse_database_url
from ledger.errors import DiskFailure, LedgerUnavailableError, get_disk_failure
from tests.builders.examined import wording

SmallDisk = Callable[[str], Path]
_KILOBYTES = ("12k", "60k", "200k", "420k", "560k", "700k")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """Mount a file system of a size; only root may."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = []

    def mount(options: str) -> Path:
        may_mount = sys.platform == "linux" and os.geteuid() == 0
        if not may_mount or not _mount_command("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)):
            pytest.skip("mounting a small file system needs root on Linux")
        mounted.append(folder)
        return folder

    yield mount
    for path in mounted:
        _mount_command("umount", str(path))


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two counties with everything that they need to be filed."""
    folder = tmp_path_factory.mktemp("inbox")
    assert _hesuan("sample", "2024", "--counties", "2", "--plots", "40", "--out", str(folder)).returncode == 0
    return folder


def _mount_command(name: str, *arguments: str) -> bool:
    """Run a command of the system; return whether it succeeded, which in a container it may not."""
    path = shutil.which(name)
    return path is not None and subprocess.run([path, *arguments], check=False).returncode == 0


def _hesuan(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "desk", *arguments], capture_output=True, text=True, check=False, timeout=300
    )


def _run(inbox: Path, state: Path, outputs: Path) -> subprocess.CompletedProcess[str]:
    return _hesuan("run", "2024", "--inline", "--inputs", str(inbox), "--state", str(state), "--outputs", str(outputs))


@pytest.mark.slow
@pytest.mark.parametrize("size", _KILOBYTES)
def test_run_with_its_state_on_a_full_disk(small_disk: SmallDisk, inbox: Path, tmp_path: Path, size: str) -> None:
    """The disk is named as full; with more room the same run ends as if nothing had been."""
    disk = small_disk(f"size={size}")
    result = _run(inbox, disk / "state", tmp_path / "outputs")
    _assert_told(result)
    assert _mount_command("mount", "-o", "remount,size=64m", str(disk))
    assert _run(inbox, disk / "state", tmp_path / "outputs").returncode == 0
    assert not list(disk.rglob("*.partial"))


@pytest.mark.slow
@pytest.mark.parametrize("options", ["size=4k", "size=100k", "size=64m,nr_inodes=6"])
def test_run_with_its_outputs_on_a_full_disk(small_disk: SmallDisk, inbox: Path, tmp_path: Path, options: str) -> None:
    """Bytes or entries may be used up; what is filed is on record, and the outputs follow when there is room."""
    disk = small_disk(options)
    _assert_told(_run(inbox, tmp_path / "state", disk / "outputs"))
    assert not list(disk.rglob("*.partial"))


@pytest.mark.slow
@pytest.mark.parametrize("options", ["size=4k", "size=24k", "size=50k"])
def test_samples_on_a_full_disk(small_disk: SmallDisk, options: str) -> None:
    """The library that writes them wraps the error in its own and would print a traceback of its archive."""
    disk = small_disk(options)
    result = _hesuan("sample", "2024", "--counties", "2", "--plots", "40", "--out", str(disk / "inputs"))
    _assert_told(result)


def _assert_told(result: subprocess.CompletedProcess[str]) -> None:
    shown = result.stdout + result.stderr
    assert result.returncode == ExitCode.FAULT, shown
    assert "磁盘空间已满" in shown
    assert "程序出错" not in shown
    assert "Traceback" not in shown
    assert "Errno" not in shown


def _wrapped(error: OSError) -> Exception:
    try:
        try:
            raise error
        except OSError as cause:
            raise FileCreateError(cause)  # noqa: B904 - as the library does it
    except FileCreateError as wrapper:
        wrapped: Exception = wrapper
        return wrapped


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_number_of_a_full_disk(number: int) -> None:
    """A quota and the largest file are full disks, too, whichever library passes the error on."""
    error = OSError(number, "no room", "/somewhere")
    assert get_disk_failure(error) is DiskFailure.FULL
    assert get_disk_failure(_wrapped(error)) is DiskFailure.FULL


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EIO, errno.ENOMEM])
def test_misleading_number_on_a_full_disk(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a full file system answers in other words is judged by its free space."""
    error = OSError(number, "invalid argument", str(tmp_path / "not yet" / "there"))
    assert get_disk_failure(error) in (None, DiskFailure.BROKEN)
    monkeypatch.setattr(errors, "is_disk_full", lambda _: True)
    assert get_disk_failure(error) is DiskFailure.FULL


def test_free_space_is_that_of_the_nearest_folder(small_disk: SmallDisk) -> None:
    """A path that does not exist yet is judged by the folder that does."""
    disk = small_disk("size=16k")
    assert not errors.is_disk_full(disk / "state" / "objects")
    with pytest.raises(OSError, match="space"):
        (disk / "filler").write_bytes(b"x" * 32_768)
    assert errors.is_disk_full(disk / "state" / "objects")


def test_ledger_that_cannot_open_its_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite says only that it cannot open a file, or that there was an input error."""
    monkeypatch.setattr(errors, "is_disk_full", lambda path: path == tmp_path / "ledger.db")
    for failure in (None, DiskFailure.BROKEN):
        error = LedgerUnavailableError(f"sqlite:///{tmp_path}/ledger.db", "unable to open", disk_failure=failure)
        assert get_disk_failure(error) is DiskFailure.FULL
    elsewhere = LedgerUnavailableError("postgresql://office@host/ledger", "unreachable")
    assert get_disk_failure(elsewhere) is None


def test_file_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The sentence names the file of the innermost error and the cure."""
    assert report_error(_wrapped(OSError(errno.EDQUOT, "quota", str(tmp_path)))) is ExitCode.FAULT
    assert capsys.readouterr().err.strip() == wording()("error.disk_full", place=str(tmp_path))


def _fill_database(engine: Engine) -> None:
    with open_for_reading(engine) as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 2")
        connection.exec_driver_sql("CREATE TABLE a (b TEXT)")
        connection.exec_driver_sql("INSERT INTO a VALUES (zeroblob(99999))")


def test_database_full(tmp_path: Path) -> None:
    """The database's own word for it is understood."""
    engine = create_ledger_engine(parse_database_url(tmp_path / "ledger.db"))
    with pytest.raises(LedgerUnavailableError) as caught:
        _fill_database(engine)
    assert isinstance(caught.value.__cause__, OperationalError)
    assert get_disk_failure(caught.value) is DiskFailure.FULL
