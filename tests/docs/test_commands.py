"""What the documents say one can type can be typed, and does what they say."""

import contextlib
import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner, Result

from checks.model.finding import Finding, Refusal, Severity
from checks.reporting.json_codec import encode_finding, encode_refusal
from contracts.contract_library import open_library
from contracts.messages import LANGUAGE_VARIABLE
from desk import settings
from desk.app import app
from desk.exit_codes import ExitCode
from flows.prefect_support import named_server, task_runners
from flows.year.locations import KEY_FOLDER_VARIABLE
from ledger.service_address import STORE_VARIABLE
from tests.builders import dongchuan

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in ("docs/reference.md", "docs/reference.zh.md", "docs/manual.md")
}
REFERENCES = {name: text for name, text in DOCUMENTS.items() if name.startswith("docs/reference")}
HEAD = re.compile(r"[0-9a-f]{64}")


def command_lines(text: str) -> list[str]:
    """Return every command line that a document shows, in code or in a block; a mere name is none."""
    shown = re.findall(r"`(hesuan [^`]+)`", text) + re.findall(r"^(hesuan .+)$", text, flags=re.MULTILINE)
    return [line for line in shown if len(line.split()) > 2 or line in ("hesuan rules", "hesuan serve")]


COMMAND_LINES = sorted({line for text in DOCUMENTS.values() for line in command_lines(text)})


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_shows_commands(name: str) -> None:
    """The documents do show commands: otherwise the tests below would hold of nothing."""
    assert len(set(command_lines(DOCUMENTS[name]))) >= 7


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_command_line_parses(line: str) -> None:
    """Each shown command exists, with these arguments and options."""
    name, *arguments = shlex.split(line)[1:]
    group: Any = typer.main.get_command(app)
    command = group.commands[name]
    command.make_context(name, arguments)  # raises a usage error where something is wrong


@pytest.mark.parametrize("name", REFERENCES)
def test_every_command_is_in_the_table(name: str) -> None:
    """The table of commands lists every command, with an example, and no other."""
    group: Any = typer.main.get_command(app)
    table = re.findall(r"^\| (?:`(\w+)`)? \|[^|]+\| `hesuan (\w+) ?[^`]*` \|$", REFERENCES[name], flags=re.MULTILINE)
    assert {command for command, _ in table if command} == set(group.commands)
    assert {example for _, example in table} == set(group.commands)


@pytest.mark.parametrize("name", REFERENCES)
def test_exit_codes_are_documented(name: str) -> None:
    """The table of exit codes lists each code of the program, and no other."""
    codes = re.findall(r"^\| (\d) \| \S.* \|$", REFERENCES[name], flags=re.MULTILINE)
    assert codes == [str(int(item)) for item in ExitCode]


@pytest.mark.parametrize("name", REFERENCES)
def test_settings_are_documented(name: str) -> None:
    """The table of settings lists each variable that the program reads, and no other."""
    variables = re.findall(r"^\| `([A-Z_]+)` \|", REFERENCES[name], flags=re.MULTILINE)
    runners = [task_runners.RUNNER_VARIABLE, task_runners.WORKERS_VARIABLE, task_runners.SCHEDULER_VARIABLE]
    assert variables == [
        settings.CONTRACTS_VARIABLE,
        LANGUAGE_VARIABLE,
        settings.STATE_VARIABLE,
        settings.LEDGER_VARIABLE,
        STORE_VARIABLE,
        KEY_FOLDER_VARIABLE,
        named_server.API_URL_VARIABLE,
        named_server.AUTH_VARIABLE,
        named_server.KEY_VARIABLE,
        *runners,
    ]


@pytest.mark.parametrize("name", REFERENCES)
def test_headings_of_the_review_workbook_are_documented(name: str) -> None:
    """The inbox section lists the headings under which decisions are read."""
    section = REFERENCES[name].partition("decisions/*.xlsx ")[2].partition("\n## ")[0]
    headings = re.findall(r"^\| (\S+) \| \S.*\|$", section, flags=re.MULTILINE)
    known = list(open_library().get_messages().get_group("review_book.heading").values())
    assert [heading for heading in headings if heading not in ("heading", "表头", "---")] == known


