"""Run the rules of one form: each returns its violations, limited per rule, or the sums that must hold."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial

from checks.diagnosis.grouping.row_limits import Failure, limit_per_rule
from checks.diagnosis.serial_numbers import add_serial_remedies
from checks.model.cell_ref import CellRef
from checks.model.violation import SkippedRule, Violation
from checks.recognition.form_instance import FormUnderCheck
from checks.rule_results import RuleResults
from checks.rules.registry import FORM_CHECKS, SUM_CHECKS
from checks.rules.sum_rules import SumConstraint, collect_amounts
from checks.schemas.pandera_validation import find_failing_rows
from contracts.form_model import Rule


def evaluate_form(subject: FormUnderCheck, results: RuleResults) -> Iterator[Violation | SkippedRule]:
    """Yield the violations of all rules of a form except sums, and the rules that could not be run."""
    for rule in subject.form.rules:
        if rule.check in FORM_CHECKS:
            yield from results.evaluate(subject, id(rule), partial(_run_form_check, rule=rule))
    if subject.table is not None:
        yield from results.evaluate(subject, "rows", _run_row_checks)


def _run_form_check(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation | SkippedRule]:
    failures: list[Failure] = []
    for result in FORM_CHECKS[rule.check](subject, rule):
        if isinstance(result, SkippedRule):
            yield result
        else:
            failures.append(result)
    yield from limit_per_rule(failures, subject.form.max_findings_per_rule, _count_rows(subject))


def _run_row_checks(subject: FormUnderCheck) -> Iterator[Violation]:
    if subject.table is not None:
        failing_rows = find_failing_rows(subject.table, subject.form.rules)
        violations = limit_per_rule(failing_rows, subject.form.max_findings_per_rule, _count_rows(subject))
        yield from add_serial_remedies(subject.table, violations)


def _count_rows(subject: FormUnderCheck) -> int:
    return subject.table.body.height if subject.table is not None else 0


def evaluate_sum_rule(
    subject: FormUnderCheck, rule: Rule, results: RuleResults
) -> Sequence[SumConstraint | SkippedRule]:
    """Return the sums that a rule requires on a form, or the rule if it could not be run."""
    return results.evaluate(subject, id(rule), partial(_run_sum_check, rule=rule))


def _run_sum_check(subject: FormUnderCheck, rule: Rule) -> Iterable[SumConstraint | SkippedRule]:
    if subject.table is None:
        return ()
    return SUM_CHECKS[rule.check](subject, subject.table, rule)


def list_amounts(subject: FormUnderCheck) -> list[tuple[CellRef, Decimal]]:
    """Return the figures of a form with their cells."""
    if subject.table is None:
        return []
    return list(collect_amounts(subject.table).items())
