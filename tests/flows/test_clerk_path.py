"""A clerk fills in the blank workbook with ordinary mistakes and obeys the first finding of each check until 通过."""

import re
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from checks.model.finding import Finding
from checks.model.report import ValidationReport
from contracts.sample.figures import draw_sample
from tests.builders.examined import report_of
from tests.builders.gansu import COUNTY, YEAR, gansu_submission
from tests.builders.template_clerk import (
    Typed,
    calculate,
    list_plan_entries,
    list_sample_entries,
    plan_submission,
    type_entries,
    write_blank,
)

MAX_STEPS = 12
_CHANGE = re.compile(r"将 ([A-Z]+\d+) 改为 ?“?([^”。；，]+)”?")
_CHANGE_HERE = re.compile(r"或将其改为 ([\d.]+)。")
_RESTORE = re.compile(r"请恢复公式 (=.+?)，不要填数")
_FILL = re.compile(r"请在 ([A-Z]+\d+) 填写")
_PAD = re.compile(r"补足 (\d+) 位")
_PLOTS, _LAND, _TASKS, _DONE = "新增耕地明细", "土地利用结构", "任务完成对照", "完成情况"


@dataclass
class Clerk:
    """Has the papers, *right*, and a workbook with mistakes."""

    right: bytes
    workbook: bytes

    def read_papers(self, sheet: str, address: str) -> Any:
        """Return what the papers say for a cell."""
        return load_workbook(BytesIO(self.right))[sheet][address].value

    def submit(self) -> ValidationReport:
        """Let a spreadsheet compute the workbook, and submit it."""
        return report_of(calculate(self.workbook))

    def obey(self, finding: Finding) -> None:
        """Do what the remedy says, to the letter; look into the papers only where it says so."""
        if formula := _RESTORE.search(finding.remedy):
            self.workbook = type_entries(self.workbook, [(finding.sheet, str(finding.cell), formula[1])])
            return
        self.workbook = type_entries(self.workbook, self._follow(finding))

    def _follow(self, finding: Finding) -> list[Typed]:
        sheet, remedy = finding.sheet, finding.remedy
        if "对照原始资料" in remedy:  # it does not know which figure is wrong
            return self._compare_with_papers(finding)
        if change := _CHANGE.search(remedy):
            return [(sheet, change[1], _as_value(change[2]))]
        if change := _CHANGE_HERE.search(remedy):
            return [(sheet, str(finding.cell), float(change[1]))]
        if fill := _FILL.search(remedy):
            return [(sheet, fill[1], self.read_papers(sheet, fill[1]))]
        if pad := _PAD.search(remedy):
            page = load_workbook(BytesIO(self.workbook))[sheet]
            cells = [cell.address for cell in finding.cells]
            return [(sheet, cell, str(page[cell].value).zfill(int(pad[1]))) for cell in cells]
        assert "核对" in remedy, remedy
        return self._compare_with_papers(finding)

    def _compare_with_papers(self, finding: Finding) -> list[Typed]:
        return [(cell.sheet, cell.address, self.read_papers(cell.sheet, cell.address)) for cell in finding.cells]


def _as_value(text: str) -> Any:
    return float(text) if re.fullmatch(r"[\d.]+", text) else text


@cache
def plan_filled() -> bytes:
    """Return the workbook of the county with a plan, filled in."""
    blank = write_blank(plan_submission())
    return type_entries(blank, list_plan_entries(blank))


@cache
def gansu_filled() -> bytes:
    """Return the workbook of a county of Gansu, filled in."""
    submission = gansu_submission()
    sample = draw_sample(submission.register.counties[COUNTY], YEAR, plot_count=9, seed=3)
    blank = write_blank(submission)
    return type_entries(blank, list_sample_entries(blank, submission, sample))