@pytest.mark.parametrize("name", REFERENCES)
def test_promised_json_has_the_keys_of_the_program(name: str) -> None:
    """The shape of the JSON in the documents is the one that the program prints."""
    block = re.search(r"```json\n(.+?)```", REFERENCES[name], flags=re.DOTALL)
    assert block is not None
    shown = json.loads(block.group(1))
    promised = {"outcome", "refusal", "file", "sha256", "county", "year", "findings"}
    finding = Finding(rule="T01", severity=Severity.HARD, sheet="", cell="A1", message="", remedy="", basis="")
    refusal = Refusal(code="", message="", remedy="")
    assert shown.keys() == promised
    assert list(shown["findings"][0]) == ["id", *encode_finding(finding)]
    assert "{" + ", ".join(f'"{key}"' for key in encode_refusal(refusal)) + "}" in REFERENCES[name]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Carry the sample year through in line, in a folder of its own."""
    folder = tmp_path_factory.mktemp("year")
    shutil.copytree(ROOT / "inputs", folder / "inputs")
    done = hesuan(folder, "hesuan run 2024 --inline")
    assert done.exit_code == ExitCode.CLEAR, done.output
    return folder


def hesuan(folder: Path, line: str) -> Result:
    """Run a command line as it is shown, in a folder, as where no variable is set."""
    unset = dict.fromkeys(
        (
            settings.CONTRACTS_VARIABLE,
            LANGUAGE_VARIABLE,
            settings.STATE_VARIABLE,
            settings.LEDGER_VARIABLE,
            named_server.API_URL_VARIABLE,
        )
    )
    with contextlib.chdir(folder):
        return CliRunner().invoke(app, shlex.split(line)[1:], env=unset)


FIRST, SECOND = (f"inputs/2024/{dongchuan.COUNTY}/{dongchuan.name_of(version)}" for version in (1, 2))
RUNNABLE = {
    "hesuan run 2024": ExitCode.CLEAR,  # nothing is left to do, so Prefect is not started
    "hesuan run 2024 --inline": ExitCode.CLEAR,
    f"hesuan check {FIRST}": ExitCode.FINDINGS,
    f"hesuan check {SECOND}": ExitCode.CLEAR,
    f"hesuan check --format json {FIRST}": ExitCode.FINDINGS,
    f"hesuan check --out marked {FIRST}": ExitCode.FINDINGS,
    "hesuan status 2024": ExitCode.CLEAR,
    "hesuan status 2024 --date 2025-02-01": ExitCode.CLEAR,
    "hesuan status 2024 --format json": ExitCode.CLEAR,
    "hesuan recheck 2024": ExitCode.CLEAR,
    "hesuan verify state": ExitCode.CLEAR,
    "hesuan verify outputs/2024": ExitCode.CLEAR,
    "hesuan verify outputs/2024/filing": ExitCode.CLEAR,
    "hesuan verify outputs/2024 --key outputs/2024/manifest.pub": ExitCode.CLEAR,
    'hesuan trace 2024 530113 "附件2!C5"': ExitCode.CLEAR,
    "hesuan hits 2024": ExitCode.CLEAR,
    "hesuan reconcile 2024 --page reconciliation.html": ExitCode.CLEAR,
    "hesuan claims state": ExitCode.CLEAR,
    "hesuan plan show 530113-2024-2026": ExitCode.CLEAR,
    "hesuan archive 2024 --county 530113 --zip --out archive": ExitCode.CLEAR,
    "hesuan contracts lint": ExitCode.CLEAR,
    "hesuan contracts new form storage_ponds": ExitCode.CLEAR,
    "hesuan rules": ExitCode.CLEAR,
    "hesuan rules T01": ExitCode.CLEAR,
    "hesuan schema new_farmland": ExitCode.CLEAR,
    "hesuan schema new_farmland --county 620123 --format yaml": ExitCode.CLEAR,
    "hesuan sample 2024 --years 2 --counties 2 --plots 5 --seed 7 --out samples": ExitCode.CLEAR,
    "hesuan template 2024 --county 620123": ExitCode.CLEAR,
    "hesuan roster 2025 --from 2024": ExitCode.CLEAR,
}


THREE_YEARS = [line for line in command_lines(DOCUMENTS["docs/reference.md"]) if " three-years" in line]


def test_three_years_run_as_shown(tmp_path: Path) -> None:
    """The lines of the three years, typed one after the other, lead to the closing comparison of the last."""
    assert [line.split()[1] for line in THREE_YEARS] == ["sample", "sample", "run", "run", "run"]
    for line in THREE_YEARS[1:]:
        done = hesuan(tmp_path, line)
        assert done.exit_code == ExitCode.CLEAR, done.output
    assert (tmp_path / "three-years-out/2026/filing/530113/530113-2026-年度备案件.xlsx").is_file()


def test_all_shown_commands_are_tried() -> None:
    """Each shown command is run below, stands for one that is, or goes on until stopped (tests/flows)."""
    rest = [line for line in COMMAND_LINES if line not in {*RUNNABLE, *THREE_YEARS}]
    tried_elsewhere = (
        "hesuan contracts diff ",
        "hesuan contracts new",
        "hesuan roster 2027 ",
        "hesuan rules N01",
        "hesuan serve ",
        "hesuan verify postgresql://",
        "hesuan plan import ",
        "hesuan plan accept",
    )
    assert all(line.startswith(("hesuan decide ", "hesuan verify state --head ", *tried_elsewhere)) for line in rest)
    assert set(RUNNABLE) <= set(COMMAND_LINES)


@pytest.mark.parametrize("line", RUNNABLE)
def test_shown_command_runs(line: str, year: Path) -> None:
    """Each shown command gives the exit code that the documents lead to expect."""
    done = hesuan(year, line)
    assert done.exit_code == RUNNABLE[line], done.output


@pytest.mark.parametrize("line", [line for line in COMMAND_LINES if line.startswith("hesuan decide ")])
def test_shown_decision_after_filing(line: str, year: Path) -> None:
    """After filing, a decision on record is no new one, and any other is refused."""
    done = hesuan(year, line)
    assert done.exit_code == (ExitCode.CLEAR if "--approve" in line else ExitCode.REFUSED_ACTION), done.output


@pytest.mark.parametrize("line", [line for line in COMMAND_LINES if "--head" in line])
def test_shown_head_is_looked_for(line: str, year: Path) -> None:
    """A check value that the ledger contains is found; one that it does not contain is told."""
    head = HEAD.search(hesuan(year, "hesuan verify state").output)
    assert head is not None
    assert hesuan(year, HEAD.sub(head.group(), line)).exit_code == ExitCode.CLEAR
    assert hesuan(year, line).exit_code == ExitCode.FINDINGS


def test_named_outputs_are_written(year: Path) -> None:
    """The files that the documents promise lie where they say."""
    for text in REFERENCES.values():
        named = re.findall(r"^(outputs/2024/\S+\.xlsx) ", text, flags=re.MULTILINE)
        assert len(named) == 5
        assert all((year / name).is_file() for name in named)


def test_documents_link_to_files_that_exist() -> None:
    """No link in the documents leads nowhere."""
    for name, text in DOCUMENTS.items():
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert ((ROOT / name).parent / target).exists(), (name, target)


def test_twins_say_the_same() -> None:
    """The Chinese reference shows the commands of the English one, in the same order, under as many headings."""
    english, chinese = REFERENCES["docs/reference.md"], REFERENCES["docs/reference.zh.md"]
    assert command_lines(english) == command_lines(chinese)
    count = [len(re.findall(r"^#+ ", text, flags=re.MULTILINE)) for text in (english, chinese)]
    assert count[0] == count[1]


def test_outcomes_are_documented() -> None:
    """Every outcome that `check` can have is explained."""
    outcomes = open_library().get_messages().get_group("outcome")
    assert all(f"`{outcome}`" in text for outcome in outcomes for text in REFERENCES.values())
