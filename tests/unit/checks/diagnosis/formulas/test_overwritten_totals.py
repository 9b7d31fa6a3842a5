"""A total typed over its formula is told with the formula."""

import pytest

from checks.diagnosis.formulas.typed_over import draw_across
from checks.model.cell_ref import column_number
from tests.builders.clerk_mistakes import combine, find_after, set_cell

DONE = "完成情况（示例）"


@pytest.mark.parametrize(
    ("formula", "column", "expected"),
    [
        ("=SUM(C4:C12)", "D", "=SUM(D4:D12)"),
        ("=ROUND(SUM($AA$4:AA12),2)", "B", "=ROUND(SUM($B$4:B12),2)"),
        ("=C4+C5-C6", "F", "=F4+F5-F6"),
        ("=SUM(C4:D12)", "E", ""),
        ("=附件2!C13", "D", ""),
        ("=1+2", "D", ""),
        ("=VLOOKUP(C4,A:B,2)", "D", ""),
    ],
)
def test_formula_drawn_across(formula: str, column: str, expected: str) -> None:
    """A formula over its own column is drawn across; one that refers to anything else is not."""
    origin = "AA" if "AA" in formula else "C"
    assert draw_across(formula, column_number(origin), column_number(column)) == expected


def test_typed_total_beside_a_formula() -> None:
    """The total of the other column is a formula, which the typed one had as well."""
    mistake = combine(set_cell(DONE, "D13", "=SUM(D4:D12)"), set_cell(DONE, "C13", 1700))
    (finding,) = [item for item in find_after("dongchuan", mistake) if item.rule == "T01"]
    assert (finding.cell, finding.expected) == ("C13", "1654.6")
    assert finding.remedy.endswith("请恢复公式 =SUM(C4:C12)，不要填数。")