def list_plan_mistakes() -> list[Typed]:
    """Return six ordinary mistakes of a county with a plan."""
    return [
        (_DONE, "C13", 1656.4),  # a wrong sum typed over the formula
        (_DONE, "B9", "因明镇"),  # a township misspelt
        (_DONE, "A6", 2),  # a row number used twice
        ("附件2", "D8", None),  # a target deleted
        ("附件3", "C6", 1500),  # a digit too many in a target
        (_DONE, "D7", "30亩"),  # a unit in a figure
    ]


def list_gansu_mistakes() -> list[Typed]:
    """Return seven ordinary mistakes of a county of Gansu."""
    plots, tasks = (load_workbook(BytesIO(gansu_filled()))[name] for name in (_PLOTS, _TASKS))
    planned = next(row for row in range(4, tasks.max_row) if tasks.cell(row, 3).value)
    return [
        (_LAND, "F14", 99999),  # a wrong sum typed over the formula
        (_PLOTS, "F5", "某" + plots["F5"].value[1:]),  # a township misspelt
        (_PLOTS, "T6", 9.9),  # a wrong figure typed over the formula
        (_PLOTS, "N7", plots["N7"].value.removeprefix("0")),  # a code that lost its zero
        (_PLOTS, "Z8", plots["Z8"].value.replace("-", ".")),  # a date as text
        (_PLOTS, "B9", plots["B8"].value),  # a plot number used twice
        (_TASKS, f"C{planned}", None),  # a target not filled in
    ]


def walk(right: bytes, mistakes: list[Typed]) -> tuple[list[int], ValidationReport]:
    """Return the number of findings at each check, and the last report."""
    clerk = Clerk(right, type_entries(right, mistakes))
    counts: list[int] = []
    for _ in range(MAX_STEPS):
        report = clerk.submit()
        counts.append(len(report.findings))
        blocking = [finding for finding in report.findings if finding.severity.value != "report"]
        if not blocking:
            return counts, report
        clerk.obey(blocking[0])
    raise AssertionError(f"not accepted after {MAX_STEPS} checks: {counts}")


@pytest.mark.parametrize("base", ["plan", "gansu"])
def test_who_obeys_the_first_finding_ends_with_true_figures(base: str) -> None:
    """Each check has fewer findings than the one before, and the last figures are those of the papers."""
    right, mistakes = {
        "plan": (plan_filled, list_plan_mistakes),
        "gansu": (gansu_filled, list_gansu_mistakes),
    }[base]
    counts, report = walk(right(), mistakes())
    assert report.outcome == "accepted"
    assert report.figures == report_of(calculate(right())).figures
    assert report.plots == report_of(calculate(right())).plots
    assert counts == _EXPECTED_COUNTS[base]


def test_area_in_mu_in_a_template_is_told_at_its_plot() -> None:
    """The computed columns follow the wrong area, so only the summary shows that it is wrong."""
    area = load_workbook(BytesIO(gansu_filled()))[_PLOTS]["P6"].value
    wrong = type_entries(gansu_filled(), [(_PLOTS, "P6", round(area * 15 / 10000, 2))])
    (finding,) = [item for item in report_of(calculate(wrong)).findings if item.severity.value == "hard"]
    assert (finding.sheet, finding.cell) == (_PLOTS, "P6")
    assert f"改为 {area}。" in finding.remedy


def test_text_in_a_sum_is_one_finding_at_the_text() -> None:
    """30亩 is read as 30, and the formula leaves it out: neither the formula nor its result is at fault."""
    wrong = type_entries(plan_filled(), [(_DONE, "D7", "30亩")])
    (finding,) = [item for item in report_of(calculate(wrong)).findings if item.severity.value == "hard"]
    assert (finding.sheet, finding.cell, finding.expected) == (_DONE, "D7", "30")
    assert "将 D7 改为 30，只写数字" in finding.remedy


_EXPECTED_COUNTS = {"plan": [6, 5, 4, 3, 2, 1, 0], "gansu": [7, 6, 5, 4, 3, 2, 1]}
