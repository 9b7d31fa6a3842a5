"""Check one workbook against its contract, phase by phase; a phase that cannot run says so."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from checks.diagnosis.area_units import UnitMismatch
from checks.diagnosis.blank_total_row import merge_blank_total_row
from checks.diagnosis.broken_sums import (
    drop_rounding_noise,
    find_rounding_differences,
    find_violated_sums,
    localise_broken_sums,
)
from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.finding_grouping import (
    attach_dependent_violations,
    build_unknown_group,
    find_groups_with_errors,
    is_suppressed,
    limit_per_rule,
    merge_by_row,
    merge_related_violations,
)
from checks.diagnosis.hypotheses import generate_hypotheses
from checks.diagnosis.hypothesis_testing import explain_by_hypotheses
from checks.diagnosis.missing_rows import find_missing_rows
from checks.diagnosis.misspelt_township import merge_unknown_names
from checks.diagnosis.serial_numbers import add_serial_remedies
from checks.diagnosis.wrong_unit_columns import (
    UNIT_SENSITIVE_CHECKS,
    find_unit_mismatches,
    is_affected_by_units,
    merge_unit_findings,
)
from checks.model.cell_ref import CellRef, format_address
from checks.model.filing_history import FilingHistory
from checks.model.finding import Finding, Refusal
from checks.model.raw_workbook import RawWorkbook
from checks.model.refusal import create_refusal
from checks.model.report import ValidationReport
from checks.model.submission_identity import SubmissionIdentity
from checks.model.violation import SkippedRule, Violation
from checks.recognition.cover import Cover, identify_submission, read_cover
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.locate_tables import TableSearchResult, locate_tables
from checks.recognition.table import ROW, Table, build_table
from checks.reporting.finding_messages import build_findings
from checks.reporting.reported_figures import collect_reported_figures
from checks.rules.cross_year_rules import collect_claimed_plots
from checks.rules.pandera_validation import find_failing_rows
from checks.rules.registry import FORM_CHECKS, ROW_CHECKS, SUM_CHECKS
from checks.rules.required_arguments import refuse_unknown_checks
from checks.rules.sum_rules import SumConstraint, collect_amounts
from checks.versions.explanations import attach_explanations
from checks.versions.returned_sheets import read_explanations, remove_returned_sheets
from checks.versions.row_identity import add_locations
from contracts.contract_library import ContractLibrary, Submission
from contracts.form_model import Layout, Phase, Rule
from contracts.messages import Messages

_NO_TABLE_FOUND = TableSearchResult(None, (), None)


def validate_workbook(
    book: RawWorkbook,
    library: ContractLibrary,
    messages: Messages,
    *,
    expected: tuple[str, int] | None = None,
    history: FilingHistory | None = None,
) -> ValidationReport | Refusal:
    """Return what is wrong with a workbook, or why it cannot be attributed to a county and year.

    *expected* is the county code and the year in whose folder the file lies; one of another is refused there.
    *history* is what is on file of other years and counties; without it the rules across years say that they did not
    run.
    """
    form, said = library.compile_cover(), read_explanations(book, messages)
    book = remove_returned_sheets(book, messages)
    cover = read_cover(book, form)
    identity = identify_submission(cover, form, messages)
    if isinstance(identity, Refusal) or cover is None:
        return identity  # type: ignore[return-value]  # without a cover identify always refuses
    misplaced = _refuse_wrong_folder(identity, cover, messages, expected)
    if misplaced is not None:
        return misplaced
    package = library.find_package(identity.county, identity.year)
    if package is None:
        return _refuse_missing_contract(identity, cover, library, messages)
    submission = library.compile_submission(package, identity.year)
    subjects = recognise_forms(book, cover, submission, history)
    crowded = _refuse_oversized(subjects, messages)
    if crowded is not None:
        return crowded
    verdict = _merge_root_causes(evaluate_rules(subjects), book, cover, submission, history)
    found = add_locations(build_findings(verdict.violations, messages), verdict.tables, cover, form.name)
    report = _build_report(identity, library.compute_version(), verdict, found)
    return attach_explanations(report, said, library.get_return_policy(), messages)


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


def _merge_root_causes(
    evaluation: Evaluation, book: RawWorkbook, cover: Cover, submission: Submission, history: FilingHistory | None
) -> Evaluation:
    """Tell what one slip explains in one place; only where something is wrong is anything supposed."""
    if not evaluation.violations:
        return evaluation
    county = submission.register.counties.get(submission.package.county)
    return explain_by_hypotheses(
        book,
        evaluation,
        lambda seen, found: generate_hypotheses(seen, found, county),
        lambda seen: evaluate_rules(recognise_forms(seen, cover, submission, history)),
    )


def evaluate_submission(
    book: RawWorkbook, cover: Cover, submission: Submission, history: FilingHistory | None = None
) -> Evaluation:
    """Run every rule in force on every form of the submission."""
    return evaluate_rules(recognise_forms(book, cover, submission, history))


def evaluate_rules(subjects: Sequence[FormUnderCheck]) -> Evaluation:
    """Run every rule on forms whose tables have been taken."""
    for subject in subjects:
        refuse_unknown_checks(subject.form)
    said = [one for subject in subjects for one in _evaluate_form(subject)]
    asked = merge_blank_total_row(
        _iter_tables(subjects), merge_related_violations(one for one in said if isinstance(one, Violation))
    )
    formwise = merge_unknown_names(list(_iter_tables(subjects)), asked, next((one.county for one in subjects), None))
    sums, not_run = _collect_sum_constraints(subjects, formwise)
    # A figure that cannot stand as it is silences the sums over it: one cause, one finding.
    condemned = {one.cell for one in formwise if one.rule.check == "not_negative"}
    known = ((cell, amount) for one in _iter_tables(subjects) for cell, amount in collect_amounts(one).items())
    values = {cell: amount for cell, amount in known if cell not in condemned}
    sums = drop_rounding_noise(sums, formwise, values)
    wrong = find_violated_sums(sums, values)  # hardly ever any: all that follows is for those
    slips = _find_unit_mismatches(subjects, formwise, wrong, values)
    if slips:
        heads, left = merge_unit_findings(slips, formwise)
        formwise, cells = [*left, *heads], frozenset(cell for one in slips for cell in one.cells)
        sums = [one for one in sums if not is_affected_by_units(one, slips, cells)]
    formulas = [CellRef(one.sheet, at) for one in _iter_tables(subjects) for at in one.formulas]
    tables = list(_iter_tables(subjects))
    broken, apart = _localise_sum_errors(tables, formwise, sums, values, formulas) if wrong else ([], formwise)
    return Evaluation(
        violations=(*apart, *broken, *find_rounding_differences(sums, values)),
        not_run=(*(one for one in said if isinstance(one, SkippedRule)), *not_run, *_list_skipped_rules(subjects)),
        tables=tuple(_iter_tables(subjects)),
        values=values,
        sum_constraints=tuple(sums),
    )


def _find_unit_mismatches(
    subjects: Sequence[FormUnderCheck],
    violations: Sequence[Violation],
    violated: Sequence[SumConstraint],
    values: Mapping[CellRef, Decimal],
) -> list[UnitMismatch]:
    """Return the columns that are given in another unit; sums that other offences silence have their say on that."""
    suspect = violated or any(one.rule.check in UNIT_SENSITIVE_CHECKS for one in violations)
    every = _collect_sum_constraints(subjects, ())[0] if suspect else []
    return (
        find_unit_mismatches(list(_iter_tables(subjects)), violations, find_violated_sums(every, values), values)
        if suspect
        else []
    )


def _localise_sum_errors(
    tables: Sequence[Table],
    violations: Sequence[Violation],
    sums: Sequence[SumConstraint],
    values: Mapping[CellRef, Decimal],
    formulas: Sequence[CellRef],
) -> tuple[list[Violation], list[Violation]]:
    """Return what is broken, and what stands by itself; what a single row explains is told with that row."""
    causes = find_missing_rows(tables, violations, sums, values)
    told = {id(one) for cause in causes for one in (*cause.merged_sums, *cause.merged_violations)}
    left = [one for one in sums if id(one) not in told]
    apart = [one for one in violations if id(one) not in told]
    return attach_dependent_violations(
        [*(one.root_cause for one in causes), *merge_by_row(localise_broken_sums(left, values, formulas))], apart
    )


def recognise_forms(
    book: RawWorkbook, cover: Cover, submission: Submission, history: FilingHistory | None = None
) -> tuple[FormUnderCheck, ...]:
    """Find the table of each form and take it into frames."""
    forms = [form for form in submission.forms if form.layout is Layout.TABLE]
    searches: Mapping[str, TableSearchResult] = locate_tables(forms, book)
    county = submission.register.counties.get(submission.package.county)
    tables: dict[str, Table] = {}
    for name, search in searches.items():
        if search.location and not search.location.missing_fields and not search.location.duplicate_columns:
            tables[name] = build_table(search.location, county)
    return tuple(
        FormUnderCheck(
            form=form,
            submission=submission,
            cover=cover,
            search=searches.get(form.name, _NO_TABLE_FOUND),
            book=book,
            county=county,
            table=tables.get(form.name),
            tables=tables,
            history=history,
        )
        for form in submission.forms
    )


def _evaluate_form(subject: FormUnderCheck) -> Iterator[Violation | SkippedRule]:
    most, height = subject.form.max_findings_per_rule, subject.table.body.height if subject.table else 0
    for rule in subject.form.rules:
        if rule.check in FORM_CHECKS:
            found = list(FORM_CHECKS[rule.check](subject, rule))
            yield from (one for one in found if isinstance(one, SkippedRule))
            yield from limit_per_rule((one for one in found if not isinstance(one, SkippedRule)), most, height)
    rows = [rule for rule in subject.form.rules if rule.check in ROW_CHECKS]
    if subject.table is not None:
        yield from add_serial_remedies(
            subject.table, limit_per_rule(find_failing_rows(subject.table, rows), most, height)
        )


def _collect_sum_constraints(
    subjects: Iterable[FormUnderCheck], violations: Sequence[Violation]
) -> tuple[list[SumConstraint], list[SkippedRule]]:
    """Collect what must add up; what is missing or wrong in a row is told once, not again by each of its sums."""
    short = {one.sheet for one in violations if one.variant == "missing" and one.rule.check == "townships_as_planned"}
    spoilt = {
        one.form.name: find_groups_with_errors(one, violations) for one in _iter_tables(subjects) if one.form.is_detail
    }
    # A mistaken unit breaks every sum over those plots: it is told once.
    mistaken = {one.rule.arguments["detail"] for one in violations if one.rule.check == "unit_plausible"}
    spoilt |= {form: build_unknown_group(form) for form in mistaken}
    said = [
        one
        for subject in subjects
        for rule in subject.form.rules
        for one in _build_sum_constraints(subject, rule, short)
    ]
    stated = [one for one in said if isinstance(one, SumConstraint)]
    silent = {(one.rule.id, one.table.form.title) for one in stated if is_suppressed(one, spoilt)}
    not_run = [SkippedRule(rule, title, "rows_at_fault") for rule, title in sorted(silent)]
    return [one for one in stated if not is_suppressed(one, spoilt)], [
        *(one for one in said if isinstance(one, SkippedRule)),
        *not_run,
    ]


def _build_sum_constraints(
    subject: FormUnderCheck, rule: Rule, incomplete_sheets: set[str]
) -> Iterator[SumConstraint | SkippedRule]:
    if rule.check not in SUM_CHECKS or subject.table is None:
        return
    if rule.check == "column_total" and subject.table.sheet in incomplete_sheets:
        yield SkippedRule(rule.id, subject.form.title, "township_missing")
        return
    yield from SUM_CHECKS[rule.check](subject, subject.table, rule)


def _list_skipped_rules(subjects: Iterable[FormUnderCheck]) -> Iterator[SkippedRule]:
    for subject in subjects:
        if subject.form.layout is Layout.TABLE and subject.table is None:
            for rule in subject.form.rules:
                if rule.phase.rank > Phase.RECOGNISED.rank:
                    yield SkippedRule(rule.id, subject.form.title, "not_recognised")


def _iter_tables(subjects: Iterable[FormUnderCheck]) -> Iterator[Table]:
    return (subject.table for subject in subjects if subject.table is not None)


def _refuse_wrong_folder(
    identity: SubmissionIdentity, cover: Cover, messages: Messages, expected: tuple[str, int] | None
) -> Refusal | None:
    county, year = expected or (identity.county, identity.year)
    place = {"sheet": cover.sheet}
    if identity.county != county:
        cell = _get_cover_cell(cover, "county_code")
        return create_refusal(messages, "wrong_county", **place, cell=cell, value=identity.county, expected=county)
    if identity.year != year:
        cell = _get_cover_cell(cover, "year")
        return create_refusal(messages, "wrong_year", **place, cell=cell, value=str(identity.year), expected=str(year))
    return None


def _refuse_oversized(subjects: Sequence[FormUnderCheck], messages: Messages) -> Refusal | None:
    """Refuse a table of townships that is thousands of rows long: what lies there is no such table."""
    for table in _iter_tables(subjects):
        most = table.form.max_rows
        if most and table.raw.height > most:
            facts = {"form": table.form.title, "count": str(table.raw.height), "most": str(most)}
            cell = format_address(table.raw[ROW][most], min(table.columns.values()))
            return create_refusal(messages, "too_many_rows", sheet=table.sheet, cell=cell, **facts)
    return None


def _refuse_missing_contract(
    identity: SubmissionIdentity, cover: Cover, library: ContractLibrary, messages: Messages
) -> Refusal:
    """Point at the year where the county is known in other years, else at the county code."""
    known = any(one.county == identity.county for one in library.list_packages())
    cell = _get_cover_cell(cover, "year" if known else "county_code")
    facts = {"county": identity.county, "year": str(identity.year)}
    return create_refusal(messages, "no_contract", sheet=cover.sheet, cell=cell, **facts)


def _get_cover_cell(cover: Cover, name: str) -> str:
    return cover.entries[name][0].cell.address
