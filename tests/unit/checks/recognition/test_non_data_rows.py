"""A last row that adds up the table is its total, whatever it is called; an unusual name is one finding."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from checks.model.finding import Finding
from tests.builders.broken import valid_workbook
from tests.builders.clerk_mistakes import LAND, PLOTS, SUMMARY, find_after
from tests.builders.examined import reads_well, report_of


def find_with_total(name: str, sheet: str, *, also: tuple[str, float] | None = None) -> tuple[Finding, ...]:
    """Return the findings once the total row of a sheet has another name, and one of its cells another figure."""

    def rename_total(book: Any) -> None:
        last = book[sheet].max_row
        book[sheet].cell(last, 1).value = name
        if also:
            book[sheet][f"{also[0]}{last}"] = also[1]

    return find_after("gansu", rename_total)


@pytest.mark.parametrize("sheet", [SUMMARY, PLOTS, LAND])
@pytest.mark.parametrize("name", ["累计", "总累计", "小计", "以上合计", "总面积", "全部地块"])
def test_name_of_another_use_is_one_finding(name: str, sheet: str) -> None:
    """The row is read as the total, for it adds up the table, and the name is to be put right."""
    (found,) = find_with_total(name, sheet)
    assert (found.rule, found.severity.value, found.sheet) == ("F14", "soft", sheet)
    assert f"末行“{name}”已按合计行读取" in found.message
    assert reads_well(found.message, found.remedy)


def test_wrong_total_under_another_name_is_held_against_its_rows() -> None:
    """A total under an unusual name is still compared with the sum of its rows."""
    found = find_with_total("累计", SUMMARY, also=("X", 5111))
    assert {(finding.rule, finding.cell) for finding in found} == {("F14", "A9"), ("T01", "X9")}


def test_cumulative_row_below_a_total_is_not_added() -> None:
    """A row 累计 beside a proper total is neither a plot nor a second total."""
    book = load_workbook(BytesIO(valid_workbook("gansu")))
    last = book[LAND].max_row
    for column in range(1, book[LAND].max_column + 1):
        book[LAND].cell(last + 1, column).value = book[LAND].cell(last, column).value
    book[LAND].cell(last + 1, 1).value = "累计"
    buffer = BytesIO()
    book.save(buffer)
    assert report_of(buffer.getvalue()).findings == ()


@pytest.mark.parametrize("rows", [3, 4, 5])
def test_header_of_many_rows_is_read(rows: int) -> None:
    """A heading that is merged over five rows and more still heads its column."""
    book = load_workbook(BytesIO(valid_workbook("gansu")))
    sheet = book[SUMMARY]
    names = [cell.value for cell in sheet[3]]
    sheet.insert_rows(3, rows)
    for at, name in enumerate(names, start=1):
        sheet.cell(3 + rows, at).value = None
        sheet.cell(3, at).value = name
        sheet.merge_cells(start_row=3, end_row=3 + rows, start_column=at, end_column=at)
    buffer = BytesIO()
    book.save(buffer)
    assert report_of(buffer.getvalue()).findings == ()
