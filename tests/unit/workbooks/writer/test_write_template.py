"""The blank workbook of a county has every heading, computes totals, offers codes and locks what is computed."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from filing.template.template import build_blank_workbook
from tests.builders.examined import wording
from tests.builders.gansu import COUNTY, gansu_submission
from workbooks.writer.write_template import write_template


@pytest.fixture(scope="module")
def blank() -> Any:
    """Give the county's template, read back."""
    county = gansu_submission().register.counties[COUNTY]
    data = write_template(build_blank_workbook(gansu_submission(), county, 10, wording()), wording())
    return load_workbook(BytesIO(data))


def test_template_has_every_heading(blank: Any) -> None:
    """The blank workbook holds each form of the package under its own headings."""
    for form in gansu_submission().forms[1:]:
        assert [cell.value for cell in blank[form.sheet_names[0]][3]] == [field.heading for field in form.fields]


def test_template_computes_chooses_and_locks(blank: Any) -> None:
    """Totals and derived figures are formulas, codes are chosen from lists, and what is computed is locked."""
    plots, summary = blank["新增耕地明细"], blank["核算汇总表"]
    assert plots["T4"].value.startswith("=IF(COUNT(S4)<1")
    assert plots["S14"].value == "=ROUND(SUM(S4:S13),2)"
    assert plots.protection.sheet
    assert (plots["T4"].protection.locked, plots["P4"].protection.locked) == (True, False)
    assert plots.data_validations.dataValidation
    names = {summary.cell(row, 4).value for row in range(4, summary.max_row)}
    assert names == set(gansu_submission().register.counties[COUNTY].townships.values())
