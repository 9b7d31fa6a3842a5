"""The steps of the manual for maintainers, carried out as they stand: every command typed, every edit made."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from contracts.contract_library import ContractLibrary, open_library
from contracts.lint.lint import lint_contracts
from desk.app import app
from desk.exit_codes import ExitCode
from desk.settings import CONTRACTS_VARIABLE
from review.roster import ROSTER_FILE, encode_roster
from tests.builders import chain
from tests.builders.year import copied_contracts

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "manual.md"
STEP = re.compile(r"`(hesuan (?:contracts|roster|rules) [^`]+)`|^\| `([^`]+)` \| `([^`]+)` \| (`.+`) \|$", re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an edited contracts folder, in use, in a folder that has the roster of 2026."""
    monkeypatch.chdir(tmp_path)
    contracts = copied_contracts(tmp_path / "合同")
    monkeypatch.setenv(CONTRACTS_VARIABLE, str(contracts))
    officers = tuple(officer for officer in chain.roster().officers if officer.until is None)
    roster = replace(chain.roster(), year=2026, due_counties=chain.roster().due_counties[:1], officers=officers)
    inbox = tmp_path / "inputs" / "2026"
    inbox.mkdir(parents=True)
    text = yaml.safe_dump({**encode_roster(roster), "deadlines": {}}, allow_unicode=True)
    (inbox / ROSTER_FILE).write_text(text, encoding="utf-8")
    return contracts


def carry_out(section: str, contracts: Path) -> ContractLibrary:
    """Do what a section says, in its order; return the contracts as they are then."""
    text = MANUAL.read_text(encoding="utf-8").partition(f"**{section}。**\n")[2].partition("\n**")[0]
    steps = STEP.findall(text)
    assert len(steps) >= 3
    for line, file, old, new in steps:
        if line:
            done = CliRunner().invoke(app, line.split()[1:])
            assert done.exit_code == ExitCode.CLEAR, (line, done.output)
        else:
            edit(contracts / file, old, new.strip("`").replace("`<br>`", "\n"))
    library = open_library(contracts)
    assert lint_contracts(library) == ()
    return library


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text, (path, old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_form_is_added(folder: Path) -> None:
    """The county must send the new form, with its title and heading."""
    library = carry_out("加一张表", folder)
    package = library.find_package("530113", 2025)
    assert package is not None
    form = library.compile_submission(package, 2025).get_form("storage_ponds")
    assert form.title == "各乡镇（街道）塘坝整治面积表"
    assert [field.heading for field in form.fields] == ["序号", "乡镇（街道）", "整治面积"]


def test_a_rule_is_added(folder: Path) -> None:
    """The rule is in force in its form, on trial, with its own sentence."""
    library = carry_out("加一条规则", folder)
    package = library.find_package("530113", 2024)
    assert package is not None
    form = library.compile_submission(package, 2024).get_form("consolidation_tasks")
    assert [rule.description for rule in form.rules if rule.id == "N01"] == ["乡镇和总计不空"]


def test_a_county_is_added(folder: Path) -> None:
    """The county is in the register and must send its forms, with a plan of its own townships."""
    library = carry_out("加一个县", folder)
    package = library.find_package("530199", 2028)
    assert package is not None
    assert package.forms == ("cover", "consolidation_tasks")
    submission = library.compile_submission(package, 2028)
    assert submission.plan is not None
    assert set(submission.plan.measures["consolidation"].townships) == {"甲街道", "乙镇"}


def test_a_year_is_added(folder: Path) -> None:
    """The year has plan, package and roster."""
    library = carry_out("加一个年度", folder)
    package = library.find_package("530113", 2027)
    assert package is not None
    assert package.plan == "530113-2027-2029"
    assert (folder.parent / "inputs" / "2027" / ROSTER_FILE).is_file()
