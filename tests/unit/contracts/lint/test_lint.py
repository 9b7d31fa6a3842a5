"""Each kind of mistake in a contract is told with its file, its line and what to do."""

from pathlib import Path

import pytest
import yaml

from contracts.contract_library import ContractLibrary, open_library
from contracts.lint.lint import lint_contracts, require_valid_contracts
from contracts.lint.problems import ContractProblem, InvalidContractsError
from tests.builders.dongchuan import submission
from tests.builders.year import copied_contracts
from workbooks.examine import validate_file

TASKS, PLOTS, SUMMARY = "forms/township-tasks.odcs.yaml", "forms/gansu-plots.odcs.yaml", "forms/gansu-summary.odcs.yaml"
PACKAGE, PLAN = "packages/530113-2024.yaml", "plans/530113-2024-2026.yaml"
PROCEDURE, ZH = "procedures/annual-accounting.yaml", "messages/zh.yaml"


@pytest.fixture
def copy(tmp_path: Path) -> ContractLibrary:
    """Return a copy of the contracts, to be edited."""
    return open_library(copied_contracts(tmp_path / "合同"))


def edit(library: ContractLibrary, file: str, old: str, new: str) -> int:
    """Replace the first occurrence of a text; return the line on which it stood."""
    path = library.root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_shipped_contracts_have_no_mistake() -> None:
    """What is shipped is clean: no error, and nothing that is only worth a look."""
    assert lint_contracts(open_library()) == ()


# File, what is written, what is written instead, the code, a fact that the sentence names.
MISTAKES = [
    (TASKS, "dimension: completeness", "dimensoin: completeness", "key_misspelt", "dimensoin"),
    (TASKS, "        severity: hard\n", "        severity: hart\n", "value_unknown", "hart"),
    (TASKS, "        severity: hard\n", "", "key_missing", "severity"),
    (TASKS, "required: true", "required: ja", "value_type", "ja"),
    (TASKS, "check: row_sum,", "check: row_some,", "check_unknown", "row_sum"),
    (TASKS, "column: serial,", "tolerence: 1, column: serial,", "argument_unknown", "tolerence"),
    (TASKS, "{check: row_sum, parts: target, total", "{check: row_sum, total", "argument_missing", "parts"),
    (TASKS, "parts: target,", "parts: targets,", "column_unknown", "target"),
    (TASKS, "total: target_total}", "total: target}", "column_per_year", "target"),
    (TASKS, "check: column_total, rows: 各乡镇（街道）", "check: column_total, rows: [x]", "argument_kind", "rows"),
    (TASKS, "measure: consolidation,", "measure: consolidatoin,", "measure_unknown", "consolidatoin"),
    (TASKS, "joins: {repeat: C15}", "joins: {repeat: C99}", "rule_unknown", "C99"),
    (TASKS, "{synonym: 合计, locale: zh}", "{synonym: 乡镇, locale: zh}", "heading_twice", "乡镇"),
    (TASKS, "{property: role, value: township}", "{property: role, value: plain}", "role_missing", "township"),
    (TASKS, "logicalType: integer", "logicalType: string", "role_type", "serial"),
    (TASKS, '"{year}年"', '"{yaer}年"', "text_placeholder", "{yaer}年"),
    (TASKS, '"{year}年"', '"年"', "heading_without_year", "年"),
    (TASKS, "apiVersion: v3.2.0", "apiVersion: v3.1.0", "standard_version", "v3.1.0"),
    (TASKS, "engine: hesuan", "engine: hesaun", "engine_unknown", "hesaun"),
    (TASKS, "{property: layout, value: table}", "{property: layuot, value: table}", "key_misspelt", "layuot"),
    (TASKS, "id: F02", "id: F01", "rule_twice", "F01"),
    (TASKS, "name: linkage_tasks\n", "name: progress\n", "form_twice", "progress"),
    (PLOTS, "form: projects}", "form: projekts}", "form_unknown", "projekts"),
    (PLOTS, "column: class_before, prefix", "column: plot_area, prefix", "column_type", "plot_area"),
    (PACKAGE, "progress]", "progres]", "form_unknown", "progres"),
    (PACKAGE, "[cover, ", "[", "package_without_cover", ""),
    ("packages/62-2024.yaml", "  - summary\n", "", "quoted_form", "summary"),
    (PACKAGE, "years: [2024]", "years: [2024, 2025]", "package_twice", "2025"),
    (PACKAGE, "years: [2024]", "years: [2023]", "years_not_planned", "2023"),
    (PACKAGE, "register: divisions-nbs-2023", "register: divisions", "file_not_found", "divisions"),
    (PACKAGE, "id: 530113-2024", "id: 530113-24", "id_differs", "530113-2024"),
    (PACKAGE, 'county: "530113"', 'county: "530114"', "county_unknown", "530114"),
    (PLAN, "因民镇: {2024: 100, 2025: 100", "因民镇: {2024: 0, 2025: 100", "not_loaded", "因民镇"),
    (PLAN, "因民镇: {2024: 100", "因民乡: {2024: 100", "township_unknown", "因民乡"),
    (PROCEDURE, "start: due", "strat: due", "key_misspelt", "start"),
    (PROCEDURE, "start: due", "start: dew", "state_unknown", "dew"),
    (ZH, "序号 {number} 重复，在 {cells}。", "序号 {number} 重复。", "sentence_lacks", "{cells}"),
    (ZH, "序号 {number} 重复，在 {cells}。", "序号 {nummer} 重复，在 {cells}。", "sentence_unfilled", "{nummer}"),
    (ZH, "序号 {number} 重复，在 {cells}。", "序号 {number 重复，在 {cells}。", "sentence_braces", "rule.F11"),
    ("filing.yaml", "column: planned,", "column: plannd,", "column_unknown", "planned"),
    ("returning.yaml", "distinct: 4", "distinct: four", "value_type", "four"),
]  # fmt: skip

