"""The two README files say the same, and what they show is true."""

import contextlib
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from desk.app import app
from desk.exit_codes import ExitCode
from desk.settings import CONTRACTS_VARIABLE, LEDGER_VARIABLE, STATE_VARIABLE

ROOT = Path(__file__).resolve().parents[2]
READMES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md")}
LINKING_FILES = ["README.md", "README.zh.md", "CHANGELOG.md", "GLOSSARY.md"]
LINKING_FILES += [str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").rglob("*.md"))]


def code_blocks(text: str) -> list[str]:
    """Return the contents of the code blocks of a document."""
    return re.findall(r"^```\n(.+?)^```", text, flags=re.MULTILINE | re.DOTALL)


def folder_table(text: str) -> dict[str, set[str]]:
    """Return the sub-packages of each room as the table of folders lists them."""
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", text, flags=re.MULTILINE)
    return {room: set(re.findall(r"`(\w+)`", names)) for room, names in rows}


def test_twins_show_the_same() -> None:
    """Both files have the same code blocks and as many headings and pictures."""
    english, chinese = READMES["README.md"], READMES["README.zh.md"]
    assert code_blocks(english) == code_blocks(chinese)
    for mark in (r"^#+ ", r"^!\["):
        counts = [len(re.findall(mark, text, flags=re.MULTILINE)) for text in (english, chinese)]
        assert counts[0] == counts[1]


@pytest.mark.parametrize("name", READMES)
def test_folder_table_lists_every_sub_package(name: str) -> None:
    """The table of folders lists each room with its sub-packages, and no others."""
    rooms = ("contracts", "checks", "review", "filing", "workbooks", "ledger", "notices", "flows", "desk")
    packages = {room: {path.parent.name for path in (ROOT / room).glob("*/__init__.py")} for room in rooms}
    assert folder_table(READMES[name]) == packages


@pytest.mark.parametrize("name", LINKING_FILES)
def test_links_lead_to_files(name: str) -> None:
    """No link leads to a file that does not exist."""
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / name).read_text(encoding="utf-8"))
    assert [target for target in targets if not ((ROOT / name).parent / target).exists()] == []


def test_shown_output_is_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the ten lines is printed by a run of the sample, in this order."""
    for variable in (CONTRACTS_VARIABLE, LEDGER_VARIABLE, STATE_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    shutil.copytree(ROOT / "inputs", tmp_path / "inputs")
    with contextlib.chdir(tmp_path):
        result = CliRunner().invoke(app, ["run", "2024", "--inline"])
    assert result.exit_code == ExitCode.CLEAR, result.output
    lines = code_blocks(READMES["README.md"])[1].splitlines()
    assert len(lines) == 10
    assert [line for line in result.output.splitlines() if line in lines] == lines
