"""The evidence on the roll-ups as texts: sentences, sheet and page, and what is stored."""

import pytest

from contracts.contract_library import open_library
from filing.book.workbook_model import CellStyle
from filing.context.rollup_evidence import (
    ExpectationResult,
    build_evidence_line,
    build_evidence_page,
    build_evidence_sheet,
    decode_evidence,
    encode_evidence,
)
from tests.builders.examined import wording

TABLES = {table.name: table for table in open_library().get_rollup_tables("annual-accounting")}


@pytest.mark.parametrize(
    ("expectation", "sentence"),
    [
        ("L05-plan", "“完成数与计划数之比”在 0 与 3 之间"),
        ("L06-last-year", "“完成数与上年备案数之比”在 0.2 与 5 之间"),
        ("L07-done", "“本年完成数”不低于 0"),
        ("L08-accumulated", "“累计完成”不低于“本年完成数”"),
    ],
)
def test_ranges_and_comparisons_are_said_in_chinese(expectation: str, sentence: str) -> None:
    """The bounds and the headings of the columns stand in the sentence; without rows to compare, it says so."""
    table = TABLES["county_measures"]
    item = next(item for item in table.expectations if item.id == expectation)
    line = build_evidence_line(table, item, ExpectationResult(0, ()), wording())
    assert (line.expected, line.observed, line.holds) == (sentence, "没有可比的行", True)


def test_evidence_recorded_earlier_is_still_read() -> None:
    """What was stored before there were ranges is decoded as it is."""
    record = {
        "rule": "L03",
        "severity": "soft",
        "table": "应报单位",
        "expectation": "应报单位均已备案，或经批准免报",
        "expected": "“是否备案”为：是、免报",
        "observed": "共 2 行，1 行不符：乙县",
        "holds": False,
        "basis": "[C] 汇总惯例",
    }
    (line,) = decode_evidence([record])
    assert encode_evidence([line]) == [record]
    assert build_evidence_page([line], "核验", wording()).lines[0][5:7] == ("共 2 行，1 行不符：乙县", "待说明")


def test_evidence_is_said_in_chinese() -> None:
    """Each line has the rule, what was expected in the table's own headings, what was seen, and a verdict."""
    table = TABLES["due_counties"]
    (item,) = table.expectations
    good, bad = (
        build_evidence_line(table, item, ExpectationResult(3, failing), wording()) for failing in ((), ("乙县",))
    )
    page = build_evidence_page([good, bad], "核验", wording())
    assert page.summary == "共 2 项，符合 1 项，不符或待说明 1 项。"
    assert [line[1] for line in page.lines] == ["L03", "L03"]
    assert [line[6] for line in page.lines] == ["符合", "待说明"]
    assert (good.expected, bad.observed) == ("“是否备案”为：是、免报", "共 3 行，1 行不符：乙县")
    sheet = build_evidence_sheet([good, bad], "核验", wording())
    assert [cell.value for cell in sheet.rows[-1]] == list(page.lines[-1])
    assert sheet.rows[-1][6].style is CellStyle.SOFT
    assert decode_evidence(encode_evidence([good, bad])) == (good, bad)
