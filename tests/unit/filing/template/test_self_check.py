"""The sheet for self-checking is made from the rules: each sum of each form has its lines."""

import re
from functools import cache

import pytest

from checks.rules.registry import SUM_CHECKS
from contracts.contract_library import Submission
from contracts.form_model import Role
from filing.template.self_check import SELF_CHECK_BUILDERS
from filing.template.self_check_formulas import SelfCheck
from filing.template.template import BlankWorkbook, build_blank_workbook
from tests.builders.examined import wording
from tests.builders.gansu import gansu_submission
from tests.builders.template_clerk import plan_submission

# They compare with what was filed last year, which the workbook does not hold.
ACROSS_YEARS = {"begins_as_ended", "carries_forward"}


@cache
def template(base: str) -> BlankWorkbook:
    """Return a blank workbook."""
    submission = submission_of(base)
    return build_blank_workbook(submission, submission.register.counties[submission.package.county], 5, wording())


def submission_of(base: str) -> Submission:
    """Return what a county of the kind must send."""
    return plan_submission() if base == "plan" else gansu_submission()


def lines_of(base: str, rule_id: str, sheet: str) -> list[SelfCheck]:
    """Return the lines of one rule on one sheet."""
    return [line for line in template(base).self_checks if (line.rule_id, line.sheet) == (rule_id, sheet)]


def test_every_sum_can_be_self_checked() -> None:
    """No kind of sum that the check knows is left out, apart from those across years."""
    assert SUM_CHECKS.keys() - ACROSS_YEARS <= SELF_CHECK_BUILDERS.keys()


@pytest.mark.parametrize("base", ["plan", "gansu"])
def test_every_rule_has_its_lines(base: str) -> None:
    """Each rule of a form that a formula can say has a line at least; each figure has one for its total."""
    for form in submission_of(base).forms:
        for rule in form.rules:
            if rule.check in SELF_CHECK_BUILDERS:
                lines = lines_of(base, rule.id, form.sheet_names[0])
                assert lines, rule
                if rule.check in ("column_total", "detail_total"):
                    assert len(lines) == len(form.get_fields_by_role(Role.FIGURE))


@pytest.mark.parametrize("base", ["plan", "gansu"])
def test_formulas_are_of_excel_2010(base: str) -> None:
    """No function is newer, and each formula is shorter than a spreadsheet allows."""
    known = {"ABS", "IF", "IFERROR", "INDEX", "MATCH", "MMULT", "ROUND", "ROWS", "SUM", "TRANSPOSE", "VALUE"}
    for line in template(base).self_checks:
        for formula in (line.actual, line.expected, line.failing_row):
            assert set(re.findall(r"[A-Z.]+(?=\()", formula)) <= known
            assert len(formula) < 8000


def test_a_line_says_what_it_compares() -> None:
    """A clerk reads the columns by their headings; factors and codes come from the rule."""
    contents = [line.content for line in lines_of("gansu", "X03", "核算汇总表")]
    assert contents[0] == "其中：水田 = 《新增耕地明细》新增耕地面积 × 15 ÷ 10000（按项目、乡镇，0101）"
    (line,) = lines_of("plan", "T03", "附件2")
    assert line.content == "总计 = 2024年 + 2025年 + 2026年（逐行）"
    assert line.place == "'附件2'!$F$4:$F$12"
