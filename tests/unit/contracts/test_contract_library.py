"""Contracts: valid by the standard, refused where written wrong, in force as soon as they are edited."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import open_data_contract_standard
import pytest
from jsonschema import Draft201909Validator  # type: ignore[import-untyped]  # ships no type information

from checks.model.finding import Refusal, Severity
from checks.model.report import ValidationReport
from checks.rules.registry import FORM_CHECKS, ROW_CHECKS, SUM_CHECKS
from checks.rules.required_arguments import refuse_unknown_checks
from contracts.contract_library import ContractLibrary, open_library
from contracts.errors import ContractError
from contracts.form_model import Role
from contracts.lint.check_specs import load_check_specs
from contracts.odcs_reader import compile_forms
from contracts.yaml_files import load_yaml
from filing.sheets.register import LEADING_COLUMNS, TRAILING_COLUMNS
from tests.builders import dongchuan
from tests.builders.dongchuan import COVER, SHEET_2, SHEET_3, SHEET_DONE, Draft
from workbooks.examine import validate_file

SHIPPED = open_library()
PLAN_YEARS = (2024, 2025, 2026)
TASKS, PROGRESS = "forms/township-tasks.odcs.yaml", "forms/township-progress.odcs.yaml"
PLAN, PACKAGE = "plans/530113-2024-2026.yaml", "packages/530113-2024.yaml"
PROCEDURE, REGISTER = "procedures/annual-accounting.yaml", "registers/divisions-nbs-2023.yaml"
MESSAGES, EXAMPLES = "messages/zh.yaml", "examples/annual-accounting.yaml"


@pytest.fixture
def copy(tmp_path: Path) -> ContractLibrary:
    """Give a copy of the contracts folder that may be edited."""
    for path in SHIPPED.root.rglob("*.yaml"):
        target = tmp_path / path.relative_to(SHIPPED.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return open_library(tmp_path)


def edit(library: ContractLibrary, file: str, before: str, after: str, *, times: int = 1) -> None:
    """Replace a piece of text in a file, its first *times* places."""
    path = library.root / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, times), encoding="utf-8")


def check(library: ContractLibrary, draft: Draft) -> ValidationReport:
    """Check a submission under the contracts of a library."""
    report = validate_file(draft.bytes(), library, library.get_messages())
    assert not isinstance(report, Refusal), report
    return report


def load_all(library: ContractLibrary) -> None:
    """Read everything that a run may read."""
    library.get_messages()
    library.compile_all_forms()
    library.list_examples()
    for package in library.list_packages():
        library.get_procedure(package.procedure)
        for year in package.years:
            for form in library.compile_submission(package, year).forms:
                refuse_unknown_checks(form)


def schema_validator() -> Draft201909Validator:
    """Load the schema that comes with the standard's package."""
    folder = Path(open_data_contract_standard.__file__).parent
    return Draft201909Validator(json.loads((folder / "schema.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", SHIPPED.list_contract_files(), ids=lambda path: path.name)
def test_contract_is_valid_by_the_standard(path: Path) -> None:
    """Each data contract holds against the schema of the Open Data Contract Standard."""
    assert [error.message for error in schema_validator().iter_errors(load_yaml(path))] == []


def test_schema_finds_fault_with_a_broken_contract() -> None:
    """The schema that the contracts are held against does find what is wrong."""
    contract = {**load_yaml(SHIPPED.list_contract_files()[0]), "schema": "none"}
    assert list(schema_validator().iter_errors(contract))


@pytest.mark.parametrize("path", SHIPPED.list_contract_files(), ids=lambda path: path.name)
def test_contract_compiles(path: Path) -> None:
    """Each data contract gives forms with a title, fields that differ in heading, and rules."""
    forms = compile_forms(path, year=2024, plan_years=PLAN_YEARS)
    assert forms
    for form in forms:
        headings = [field.heading for field in form.fields]
        assert form.title
        assert form.rules or path.name == "issued.odcs.yaml"  # which no county sends
        assert len(set(headings)) == len(headings)


def test_shipped_contracts_load() -> None:
    """Every file of the shipped folder can be read, and each rule's check exists."""
    load_all(SHIPPED)


def test_year_columns_come_from_the_plan() -> None:
    """A task table has one figure a year of the plan and one in all."""
    tasks = compile_forms(SHIPPED.root / TASKS, year=2024, plan_years=PLAN_YEARS)[0]
    assert [field.heading for field in tasks.get_fields_by_role(Role.FIGURE)] == ["2024年", "2025年", "2026年", "总计"]


BAD_EDITS = [
    pytest.param(PLAN, "assigned: 5000", "assigned: 7001", "below the assigned 7001", id="plan below what is assigned"),
    pytest.param(PLAN, "years: [2024, 2025, 2026]", "years: [2024, 2025]", "must have the years", id="plan years"),
    pytest.param(TASKS, "role, value: serial}", "role, value: serail}", "serail", id="unknown role"),
    pytest.param(TASKS, "decimals, value: 0}", "decimals, value: none}", "none", id="decimals in words"),
    pytest.param(TASKS, "column: serial,", "column: serials,", "no fields ['serials']", id="rule on no field"),
    pytest.param(TASKS, "engine: hesuan", "engine: hesaun", "expected an id, and an engine", id="unknown engine"),
    pytest.param(TASKS, "value: [附件2]", "value: 附件2", "expected a list", id="sheet names no list"),
    pytest.param(
        TASKS,
        "phase, value: parsed}",
        "trial, value: maybe}",
        "expected true or false",
        id="trial neither true nor false",
    ),
    pytest.param(PROCEDURE, "flagged: awaiting_explanation, ", "", "on_check must say", id="a result without a state"),
    pytest.param(TASKS, "severity: hard", "severity: grave", "severity 'grave'", id="unknown severity"),
    pytest.param(TASKS, "{gap: soft,", "{gap: mild,", "severity 'mild'", id="unknown severity of a case"),
    pytest.param(TASKS, "value: recognised", "value: later", "'later': expected one of", id="unknown phase"),
    pytest.param(TASKS, "value: table}", "value: heap}", "'heap': expected one of", id="unknown layout"),
    pytest.param(TASKS, "{check: form_present}", "[form_present]", "no valid data contract", id="no check"),
    pytest.param(TASKS, "- id: F02", "- id: F01", "rule written twice", id="rule twice"),
    pytest.param(TASKS, "- name: township", "- name: serial", "field written twice", id="field twice"),
    pytest.param(TASKS, "phase, value: parsed}", "since, value: soon}", "YYYY-MM-DD", id="no date"),
    pytest.param(TASKS, "kind: DataContract", "kind: DataContract\nkind: X", "written twice", id="key twice"),
    pytest.param(TASKS, "schema:\n", "schema: [\n", "not valid YAML", id="no YAML"),
    pytest.param(TASKS, "schema:\n", "schema: 3\nrest:\n", "no valid data contract", id="no contract"),
    pytest.param(PLAN, "total: 7000", "total: 7001", "do not add up to 7001", id="plan total"),
    pytest.param(PLAN, "total: 1100", "total: 1101", "years of 铜都街道", id="plan row"),
    pytest.param(PLAN, "by_year: {2024: 1700", "by_year: {2024: 1701", "total of 2024", id="plan column"),
    pytest.param(PLAN, "id: 530113-2024-2026\n", "", "missing or malformed: KeyError('id')", id="plan without id"),
    pytest.param(PLAN, "id: 530113-2024-2026", "id: other", "differs from the file name", id="plan with other id"),
    pytest.param(PLAN, "2024: 200, 2025: 600, 2026: 300", "2024: x, 2025: 600, 2026: 300", "malformed", id="no figure"),
    pytest.param(PACKAGE, "id: 530113-2024\n", "", "missing or malformed: KeyError('id')", id="package without id"),
    pytest.param(PACKAGE, "progress]", "progress, plots]", "no contract declares the forms ['plots']", id="no form"),
    pytest.param(PACKAGE, "plan: 530113-2024-2026", "plan: none", "none.yaml: cannot be read", id="no plan"),
    pytest.param(PROCEDURE, "to: filed", "to: archived", "not declared: ['archived']", id="unknown state"),
    pytest.param(PROCEDURE, "level: city", "level: town", "actions: not declared: ['town']", id="unknown level"),
    pytest.param(PROCEDURE, "start: due\n", "", "missing or malformed: KeyError('start')", id="no start"),
    pytest.param(REGISTER, 'city: "530100"', 'city: "530200"', "city 530200 is not listed", id="no city"),
    pytest.param(MESSAGES, "hard: 强制", "hard: 1", "severity.hard: expected text", id="message no text"),
    pytest.param(EXAMPLES, "    finds:\n", "    found:\n", "missing or malformed: KeyError('finds')", id="example"),
]


@pytest.mark.parametrize(("file", "before", "after", "problem"), BAD_EDITS)
def test_badly_written_contract_is_named(
    copy: ContractLibrary, file: str, before: str, after: str, problem: str
) -> None:
    """A contract that cannot be used is a fault of its own: the message names the file and what was expected."""
    edit(copy, file, before, after)
    with pytest.raises(ContractError) as caught:
        load_all(copy)
    assert problem in str(caught.value)
    assert Path(caught.value.file).name in (Path(file).name, "none.yaml")


def test_unknown_check_is_refused(copy: ContractLibrary) -> None:
    """A rule that asks for a check that does not exist is a fault of the contract."""
    edit(copy, TASKS, "check: form_present", "check: form_absent")
    with pytest.raises(ContractError, match="no check is named 'form_absent'"):
        load_all(copy)


def test_folder_without_contracts_is_refused(tmp_path: Path) -> None:
    """A folder without contracts is refused at once."""
    with pytest.raises(ContractError, match="is no contracts folder"):
        open_library(tmp_path)


def weigh_unit_less(library: ContractLibrary) -> Draft:
    """Make the rule on the area unit a remark; hand in a table without its unit."""
    for file in (TASKS, PROGRESS):
        text = (library.root / file).read_text(encoding="utf-8")
        start = text.index("- id: F03")
        at = text.index("severity: hard", start)
        (library.root / file).write_text(text[:at] + text[at:].replace("hard", "report", 1), encoding="utf-8")
    return dongchuan.submission().put(SHEET_DONE, "A2", None)


def allow_one_decimal_only(library: ContractLibrary) -> Draft:
    """Let the completed figures have one decimal where they had two."""
    edit(library, PROGRESS, "decimals, value: 2", "decimals, value: 1", times=2)
    return dongchuan.submission()


def put_rule_on_trial(library: ContractLibrary) -> Draft:
    """Let the rule on the area unit find without blocking; hand in a table without its unit."""
    edit(library, PROGRESS, "[{property: phase, value: recognised}]", "[{property: trial, value: true}]", times=3)
    return dongchuan.submission().put(SHEET_DONE, "A2", None)


def let_rule_begin_later(library: ContractLibrary) -> Draft:
    """Let the rules on recognition come into force next year; hand in a table without its unit."""
    edit(
        library, PROGRESS, "[{property: phase, value: recognised}]", '[{property: since, value: "2025-01-01"}]', times=3
    )
    return dongchuan.submission().put(SHEET_DONE, "A2", None)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (weigh_unit_less, [("F03", Severity.REPORT)]),
        (allow_one_decimal_only, [("F10", Severity.SOFT)] * 2),
        (put_rule_on_trial, [("F03", Severity.HARD)]),
        (let_rule_begin_later, []),
    ],
)
def test_edited_rule_takes_effect(
    copy: ContractLibrary, change: Callable[[ContractLibrary], Draft], found: list[tuple[str, Severity]]
) -> None:
    """A changed severity, target, precision or date is in force at the next check, with no change of code."""
    draft = change(copy)
    assert [(finding.rule, finding.severity) for finding in check(copy, draft).findings] == found