TOLD_AT_RULE = ("role_missing",)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake[3]}-{mistake[2][:20]}")
def test_a_mistake_is_told_at_its_line(copy: ContractLibrary, mistake: tuple[str, str, str, str, str]) -> None:
    """The first problem of this kind names the file, the line on which the mistake stands, and the word."""
    file, old, new, code, fact = mistake
    line = edit(copy, file, old, new)
    problems = [problem for problem in lint_contracts(copy) if problem.code == code and problem.file == file]
    assert problems, lint_contracts(copy)
    if code not in TOLD_AT_RULE:
        assert abs(problems[0].line - line) <= 10  # a missing key is told at the entry that lacks it
    assert any(fact in str(value) for value in problems[0].facts.values()) or not fact
    with pytest.raises(InvalidContractsError):
        require_valid_contracts(copy)


def test_lines_are_exact(copy: ContractLibrary) -> None:
    """A wrong value, an unknown argument and a repeated key are told at the very line."""
    line = edit(copy, TASKS, "check: row_sum,", "check: row_some,")
    assert [(problem.file, problem.line) for problem in lint_contracts(copy)] == [(TASKS, line)]
    edit(copy, TASKS, "check: row_some,", "check: row_sum,")
    line = edit(copy, PACKAGE, "years: [2024]\n", "years: [2024]\nyears: [2025]\n")
    (problem,) = [problem for problem in lint_contracts(copy) if problem.file == PACKAGE]
    assert (problem.code, problem.line) == ("not_yaml", line + 1)


def test_since_after_until(copy: ContractLibrary) -> None:
    """A rule that is in force in no year is told."""
    dates = '{property: since, value: "2025-01-01"}, {property: until, value: "2024-01-01"}'
    edit(copy, TASKS, "[{property: phase, value: recognised}]", f"[{{property: phase, value: recognised}}, {dates}]")
    (problem,) = lint_contracts(copy)
    assert (problem.code, problem.facts["rule"]) == ("since_after_until", "F01")


