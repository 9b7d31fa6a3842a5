"""A Gansu county's submission: one changed figure is found at its cell, and rules hold where they are in force."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from checks.model.finding import Refusal
from checks.model.report import ValidationReport
from contracts.form_model import Role
from tests.builders.examined import warm_library, wording
from tests.builders.gansu import gansu_submission, gansu_workbook, year_before
from workbooks.examine import validate_file

NOT_EXACT = {"paddy", "irrigated", "dry", "pbf_in_scope", "pbf_in_county"}  # rounded apart: a cent is no error
NOT_SUMMED = {"planned_money", "done_money", "funds"}


def check(book: Any) -> ValidationReport:
    """Check a workbook of openpyxl with last year's filing at hand."""
    buffer = BytesIO()
    book.save(buffer)
    report = validate_file(buffer.getvalue(), warm_library(), wording(), history=year_before())
    assert not isinstance(report, Refusal), report
    return report


def exact_cells() -> list[tuple[str, str]]:
    """Return every exact area of the submission by sheet and address, total rows included."""
    book = load_workbook(BytesIO(gansu_workbook()))
    found = []
    for form in gansu_submission().forms:
        for at, field in enumerate(form.fields, start=1):
            if field.role is Role.FIGURE and field.name not in NOT_EXACT:
                page = book[form.sheet_names[0]]
                found += [(page.title, page.cell(row, at).coordinate) for row in range(4, page.max_row + 1)]
    return found


CELLS = exact_cells()


@settings(max_examples=12)
@given(cell=st.sampled_from(CELLS), change=st.sampled_from(["1", "-1", "100", "0.5"]))
def test_single_damage_is_found(cell: tuple[str, str], change: str) -> None:
    """Whichever exact area is changed, a finding that blocks or asks names its cell."""
    book = load_workbook(BytesIO(gansu_workbook()))
    sheet, address = cell
    before = book[sheet][address].value
    book[sheet][address].value = float(Decimal(str(before)) + Decimal(change))
    named = {(cell.sheet, cell.address) for found in check(book).findings for cell in found.cells}
    assert cell in named


def test_cross_year_rules_say_that_they_did_not_run() -> None:
    """Without last year's filing nothing is guessed: each rule across years that needs it says so."""
    library = warm_library()
    report = validate_file(gansu_workbook(), library, wording())
    assert isinstance(report, ValidationReport)
    assert report.findings == ()
    waiting = {skipped.rule for skipped in report.not_run if skipped.reason == "no_history"}
    assert waiting == {"Y01", "Y02", "Y03", "Y04", "Y07"}


def test_many_failing_plots_are_counted() -> None:
    """What fails in more rows than the form allows is one finding, with a member for each row."""
    book = load_workbook(BytesIO(gansu_workbook(plots=120)))
    page = book["新增耕地明细"]
    column = next(cell.column for cell in page[3] if cell.value == "坡度级别")
    for row in range(4, page.max_row):
        page.cell(row, column).value = "9"
    (found,) = [finding for finding in check(book).findings if finding.rule == "C11"]
    assert (found.member_count, len(found.members), len(found.cells)) == (120, 120, 120)
    assert "共有 120 处：U4:U123。" in found.message


def heading_cell(page: Any, heading: str, row: int) -> Any:
    """Return the cell of a column in a row."""
    return page.cell(row, next(cell.column for cell in page[3] if cell.value == heading))


@pytest.mark.parametrize("heading", ["年初耕地面积", "年末耕地面积"])
@pytest.mark.parametrize("row", [4, 6])
def test_last_year_and_the_other_sums_name_the_cell(heading: str, row: int) -> None:
    """A balance mistyped in one row is one finding, and its one repair is the figure meant."""
    book = load_workbook(BytesIO(gansu_workbook()))
    cell = heading_cell(book["核算汇总表"], heading, row)
    meant, cell.value = cell.value, cell.value + 17
    found = check(book).findings
    assert [finding.cell for finding in found] == [cell.coordinate]
    first = found[0].repairs[0]
    assert [(step.cell.address, Decimal(step.after)) for step in first] == [(cell.coordinate, Decimal(str(meant)))]
    assert len(found[0].repairs) == 1
