"""The manual's generated chapters are what the contracts say now."""

from contracts.library import open_library
from tests.docs import dictionary, rule_chapter


def test_dictionary_is_as_generated() -> None:
    """The committed field dictionary is the one made from the contracts."""
    assert dictionary.CHAPTER.read_text(encoding="utf-8") == dictionary.chapter(open_library())


def test_rule_chapter_is_as_generated() -> None:
    """The committed rule chapter is the one made from contracts, sentences and examples."""
    assert rule_chapter.CHAPTER.read_text(encoding="utf-8") == rule_chapter.chapter(open_library())


def test_every_field_says_where_it_comes_from() -> None:
    """Each field bears the label of its source and its place."""
    for form in open_library().all_forms():
        for field in form.fields:
            assert field.source.startswith(("[S] ", "[A] ", "[C] ")), (form.name, field.name)
