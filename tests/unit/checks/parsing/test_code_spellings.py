"""Codes and plot numbers in the spellings that people use."""

import polars as pl
import pytest

from checks.parsing.code_spellings import find_code, restore_zeros, standardise_codes_expr, standardise_plot

STANDARDS = ("国家利用等", "GB/T 33469")
CLASSES = ("0101", "0102", "1203")


@pytest.mark.parametrize(
    "written",
    [
        "GB/T 33469",
        "GB/T33469",
        "gb/t33469",
        "GBT33469",
        "GB／T　33469",
        "GB/T 33469-2016",
        "GB/T33469—2016",
        "《耕地质量等级》（GB/T 33469-2016）",
    ],
)
def test_standard_is_read_in_every_spelling(written: str) -> None:
    """Width, case, spaces, punctuation, year and title do not make it another standard."""
    assert find_code(written, STANDARDS) == "GB/T 33469"


@pytest.mark.parametrize("written", ["GB/T 334690", "GB/T 33496", "国家自然等", "不详"])
def test_other_standard_stays_as_written(written: str) -> None:
    """What spells no code of the list is left for the rule on codes."""
    assert find_code(written, STANDARDS) == written


def test_zeros_at_the_front_are_restored() -> None:
    """A spreadsheet makes 102 of 0102; a code that is whole stays."""
    written = pl.DataFrame({"code": ["102", "0102", None, "1203", "9"]})
    read = written.select(standardise_codes_expr(pl.col("code"), CLASSES)).to_series().to_list()
    assert read == ["0102", "0102", None, "1203", "9"]
    assert restore_zeros(["102", "0102", "1203"], CLASSES) == {"102": "0102"}


@pytest.mark.parametrize("written", ["6201022024x000001", "620102-2024-X-000001", "６２０１０２2024Ｘ 000001"])
def test_one_plot_has_one_number(written: str) -> None:
    """Case, width, hyphens and spaces do not make another plot."""
    assert standardise_plot(written) == "6201022024X000001"


def test_hyphens_between_short_groups_tell_plots_apart() -> None:
    """The plots 1-11 and 11-1 of a county are two."""
    assert standardise_plot("HT-1-11") != standardise_plot("HT-11-1")


@pytest.mark.parametrize(
    "text",
    [
        "6208252024x000001",
        " 6208252024 X 000001",
        "6208252024-X-000001",
        "62-0825-2024—X—000001",
        "６２０８２５２０２４ｘ０００００１",
        "6208252024X0000-01",
    ],
)
def test_plot_of_fixed_length_has_one_spelling(text: str) -> None:
    """Case, width, spaces and hyphens do not hide a second claim."""
    assert standardise_plot(text) == "6208252024X000001"