def test_rule_on_trial_does_not_count(copy: ContractLibrary) -> None:
    """A finding of a rule on trial is reported and blocks nobody."""
    report = check(copy, put_rule_on_trial(copy))
    assert (report.outcome, report.count_findings(Severity.HARD)) == ("accepted", 0)


def test_added_synonym_takes_effect(copy: ContractLibrary) -> None:
    """A heading that a county writes its own way is known once it stands in the contract."""
    draft = dongchuan.submission().put(SHEET_3, "F4", "三年合计")
    assert [finding.rule for finding in check(copy, draft).findings] == ["F02"]
    edit(
        copy,
        TASKS,
        "{synonym: 合计, locale: zh}",
        "{synonym: 合计, locale: zh}, {synonym: 三年合计, locale: zh}",
        times=2,
    )
    assert check(copy, draft).findings == ()


def test_added_township_takes_effect(copy: ContractLibrary) -> None:
    """A township that is new in the register is known, and is then reported as missing from the plan."""
    draft = dongchuan.submission().put(SHEET_3, "B13", "集义街道")
    assert [finding.rule for finding in check(copy, draft).findings] == ["C02"]
    edit(copy, REGISTER, '"530113002"', '"530113003": 集义街道\n      "530113002"')
    # The plan's own township has no row now, and the new one is not in the plan: X04 tells both.
    found = check(copy, draft).findings
    assert {finding.rule for finding in found} == {"X04"}
    assert "“集义街道”不在计划（附件3）所列的乡镇（街道）之中。" in [finding.message for finding in found]


