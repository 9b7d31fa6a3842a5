"""A formula that was drawn across is written once; each cell has it with its own addresses."""

import pytest

from workbooks.sheet_scan.shared_formulas import SharedFormulas, move_formula


@pytest.mark.parametrize(
    ("formula", "address", "moved"),
    [
        ("SUM(C4:C11)", "D13", "SUM(D4:D11)"),
        ("SUM($C4:C$11)", "E14", "SUM($C5:E$11)"),
        ("'C4 表'!C4+ROUND(C5,2)", "D13", "'C4 表'!D4+ROUND(D5,2)"),
        ('IF(C4="C4",LOG10(C4),1)', "C14", 'IF(C5="C4",LOG10(C5),1)'),
    ],
)
def test_addresses_move_with_the_cell(formula: str, address: str, moved: str) -> None:
    """Relative addresses move, fixed ones, texts, sheet names and functions stay."""
    assert move_formula(("C13", formula), address) == moved


def test_a_shared_formula_is_read_at_each_cell() -> None:
    """The first cell holds the text, the others only its index; an index that is not known has no text."""
    formulas = SharedFormulas()
    assert formulas.read_text("C13", b' t="shared" ref="C13:D13" si="0"', b"SUM(C4:C11)") == "SUM(C4:C11)"
    assert formulas.read_text("D13", b' t="shared" si="0"', b"") == "SUM(D4:D11)"
    assert formulas.read_text("D14", b' t="shared" si="1"', b"") == ""
    assert formulas.read_text("E1", b"", b"A1&amp;B1") == "A1&B1"
