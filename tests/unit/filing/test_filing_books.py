"""The province's filing as a whole."""

from dataclasses import replace

from filing.filing_books import build_province_book
from tests.builders.filing_contexts import assert_live, load_messages, make_context, sheet_of, texts_of
from workbooks.writer.write_book import write_book


def test_formulas_give_the_values_beside_them() -> None:
    """Every cached value is what its formula computes from the book itself."""
    assert assert_live(build_province_book(make_context(), load_messages())) > 40


def test_complete_filing_is_no_stage() -> None:
    """When every due county is filed, nothing is headed as a stage and no sheet of missing counties is added."""
    book = build_province_book(make_context(), load_messages())
    assert book.title == "云南省2024年度新增耕地和补划永久基本农田年度核算备案表"
    assert "阶段性" not in texts_of(sheet_of(book, "cover")) + texts_of(sheet_of(book, "rollup"))
    assert "未备案" not in [sheet.name for sheet in book.sheets]


def test_nothing_filed_yet_still_makes_a_book() -> None:
    """A context without any filed county gives a book that can be written."""
    book = build_province_book(replace(make_context(), included_counties=()), load_messages())
    assert "尚无已备案的县（市、区）。" in texts_of(sheet_of(book, "rollup"))
    assert write_book(book)


def test_same_scene_gives_the_same_bytes() -> None:
    """The filing depends on its context alone."""
    made = [write_book(build_province_book(make_context(), load_messages())) for _ in range(2)]
    assert made[0] == made[1]
