"""The rule chapter of the manual is what the contracts say."""

from contracts.contract_library import open_library
from contracts.rule_catalogue import build_catalogue
from tests.docs.rule_chapter import CHAPTER, chapter


def test_committed_chapter_is_current() -> None:
    """The chapter that people read was made from the contracts as they are now."""
    assert CHAPTER.read_text(encoding="utf-8") == chapter(open_library()), "run: python -m tests.docs.rule_chapter"


def test_every_rule_has_its_section() -> None:
    """Each rule in force is explained under its own heading."""
    text = CHAPTER.read_text(encoding="utf-8")
    rules = {item.id for item in build_catalogue(open_library())}
    assert {line.split()[1] for line in text.splitlines() if line.startswith("### ")} == rules
