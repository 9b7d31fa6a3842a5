"""A number format is judged by what it shows of the value that is stored."""

import pytest

from workbooks.sheet_scan.number_formats import BLANK, INVISIBLE, SHOWN_DIFFERENTLY, parse_number_format

HONEST = (
    "General", "G/通用格式", "0", "0.00",
    "0.00_ ", "#,##0", "#,##0.00", "#,##0.00_);[Red]\\(#,##0.00\\)", "0.00;[Red]-0.00",
    "0.00;[Red]0.00", '0.00"亩"', '#,##0.00"m²"', "0.00亩", "@", "0;-0;;@", "0.00;-0.00;", "yyyy-mm-dd", "[h]:mm:ss",
    'yyyy"年"m"月"d"日"', "0.00E+00", "# ?/?", "000", '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "[DBNum1]0",
    '[=0]"";0.00', "¥#,##0.00", '"约"0.0', "[$-804]0.00",
)  # fmt: skip


ODD = {
    ";;;": BLANK, ";;": BLANK, '""': BLANK, "_ ": BLANK, "[Red];;": BLANK, '"   "': BLANK, "[<0]0;": BLANK,
    "0%": SHOWN_DIFFERENTLY, "0.00%": SHOWN_DIFFERENTLY, "0,": SHOWN_DIFFERENTLY, "0.0,": SHOWN_DIFFERENTLY,
    "#,##0,": SHOWN_DIFFERENTLY, "#,##0.00,,": SHOWN_DIFFERENTLY, '0!.0,"万"': SHOWN_DIFFERENTLY,
    '"1000"': SHOWN_DIFFERENTLY, '"是"': SHOWN_DIFFERENTLY, '0"00"': SHOWN_DIFFERENTLY,
    "**;**;**;**": SHOWN_DIFFERENTLY, '"-"0': SHOWN_DIFFERENTLY, "\\-0.00": SHOWN_DIFFERENTLY,
    "0\\5": SHOWN_DIFFERENTLY, "[White]0.00": INVISIBLE, "[白色]0": INVISIBLE, "[颜色2]General": INVISIBLE,
    '[>=100]0!.0,"万";0': SHOWN_DIFFERENTLY,
}  # fmt: skip


@pytest.mark.parametrize("code", HONEST)
def test_honest_format_shows_what_is_stored(code: str) -> None:
    """Separators, decimals, colours, units in words, dates and hidden zeros are no disguise."""
    assert {parse_number_format(code).get_effect(value) for value in (150, 0, 186.5, None)} == {""}


@pytest.mark.parametrize("code", ODD)
def test_odd_format_is_told_by_what_it_does(code: str) -> None:
    """A format that shows nothing, a multiple, a word or white figures is reported."""
    assert parse_number_format(code).get_effect(150) == ODD[code]


def test_format_with_a_condition_is_judged_by_the_value() -> None:
    """Only the figures that a condition picks are shown otherwise; a zero that is not shown is no loss."""
    code = parse_number_format('[>=10000]0!.0,"万";0')
    assert (code.get_effect(12_000), code.get_effect(150), code.get_effect(0)) == (SHOWN_DIFFERENTLY, "", "")
    assert parse_number_format(";;;").get_effect(None) == BLANK
    assert parse_number_format(";;").get_effect(None) == ""
    assert parse_number_format("0;;").get_effect(-5) == BLANK
