"""``hesuan check`` on what people really send: a refusal for each bad file, and the next one is checked."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders.damages import damaged, put
from tests.builders.dongchuan import COVER, submission
from tests.builders.examined import reads_well

ROOT = Path(__file__).parents[2]


def check(*paths: Path, form: str = "json") -> "subprocess.CompletedProcess[str]":
    """Run ``hesuan check`` as people do, in a process of its own."""
    command = [sys.executable, "-m", "desk", "check", *(str(path) for path in paths), "--format", form]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        command, check=False, capture_output=True, text=True, encoding="utf-8", env=environment, timeout=300
    )


def _folder(place: Path) -> Path:
    place.mkdir()
    return place


def _pipe(place: Path) -> Path:
    os.mkfifo(place)
    return place


def _dead_link(place: Path) -> Path:
    place.symlink_to(place.with_name("nowhere.xlsx"))
    return place


def _link(place: Path) -> Path:
    place.symlink_to(submission(2).save(place.with_name("真的.xlsx")))
    return place


def _unreadable(place: Path) -> Path:
    submission(2).save(place).chmod(0)
    return place


def _text(place: Path) -> Path:
    place.write_bytes("不是工作簿".encode())
    return place


POSIX = pytest.mark.skipif(os.name != "posix", reason="the system has no such thing")
NOT_ROOT = pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root reads everything")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        pytest.param(_folder, "not_a_file", id="folder"),
        pytest.param(_pipe, "not_a_file", id="pipe", marks=POSIX),
        pytest.param(_dead_link, "link", id="dead link", marks=POSIX),
        pytest.param(_link, "link", id="link", marks=POSIX),
        pytest.param(_unreadable, "unreadable", id="unreadable", marks=[POSIX, NOT_ROOT]),
        pytest.param(lambda place: place, "missing_file", id="missing"),
        pytest.param(_text, "not_workbook", id="text"),
    ],
)
def test_check_refuses_what_it_cannot_take_and_goes_on(make: Callable[[Path], Path], code: str, tmp_path: Path) -> None:
    """What is no file to read exits 3 with a refusal in JSON and no trace; the next file is checked all the same."""
    folder = tmp_path / "收件 一"
    folder.mkdir()
    bad = make(folder / "东川 报表.xlsx")
    good = submission(2).save(folder / "好.xlsx")

    done = check(bad, good)

    assert (done.returncode, done.stderr) == (3, "")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first["outcome"] == "refused"
    assert first["file"] == str(bad)
    assert first["findings"] == []
    assert first["refusal"]["code"] == code
    assert reads_well(first["refusal"]["message"], first["refusal"]["remedy"])
    assert second["outcome"] == "accepted"


def test_check_in_words_names_file_place_and_cure(tmp_path: Path) -> None:
    """For people, every bad file has a line with its name and code and a line with what to do, and no trace."""
    text = _text(tmp_path / "文字.xlsx")
    cover = tmp_path / "无年度.xlsx"
    cover.write_bytes(damaged(put("B3", None, COVER)))
    figure = tmp_path / "错数.xlsx"
    figure.write_bytes(damaged(put("C5", "二百")))

    done = check(text, cover, figure, form="text")

    assert (done.returncode, done.stderr) == (3, "")
    lines = done.stdout.splitlines()
    assert len(lines) == 6
    assert f"{text}：拒收（not_workbook）" in lines[0]
    assert f"{cover}：拒收（cover_field_missing）封面!B3" in lines[2]
    assert "核算年度" in lines[3]
    assert f"{figure}：有问题，强制 1，核实 0" in lines[4]
    assert lines[5].startswith("  [强制] 附件2!C5")
    assert "Traceback" not in done.stdout
