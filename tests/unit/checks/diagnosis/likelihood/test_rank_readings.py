"""Of several cells that may be wrong, the likeliest is named first; alone only if no other is worth considering."""

from dataclasses import replace

import pytest

from checks.model.filing_history import FilingHistory, describe_earlier_version
from checks.model.finding import Finding
from checks.model.report import ValidationReport
from tests.builders.clerk_mistakes import add_to_cell, combine, find_after, set_cell, sound_submission
from tests.builders.dongchuan import submission
from tests.builders.examined import report_of, warm_library, wording
from workbooks.examine import validate_file

DONE = "完成情况（示例）"


def list_first_steps(finding: Finding) -> list[tuple[str, str]]:
    """Return cell and figure of each step of the first repair."""
    return [(step.cell.address, step.after) for step in finding.repairs[0]]


@pytest.mark.parametrize(
    ("cell", "written", "meant"),
    [
        ("C8", 20, "200"),  # a digit left out
        ("C6", 2053, "205.3"),  # the point left out
        ("D4", 384.6, "50"),  # the total typed in a row
        ("C13", 1564.6, "1654.6"),  # two digits exchanged
        ("D9", 100, "50"),  # far from the township's target, which others equal
    ],
)
def test_one_cell_stands_out(cell: str, written: float, meant: str) -> None:
    """One relation covers the column, and yet only one of its cells looks mistyped: it is named alone."""
    (finding,) = [item for item in find_after("dongchuan", set_cell(DONE, cell, written)) if item.rule == "T01"]
    assert (finding.sheet, finding.cell) == (DONE, cell)
    assert list_first_steps(finding) == [(cell, meant if cell != "D4" else "50.0")]
    assert f"请核对 {cell}，或将其改为" in finding.remedy


def test_likeliest_of_several_is_listed_first() -> None:
    """A figure that was left out may as well be added to another row: the finding says that it cannot know."""
    (finding,) = find_after("dongchuan", set_cell(DONE, "C10", 0))
    assert list_first_steps(finding) == [("C10", "192.45")]
    assert "不能断定" in finding.remedy
    assert "（像是漏填，填成了 0）" in finding.remedy
    assert len(finding.repairs) > 2


def test_figure_in_the_next_row_is_a_reading() -> None:
    """A figure that was typed one row too low wrote over another, which the total still holds."""
    mistake = combine(set_cell(DONE, "D4", 0), set_cell(DONE, "D5", 50))
    (finding,) = [item for item in find_after("dongchuan", mistake) if item.rule == "T01"]
    assert list_first_steps(finding) == [("D4", "50"), ("D5", "138.4")]
    assert "像是填错了一行" in finding.remedy or "一并修改" in finding.remedy


def test_other_columns_of_the_row_tell() -> None:
    """Everywhere else the planned and the done figure are the same, so that the row that differs is wrong."""
    findings = find_after("3", add_to_cell("子项目清单", "Q6", 120))
    (finding,) = [item for item in findings if item.rule == "T01"]
    assert finding.repairs[0][0].cell.address == "Q6"


def test_two_wrong_rows_are_not_taken_for_a_wrong_total() -> None:
    """No row alone can be that far off, and the total would need a figure that looks like no slip."""
    mistake = combine(set_cell(DONE, "D5", 1384), set_cell(DONE, "D7", 300))
    (finding,) = [item for item in find_after("dongchuan", mistake) if item.rule == "T01"]
    assert finding.repairs == ()
    assert "对照原始资料" in finding.remedy


def check_with_previous(cell: str, written: float) -> Finding:
    """Return what is found at a changed cell of the second version, the first of which was sound."""
    report = report_of(sound_submission("dongchuan"))
    earlier = replace(describe_earlier_version(report, report.plots), version=1)
    file = submission(2).put(DONE, cell, written).bytes()
    history = FilingHistory(year=2023, earlier_version=earlier)
    checked = validate_file(file, warm_library(), wording(), history=history)
    assert isinstance(checked, ValidationReport)
    (finding,) = [item for item in checked.findings if item.rule == "T01"]
    return finding


def test_changed_cell_is_named_with_its_figure_before() -> None:
    """One digit might be wrong in any row; only one row differs from the version in which the column added up."""
    assert find_after("dongchuan", set_cell(DONE, "C4", 286.5))[0].cell == "C13"
    finding = check_with_previous("C4", 286.5)
    assert (finding.cell, finding.expected) == ("C4", "186.5")
    assert "上一版次就是这个数" in finding.remedy


def test_change_that_looks_meant_is_not_taken_back_for_certain() -> None:
    """Nothing looks like a slip: the total may as well not have been changed with the row."""
    finding = check_with_previous("C4", 231.7)
    assert "不能断定" in finding.remedy
    assert {steps[0].cell.address for steps in finding.repairs[:2]} == {"C4", "C13"}
