"""Files that other users of the machine must not read."""

import os
from pathlib import Path

import pytest

from ledger.private_files import create_private_file, make_private_folder, open_private_file, write_private_file

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no modes of this kind")


def mode(path: Path) -> int:
    """Return the permissions of a path."""
    return path.stat().st_mode & 0o777


@pytest.fixture(autouse=True)
def open_umask() -> None:
    """Leave it to the program to close its files."""
    os.umask(0)


def test_new_folders_are_closed_up_to_the_first_that_existed(tmp_path: Path) -> None:
    """Missing parents are private too; a parent that existed keeps its permissions."""
    tmp_path.chmod(0o755)
    make_private_folder(tmp_path / "state" / "results")
    assert [mode(tmp_path / "state"), mode(tmp_path / "state" / "results")] == [0o700, 0o700]
    assert mode(tmp_path) == 0o755


def test_an_old_open_folder_is_closed(tmp_path: Path) -> None:
    """The state folder of an earlier release was open to all."""
    tmp_path.chmod(0o755)
    make_private_folder(tmp_path)
    assert mode(tmp_path) == 0o700


def test_a_folder_that_everybody_shares_stays_open(tmp_path: Path) -> None:
    """Closing the system's temporary folder would stop everybody else."""
    tmp_path.chmod(0o1777)
    make_private_folder(tmp_path)
    assert mode(tmp_path) == 0o777


def test_files_are_closed(tmp_path: Path) -> None:
    """New files, and old ones that were open, can be read by their owner alone."""
    old = tmp_path / "old.log"
    old.write_bytes(b"1")
    old.chmod(0o644)
    with open_private_file(old, os.O_APPEND) as sink:
        sink.write(b"2")
    create_private_file(tmp_path / "ledger.db")
    write_private_file(tmp_path / "result.json", b"{}")
    assert old.read_bytes() == b"12"
    assert {path.name: mode(path) for path in tmp_path.iterdir()} == {
        "old.log": 0o600,
        "ledger.db": 0o600,
        "result.json": 0o600,
    }


def test_an_existing_file_is_not_emptied(tmp_path: Path) -> None:
    """The ledger is created once."""
    path = tmp_path / "ledger.db"
    path.write_bytes(b"entries")
    create_private_file(path)
    assert path.read_bytes() == b"entries"
