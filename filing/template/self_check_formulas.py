"""The formulas of one line of the sheet for self-checking; all of them are array formulas that Excel 2010 computes.

A line names its own cells by ``{actual}``, ``{expected}``, ``{difference}`` and ``{failing}``.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.form_model import Rule
from filing.template.blank_sheet import BlankSheet

_BINARY_NOISE: Final = Decimal("0.000001")
"""Spreadsheets add in binary; what differs by less is equal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfCheck:
    """One line: what is compared, the formulas of both sides, and where it is.

    *failing_row* is the formula of the position, within the range *place*, of the first row that does not hold; 0 if
    all rows hold.
    """

    rule_id: str
    sheet: str
    content: str
    actual: str
    expected: str
    failing_row: str
    place: str


def number(cells: str) -> str:
    """Return the numbers in a range as an expression: a number typed as text counts, any other text is 0."""
    return f"IFERROR(VALUE({cells}),0)"


def sum_numbers(cells: str) -> str:
    """Return the sum of the numbers in a range as an expression."""
    return f"SUM({number(cells)})"


def compare_sums(
    *, rule: Rule, sheet: BlankSheet, content: str, actual: str, expected: str, place: str, tolerance: str = "0"
) -> SelfCheck:
    """Return the line that compares two numbers."""
    return SelfCheck(
        rule_id=rule.id,
        sheet=sheet.name,
        content=content,
        actual=f"={actual}",
        expected=f"={expected}",
        failing_row=f"=IF(ABS({{difference}})>{tolerance}+{_BINARY_NOISE},1,0)",
        place=place,
    )


def compare_columns(
    *, rule: Rule, sheet: BlankSheet, content: str, column: str, expected: str, tolerance: Decimal
) -> SelfCheck:
    """Return the line that compares a column with an array, row by row.

    It shows the first row that does not hold, or the sums of the column and of the array if all rows hold.
    """
    cells = sheet.format_range(column)
    values = number(cells)
    deviations = f"(ABS({values}-{expected_in_brackets(expected)})>{tolerance + _BINARY_NOISE})*1"
    decimals = sheet.form.get_field(column).decimals
    return SelfCheck(
        rule_id=rule.id,
        sheet=sheet.name,
        content=content,
        actual=f"=IF({{failing}}>0,INDEX({values},{{failing}}),SUM({values}))",
        expected=f"=ROUND(IF({{failing}}>0,INDEX({expected},{{failing}}),SUM({expected})),{max(decimals, 2)})",
        failing_row=f"=IFERROR(MATCH(1,{deviations},0),0)",
        place=cells,
    )


def expected_in_brackets(expression: str) -> str:
    """Return an expression in brackets, so that it can be subtracted."""
    return f"({expression})"