def add_rule(library: ContractLibrary, implementation: str, *, rule: str = "T01", severity: str = "hard") -> None:
    """Put another rule before the first rule of the summary, in the words of an existing one."""
    entry = (
        f"      - id: {rule}\n        type: custom\n        engine: hesuan\n        severity: {severity}\n"
        f"        description: 试写\n        implementation: {implementation}\n"
        '        authoritativeDefinitions: [{type: a, url: "urn:a", description: "[A] 算术"}]\n'
    )
    path = library.root / SUMMARY
    before, name, form = path.read_text(encoding="utf-8").partition("    name: summary\n")
    rules = form.replace("    quality:\n", "    quality:\n" + entry, 1)
    path.write_text(before + name + rules, encoding="utf-8")


def find_logic(library: ContractLibrary, code: str) -> list[ContractProblem]:
    """Return the problems of one kind that name the added rule."""
    return [problem for problem in lint_contracts(library) if problem.code == code]


@pytest.mark.parametrize(
    ("implementation", "code"),
    [
        ("{check: at_most, column: farm_new, limit: farm_new}", "never_fails"),
        ("{check: part_within_whole, pairs: []}", "never_fails"),
        ("{check: in_range, columns: {farm_new: {least: 5, most: 1}}}", "always_fails"),
        ("{check: in_range, columns: {farm_new: {}}}", "never_fails"),
        ("{check: in_code_list, columns: [project]}", "always_fails"),
        ("{check: part_within_whole, pairs: [{part: paddy, whole: farm_new}]}", "rule_implied"),
        ("{check: row_sums, sums: [{total: farm_new, plus: [paddy, irrigated, dry]}]}", "rule_implied"),
        ("{check: row_sums, sums: [{total: paddy, plus: [farm_new, dry]}]}", "sums_contradict"),
        ("{check: at_most, column: farm_new, limit: paddy}", "sums_contradict"),
    ],
)
def test_rules_that_cannot_mean_what_they_say(copy: ContractLibrary, implementation: str, code: str) -> None:
    """A rule that can never or always fail, follows from others, or contradicts them is told."""
    add_rule(copy, implementation, rule="T99")
    assert find_logic(copy, code), lint_contracts(copy)


def test_the_smallest_contradiction_is_named(copy: ContractLibrary) -> None:
    """Of all sums of a form, the two that contradict each other are named with their lines, and no other."""
    add_rule(copy, "{check: row_sums, sums: [{total: paddy, plus: [farm_new, dry]}]}", rule="T99")
    (problem,) = find_logic(copy, "sums_contradict")
    assert problem.facts["rules"] == "T99、T02"
    assert len(problem.facts["lines"].split("、")) == 2


def test_a_rule_without_sentences_is_told(copy: ContractLibrary) -> None:
    """A new rule has to say something before it is in force."""
    add_rule(copy, "{check: unique_rows, columns: [township, farm_new]}", rule="T99")
    (problem,) = find_logic(copy, "rule_unsaid")
    assert "rule.T99.message" in problem.facts["keys"]


def write_otherwise(text: str, *, flow: bool, width: int) -> str:
    """Return a YAML file as another tool writes it: keys in order of the alphabet, other quotes and indentation."""
    content = yaml.load(text, Loader=yaml.CSafeLoader)
    return yaml.dump(
        content,
        Dumper=yaml.CSafeDumper,
        allow_unicode=True,
        sort_keys=True,
        default_flow_style=flow,
        width=width,
        indent=4,
    )


@pytest.mark.parametrize(("flow", "width"), [(False, 80), (True, 120)])
def test_files_saved_by_another_tool_mean_the_same(copy: ContractLibrary, *, flow: bool, width: int) -> None:
    """Indentation, quotes, order of keys and flow style are nobody's business."""
    before = validate_file(submission(1).bytes(), copy, copy.get_messages())
    forms = [form.name for form in copy.compile_all_forms()]
    for path in copy.root.rglob("*.yaml"):
        path.write_text(write_otherwise(path.read_text(encoding="utf-8"), flow=flow, width=width), encoding="utf-8")
    assert lint_contracts(copy) == ()
    after = validate_file(submission(1).bytes(), copy, copy.get_messages())
    assert [form.name for form in copy.compile_all_forms()] == forms
    assert after.findings == before.findings  # type: ignore[union-attr]  # a refusal has none, and fails here
