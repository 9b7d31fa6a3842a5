"""``hesuan rules`` says since when and until when a rule is in force, whether it is on trial, and where it is used."""

import re
from datetime import date
from pathlib import Path

import pytest

from contracts.contract_library import ContractLibrary, open_library
from contracts.lint.problems import InvalidContractsError
from desk.commands.rules import RULE_CHAPTER, show_rules
from desk.exit_codes import ExitCode
from tests.builders.year import copied_contracts

ROOT = Path(__file__).resolve().parents[4]
TODAY = date(2026, 3, 1)


def put_property(folder: Path, name: str, value: str) -> ContractLibrary:
    """Return contracts in which rule B10 has one more property."""
    library = open_library(copied_contracts(folder))
    path = library.root / "forms" / "gansu-summary.odcs.yaml"
    before, check, after = path.read_text(encoding="utf-8").partition("check: growth_at_least")
    entry = f"[{{property: {name}, value: {value}}}, {{property: phase"
    path.write_text(before + check + after.replace("[{property: phase", entry, 1), encoding="utf-8")
    return library


def print_rules(library: ContractLibrary, capsys: pytest.CaptureFixture[str], rule: str | None = None) -> list[str]:
    """Return what the command prints."""
    assert show_rules(library, rule, TODAY) is ExitCode.CLEAR
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("name", "value", "mark"),
    [
        ("since", '"2027-01-01"', "自 2027-01-01 起"),
        ("until", '"2030-12-31"', "至 2030-12-31 止"),
        ("trial", "true", "试行"),
    ],
)
def test_what_is_out_of_the_ordinary_is_on_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, name: str, value: str, mark: str
) -> None:
    """The line of a rule ends with its days, and says that it is on trial."""
    lines = print_rules(put_property(tmp_path / "合同", name, value), capsys)
    assert [line.split()[0] for line in lines if line.endswith(mark)] == ["B10"]


def test_rules_out_of_force_stand_in_a_list_of_their_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A rule whose last day has passed is not among the others, and is not forgotten."""
    library = put_property(tmp_path / "合同", "until", '"2025-12-31"')
    *_, heading, last = print_rules(library, capsys)
    assert (heading, last.split()[0]) == ("已失效的规则 1 条：", "B10")
    assert "  已失效。" in print_rules(library, capsys, "B10")


def test_a_rule_names_its_forms_packages_and_page(capsys: pytest.CaptureFixture[str]) -> None:
    """One rule says where it is used, and where its section is; each rule's section exists."""
    lines = print_rules(open_library(), capsys, "X10")
    assert "  所在的表：report；报送要求：62-2024" in lines
    chapter = (ROOT / RULE_CHAPTER).read_text(encoding="utf-8")
    headings = re.findall(r"^### (.+)$", chapter, flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    (page,) = (line for line in lines if RULE_CHAPTER in line)
    assert page.partition("#")[2] in anchors


def test_rules_of_wrong_contracts_are_not_listed(tmp_path: Path) -> None:
    """Contracts with a mistake are told, not listed."""
    library = put_property(tmp_path / "合同", "sicne", '"2025-12-31"')
    with pytest.raises(InvalidContractsError, match="key_misspelt"):
        show_rules(library, None, TODAY)
