"""Formulas without results are one finding of the workbook; a single one is told at its cell."""

from io import BytesIO

from openpyxl import load_workbook

from tests.builders.clerk_mistakes import find_after, set_cell, sound_submission
from tests.builders.examined import report_of

DONE = "完成情况（示例）"


def test_one_formula_is_told_at_its_cell() -> None:
    """One formula without a result, among figures that are there."""
    (finding,) = find_after("dongchuan", set_cell(DONE, "C13", "=SUM(C4:C12)"))
    assert (finding.rule, finding.sheet, finding.cell) == ("F06", DONE, "C13")
    assert "没有计算结果" in finding.message


def test_workbook_that_was_never_calculated_is_told_once() -> None:
    """All totals are formulas, none has a result: nothing else is told, because all figures hang on them."""
    book = load_workbook(BytesIO(sound_submission("dongchuan")))
    for sheet, columns in (("附件2", "CDEF"), ("附件3", "CDEF")):
        for column in columns:
            book[sheet][f"{column}14"] = f"=SUM({column}5:{column}13)"
    book[DONE]["C4"] = 999
    buffer = BytesIO()
    book.save(buffer)
    (finding,) = report_of(buffer.getvalue()).findings
    assert finding.rule == "F06"
    assert finding.message == ("工作簿中有 8 处公式没有计算结果（“附件2”、“附件3”），文件是没有经过计算就保存的。")
