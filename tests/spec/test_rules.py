"""The rule catalogue: each example finds what it says, each rule has its example, its check and its sentences."""

from functools import cache

import pytest

from checks.model.finding import Finding, Refusal
from checks.rules.registry import SUM_CHECKS
from contracts.contract_library import ContractLibrary, open_library
from contracts.form_model import Rule
from contracts.lint.check_specs import load_check_specs
from contracts.messages import Messages
from contracts.rule_examples import RuleExample
from tests.builders.broken import broken_workbook, valid_workbook
from tests.builders.examined import warm_library, wording
from tests.builders.gansu import year_before
from workbooks.examine import validate_file

EXAMPLES = open_library().list_examples()


@cache
def load() -> tuple[ContractLibrary, Messages]:
    """Open the contracts once."""
    return warm_library(), wording()


def findings_in(data: bytes, base: str) -> tuple[Finding, ...]:
    """Return what is found in a workbook that is taken; for the made-up county last year's filing is on file."""
    report = validate_file(data, *load(), history=year_before() if base == "gansu" else None)
    assert not isinstance(report, Refusal), report
    return report.findings


def rules_in_contracts() -> dict[str, list[Rule]]:
    """Return every rule of every form, by its id."""
    found: dict[str, list[Rule]] = {}
    for form in load()[0].compile_all_forms():
        for rule in form.rules:
            found.setdefault(rule.id, []).append(rule)
    return found


@pytest.mark.parametrize("base", ["dongchuan", "gansu"])
def test_valid_submission_has_no_finding(base: str) -> None:
    """The sample that every example starts from is found without fault."""
    assert findings_in(valid_workbook(base), base) == ()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda item: f"{item.base}-{item.rule}-{item.title}")
def test_example_finds_what_it_says(example: RuleExample) -> None:
    """Broken that way, the submission has one finding under the rule: at that cell, that grave, in those words."""
    (found,) = [
        finding
        for finding in findings_in(broken_workbook(example), example.base)
        if example.rule in (finding.rule, *finding.related_rules)
    ]
    assert (found.sheet, found.cell) == (example.sheet, example.cell)
    assert (found.severity, found.message) == (example.severity, example.message)


def test_every_rule_has_an_example() -> None:
    """The examples are about all rules of the contracts and about nothing else."""
    assert {finding.rule for finding in EXAMPLES} == rules_in_contracts().keys()


def test_example_titles_differ_within_a_rule() -> None:
    """No rule says the same of two examples."""
    titles = [(example.base, example.rule, example.title) for example in EXAMPLES]
    assert len(set(titles)) == len(titles)


def test_every_check_is_known_and_asked_for() -> None:
    """The contracts name only checks that exist, and no check exists that no rule asks for or the standard has."""
    written = {name for name, spec in load_check_specs().items() if not spec.is_from_standard}
    assert {rule.check for rules in rules_in_contracts().values() for rule in rules} == written


@pytest.mark.parametrize("rule_id", sorted(rules_in_contracts()))
def test_every_rule_has_its_sentences(rule_id: str) -> None:
    """For each case of a rule there is a sentence that says what is wrong and one that says what to do."""
    texts = load()[1].get_group(f"rule.{rule_id}")
    messages = {key.removesuffix("message") for key in texts if key.endswith("message")}
    remedies = {key.removesuffix("remedy") for key in texts if key.endswith("remedy")}
    shared = all(rule.check in SUM_CHECKS for rule in rules_in_contracts()[rule_id])
    assert messages
    if rule_id == "F05":  # one cure serves several cases
        assert "" in remedies <= messages
    else:
        assert remedies == (set() if shared else messages)


def test_sums_share_their_remedies() -> None:
    """Whatever way broken sums can be mended, there is a sentence for it."""
    assert set(load()[1].get_group("sum")) == {f"{case}.remedy" for case in ("one", "several", "together", "open")}


def test_no_case_of_a_rule_bears_the_name_of_a_shared_sentence() -> None:
    """A sentence that any rule may use never takes the place of a rule's own."""
    shared = {key.split(".")[0] for key in load()[1].get_group("any")}
    cases = {key.split(".")[1] for key in load()[1].get_group("rule") if key.count(".") > 1}
    assert shared.isdisjoint(cases)


def test_no_sentence_is_about_an_unknown_rule() -> None:
    """A rule taken out of the contracts leaves no sentence behind."""
    assert {key.split(".")[0] for key in load()[1].get_group("rule")} == rules_in_contracts().keys()


@pytest.mark.parametrize("rule_id", sorted(rules_in_contracts()))
def test_every_rule_says_what_it_rests_on(rule_id: str) -> None:
    """A reviewer can quote what each rule asks and on what basis, which bears one of the three labels."""
    for rule in rules_in_contracts()[rule_id]:
        assert rule.description
        assert rule.basis.startswith(("[S] ", "[A] ", "[C] "))