def test_added_year_takes_effect(copy: ContractLibrary) -> None:
    """The next year of the plan needs one number in the package."""
    draft = dongchuan.submission().put(COVER, "B3", 2025)
    draft.put(SHEET_DONE, "A1", "2025年度乡镇（街道）任务完成情况表（示例）")
    (copy.root / "packages" / "530113-2025-2026.yaml").unlink()
    refusal = validate_file(draft.bytes(), copy, copy.get_messages())
    assert isinstance(refusal, Refusal)
    assert refusal.code == "no_contract"
    edit(copy, PACKAGE, "years: [2024]", "years: [2024, 2025]")
    report = check(copy, draft)
    assert (report.identity.year, report.findings) == (2025, ())


def test_changed_plan_takes_effect(copy: ContractLibrary) -> None:
    """The table is compared with the targets that the plan holds now."""
    edit(copy, PLAN, "因民镇: {2024: 100, 2025: 100", "因民镇: {2024: 0, 2025: 200")
    edit(copy, PLAN, "by_year: {2024: 1700, 2025: 3300", "by_year: {2024: 1600, 2025: 3400")
    found = check(copy, dongchuan.submission()).findings
    assert {finding.sheet for finding in found} == {SHEET_2}
    assert {finding.rule for finding in found} == {"T10"}


