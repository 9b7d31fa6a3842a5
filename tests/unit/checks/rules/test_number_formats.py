"""A number that its cell shows as something else: the format is the cause, and the number stays."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from checks.model.finding import Finding
from tests.builders.dongchuan import SHEET_DONE, submission
from tests.builders.examined import report_of


def find_after_format(number_format: str, value: Any = None) -> tuple[Finding, ...]:
    """Return the findings after a cell with 200 has another format, or another value too."""
    book = load_workbook(BytesIO(submission(2).bytes()))
    cell = book[SHEET_DONE]["C5"]
    cell.number_format = number_format
    if value is not None:
        cell.value = value
    buffer = BytesIO()
    book.save(buffer)
    return report_of(buffer.getvalue()).findings


@pytest.mark.parametrize("number_format", ["yyyy-mm-dd", "h:mm", "[h]:mm", "mmm-yy", "yyyy/m/d h:mm"])
def test_a_date_format_is_the_cause(number_format: str) -> None:
    """The finding names the number in the cell and asks for another format, not for another number."""
    (finding,) = find_after_format(number_format)
    assert (finding.rule, finding.cell) == ("F04", "C5")
    assert "存的数是 200" in finding.message
    assert "改为数值" in finding.remedy
    assert "应显示 200" in finding.remedy
    assert "填 0" not in finding.remedy


@pytest.mark.parametrize(
    ("value", "shown"), [(58, "58"), (59, "59/60"), (60, "59/60"), (61, "61"), (281.75, "281.75"), (0.5, "0.5")]
)
def test_the_number_behind_a_date_is_exact(value: float, shown: str) -> None:
    """Days before March 1900 and parts of a day come back as the number that was typed."""
    findings = find_after_format("yyyy-mm-dd h:mm", value)
    assert f"存的数是 {shown}。" in findings[0].message


def test_a_logical_value_is_named() -> None:
    """TRUE is no number, and nobody is told to put 0 in its place."""
    (finding,) = find_after_format("General", value=True)
    assert "逻辑值" in finding.message
    assert "填 0" not in finding.remedy


@pytest.mark.parametrize("number_format", ["¥#,##0.00", "@", "# ?/?"])
def test_formats_that_show_the_number_are_no_finding(number_format: str) -> None:
    """Currency, text and fraction formats leave the number to be read."""
    assert find_after_format(number_format) == ()
