"""Validate one workbook against its contract, from the cover to the report of findings."""

from dataclasses import replace
from functools import partial
from typing import Final

from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.formulas.uncalculated import BOOK_VARIANT, is_never_calculated
from checks.diagnosis.grouping.blank_blocks import merge_blank_blocks
from checks.diagnosis.grouping.displaced_figures import merge_displaced_figures
from checks.diagnosis.grouping.lone_texts import merge_lone_texts
from checks.diagnosis.grouping.reading_notices import merge_reading_notices
from checks.diagnosis.grouping.similar_violations import group_similar_violations
from checks.diagnosis.grouping.stated_units import merge_stated_units
from checks.diagnosis.hypotheses import generate_hypotheses
from checks.diagnosis.hypothesis_testing import explain_by_hypotheses
from checks.diagnosis.keys.restore_keys import restore_keys
from checks.diagnosis.plausibility.implausible_values import merge_implausible_values
from checks.diagnosis.repairs.harmless_repairs import drop_harmful_repairs
from checks.model.filing_history import FilingHistory
from checks.model.finding import Finding, Refusal
from checks.model.raw_workbook import SINGLE_TABLE, RawWorkbook
from checks.model.report import ValidationReport
from checks.model.submission_identity import SubmissionIdentity
from checks.model.violation import Violation
from checks.recognition.continued_sheets import join_continued_sheets
from checks.recognition.cover import identify_submission, read_cover, refuse_missing_cover
from checks.recognition.form_instance import list_tables
from checks.recognition.submission_refusals import (
    refuse_missing_contract,
    refuse_oversized_tables,
    refuse_single_table,
    refuse_wrong_folder,
)
from checks.reporting.finding_messages import build_findings
from checks.reporting.joined_places import JoinedPlaces
from checks.reporting.reported_figures import collect_reported_figures
from checks.rules.agreement.successions import follow_successions
from checks.rules.cross_year_rules import collect_claimed_plots
from checks.submission_evaluator import SubmissionEvaluator
from checks.versions.explanation_form import read_explanation_form
from checks.versions.explanations import add_last_year, attach_explanations
from checks.versions.returned_sheets import read_explanations, remove_returned_sheets
from checks.versions.row_identity import add_locations
from contracts.contract_library import ContractLibrary, Submission
from contracts.messages import Messages
from contracts.registers import County

_DECISIVE_CHECKS: Final = ("anything_filled", "not_copied")


def validate_workbook(
    book: RawWorkbook,
    library: ContractLibrary,
    messages: Messages,
    *,
    expected: tuple[str, int] | None = None,
    history: FilingHistory | None = None,
) -> ValidationReport | Refusal:
    """Return the findings of a workbook, or a refusal if it cannot be attributed to a county and year.

    *expected* is the county code and the year of the folder that the file is in; a workbook of another county or year
    is refused. Without *history*, what other years and counties have filed, the rules across years are not run.
    """
    cover_form, explanations = library.compile_cover(), read_explanations(book, messages)
    book = remove_returned_sheets(book, messages)
    if (cover := read_cover(book, cover_form)) is None:
        return _refuse_without_cover(book, library, messages, expected)
    identity = identify_submission(cover, cover_form, messages)
    if isinstance(identity, Refusal):
        return identity
    if wrong_folder := refuse_wrong_folder(identity, cover, messages, expected):
        return wrong_folder
    if (package := library.find_package(identity.county, identity.year)) is None:
        return refuse_missing_contract(identity, cover, library, messages)
    submission = library.compile_submission(package, identity.year)
    evaluator = SubmissionEvaluator(cover, submission, _prepare_history(history, identity, submission))
    candidates = evaluator.known_tables.sheet_candidates
    joined = join_continued_sheets(book, submission.table_forms, _find_county(submission), candidates)
    book, subjects = joined.book, evaluator.recognise(joined.book)
    if oversized := refuse_oversized_tables(list_tables(subjects), messages):
        return oversized
    evaluation = _merge_root_causes(evaluator.evaluate_forms(subjects), book, evaluator)
    findings = build_findings(_group_violations(evaluation), messages)
    findings = add_locations(findings, evaluation.tables, cover, cover_form.name, book)
    report = _build_report(identity, library.compute_version(), evaluation, findings)
    report = JoinedPlaces(joined.joined).restore_report(report)
    explanations = (*read_explanation_form(list_tables(subjects), report.findings), *explanations)
    report = add_last_year(report, history, messages)
    report = attach_explanations(report, explanations, library.get_return_policy(), messages)
    return replace(report, cover=cover.list_fields(cover_form))