def test_a_file_is_compiled_anew_only_where_its_text_is_new(copy: ContractLibrary) -> None:
    """An edit takes effect in a process that lives long; a run of many counties compiles each file once."""
    path = copy.root / "messages" / "zh.yaml"
    before = copy.get_messages()
    assert copy.get_messages() is before
    path.write_text(path.read_text(encoding="utf-8") + "\nadded: 新加的一句\n", encoding="utf-8")
    assert copy.get_messages()("added") == "新加的一句"


def test_version_of_the_contracts_follows_every_edit(copy: ContractLibrary) -> None:
    """Each result names the contracts that it rests on, whatever the ends of lines are."""
    assert copy.compute_version() == SHIPPED.compute_version()
    path = copy.root / PLAN
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert copy.compute_version() == SHIPPED.compute_version()
    edit(copy, PLAN, "assigned: 5000", "assigned: 5001")
    assert copy.compute_version() != SHIPPED.compute_version()


def test_issued_forms_have_the_headings_that_are_written() -> None:
    """The fields of opinion and register, which no county sends, are those of the documents that are issued."""
    library = open_library()
    words = library.get_messages()
    forms = {form.name: form for form in library.compile_all_forms()}
    register = {field.name: field.heading for field in forms["filing_register"].fields}
    assert register == {name: words(f"filing.column.{name}") for name in (*LEADING_COLUMNS, *TRAILING_COLUMNS)}
    opinion = {field.name: field.heading for field in forms["review_opinion"].fields}
    assert opinion == {name: words(f"filing.opinion.{name}") for name in ("item", "reported", "reviewed", "cut")}


RULES = [
    (form, rule)
    for package in SHIPPED.list_packages()
    for form in SHIPPED.compile_submission(package, package.years[0]).forms
    for rule in form.rules
]


def test_each_check_that_may_be_asked_for_is_served() -> None:
    """The checks that contracts may name are those that there are functions for, each in one table."""
    assert sorted([*FORM_CHECKS, *SUM_CHECKS, *ROW_CHECKS]) == sorted(load_check_specs())


REQUIRED_ARGUMENTS = {
    name: spec.required_arguments for name, spec in load_check_specs().items() if not spec.is_from_standard
}
MAY_BE_LEFT_OUT = {"cover", "instead_of", "joins", "key", "rounding", "unchanged", "unless_missing_in"}


def test_what_a_check_is_told_it_needs_or_may_go_without() -> None:
    """No rule of ours gives its check an argument that is neither needed nor one of the few that may be left out."""
    given = {(rule.check, name) for _, rule in RULES for name in rule.arguments if name not in MAY_BE_LEFT_OUT}
    assert given == {(check, name) for check, names in REQUIRED_ARGUMENTS.items() for name in names}


@pytest.mark.parametrize(
    ("check", "name"), [(check, name) for check, names in REQUIRED_ARGUMENTS.items() for name in names]
)
def test_a_rule_that_leaves_out_an_argument_is_refused(check: str, name: str) -> None:
    """A contract that does not tell a check what it needs is named with the rule, before any workbook is judged."""
    form, rule = next((form, rule) for form, rule in RULES if rule.check == check)
    less = replace(rule, arguments={key: value for key, value in rule.arguments.items() if key != name})
    with pytest.raises(ContractError, match=rf"rule {rule.id}: the check {check} needs .*{name}"):
        refuse_unknown_checks(replace(form, rules=(less,)))
