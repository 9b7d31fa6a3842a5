"""A data validation or a conditional format whose formula asks the network is named with its range."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.worksheet.datavalidation import DataValidation

from tests.builders.broken import valid_workbook
from tests.builders.examined import report_of
from workbooks.sheet_scan.remote_rules import find_remote_rules

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"
ASKED = 'WEBSERVICE("http://127.0.0.1/")'


def sheet_with(markup: str) -> bytes:
    """Return a sheet without rows, with some markup behind them."""
    return f'<worksheet xmlns="{MAIN}" xmlns:x14="{X14}" xmlns:xm="{XM}"><sheetData/>{markup}</worksheet>'.encode()


FORMAT_TAGS = ("<x14:conditionalFormatting>", "</x14:conditionalFormatting>")
RANGED = (
    f'<dataValidation sqref="B2:B4"><formula1>{ASKED}</formula1></dataValidation>',
    '<dataValidation sqref="B2:B4"><formula1>1</formula1><formula2>RTD("a",,"b")</formula2></dataValidation>',
    f'<conditionalFormatting sqref="B2:B4"><cfRule><formula>_xlfn.{ASKED}</formula></cfRule></conditionalFormatting>',
    f"<x14:cfRule><xm:f>{ASKED}</xm:f></x14:cfRule><xm:sqref>B2:B4</xm:sqref>".join(FORMAT_TAGS),
)
HARMLESS = (
    '<dataValidation sqref="B2" prompt="CALL (8)"><formula1>SUM(A1)</formula1></dataValidation>',
    '<dataValidation sqref="B2"><formula1>MYCALL(A1)</formula1></dataValidation>',
    "<headerFooter><oddHeader>WEBSERVICE(1)</oddHeader></headerFooter>",
)


@pytest.mark.parametrize("markup", RANGED, ids=["validation", "second formula", "format", "extension"])
def test_rule_that_asks_the_network_is_found(markup: str) -> None:
    """Wherever the format keeps formula and range."""
    assert find_remote_rules(sheet_with(markup)) == ("B2:B4",)


@pytest.mark.parametrize("markup", HARMLESS, ids=["prompt", "other function", "header"])
def test_text_and_other_functions_are_none(markup: str) -> None:
    """Only a formula counts, and only one with such a function."""
    assert find_remote_rules(sheet_with(markup)) == ()


def test_both_are_one_notice_of_the_whole_check() -> None:
    """The notice gives sheet and range; nothing else is found in the sound file."""
    book = load_workbook(BytesIO(valid_workbook("dongchuan")))
    sheet = book["附件2"]
    validation = DataValidation(type="custom", formula1=ASKED)
    validation.add("C6:C8")
    sheet.add_data_validation(validation)
    sheet.conditional_formatting.add("D6:D8", FormulaRule(formula=[f"{ASKED}=1"]))  # type: ignore[no-untyped-call]
    buffer = BytesIO()
    book.save(buffer)
    (finding,) = report_of(buffer.getvalue()).findings
    assert (finding.rule, finding.severity) == ("F20", "report")
    assert "附件2!C6:C8" in finding.message
    assert "附件2!D6:D8" in finding.message
