"""Story 16: an explanation written in the county's form 核实说明 is read."""

from io import BytesIO

import openpyxl
import pytest

from checks.model.finding import Refusal, Severity
from checks.model.report import ValidationReport
from contracts.contract_library import open_library
from tests.builders.gansu import gansu_workbook
from workbooks.examine import validate_file

TEXT = "该地块为坡改梯后的实测坡度，见验收测量报告第12页"


def check(data: bytes) -> ValidationReport:
    """Check a workbook."""
    library = open_library()
    report = validate_file(data, library, library.get_messages())
    assert not isinstance(report, Refusal), report
    return report


def with_steep_plot(rows: list[list[object]]) -> bytes:
    """Return the sample with one plot of the steepest class, and rows in the form of explanations."""
    book = openpyxl.load_workbook(BytesIO(gansu_workbook()))
    sheet = book["新增耕地明细"]
    for cells in sheet.iter_rows():
        for cell in cells:
            if cell.value == "坡度级别":
                sheet.cell(cell.row + 1, cell.column).value = "5"
    form = book["核实说明"]
    for row in rows:
        form.append(row)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def unexplained() -> ValidationReport:
    """Return what is found without an explanation."""
    return check(with_steep_plot([]))


def test_the_form_explains_the_finding_of_its_row(unexplained: ValidationReport) -> None:
    """Rule, sheet and cell name the finding; the text, with its evidence, is the explanation."""
    finding = next(finding for finding in unexplained.findings if finding.severity is Severity.SOFT)
    row = [1, finding.rule, finding.sheet, finding.cell, finding.message, TEXT, "附件7", "张三", "2025-01-10"]
    explained = check(with_steep_plot([row]))
    assert explained.explanation_count == unexplained.explanation_count + 1
    texts = [found.explanation.text for found in explained.findings if found.explanation]
    assert texts == [f"{TEXT}（附件7）"]


@pytest.mark.parametrize("cell", ["ZZ1", ""])
def test_a_row_without_a_finding_explains_nothing(unexplained: ValidationReport, cell: str) -> None:
    """Another cell, or none."""
    finding = next(finding for finding in unexplained.findings if finding.severity is Severity.SOFT)
    row = [1, finding.rule, finding.sheet, cell, "", TEXT, "", "张三", "2025-01-10"]
    assert check(with_steep_plot([row])).explanation_count == 0
