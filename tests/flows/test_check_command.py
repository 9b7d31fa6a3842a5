"""``hesuan check``: the promised JSON on any console, and nothing written that was not asked for."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from desk import settings
from desk.commands.check import check_files
from desk.output_formats import CheckFormat
from tests.builders.annual_run import hesuan
from tests.builders.dongchuan import COUNTY, SHEET_2, YEAR, submission
from tests.builders.year import (
    OTHER,
    ROOT,
    Ground,
)

PROMISED = ["outcome", "refusal", "file", "sha256", "county", "year", "findings"]
PROMISED_FINDING = [
    *("id", "rule", "severity", "sheet", "cell", "cells", "value", "expected", "difference"),
    *("message", "remedy", "basis", "also", "repairs", "place", "count", "members"),
]


def test_check_prints_the_promised_json_on_any_console(tmp_path: Path) -> None:
    """One object a file, one a line, nothing else on standard output, the keys as promised; ASCII consoles included."""
    flawed = submission(1).put(SHEET_2, "C5", 300).save(tmp_path / "东川 第一版.xlsx")
    sound = submission(2).save(tmp_path / "好.xlsx")
    bad = tmp_path / "坏.xlsx"
    bad.write_bytes(b"")

    done = hesuan("check", flawed, sound, bad, "--format", "json", PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.isascii()
    first, second, third = (json.loads(line) for line in done.stdout.splitlines())
    assert [list(line) for line in (first, second, third)] == [PROMISED] * 3
    assert (first["outcome"], second["outcome"], third["outcome"]) == ("flagged", "accepted", "refused")
    assert (first["county"], first["year"], first["refusal"]) == (COUNTY, YEAR, None)
    assert first["file"] == str(flawed)
    assert first["sha256"] == hashlib.sha256(flawed.read_bytes()).hexdigest()
    assert [list(finding) for finding in first["findings"]] == [PROMISED_FINDING] * 3
    figure = next(finding for finding in first["findings"] if finding["rule"] == "T01")
    assert (figure["severity"], figure["sheet"], figure["cell"]) == ("hard", SHEET_2, "C5")
    assert (figure["value"], figure["expected"], figure["difference"]) == ("300", "200", "100")
    assert figure["repairs"] == [[{"sheet": SHEET_2, "cell": "C5", "from": "300", "to": "200"}]]
    assert (second["findings"], third["findings"]) == ([], [])
    assert (third["county"], third["year"], third["sha256"]) == (None, None, hashlib.sha256(b"").hexdigest())
    assert list(third["refusal"]) == ["code", "part", "sheet", "cell", "message", "remedy"]


def test_words_for_people_do_not_fail_on_an_ascii_console(filed_year: Ground, tmp_path: Path) -> None:
    """Where Chinese cannot be shown it is escaped: check in words ends with its code and no trace."""
    path = submission(1).save(tmp_path / "东川.xlsx")

    done = hesuan("check", path, PYTHONIOENCODING="ascii")
    stood = hesuan("status", YEAR, "--state", filed_year.places.state_folder, PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (1, "")
    assert (stood.returncode, stood.stderr) == (0, "")
    assert "\\u" in done.stdout
    assert "\\u" in stood.stdout


def test_check_writes_nothing_but_what_it_is_asked_to(tmp_path: Path) -> None:
    """Checking leaves the folders as they were; with --out marked workbook and page appear there and nowhere else."""
    work = tmp_path / "工作 夹"
    work.mkdir()
    path = submission(1).save(tmp_path / "收件" / "东川.xlsx")
    before = path.read_bytes()
    command = [sys.executable, "-m", "desk", "check", str(path), "--format", "json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}

    for more in ([], ["--out", str(tmp_path / "标注 夹")]):
        done = subprocess.run(
            [*command, *more], check=False, capture_output=True, cwd=work, env=environment, timeout=300
        )
        assert done.returncode == 1
        assert len(done.stdout.splitlines()) == 1

    assert list(work.iterdir()) == []
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()) == [
        "收件/东川.xlsx",
        "标注 夹/东川-核对报告.html",
        "标注 夹/东川-问题标注.xlsx",
    ]
    assert path.read_bytes() == before


@pytest.mark.hostile(88)
def test_check_keeps_marked_workbooks_of_files_with_one_name_apart(tmp_path: Path) -> None:
    """Two files of one name from two folders, checked at once, have two marked workbooks and two pages."""
    paths = [submission(1).save(tmp_path / county / "报表.xlsx") for county in (COUNTY, OTHER)]

    check_files(paths, settings.open_configured_library(), check_format=CheckFormat.JSON, out=tmp_path / "标注")

    assert sorted(path.suffix for path in (tmp_path / "标注").iterdir()) == [".html", ".html", ".xlsx", ".xlsx"]
