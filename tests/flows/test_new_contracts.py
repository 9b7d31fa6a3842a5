"""`hesuan contracts new`: every skeleton passes lint as it is written, and nothing that exists is changed."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from contracts.contract_library import open_library
from contracts.lint.lint import lint_contracts
from desk.app import app
from desk.exit_codes import ExitCode
from desk.settings import CONTRACTS_VARIABLE
from tests.builders.year import copied_contracts

SKELETONS = [
    "form storage_ponds",
    "rule N01 --form consolidation_tasks",
    "rule N02 --form new_farmland",
    "plan 530113-2027-2029",
    "package 62-2027-2028",
]


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    """Return a copy of the contracts, to be edited."""
    return copied_contracts(tmp_path / "合同")


def write_new(words: str, contracts: Path | None) -> Result:
    """Run the command on an edited folder, or on the contracts of the program."""
    variable = {CONTRACTS_VARIABLE: str(contracts) if contracts else None}
    return CliRunner().invoke(app, ["contracts", "new", *words.split()], env=variable)


def read_files(folder: Path) -> dict[Path, bytes]:
    """Return every file of a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*.yaml")}


@pytest.mark.parametrize("words", SKELETONS)
def test_skeleton_passes_lint_and_is_written_once(words: str, contracts: Path) -> None:
    """What is written has no mistake and nothing worth a look; a second time it is refused and nothing changes."""
    done = write_new(words, contracts)
    assert done.exit_code == ExitCode.CLEAR, done.output
    assert lint_contracts(open_library(contracts)) == ()
    before = read_files(contracts)
    assert write_new(words, contracts).exit_code == ExitCode.REFUSED_ACTION
    assert read_files(contracts) == before


@pytest.mark.parametrize("words", SKELETONS)
def test_without_an_edited_folder_it_is_printed(words: str) -> None:
    """The contracts of the program stay as they are."""
    shipped = read_files(open_library().root)
    done = write_new(words, None)
    assert done.exit_code == ExitCode.CLEAR, done.output
    assert words.split()[1] in done.output
    assert read_files(open_library().root) == shipped


def test_package_takes_forms_and_plan_from_what_is_on_file(contracts: Path) -> None:
    """After the plan, the package of the same years has that plan and the forms of the package before it."""
    assert write_new("package 530113-2027-2029", contracts).exit_code == ExitCode.USAGE
    assert write_new("plan 530113-2027-2029", contracts).exit_code == ExitCode.CLEAR
    assert write_new("package 530113-2027-2029", contracts).exit_code == ExitCode.CLEAR
    library = open_library(contracts)
    package = library.find_package("530113", 2028)
    assert package is not None
    assert package.plan == "530113-2027-2029"
    assert lint_contracts(library) == ()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("form Storage", "“Storage”"),
        ("rule 1 --form new_farmland", "“1”"),
        ("rule N01", "--form"),
        ("rule N01 --form nothing", "“nothing”"),
        ("plan 530113", "“530113”"),
        ("plan 999999-2027", "999999"),
        ("plan 53-2027", "“53-2027”"),
        ("package 530113-2029-2027", "“530113-2029-2027”"),
        ("package 11-2027", "没有 11"),
    ],
)
def test_unusable_names_are_told(words: str, told: str, contracts: Path) -> None:
    """A name that cannot be one, an unknown form or county is told, and nothing is written."""
    before = read_files(contracts)
    done = write_new(words, contracts)
    assert done.exit_code == ExitCode.USAGE, done.output
    assert told in done.output
    assert read_files(contracts) == before


@pytest.mark.parametrize("words", ["form new_farmland", "rule F01 --form new_farmland", "package 530113-2026"])
def test_names_that_are_taken_are_refused(words: str, contracts: Path) -> None:
    """What exists, in whatever file, is not declared again."""
    before = read_files(contracts)
    assert write_new(words, contracts).exit_code == ExitCode.REFUSED_ACTION
    assert read_files(contracts) == before
