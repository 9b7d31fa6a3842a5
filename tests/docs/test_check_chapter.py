"""The list of checks is what the specifications and the contracts say."""

import re

from contracts.contract_library import open_library
from contracts.lint.check_specs import OPTIONAL_MARK, load_check_specs
from tests.docs.check_chapter import CHAPTER, chapter


def test_committed_list_is_current() -> None:
    """The list that people read was made from the specifications as they are now."""
    assert CHAPTER.read_text(encoding="utf-8") == chapter(open_library()), "run: python -m tests.docs.check_chapter"


def test_every_check_has_its_section_with_its_arguments() -> None:
    """Each check that a rule may name stands under its own heading, each of its arguments in a row."""
    sections = CHAPTER.read_text(encoding="utf-8").split("\n## `")[1:]
    listed = {}
    for section in sections:
        listed[section.partition("`")[0]] = set(re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE))
    specs = load_check_specs()
    assert listed.keys() == specs.keys()
    for name, spec in specs.items():
        assert listed[name] == {argument.removesuffix(OPTIONAL_MARK) for argument in spec.arguments}


def test_used_checks_name_their_rules() -> None:
    """The rule on serial numbers is named at its check."""
    section = CHAPTER.read_text(encoding="utf-8").partition("## `serial_numbers`")[2].partition("\n## ")[0]
    assert re.search(r"用于规则：\w+", section)
