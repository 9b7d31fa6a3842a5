"""What is computed anew: arithmetic, sums and subtotals over cells of the workbook; anything else is left alone."""

from decimal import Decimal

import polars as pl
import pytest

from checks.formulas.formula_evaluation import compute_formula
from checks.model.raw_workbook import CellKind, RawSheet, RawWorkbook


def kind_of(value: str | None) -> CellKind:
    """Return the type that a file would give a value."""
    if value is None:
        return CellKind.EMPTY
    return CellKind.NUMBER if value.replace(".", "").isdigit() else CellKind.TEXT


def sheet(name: str, rows: list[list[str | None]]) -> RawSheet:
    """Return a sheet of figures; what is no number is text."""
    text = pl.DataFrame(rows, schema=["A", "B"], orient="row")
    kinds = [[kind_of(value) for value in row] for row in rows]
    return RawSheet(name=name, visible=True, text=text, kinds=pl.DataFrame(kinds, schema=["A", "B"], orient="row"))


BOOK = RawWorkbook((sheet("表", [["1", "0.1"], ["2", "0.2"], [None, "字"]]), sheet("另 表", [["10", "20"]])))


@pytest.mark.parametrize(
    ("formula", "due"),
    [
        ("=A1+A2", "3"),
        ("=SUM(A1:B2)", "3.3"),
        ("=SUM(A1:A3,B1,-A2)", "1.1"),
        ("=-A1-(A2-0.5)", "-2.5"),
        ("=SUM(B1:B3)", "0.3"),
        ("='另 表'!A1+$A$1", "11"),
        ("=SUM('另 表'!A1:B1)-SUM(A1:A2)", "27"),
        ("= 5 + 7", "12"),
        ("=A3+A1", "1"),
        ("=18.7833*15", "281.7495"),
        ("=ROUND(18.7833*15,2)", "281.75"),
        ("=A2*B1/4-1", "-0.95"),
        ("=SUBTOTAL(9,A1:A2)", "3"),
        ('=IF(COUNT(A1,B1)<2,"",ROUND(A1*B1,2))', "0.1"),
        ('=IF(A3="",COUNT(A$1:B3),A1/A3)', "4"),
        ('=IF(B3<>"",COUNTA(A1:B3),0)', "5"),
        ("=IF(A1>A2,1/0,IF(A1<=1,A2,5))", "2"),
    ],
)
def test_sums_are_computed(formula: str, due: str) -> None:
    """A blank counts as nothing; other sheets of the same workbook are read."""
    assert compute_formula(formula, BOOK, "表") == Decimal(due)


@pytest.mark.parametrize(
    "formula",
    [
        "=INT(A1)",
        "=A1/A3",
        "=SUBTOTAL(1,A1:A2)",
        "=SUMIF(A1:A2,1)",
        "=没有!A1",
        "=[1]表!A1",
        "=A1&B1",
        '=IF(A1=1,"",2)',
        '=IF(B3="字",1,2)',
        "=IF(A1,1,2)",
        "=COUNT(1)",
        "=SUM(A1",
        "=A1:A2",
        "=",
        "=SUM(A1:XFD9999)",
    ],
)
def test_whatever_else_is_left_alone(formula: str) -> None:
    """Another function, a division by nothing, another workbook: taken at the value that the file holds."""
    assert compute_formula(formula, BOOK, "表") is None
