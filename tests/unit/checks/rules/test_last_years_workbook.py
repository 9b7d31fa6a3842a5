"""Last year's workbook with another year on its cover is named as that, once."""

from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from checks.model.filing_history import PlotClaim, build_filing_history
from checks.model.report import ValidationReport
from tests.builders.broken import valid_workbook
from tests.builders.clerk_mistakes import set_cell
from tests.builders.dongchuan import COVER, submission
from tests.builders.examined import report_of, warm_library, wording
from tests.builders.gansu import COUNTY, YEAR, gansu_report
from workbooks.examine import validate_file


def check_after(filed: ValidationReport, data: bytes, claims: tuple[PlotClaim, ...] = ()) -> Any:
    """Return the report of a workbook of the next year."""
    return validate_file(data, warm_library(), wording(), history=build_filing_history(YEAR, filed.figures, claims))


def test_copy_of_a_plan_county() -> None:
    """The townships' figures are last year's."""
    report = check_after(report_of(valid_workbook()), submission(2).put(COVER, "B3", YEAR + 1).bytes())
    assert [(finding.rule, finding.cell) for finding in report.findings] == [("Y10", "B3")]


def test_copy_of_a_gansu_county() -> None:
    """Neither its plots nor its balances are told one by one."""
    filed = gansu_report()
    claims = [
        PlotClaim(plot=plot, form=form, year=YEAR, county=COUNTY)
        for form, plots in filed.plots.items()
        for plot in plots
    ]
    book = load_workbook(BytesIO(valid_workbook("gansu")))
    set_cell(COVER, "B3", YEAR + 1)(book)
    buffer = BytesIO()
    book.save(buffer)
    report = check_after(filed, buffer.getvalue(), tuple(claims))
    assert [(finding.rule, finding.cell) for finding in report.findings] == [("Y10", "B3")]
