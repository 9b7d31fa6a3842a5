"""Wrong figures of plots in whole workbooks: the cell that is wrong is named with its figure, and nothing else."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from tests.builders.clerk_mistakes import (
    PLOTS,
    SUPPLEMENTED,
    TAKEN_OUT,
    TASKS,
    add_to_cell,
    find_after,
    set_cell,
    sound_submission,
)
from tests.builders.clerk_mistakes import read_text as read_cell

SEED = "7"


@pytest.mark.parametrize(
    ("sheet", "cell", "value"),
    [(PLOTS, "P5", 1), (PLOTS, "R5", 12.5), (PLOTS, "S6", 3), (PLOTS, "T7", 9999), (SUPPLEMENTED, "K5", 77)],
)
def test_a_wrong_figure_is_the_only_proposal(sheet: str, cell: str, value: float) -> None:
    """One finding, at the cell, with the figure that stood there."""
    (finding,) = find_after(SEED, set_cell(sheet, cell, value))
    ((step,),) = finding.repairs
    assert (finding.sheet, finding.cell, step.cell.address) == (sheet, cell, cell)
    assert float(step.after) == float(read_cell(SEED, sheet, cell))
    assert f"改为 {step.after}" in finding.remedy


def test_a_coefficient_is_found() -> None:
    """A coefficient ten times too high is wrong, not the areas."""
    ratio = float(read_cell(SEED, PLOTS, "Q6"))
    (finding,) = find_after(SEED, set_cell(PLOTS, "Q6", ratio * 10 or 0.5))
    assert (finding.cell, finding.rule) == ("Q6", "T04")
    assert [[step.cell.address for step in repair] for repair in finding.repairs] == [["Q6"]]


def test_two_plots_are_two_findings() -> None:
    """Errors in two rows share their sums, and are still told one by one."""
    findings = find_after(SEED, add_to_cell(PLOTS, "S5", 100), add_to_cell(PLOTS, "T8", 4))
    assert {finding.cell for finding in findings} == {"S5", "T8"}
    assert all(len(finding.repairs) == 1 for finding in findings)


def test_exchanged_areas_are_both_found() -> None:
    """The areas of two plots of different townships are written in each other's row."""
    first, second = read_cell(SEED, SUPPLEMENTED, "K4"), read_cell(SEED, SUPPLEMENTED, "K5")
    assert first != second
    findings = find_after(SEED, set_cell(SUPPLEMENTED, "K4", float(second)), set_cell(SUPPLEMENTED, "K5", float(first)))
    steps = {step.cell.address: float(step.after) for finding in findings for step in finding.repairs[0]}
    assert steps == {"K4": float(first), "K5": float(second)}


def test_deductions_that_were_not_made_are_one_finding() -> None:
    """The net areas are the gross areas: one finding, at the deduction, gives all that follows, total row too."""
    book = load_workbook(BytesIO(sound_submission(SEED)))
    sheet = book[PLOTS]
    changed = {}
    for row in range(4, sheet.max_row):
        if sheet[f"Q{row}"].value:
            changed[f"S{row}"], changed[f"T{row}"] = sheet[f"S{row}"].value, sheet[f"T{row}"].value
            sheet[f"S{row}"], sheet[f"T{row}"] = sheet[f"P{row}"].value, round(sheet[f"P{row}"].value * 0.0015, 2)
    buffer = BytesIO()
    book.save(buffer)
    (finding,) = find_after(buffer.getvalue())
    steps = {step.cell.address: float(step.after) for step in finding.repairs[0]}
    first_row = min(int(address[1:]) for address in changed)
    assert (finding.rule, finding.cell, float(finding.value or 0)) == (
        "T04",
        f"R{first_row}",
        sheet[f"R{first_row}"].value,
    )
    assert steps == {address: float(value) for address, value in changed.items()}


def test_two_rates_or_two_exchanged_targets_are_both_named() -> None:
    """Two targets written in each other's row keep their sum: the rates beside them are not accused alone."""
    first, second = read_cell(SEED, TASKS, "C4"), read_cell(SEED, TASKS, "C5")
    assert first != second
    findings = find_after(SEED, set_cell(TASKS, "C4", float(second)), set_cell(TASKS, "C5", float(first)))
    assert all(len(finding.repairs) != 1 or "C4" in str(finding.repairs) for finding in findings)
    assert {"C4", "C5"} <= {step.cell.address for finding in findings for repair in finding.repairs for step in repair}


def test_an_error_that_rounding_hides_is_told_as_ambiguous() -> None:
    """One square metre too much leaves the mu as they are: the total is not accused alone."""
    (finding,) = find_after(SEED, add_to_cell(SUPPLEMENTED, "K5", 1))
    cells = {step.cell.address for repair in finding.repairs for step in repair}
    assert finding.rule == "T01"
    assert {"K5", finding.cell} <= cells
    assert len(finding.repairs) > 1
    assert "不能断定" in finding.message


def test_a_negative_area_is_not_to_be_set_to_zero() -> None:
    """The sums know the area: the minus goes, the figure stays."""
    area = float(read_cell(SEED, TAKEN_OUT, "I5"))
    (finding,) = find_after(SEED, set_cell(TAKEN_OUT, "I5", -area))
    ((step,),) = finding.repairs
    assert (finding.rule, finding.cell, float(step.after)) == ("F09", "I5", area)


def test_the_sound_submission_has_no_finding() -> None:
    """What the tests start from is accepted."""
    assert find_after(sound_submission(SEED)) == ()
