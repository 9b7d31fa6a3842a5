"""The blank workbook of a county has every heading, computes totals, offers codes and locks what is computed."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from contracts.form_model import Layout
from filing.template.template import build_blank_workbook
from tests.builders import dongchuan
from tests.builders.examined import wording
from tests.builders.gansu import COUNTY, gansu_submission
from tests.builders.template_clerk import plan_submission
from workbooks.writer.write_template import write_template


@pytest.fixture(scope="module")
def blank() -> Any:
    """Give the county's template, read back."""
    county = gansu_submission().register.counties[COUNTY]
    data = write_template(build_blank_workbook(gansu_submission(), county, 10, wording()), wording())
    return load_workbook(BytesIO(data))


@pytest.fixture(scope="module")
def plan_blank() -> Any:
    """Give the template of a county with a plan, read back."""
    submission = plan_submission()
    county = submission.register.counties[submission.package.county]
    return load_workbook(BytesIO(write_template(build_blank_workbook(submission, county, 10, wording()), wording())))


def test_template_has_every_heading(blank: Any) -> None:
    """The blank workbook holds each form of the package under its own headings; another unit stands in them."""
    for form in gansu_submission().forms[1:]:
        headings = [cell.value for cell in blank[form.sheet_names[0]][3]]
        for heading, field in zip(headings, form.fields, strict=True):
            assert heading in (field.heading, f"{field.heading}（{field.unit}）")
    assert blank["新增耕地明细"]["T3"].value == "折合亩数（亩）"


def test_template_computes_chooses_and_locks(blank: Any) -> None:
    """Totals and derived figures are formulas, codes are chosen from lists, and what is computed is locked."""
    plots, summary = blank["新增耕地明细"], blank["核算汇总表"]
    assert plots["T4"].value.startswith("=IF(COUNT(S4)<1")
    assert plots["S15"].value == "=ROUND(SUM(S4:S14),2)"
    assert plots.protection.sheet
    assert not plots.protection.insertRows
    assert plots.protection.password is None
    assert (plots["T4"].protection.locked, plots["P4"].protection.locked) == (True, False)
    township_count = len(gansu_submission().register.counties[COUNTY].townships)
    names = {summary.cell(row, 4).value for row in range(4, 4 + township_count)}
    assert names == set(gansu_submission().register.counties[COUNTY].townships.values())


@pytest.mark.parametrize(
    ("sheet", "cell", "kind", "formula"),
    [
        ("新增耕地明细", "P13", "decimal", "0"),
        ("新增耕地明细", "Z4", "date", "17899"),
        ("新增耕地明细", "AA4", "whole", "1949"),
        ("新增耕地明细", "G4", "textLength", "12"),
        ("新增耕地明细", "C4", "list", "'项目清单'!$B$4:$B$12"),
        ("新增耕地明细", "D4", "list", "'子项目清单'!$B$4:$B$12"),
        ("新增耕地明细", "F4", "list", "'代码表'!$A$2:$A$20"),
    ],
)
def test_entries_are_validated(blank: Any, sheet: str, cell: str, kind: str, formula: str) -> None:
    """A spreadsheet refuses a text for a number, a code of another length, and what is on no list."""
    (validation,) = [found for found in blank[sheet].data_validations.dataValidation if cell in found.sqref]
    assert (validation.type, validation.formula1) == (kind, formula)
    assert validation.showErrorMessage
    assert validation.error


def test_cover_offers_its_codes(blank: Any) -> None:
    """An entry of the cover with a few possible values is chosen from them."""
    cover = blank["封面"]
    (row,) = [row for row in range(1, cover.max_row + 1) if cover.cell(row, 1).value == "报送轮次"]
    (validation,) = [found for found in cover.data_validations.dataValidation if f"B{row}" in found.sqref]
    assert (validation.type, cover.cell(row, 2).value) == ("list", "首报")


def test_computed_cells_are_not_validated(blank: Any) -> None:
    """Nothing is typed into a computed cell."""
    assert not [found for found in blank["新增耕地明细"].data_validations.dataValidation if "T4" in found.sqref]


def test_each_table_prints_on_one_page_width(blank: Any) -> None:
    """A wide table is in landscape; each page repeats the headings; there are no more rows than needed."""
    for form in gansu_submission().forms:
        page = blank[form.sheet_names[0]]
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.max_row < 40
        if form.layout is Layout.TABLE:
            assert page.print_title_rows == "$1:$3"
            assert page.page_setup.orientation == ("landscape" if len(form.fields) > 8 else "portrait")


def test_plan_stands_in_the_template(plan_blank: Any) -> None:
    """Townships and targets are those of the plan, locked; sums are formulas; only the year's figures are typed."""
    tasks, done = plan_blank["附件2"], plan_blank["完成情况"]
    measure = dongchuan.plan().measures["consolidation"]
    for row, (name, targets) in enumerate(measure.townships.items(), start=4):
        assert [tasks.cell(row, column).value for column in range(1, 6)] == [row - 3, name, *targets.values()]
        assert [done.cell(row, column).value for column in range(1, 5)] == [row - 3, name, None, None]
    assert tasks["F4"].value == '=IF(COUNT(C4,D4,E4)=0,"",ROUND(SUM(C4,D4,E4),2))'
    assert tasks["C13"].value == "=ROUND(SUM(C4:C12),2)"
    unlocked = {
        cell.coordinate for sheet in (tasks, done) for row in sheet for cell in row if not cell.protection.locked
    }
    assert unlocked == {f"{column}{row}" for column in "CD" for row in range(4, 13)}


def test_same_template_gives_the_same_bytes() -> None:
    """The time of day is not in the file."""
    submission = plan_submission()
    county = submission.register.counties[submission.package.county]
    once, twice = (write_template(build_blank_workbook(submission, county, 5, wording()), wording()) for _ in "12")
    assert once == twice
