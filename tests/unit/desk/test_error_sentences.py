"""Errors have a sentence in the language of the surface; their own English text is for the log."""

import ast
import re
import shutil
from pathlib import Path

import pytest

from contracts.contract_library import open_library
from contracts.errors import ContractError, SettingError
from contracts.messages import LANGUAGE_VARIABLE, LANGUAGES
from desk.app import run_command_line
from desk.error_sentences import format_contract_error, format_error, format_ledger_error
from ledger import errors

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("contracts", "checks", "review", "filing", "workbooks", "ledger", "flows", "desk", "notices")
ENGLISH_SENTENCE = re.compile(r"[a-z]+ [a-z]+ [a-z]+")
LEDGER_ERRORS = [
    errors.LedgerMissingError("state/ledger.db"),
    errors.LedgerUnreadableError("state/ledger.db", "file is not a database"),
    errors.LedgerTooNewError("state/ledger.db", "9"),
    errors.LedgerUnavailableError("state/ledger.db", "database is locked"),
    errors.KeyConflictError("k", 3),
    errors.HeadMovedError("a", "b"),
    errors.NotABagError(Path("archive/x")),
    errors.ObjectMissingError("ab12"),
    errors.ObjectDamagedError("ab12", "cd34"),
    errors.OutputBusyError(Path("outputs/x.xlsx")),
    errors.SigningKeyError(Path("key.pem"), "expected an ed25519 key"),
    errors.NotRecordableError("no canonical form of it"),
    *(errors.StoreUnavailableError("s3://hesuan/province", fault) for fault in errors.StoreFault),
]


@pytest.mark.parametrize(
    "error", LEDGER_ERRORS, ids=lambda error: f"{type(error).__name__}{getattr(error, 'fault', '')}"
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_errors_of_the_ledger_speak_the_language(
    error: errors.LedgerError, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No cause in English reaches the Chinese surface, and no Chinese the English one."""
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    sentence = format_ledger_error(error, "faults.log")
    assert bool(ENGLISH_SENTENCE.search(sentence)) is (language == "en")
    assert bool(re.search("[\u4e00-\u9fff]", sentence)) is (language == "zh")


def list_raised(error: str) -> dict[str, set[str]]:
    """Return the facts of each code with which the program raises an error, read from its source."""
    facts_by_code: dict[str, set[str]] = {}
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == error:
                code = node.args[2]
                assert isinstance(code, ast.Constant), f"{path}: the code is no literal"
                facts = {str(keyword.arg) for keyword in node.keywords}
                assert facts_by_code.setdefault(str(code.value), facts) == facts, code.value
    return facts_by_code


def test_every_setting_error_has_its_sentence() -> None:
    """The codes in the source and the sentences in the catalogue are the same."""
    assert set(list_raised("SettingError")) == set(open_library().get_messages().get_group("error.setting"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_contract_error_has_its_text(language: str) -> None:
    """The codes in the source and the texts in the catalogue are the same, and each text uses the facts it gets."""
    texts = open_library(language=language).get_messages().get_group("contract_problem")
    raised = list_raised("ContractError")
    assert raised.keys() == texts.keys()
    for code, facts in raised.items():
        assert set(re.findall(r"{(\w+)}", texts[code])) <= facts, code


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_contract_is_told_in_the_language(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plan whose figures do not add up stops the command with a sentence that has no word of the other language."""
    contracts = tmp_path / "contracts"
    shutil.copytree(ROOT / "contracts", contracts, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    plan = contracts / "plans" / "530113-2024-2026.yaml"
    plan.write_text(plan.read_text(encoding="utf-8").replace("total: 7000", "total: 7001"), encoding="utf-8")
    monkeypatch.setenv("HESUAN_CONTRACTS", str(contracts))
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    monkeypatch.setattr("sys.argv", ["hesuan", "template", "2024", "--county", "530113", "--out", str(tmp_path)])
    with pytest.raises(SystemExit) as caught:
        run_command_line()
    written = capsys.readouterr().err
    assert caught.value.code == 2
    assert "7001" in written
    assert bool(ENGLISH_SENTENCE.search(written)) is (language == "en")
    assert bool(re.search("[\u4e00-\u9fff]", written)) is (language == "zh")


def test_a_wrong_contract_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence has the file and the problem; a wrong language is told in Chinese."""
    assert "x.yaml" in format_contract_error(ContractError("x.yaml", "key: expected text", "not_text", name="key"))
    monkeypatch.setenv(LANGUAGE_VARIABLE, "fr")
    wrong = SettingError(LANGUAGE_VARIABLE, "names no language", "language", value="fr", expected="zh、en")
    assert "“fr”" in format_contract_error(wrong)
    assert format_error("interrupted").startswith("已按您的要求")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["status"], "缺少 year"),
        (["status", "去年"], "year 的值不对"),
        (["status", "2024", "--nosuch", "x"], "没有选项 --nosuch"),
        (["status", "2024", "--state"], "--state"),
        (["check", "x.xlsx", "--format", "pdf"], "--format 的值不对"),
        (["没有"], "“没有”"),
        (["status", "2024", "2025"], "“status 2024 2025”"),
    ],
)
def test_wrong_commands_are_told_in_chinese(
    arguments: list[str], expected: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command that is typed wrong ends with one Chinese sentence and exit code 2."""
    monkeypatch.setattr("sys.argv", ["hesuan", *arguments])
    with pytest.raises(SystemExit) as caught:
        run_command_line()
    written = capsys.readouterr().err
    assert caught.value.code == 2
    assert expected in written
    assert not ENGLISH_SENTENCE.search(written)
