"""The written rules by which text is read as figures."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.parsing.text_normalisation import (
    NORMALISATION_RULES,
    find_applied_rules,
    normalise_text,
    normalise_text_expr,
    parse_number_expr,
    read_integer,
)


def _number(text: str, unit: str = "亩") -> str | None:
    found = pl.DataFrame({"a": [text]}, schema={"a": pl.String}).select(parse_number_expr(pl.col("a"), unit)).item()
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("150", "150"),
        ("１５０．５", "150.5"),
        (" 1 5 0\u3000", "150"),
        ("1,234.5", "1234.5"),
        ("1，234", "1234"),
        ("150亩", "150"),
        ("—", "0"),
        ("-", "0"),
        ("－12", "-12"),
        ("", None),
        ("  ", None),
        ("150公顷", None),
        ("1,5", None),
        ("①50", None),
        ("15²", None),
        ("N/A", None),
        ("无", None),
        ("1_000", None),
        ("1e3", None),
        ("NaN", None),
    ],
)
def test_figure_means_what_the_rules_say(written: str, meant: str | None) -> None:
    """Each way of writing a figure is read by a rule, or is none."""
    assert _number(written) == meant


@given(st.text(alphabet="0123456789０１２,，.．-—亩 \u3000\n", max_size=12))
def test_rules_applied_twice_change_nothing_more(text: str) -> None:
    """Every rule, and all of them together, are idempotent."""
    for rule in NORMALISATION_RULES.values():
        assert rule(rule(text)) == rule(text)
    once = _number(text)
    assert once is None or _number(once) == once


@given(st.text(max_size=20))
def test_compact_is_idempotent(text: str) -> None:
    """Folding twice is folding once, and keeps rare characters."""
    assert normalise_text(normalise_text(text)) == normalise_text(text)


@given(st.lists(st.none() | st.text(alphabet="a!~ 0９（\t\u3000\u200b\u4e00\u9fff\uf900\ufb01①é", max_size=4)))
def test_a_column_is_compacted_as_its_texts_are(texts: list[str | None]) -> None:
    """The texts that are let through unfolded are those that folding would not change, wherever they stand."""
    column = pl.DataFrame({"a": texts}, schema={"a": pl.String}).select(normalise_text_expr(pl.col("a")))["a"].to_list()
    assert column == [normalise_text(text) or None if text is not None else None for text in texts]


@settings(max_examples=50)
@given(st.lists(st.none() | st.text(alphabet="01２.-+,，— 亩x", max_size=5), max_size=5))
def test_a_column_of_figures_is_read_as_each_of_them(texts: list[str | None]) -> None:
    """What stands beside a figure has no part in how it is read."""
    column = (
        pl.DataFrame({"a": texts}, schema={"a": pl.String}).select(parse_number_expr(pl.col("a"), "亩"))["a"].to_list()
    )
    assert column == [None if text is None else _number(text) for text in texts]


def test_rare_characters_survive() -> None:
    """Characters outside the basic plane are kept as they are."""
    assert normalise_text("𠮷 \U0002a6d6乡") == "𠮷\U0002a6d6乡"


def test_applied_rules_are_named() -> None:
    """The report lists the rules that changed a figure."""
    assert find_applied_rules("１，２３４ 亩") == ("space", "full_width", "unit", "separator")
    assert find_applied_rules("150") == ()
    assert find_applied_rules("—") == ("dash",)


def test_cover_number_needs_sound_grouping() -> None:
    """A county code with a stray comma is no number."""
    assert read_integer("530，113") == 530113
    assert read_integer("53,0113") is None
