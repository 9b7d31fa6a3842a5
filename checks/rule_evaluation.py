"""Evaluate all rules on the forms of one workbook; a rule that cannot be run is reported as skipped."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial

from checks.diagnosis.area_units import UnitMismatch
from checks.diagnosis.blank_total_row import merge_blank_total_row
from checks.diagnosis.broken_sums import (
    drop_rounding_noise,
    find_rounding_differences,
    find_violated_sums,
    localise_broken_sums,
)
from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.figures.figure_errors import localise_figure_errors
from checks.diagnosis.finding_grouping import (
    attach_dependent_violations,
    build_unknown_group,
    find_groups_with_errors,
    is_suppressed,
    merge_by_row,
    merge_related_violations,
)
from checks.diagnosis.formulas.blank_inputs import drop_dependent_blanks, drop_sums_over_blanks
from checks.diagnosis.formulas.faulty_formulas import find_faulty_formulas, merge_hidden_rows
from checks.diagnosis.formulas.shown_values import (
    ShownValues,
    drop_sums_held_as_shown,
    merge_shown_by_column,
    round_to_shown,
)
from checks.diagnosis.formulas.uncalculated import merge_uncalculated
from checks.diagnosis.likelihood.repair_likelihood import build_repair_likelihoods
from checks.diagnosis.missing_rows import find_missing_rows
from checks.diagnosis.misspelt_township import merge_unknown_names
from checks.diagnosis.wrong_unit_columns import (
    UNIT_SENSITIVE_CHECKS,
    find_unit_mismatches,
    is_affected_by_units,
    merge_unit_findings,
)
from checks.form_evaluation import evaluate_form, evaluate_sum_rule, list_amounts
from checks.model.cell_ref import CellRef
from checks.model.violation import SkippedRule, Violation
from checks.recognition.form_instance import FormUnderCheck, list_tables
from checks.recognition.table import Table
from checks.rule_results import RuleResults
from checks.rules.form_rules import CONTINUED_VARIANT
from checks.rules.registry import SUM_CHECKS
from checks.rules.required_arguments import refuse_unknown_checks
from checks.rules.sum_rules import AmountsByCell, PlotGroup, SumConstraint
from contracts.form_model import Layout, Phase


def evaluate_rules(subjects: Sequence[FormUnderCheck], results: RuleResults | None = None) -> Evaluation:
    """Evaluate every rule in force on recognised forms.

    *results* are those of the same workbook before a correction: a rule that reads nothing of it is not run again.
    Raise `ContractError` if the contract of a form names an unknown check or lacks an argument of one.
    """
    results = results or RuleResults()
    tables = list_tables(subjects)
    form_violations, skipped_rules = _evaluate_forms(subjects, results)
    sums, skipped_sums = _collect_sum_constraints(subjects, form_violations, results)
    values = _collect_values(subjects, form_violations, results)
    shown = round_to_shown(tables, form_violations, values)
    sums = drop_sums_held_as_shown(drop_rounding_noise(sums, form_violations, values), shown, values)
    form_violations = merge_shown_by_column(tables, form_violations)
    violated_sums = find_violated_sums(sums, shown.values)
    mismatches = _find_unit_mismatches(subjects, form_violations, violated_sums, values, results)
    figure_violations: list[Violation] = []
    if mismatches:
        form_violations, sums = _merge_unit_mismatches(mismatches, form_violations, sums)
    else:
        collect_sums = partial(_list_sum_constraints, subjects, results=results)
        figures = localise_figure_errors(tables, form_violations, violated_sums, collect_sums)
        if figures.violations:
            figure_violations, form_violations = list(figures.violations), list(figures.remaining_violations)
            violations = [*figure_violations, *form_violations]
            sums, skipped_sums = _collect_sum_constraints(subjects, violations, results)
            sums = [constraint for constraint in sums if not figures.explains(constraint)]
            sums = drop_sums_held_as_shown(drop_rounding_noise(sums, form_violations, values), shown, values)
            violated_sums = find_violated_sums(sums, shown.values)
    sum_violations: list[Violation] = []
    if violated_sums:
        sum_violations, form_violations = _localise_sum_errors(subjects, form_violations, sums, shown, results)
    return Evaluation(
        violations=(*figure_violations, *form_violations, *sum_violations, *find_rounding_differences(sums, values)),
        not_run=(*skipped_rules, *skipped_sums, *_list_skipped_rules(subjects)),
        tables=tuple(tables),
        values=values,
        sum_constraints=tuple(sums),
    )


def _evaluate_forms(
    subjects: Sequence[FormUnderCheck], results: RuleResults
) -> tuple[list[Violation], list[SkippedRule]]:
    """Evaluate all rules except sums; return the violations, merged by root cause, and the skipped rules."""
    violations: list[Violation] = []
    skipped_rules: list[SkippedRule] = []
    for subject in subjects:
        refuse_unknown_checks(subject.form)
    for subject in subjects:
        for result in evaluate_form(subject, results):
            if isinstance(result, SkippedRule):
                skipped_rules.append(result)
            else:
                violations.append(result)
    tables = list_tables(subjects)
    violations = merge_uncalculated(violations)
    if subjects:
        violations = drop_dependent_blanks(subjects[0].book, violations)
    merged_violations = merge_blank_total_row(tables, merge_related_violations(violations))
    county = next((subject.county for subject in subjects), None)
    return merge_unknown_names(tables, merged_violations, county), skipped_rules


def _collect_values(
    subjects: Iterable[FormUnderCheck], violations: Iterable[Violation], results: RuleResults
) -> dict[CellRef, Decimal]:
    """Return the figures by cell, without negative ones that have a violation.

    Without such a figure, the sums over it are not evaluated: one root cause, one finding.
    """
    values: dict[CellRef, Decimal] = {}
    for subject in subjects:
        values.update(results.evaluate(subject, "amounts", list_amounts))
    for violation in violations:
        if violation.rule.check == "not_negative" and violation.cell is not None:
            values.pop(violation.cell, None)
    return values


def _find_unit_mismatches(
    subjects: Sequence[FormUnderCheck],
    violations: Sequence[Violation],
    violated_sums: Sequence[SumConstraint],
    values: AmountsByCell,
    results: RuleResults,
) -> list[UnitMismatch]:
    """Return columns given in the wrong unit.

    All sums are evidence, including those suppressed because a cell in them has its own violation.
    """
    if not violated_sums and not any(violation.rule.check in UNIT_SENSITIVE_CHECKS for violation in violations):
        return []
    all_sums, _ = _collect_sum_constraints(subjects, (), results)
    return find_unit_mismatches(list_tables(subjects), violations, find_violated_sums(all_sums, values), values)


def _merge_unit_mismatches(
    mismatches: Sequence[UnitMismatch], violations: Sequence[Violation], sums: Iterable[SumConstraint]
) -> tuple[list[Violation], list[SumConstraint]]:
    """Return the violations with those that follow from the units merged, and the sums that are not affected."""
    unit_violations, remaining_violations = merge_unit_findings(mismatches, violations)
    mismatched_cells: set[CellRef] = set()
    for mismatch in mismatches:
        mismatched_cells.update(mismatch.cells)
    cells = frozenset(mismatched_cells)
    unaffected_sums = [constraint for constraint in sums if not is_affected_by_units(constraint, mismatches, cells)]
    return [*remaining_violations, *unit_violations], unaffected_sums


def _localise_sum_errors(
    subjects: Sequence[FormUnderCheck],
    violations: Sequence[Violation],
    sums: Sequence[SumConstraint],
    shown: ShownValues,
    results: RuleResults,
) -> tuple[list[Violation], list[Violation]]:
    """Return the violations of sums, and the violations that are independent of them.

    What a formula or a missing row explains is merged into that root cause.
    """
    tables = list_tables(subjects)
    formulas = find_faulty_formulas(subjects[0].book, sums, shown)
    formula_causes, violations = merge_hidden_rows(formulas.root_causes, violations)
    diagnoses = find_missing_rows(tables, violations, sums, formulas.values)
    merged_ids: set[int] = set()
    root_causes: list[Violation] = []
    for diagnosis in diagnoses:
        root_causes.append(diagnosis.root_cause)
        merged_ids.update(map(id, (*diagnosis.merged_sums, *diagnosis.merged_violations)))
    remaining_sums = [constraint for constraint in sums if id(constraint) not in merged_ids]
    remaining_violations = [violation for violation in violations if id(violation) not in merged_ids]
    likelihoods = build_repair_likelihoods(subjects[0], tables, formulas.values)
    formula_cells = _list_formula_cells(tables)
    broken_sums = localise_broken_sums(remaining_sums, formulas, formula_cells, likelihoods, results.solved_problems)
    return attach_dependent_violations(
        [*formula_causes, *root_causes, *merge_by_row(broken_sums)], remaining_violations
    )


def _list_formula_cells(tables: Iterable[Table]) -> list[CellRef]:
    cells: list[CellRef] = []
    for table in tables:
        cells.extend(table.formula_cells)
    return cells


def _collect_sum_constraints(
    subjects: Sequence[FormUnderCheck], violations: Sequence[Violation], results: RuleResults
) -> tuple[list[SumConstraint], list[SkippedRule]]:
    """Return the sums to evaluate and the skipped rules; sums over rows with an error of their own are suppressed."""
    faulty_groups = _find_faulty_groups(subjects, violations)
    constraints: list[SumConstraint] = []
    skipped_rules: list[SkippedRule] = []
    suppressed: set[tuple[str, str]] = set()
    for result in _build_sum_constraints(subjects, _find_incomplete_sheets(violations), results):
        if isinstance(result, SkippedRule):
            skipped_rules.append(result)
        elif is_suppressed(result, faulty_groups):
            suppressed.add((result.rule.id, result.table.form.title))
        else:
            constraints.append(result)
    skipped_rules.extend(SkippedRule(rule, form, "rows_at_fault") for rule, form in sorted(suppressed))
    if subjects:
        constraints = drop_sums_over_blanks(subjects[0].book, constraints, violations)
    return constraints, skipped_rules


def _list_sum_constraints(
    subjects: Sequence[FormUnderCheck], violations: Sequence[Violation], *, results: RuleResults
) -> list[SumConstraint]:
    constraints, _ = _collect_sum_constraints(subjects, violations, results)
    return constraints


def _find_faulty_groups(
    subjects: Iterable[FormUnderCheck], violations: Sequence[Violation]
) -> dict[str, frozenset[PlotGroup]]:
    """Return the groups of plots with errors by form; a column in the wrong unit makes all groups of a form faulty."""
    faulty_groups: dict[str, frozenset[PlotGroup]] = {}
    for table in list_tables(subjects):
        if table.form.is_detail:
            faulty_groups[table.form.name] = find_groups_with_errors(table, violations)
    for violation in violations:
        if violation.variant == CONTINUED_VARIANT:
            # The other plots stand on another sheet.
            faulty_groups[violation.facts["form"]] = build_unknown_group(violation.facts["form"])
        if violation.rule.check == "unit_plausible":
            detail_form = violation.rule.arguments["detail"]
            faulty_groups[detail_form] = build_unknown_group(detail_form)
    return faulty_groups


def _find_incomplete_sheets(violations: Iterable[Violation]) -> set[str]:
    """Return the sheets on which a township of the plan is missing."""
    sheets: set[str] = set()
    for violation in violations:
        if violation.variant == "missing" and violation.rule.check == "townships_as_planned":
            sheets.add(violation.sheet)
    return sheets


def _build_sum_constraints(
    subjects: Iterable[FormUnderCheck], incomplete_sheets: set[str], results: RuleResults
) -> Iterator[SumConstraint | SkippedRule]:
    for subject in subjects:
        for rule in subject.form.rules:
            if rule.check not in SUM_CHECKS or subject.table is None:
                continue
            if rule.check == "column_total" and subject.table.sheet in incomplete_sheets:
                yield SkippedRule(rule.id, subject.form.title, "township_missing")
            else:
                yield from evaluate_sum_rule(subject, rule, results)


def _list_skipped_rules(subjects: Iterable[FormUnderCheck]) -> Iterator[SkippedRule]:
    """Yield the rules that need a table on a form that was not recognised."""
    for subject in subjects:
        if subject.form.layout is not Layout.TABLE or subject.table is not None:
            continue
        for rule in subject.form.rules:
            if rule.phase.rank > Phase.RECOGNISED.rank:
                yield SkippedRule(rule.id, subject.form.title, "not_recognised")
