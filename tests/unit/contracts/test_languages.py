"""Each language has every sentence with the same placeholders; what is parsed does not depend on the language."""

import shutil
import string
from pathlib import Path

import pytest

from contracts.contract_library import ContractLibrary, open_library
from contracts.errors import ContractError, SettingError
from contracts.messages import LANGUAGES, Messages

ZH, EN = (open_library(language=language) for language in LANGUAGES)
CATALOGUES = ZH.root / "messages"


def own_texts(language: str, folder: Path) -> Messages:
    """Return the texts of one catalogue alone: as the first language, which falls back on none."""
    alone = folder / language
    (alone / "forms").mkdir(parents=True)
    (alone / "messages").mkdir()
    shutil.copy(CATALOGUES / f"{language}.yaml", alone / "messages" / "zh.yaml")
    return open_library(alone).get_messages()


def placeholders(text: str) -> set[str]:
    """Return the names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_has_the_same_sentences(tmp_path: Path) -> None:
    """A sentence that is added in one language is added in the other, with the same placeholders."""
    zh, en = (own_texts(language, tmp_path).texts for language in LANGUAGES)
    assert zh.keys() ^ en.keys() == set()
    unlike = [key for key, text in zh.items() if placeholders(text) != placeholders(en[key])]
    assert unlike == []


def test_what_is_missing_falls_back_on_the_first_language(tmp_path: Path) -> None:
    """A newer sentence is shown in Chinese until somebody translates it."""
    copy = tmp_path / "contracts"
    shutil.copytree(ZH.root, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    path = copy / "messages" / "zh.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\nadded: 新加的一句\n", encoding="utf-8")
    assert ContractLibrary(copy, "en").get_messages()("added") == "新加的一句"
    assert ContractLibrary(copy, "en").get_messages()("run.nothing") == "Nothing to do."


def test_edited_contracts_need_no_other_language(tmp_path: Path) -> None:
    """A copy of the contracts that has Chinese alone still works in Chinese."""
    messages = own_texts("zh", tmp_path)
    assert messages.list_spellings("marks.sheet_name") == ("问题清单",)


@pytest.mark.parametrize("language", ["fr", "EN", "中文"])
def test_other_languages_are_refused(language: str) -> None:
    """A language without a catalogue is a wrong setting, which is told by a sentence of its own."""
    with pytest.raises(SettingError) as caught:
        open_library(language=language).get_messages()
    assert (caught.value.code, caught.value.facts["value"]) == ("language", language)


def test_contracts_version_does_not_depend_on_the_language() -> None:
    """What a result rests on is the same, whichever language it is shown in."""
    assert ZH.compute_version() == EN.compute_version()


def test_parts_are_joined_as_the_language_does() -> None:
    """A list that the code made is joined as people of the language do; words of people stay as they are."""
    facts = {"county": "甲、乙", "missing": "意见、日期", "example": "F11"}
    text = EN.get_messages()("denial.unanswered", missing="1、2", example="F11：数，字")
    assert "Points 1, 2 " in text
    assert "F11：数，字" in text
    assert ZH.get_messages()("denial.unanswered", missing="1、2", example="x").startswith("退回意见第 1、2 条")
    assert EN.get_messages()("denial.incomplete", action="file", **facts) == (
        "“file” lacks 意见, 日期. Fill in what is missing and hand it in again."
    )


def test_names_of_the_procedure_are_found_in_any_language() -> None:
    """A decision may name level and action in Chinese or English, or by id or verb, whatever the surface is."""
    for library in (ZH, EN):
        procedure = library.get_procedure("annual-accounting")
        for level, action in (("市级", "复核同意"), ("city", "approve")):
            found = procedure.find_level(level)
            assert found is not None
            chosen = procedure.find_action(found.id, action)
            assert chosen is not None
            assert chosen.id == "approve"
    assert EN.get_procedure("annual-accounting").states["filed"] == "filed"
    assert ZH.get_procedure("annual-accounting").states["filed"] == "已备案"


def test_every_name_of_the_procedure_is_translated() -> None:
    """No level, state or action is shown in Chinese on the English surface."""
    procedure = ZH.get_procedure("annual-accounting")
    names = procedure.translations.by_language["en"]
    ids = {level.id for level in procedure.levels} | {action.id for action in procedure.actions}
    assert names.collect_ids() == ids | set(procedure.states)


def test_a_translated_name_of_nothing_is_refused(tmp_path: Path) -> None:
    """A state that was renamed takes its translation with it."""
    copy = tmp_path / "contracts"
    shutil.copytree(ZH.root, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    path = copy / "procedures" / "annual-accounting.yaml"
    text = path.read_text(encoding="utf-8").replace("      filed: filed\n", "      field: filed\n")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match="names in en: not declared: \\['field'\\]"):
        ContractLibrary(copy).get_procedure("annual-accounting")
