"""The inbox: whatever lies there gets exactly one outcome, and no name forges a line."""

import os
import sys
from pathlib import Path

import pytest

from checks.model.finding import Refusal
from contracts.contract_library import open_library
from flows.year.inbox import make_printable, scan_inbox
from tests.builders.dongchuan import submission
from workbooks.gate.file_access import read_submission_bytes
from workbooks.gate.zip_container import ARCHIVE_LIMITS

WORDS = open_library().get_messages()
ODD_NAMES = (
    "-rf.xlsx",
    "a;rm x.xlsx",
    "=cmd.xlsx",
    "\u202exslx.exe.xlsx",
    "行\n二.xlsx",
    "😀.xlsx",
    "x" * 200 + ".xlsx",
)
SKIPPED = (
    *("~$a.xlsx", ".DS_Store", "Thumbs.db", "._a.xlsx", "a.xlsx.part", "desktop.ini", "a.crdownload", "a.xlsx~"),
    *(".~东川.xlsx", ".~lock.东川.xlsx#", "~$$东川.xlsx", "~WRL0001.tmp", "东川.xlsx.baiduyun.downloading", "Icon\r"),
    *("东川.xlsx.filepart", "东川.xlsx.aria2", "东川.xlsx.td", "__MACOSX", "$RECYCLE.BIN"),
)
NAMESAKES = ("é.xlsx", "e\u0301.xlsx", "东川.XLSX", "东川.xlsx", "\u200f东川.xlsx", " 东川.xlsx")

posix = pytest.mark.skipif(sys.platform == "win32", reason="names, links and pipes of POSIX")


@pytest.mark.hostile(80, 81, 82, 83)
@posix
def test_every_file_has_one_outcome(tmp_path: Path) -> None:
    """Files taken, refused and skipped add up to the files seen."""
    folder = tmp_path / "530113"
    folder.mkdir()
    for name in (*ODD_NAMES, *NAMESAKES, *SKIPPED):
        (folder / name).write_bytes(submission(2).bytes())
    (folder / "dead.xlsx").symlink_to("nowhere")
    (folder / "loop.xlsx").symlink_to("loop.xlsx")
    (folder / "folder.xlsx").mkdir()
    os.mkfifo(folder / "pipe.xlsx")
    seen = len(list(folder.iterdir()))
    inbox = scan_inbox(tmp_path, WORDS)
    assert len(inbox.arrivals) + len(inbox.skipped) == seen
    assert len(inbox.skipped) == len(SKIPPED)
    refused = {arrival.path.name: arrival.refusal.code for arrival in inbox.arrivals if arrival.refusal}
    assert refused == {"dead.xlsx": "link", "loop.xlsx": "link", "folder.xlsx": "not_a_file", "pipe.xlsx": "not_a_file"}
    assert all(arrival.name.isprintable() for arrival in inbox.arrivals)


@pytest.mark.parametrize("name", ["530113东川", "53011", "５３０１１３", "530113 东川", "东川区", "__MACOSX"])
def test_folder_that_is_no_county_is_skipped(name: str, tmp_path: Path) -> None:
    """Only six plain digits are a county: files in other folders are reported as skipped and are not read."""
    submission(2).save(tmp_path / name / "东川.xlsx")
    inbox = scan_inbox(tmp_path, WORDS)
    assert (inbox.arrivals, len(inbox.skipped)) == ((), 1)


@pytest.mark.hostile(80)
def test_names_are_echoed_escaped() -> None:
    """Control and direction marks are shown as what they are."""
    assert make_printable("a\nb\u202ec") == "a\\x0ab\\u202ec"


@pytest.mark.hostile(85)
def test_huge_sparse_file_is_refused_unread(tmp_path: Path) -> None:
    """A file over the cap is refused by its size alone."""
    path = tmp_path / "huge.xlsx"
    with path.open("wb") as file:
        file.truncate(ARCHIVE_LIMITS.max_file_bytes * 128)
    result = read_submission_bytes(path, WORDS)
    assert isinstance(result, Refusal)
    assert result.code == "too_large"


@pytest.mark.hostile(84)
@pytest.mark.parametrize("name", ["东川.XLSX", "东川", "东川.dat"])
def test_name_says_nothing_about_the_kind(name: str, tmp_path: Path) -> None:
    """Capitals, no ending or another one: what the file is stands in it."""
    data = submission(2).bytes()
    (tmp_path / name).write_bytes(data)
    assert read_submission_bytes(tmp_path / name, WORDS) == data


@pytest.mark.hostile(84)
@pytest.mark.parametrize("name", ["东川.xlsx.exe", "东川.xlsx.SCR", "\u202exslx.exe"])
def test_name_of_a_program_is_refused(name: str, tmp_path: Path) -> None:
    """A workbook that calls itself a program wants to be opened by mistake."""
    (tmp_path / name).write_bytes(submission(2).bytes())
    result = read_submission_bytes(tmp_path / name, WORDS)
    assert isinstance(result, Refusal)
    assert result.code == "program_name"


@pytest.mark.hostile(89)
@posix
def test_growing_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose size changes while it is read is not taken."""
    path = tmp_path / "growing.xlsx"
    path.write_bytes(b"PK" * 1000)
    real = os.fstat

    def fstat(number: int) -> os.stat_result:
        with path.open("ab") as file:
            file.write(b"more")
        return real(number)

    monkeypatch.setattr("workbooks.gate.file_access.os.fstat", fstat)
    result = read_submission_bytes(path, WORDS)
    assert isinstance(result, Refusal)
    assert result.code == "growing"
