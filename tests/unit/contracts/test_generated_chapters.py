"""The manual's generated chapters are what the contracts say now."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from contracts.contract_library import open_library
from tests.docs import books, dictionary, rule_chapter
from workbooks.writer.bulk_writer import ValueRows


def test_dictionary_is_as_generated() -> None:
    """The committed field dictionary is the one made from the contracts."""
    assert dictionary.CHAPTER.read_text(encoding="utf-8") == dictionary.chapter(open_library())


def test_rule_chapter_is_as_generated() -> None:
    """The committed rule chapter is the one made from contracts, sentences and examples."""
    assert rule_chapter.CHAPTER.read_text(encoding="utf-8") == rule_chapter.chapter(open_library())


def test_every_field_says_where_it_comes_from() -> None:
    """Each field bears the label of its source and its place."""
    for form in open_library().compile_all_forms():
        for field in form.fields:
            assert field.source.startswith(("[S] ", "[A] ", "[C] ")), (form.name, field.name)


@pytest.mark.parametrize(
    ("path", "sheets"),
    [
        (books.DICTIONARY, books.dictionary_sheets(open_library())),
        (books.RULES, books.rule_sheets(open_library())),
    ],
    ids=["dictionary", "rules"],
)
def test_workbooks_are_as_generated(path: Path, sheets: list[tuple[str, ValueRows]]) -> None:
    """The committed workbooks hold, value by value, what the contracts say."""
    book = load_workbook(path)
    assert book.sheetnames == [name for name, _ in sheets]
    for name, rows in sheets:
        found = [
            tuple("" if cell is None else str(cell) for cell in row) for row in book[name].iter_rows(values_only=True)
        ]
        assert found == [tuple(row) for row in rows], "run: python -m tests.docs.books"
