"""A plot ten times too large in every table that adds it up is one finding, at the plot."""

from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from checks.model.finding import Refusal
from tests.builders.broken import valid_workbook
from tests.builders.examined import warm_library, wording
from tests.builders.gansu import year_before
from workbooks.examine import validate_file

ROW, TIMES = 4, 10
AREAS, NEW_MU = "PRST", "T"
# Sheet, cells of the row that has the plot's mu, and the row of the total.
SUMS = [
    ("核算汇总表", ["F5", "I5", "K5", "L5"], 9),
    ("子项目清单", ["O5"], 9),
    ("任务完成对照", ["D5"], 8),
]


def enlarge_plot(book: Any) -> None:
    """Multiply the areas of one plot, and change every sum of them."""
    plots = book["新增耕地明细"]
    total_row = plots.max_row
    added_mu = round(plots[f"{NEW_MU}{ROW}"].value * (TIMES - 1), 2)
    for column in AREAS:
        added = round(plots[f"{column}{ROW}"].value * (TIMES - 1), 2)
        for row in (ROW, total_row):
            plots[f"{column}{row}"].value = round(plots[f"{column}{row}"].value + added, 2)
    for sheet, cells, total in SUMS:
        for cell in cells:
            for address in (cell, f"{cell[0]}{total}"):
                book[sheet][address].value = round(book[sheet][address].value + added_mu, 2)
    tasks = book["任务完成对照"]
    tasks["E5"].value = round(tasks["D5"].value * 100 / tasks["C5"].value, 2)


def test_enlarged_plot_is_one_finding() -> None:
    """The township's sums, its rate and the jump since last year follow from the plot."""
    book = load_workbook(BytesIO(valid_workbook("gansu")))
    enlarge_plot(book)
    buffer = BytesIO()
    book.save(buffer)
    report = validate_file(buffer.getvalue(), warm_library(), wording(), history=year_before())
    assert not isinstance(report, Refusal)
    # The report's text still quotes the old figures.
    (finding,) = [finding for finding in report.findings if finding.rule != "X10"]
    assert (finding.rule, finding.sheet, finding.cell) == ("R08", "新增耕地明细", f"P{ROW}")
    assert finding.related_rules == ("R07", "Y04")
