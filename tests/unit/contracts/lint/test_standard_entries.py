"""What the standard has words for is executed, or told as a mistake."""

from pathlib import Path

import pytest

from checks.model.finding import Finding
from checks.model.report import ValidationReport
from contracts.contract_library import ContractLibrary, open_library
from contracts.lint.lint import lint_contracts
from tests.builders.dongchuan import submission
from tests.builders.year import copied_contracts
from workbooks.examine import validate_file

TASKS, COVER = "forms/township-tasks.odcs.yaml", "forms/cover.odcs.yaml"
BASIS = 'authoritativeDefinitions: [{type: a, url: "urn:a", description: "[C] 试"}]'
REST = f"severity: hard, description: 试写, {BASIS}"
PATTERN = "arguments: {pattern: 道|镇|乡}"
SHEET = "附件2"
FIELD, RULES, COVER_FIELD = "        businessName: 乡镇（街道）\n", "    quality:\n", "        businessName: 填表人\n"


@pytest.fixture
def copy(tmp_path: Path) -> ContractLibrary:
    """Return a copy of the contracts, to be edited."""
    return open_library(copied_contracts(tmp_path / "合同"))


def insert(library: ContractLibrary, after: str, line: str, *, file: str = TASKS) -> None:
    """Put a line after the first occurrence of a text."""
    path = library.root / file
    before, found, rest = path.read_text(encoding="utf-8").partition(after)
    assert found
    path.write_text(f"{before}{found}{line}\n{rest}", encoding="utf-8")


def find_all(library: ContractLibrary, cell: str = "", value: object = None) -> list[Finding]:
    """Return the findings on the sample of which a cell is changed."""
    assert lint_contracts(library) == ()
    draft = submission(2)
    if cell:
        draft.put(SHEET, cell, value)
    report = validate_file(draft.bytes(), library, library.get_messages())
    assert isinstance(report, ValidationReport)
    return list(report.findings)


# The key of a field, the cell that breaks it and its value, the rule.
FIELD_KEYS = [
    ("unique: true", "B6", "铜都街道", "S02-township"),
    ("logicalTypeOptions: {maxLength: 5}", "B6", "碧谷街道办事处", "S03"),
    ("logicalTypeOptions: {minLength: 3}", "B6", "碧谷", "S03"),
    ('logicalTypeOptions: {pattern: "(街道|镇|乡)$"}', "B6", "碧谷", "S03"),
    (f"quality: [{{id: Q1, metric: nullValues, mustBe: 0, severity: hard, description: 不空, {BASIS}}}]",
     "B6", None, "Q1"),
    (f"quality: [{{id: Q1, type: library, metric: invalidValues, {PATTERN}, mustBe: 0, {REST}}}]",
     "B6", "碧谷", "Q1"),
    (f"quality: [{{id: Q1, metric: duplicateValues, mustBeLessThan: 1, unit: percent, {REST}}}]",
     "B6", "铜都街道", "Q1"),
]  # fmt: skip


@pytest.mark.parametrize("case", FIELD_KEYS, ids=lambda case: case[0][:45])
def test_a_key_of_a_field_is_executed(copy: ContractLibrary, case: tuple[str, str, object, str]) -> None:
    """The sample has no finding with the key; a cell that breaks it has one that names the cell."""
    key, cell, value, rule = case
    insert(copy, FIELD, f"        {key}")
    assert find_all(copy) == []
    findings = find_all(copy, cell, value)
    assert any(rule in (finding.rule, *finding.related_rules) for finding in findings), findings


@pytest.mark.parametrize(
    ("operator", "is_found"), [("mustBe: 9", False), ("mustBeGreaterThan: 9", True), ("mustBeBetween: [1, 9]", False)]
)
def test_rows_are_counted(copy: ContractLibrary, operator: str, *, is_found: bool) -> None:
    """The number of rows is compared as the operator says."""
    rule = f"      - {{id: Q2, metric: rowCount, {operator}, severity: soft, description: 行数, {BASIS}}}"
    insert(copy, RULES, rule)
    assert [finding.rule for finding in find_all(copy)] == ["Q2"] * is_found


@pytest.mark.parametrize(
    ("after", "line", "file", "code"),
    [
        (FIELD, '        logicalTypeOptions: {pattern: "["}', TASKS, "pattern_wrong"),
        (FIELD, "        logicalTypeOptions: {minimum: 1}", TASKS, ""),
        (COVER_FIELD, "        unique: true", COVER, "standard_on_cover"),
        (RULES, f"      - {{id: Q3, metric: duplicateValues, arguments: {{properties: [x]}}, mustBe: 0, {REST}}}",
         TASKS, "column_unknown"),
        (RULES, f"      - {{id: Q3, metric: duplicateValus, mustBe: 0, severity: hard, description: 不重, {BASIS}}}",
         TASKS, "value_unknown"),
        (RULES, f"      - {{id: Q3, metric: rowCount, severity: hard, description: 不重, {BASIS}}}", TASKS, ""),
    ],
)  # fmt: skip
def test_what_cannot_be_executed_is_told(copy: ContractLibrary, after: str, line: str, file: str, code: str) -> None:
    """A pattern that is none, an unknown column or metric, a metric without an operator, a key on the cover."""
    insert(copy, after, line, file=file)
    problems = lint_contracts(copy)
    assert problems
    assert code in ("", *(problem.code for problem in problems))
    assert {problem.file for problem in problems} == {file}