def _refuse_without_cover(
    book: RawWorkbook, library: ContractLibrary, messages: Messages, expected: tuple[str, int] | None
) -> Refusal:
    """Refuse a workbook without a cover; of a single table it is told which one it is, and what is missing."""
    cover_form = library.compile_cover()
    if book.conversion is None or book.conversion.form != SINGLE_TABLE:
        return refuse_missing_cover(cover_form, messages)
    package = library.find_package(*expected) if expected else None
    if package is None or expected is None:
        return refuse_single_table(book, library.compile_all_forms(), cover_form, messages, is_known_county=False)
    forms = library.compile_submission(package, expected[1]).forms
    return refuse_single_table(book, forms, cover_form, messages, is_known_county=True)


def _find_county(submission: Submission) -> County | None:
    return submission.register.counties.get(submission.package.county)


def _prepare_history(
    history: FilingHistory | None, identity: SubmissionIdentity, submission: Submission
) -> FilingHistory | None:
    """Return the history under present names of townships, without a version that the submission does not replace."""
    if history is None:
        return None
    history = follow_successions(history, _find_county(submission))
    if history.earlier_version is None or history.earlier_version.version < identity.version:
        return history
    return replace(history, earlier_version=None)


def _is_decisive(violation: Violation) -> bool:
    return violation.rule.check in _DECISIVE_CHECKS


def _keep_only_decisive(evaluation: Evaluation, book: RawWorkbook) -> Evaluation:
    """Return only the violation that the workbook is blank, last year's or not calculated: all others follow."""
    decisive = list(filter(_is_decisive, evaluation.violations))
    if not decisive and is_never_calculated(book):
        decisive = [violation for violation in evaluation.violations if violation.variant == BOOK_VARIANT]
    if not decisive:
        return evaluation
    return replace(evaluation, violations=tuple(decisive[:1]))


def _group_violations(evaluation: Evaluation) -> list[Violation]:
    """Return the violations with those of one block, unit, order of rows or kind as one."""
    violations = merge_lone_texts(evaluation.tables, merge_blank_blocks(evaluation.tables, evaluation.violations))
    violations = merge_displaced_figures(evaluation.tables, merge_stated_units(violations))
    return group_similar_violations(merge_reading_notices(violations))


def _build_report(
    identity: SubmissionIdentity, contracts_version: str, evaluation: Evaluation, findings: tuple[Finding, ...]
) -> ValidationReport:
    return ValidationReport(
        identity=identity,
        contracts_version=contracts_version,
        findings=findings,
        not_run=evaluation.not_run,
        figures=tuple(collect_reported_figures(evaluation.tables, evaluation.values)),
        plots=collect_claimed_plots(evaluation.tables),
    )


def _merge_root_causes(evaluation: Evaluation, book: RawWorkbook, evaluator: SubmissionEvaluator) -> Evaluation:
    """Merge the violations that one correction explains; hypotheses are tested only if there are violations."""
    evaluation = _keep_only_decisive(evaluation, book)
    if not evaluation.violations or any(map(_is_decisive, evaluation.violations)):
        return evaluation
    county = _find_county(evaluator.submission)
    generate = partial(generate_hypotheses, county=county)
    restored = restore_keys(book, evaluation, evaluator.evaluate, county)
    explained = explain_by_hypotheses(restored.book, restored.evaluation, generate, evaluator.evaluate)
    remaining = drop_harmful_repairs(restored.book, explained, evaluator.evaluate)
    violations = (*restored.root_causes, *remaining.violations)
    # Tables and figures stay as received, whatever was supposed to find the causes.
    return merge_implausible_values(replace(evaluation, violations=violations, not_run=remaining.not_run))
