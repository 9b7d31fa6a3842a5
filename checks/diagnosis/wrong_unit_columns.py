"""A whole column given in another unit than its own: one finding, with the factor that corrects it.

Every rule on a column implies what each of its figures should be. If nearly all of them are off by the factor between
two units of area, the unit is wrong; if only a few are, they are errors of their own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from operator import attrgetter
from typing import Final

from checks.diagnosis.area_units import (
    MIN_MATCHING_FIGURES,
    MIN_MATCHING_SHARE,
    RATIO_CHECKS,
    UnitEvidence,
    UnitMismatch,
    collect_evidence_from_ratios,
    collect_evidence_from_sums,
)
from checks.diagnosis.finding_grouping import collect_rule_ids
from checks.diagnosis.table_columns import format_column_range, get_column_cells
from checks.diagnosis.wrong_units_in_plots import find_plot_unit_mismatches
from checks.model.cell_ref import CellRef
from checks.model.finding import Severity
from checks.model.violation import Phrase, Violation
from checks.recognition.column_names import ROW
from checks.recognition.table import Table
from checks.rules.sum_rules import AmountsByCell, SumConstraint
from checks.rules.violation_builder import format_value
from contracts.form_model import Field, Role

COLUMN_UNIT_VARIANT = "column_unit"
_MAX_CELLS_SHOWN: Final = 200
_FACTOR_PRECISION: Final = Decimal("0.0001")
UNIT_SENSITIVE_CHECKS: Final = ("completion_rate", "converted", "deduction", "percentage", "unit_plausible")
_WHOLE_TABLE_CHECKS: Final = (
    "growth_at_least",
    "project_balance",
    "project_compare",
    "share_of_total",
    "unit_plausible",
    "within_plan",
)
# Checks that a wrong unit also violates.
_DEPENDENT_CHECKS: Final = (
    *RATIO_CHECKS,
    "adjustment_ratio",
    "at_least_assigned",
    "at_most",
    "converted",
    "decimals_at_most",
    "deduction",
    "text_figures",
    *_WHOLE_TABLE_CHECKS,
)


def find_unit_mismatches(
    tables: Sequence[Table],
    violations: Sequence[Violation],
    violated_sums: Sequence[SumConstraint],
    values: AmountsByCell,
) -> list[UnitMismatch]:
    """Return the columns that are given in another unit, as violated sums and the rules on a row show."""
    mismatches: list[UnitMismatch] = []
    mismatched_forms: set[str] = set()
    plot_sheets = {violation.sheet for violation in violations if violation.rule.check in ("converted", "deduction")}
    for table in tables:
        if table.sheet in plot_sheets:
            for mismatch in find_plot_unit_mismatches(table, tables):
                mismatches.append(mismatch)
                mismatched_forms.add(table.form.name)
    reliable_sums = [
        violated_sum
        for violated_sum in violated_sums
        if violated_sum.plot_group is None or violated_sum.plot_group.form not in mismatched_forms
    ]
    evidence = [
        *collect_evidence_from_sums(tables, reliable_sums, values),
        *collect_evidence_from_ratios(tables, violations),
    ]
    mismatches += _select_mismatches(evidence, values)
    return [*mismatches, *_find_columns_by_decimals(mismatches, violations, values=values)]


def _find_columns_by_decimals(
    mismatches: Sequence[UnitMismatch], violations: Iterable[Violation], *, values: AmountsByCell
) -> Iterator[UnitMismatch]:
    """Yield further columns of the same tables that no other rule shows to be wrong.

    They are those in which most figures have too many decimals; or all columns of a unit if most of them are wrong.
    """
    overprecise_cells: set[CellRef] = set()
    for violation in violations:
        if violation.rule.check == "decimals_at_most":
            overprecise_cells.update(violation.cells)
    last_by_units: dict[tuple[str, str, str], UnitMismatch] = {}
    for mismatch in mismatches:
        last_by_units[mismatch.table.form.name, mismatch.field.unit, mismatch.actual_unit] = mismatch
    for mismatch in last_by_units.values():
        if not mismatch.table.form.is_detail:
            for field in _list_further_fields(mismatch, mismatches, overprecise_cells=overprecise_cells, values=values):
                yield replace(mismatch, field=field, matching_count=0, figure_count=0)


def _list_further_fields(
    mismatch: UnitMismatch,
    mismatches: Iterable[UnitMismatch],
    *,
    overprecise_cells: set[CellRef],
    values: AmountsByCell,
) -> list[Field]:
    table = mismatch.table
    wrong_names = [other.field.name for other in mismatches if other.table is table]
    fields = [field for field in table.form.get_fields_by_role(Role.FIGURE) if field.unit == mismatch.field.unit]
    others: list[Field] = []
    overprecise: list[Field] = []
    for field in fields:
        if field.name not in wrong_names:
            others.append(field)
            if _has_too_many_decimals(table, field, overprecise_cells=overprecise_cells, values=values):
                overprecise.append(field)
    wrong_count = len(wrong_names) + len(overprecise)
    if len(wrong_names) >= MIN_MATCHING_FIGURES and wrong_count * 2 > len(fields):
        return others
    return overprecise


def _has_too_many_decimals(
    table: Table, field: Field, *, overprecise_cells: set[CellRef], values: AmountsByCell
) -> bool:
    """Return whether at least half of the figures of a column have too many decimals."""
    cells = get_column_cells(table, field.name, table.body[ROW])
    filled = list(filter(values.get, cells))
    return len(overprecise_cells.intersection(filled)) * 2 >= len(filled) > 0


def _select_mismatches(evidence: Iterable[UnitEvidence], values: AmountsByCell) -> list[UnitMismatch]:
    """Return the columns of which nearly all figures are off by one factor.

    A column with few figures counts only beside a column of its form with more figures in the same unit.
    """
    mismatches = list(_find_agreeing_columns(evidence, values))
    certain_units: set[tuple[str, str]] = set()
    for mismatch in mismatches:
        if mismatch.matching_count >= MIN_MATCHING_FIGURES:
            certain_units.add((mismatch.table.form.name, mismatch.actual_unit))
    return [mismatch for mismatch in mismatches if (mismatch.table.form.name, mismatch.actual_unit) in certain_units]


def _find_agreeing_columns(evidence: Iterable[UnitEvidence], values: AmountsByCell) -> Iterator[UnitMismatch]:
    evidence_by_column: dict[tuple[str, str], list[UnitEvidence]] = defaultdict(list)
    for item in evidence:
        if item.unit:
            evidence_by_column[item.table.form.name, item.field.name].append(item)
    for column_evidence in evidence_by_column.values():
        mismatch = _build_mismatch(column_evidence, values)
        if mismatch:
            yield mismatch


def _build_mismatch(column_evidence: Sequence[UnitEvidence], values: AmountsByCell) -> UnitMismatch | None:
    """Return the mismatch of a column, or None if not nearly all of its figures agree on one unit."""
    table, field = column_evidence[0].table, column_evidence[0].field
    rows_by_unit: dict[str, set[int]] = defaultdict(set)
    for item in column_evidence:
        rows_by_unit[item.unit].add(item.row)
    unit = max(rows_by_unit, key=lambda candidate: len(rows_by_unit[candidate]))
    filled_rows = {row for row in table.body[ROW] if values.get(table.get_cell_ref(field.name, row))}
    matching_rows = filled_rows & rows_by_unit[unit]
    if not matching_rows or len(matching_rows) < MIN_MATCHING_SHARE * len(filled_rows):
        return None
    return UnitMismatch(
        table=table,
        field=field,
        actual_unit=unit,
        matching_count=len(matching_rows),
        figure_count=len(filled_rows),
        rule=min(column_evidence, key=_get_priority).rule,
    )


def _get_priority(item: UnitEvidence | UnitMismatch) -> tuple[int, int, str]:
    """Return the sort key of the rule: the gravest is reported for a column, and of several the first."""
    rule = item.rule
    return _get_severity_rank(rule.severity), rule.phase.rank, rule.id


def merge_unit_findings(
    mismatches: Sequence[UnitMismatch], violations: Sequence[Violation]
) -> tuple[list[Violation], list[Violation]]:
    """Merge the violations that follow from the units of each table.

    Returns one violation for the mismatches of each table, and the violations that do not follow from them.
    """
    mismatches_by_form: dict[str, list[UnitMismatch]] = defaultdict(list)
    for mismatch in mismatches:
        mismatches_by_form[mismatch.table.form.name].append(mismatch)
    root_causes: list[Violation] = []
    remaining = list(violations)
    for table_mismatches in mismatches_by_form.values():
        cells: set[CellRef] = set()
        for mismatch in table_mismatches:
            cells.update(mismatch.cells)
        dependent: list[Violation] = []
        independent: list[Violation] = []
        for violation in remaining:
            if _is_dependent_violation(violation, table_mismatches[0].table, cells=cells):
                dependent.append(violation)
            else:
                independent.append(violation)
        remaining = independent
        root_causes.append(_build_root_cause(table_mismatches, dependent))
    return root_causes, remaining


def is_affected_by_units(
    sum_constraint: SumConstraint, mismatches: Iterable[UnitMismatch], cells: frozenset[CellRef]
) -> bool:
    """Return whether a sum is over a column that is given in another unit; *cells* are those of the mismatches."""
    if any(term.cell in cells for term in sum_constraint.linear_constraint.terms):
        return True
    group = sum_constraint.plot_group
    return group is not None and any(mismatch.table.form.name == group.form for mismatch in mismatches)


def _is_dependent_violation(violation: Violation, table: Table, *, cells: set[CellRef]) -> bool:
    """Return whether a violation follows from wrong units in some cells of a table."""
    check = violation.rule.check
    if check not in _DEPENDENT_CHECKS:
        return False
    if violation.sheet == table.sheet and (table.form.is_detail or check in _WHOLE_TABLE_CHECKS):
        return True
    if violation.rule.arguments.get("detail") == table.form.name or violation.cell in cells:
        return True
    return not cells.isdisjoint(violation.cells)


def _build_root_cause(mismatches: Iterable[UnitMismatch], dependent_violations: Sequence[Violation]) -> Violation:
    """Return the violation for the mismatches of one table, with the severity of the gravest that it explains."""
    ordered = sorted(mismatches, key=_get_column)
    first = min(ordered, key=_get_priority)
    severities = [first.rule.severity]
    severities += [violation.rule.get_severity(violation.variant) for violation in dependent_violations]
    cells: list[CellRef] = []
    rule_ids = collect_rule_ids(dependent_violations)
    for mismatch in ordered:
        cells.extend(mismatch.cells[:_MAX_CELLS_SHOWN])
        rule_ids.add(mismatch.rule.id)
    return Violation(
        rule=replace(first.rule, severity=min(severities, key=_get_severity_rank), severities={}),
        sheet=cells[0].sheet,
        cell=cells[0],
        cells=tuple(cells),
        variant=COLUMN_UNIT_VARIANT,
        facts={
            "title": first.table.form.title,
            "agree": str(sum(map(attrgetter("matching_count"), ordered))),
            "count": str(sum(map(attrgetter("figure_count"), ordered))),
        },
        phrases={"parts": tuple(_build_unit_phrases(ordered)), "steps": tuple(_build_step_phrases(ordered))},
        related_rules=tuple(sorted(rule_ids - {first.rule.id})),
    )


def _get_column(mismatch: UnitMismatch) -> int:
    return mismatch.table.columns[mismatch.field.name]


def _get_severity_rank(severity: str) -> int:
    return Severity(severity).rank


def _build_unit_phrases(mismatches: Iterable[UnitMismatch]) -> Iterator[Phrase]:
    """Yield a phrase for each pair of actual and expected unit, with the columns concerned."""
    columns_by_units: dict[tuple[str, str], list[str]] = defaultdict(list)
    for mismatch in mismatches:
        text = f"“{mismatch.field.heading}”{_format_range(mismatch)}"
        columns_by_units[mismatch.actual_unit, mismatch.field.unit].append(text)
    for (actual_unit, expected_unit), columns in columns_by_units.items():
        yield Phrase("other_unit", {"columns": "、".join(columns), "given": actual_unit, "due": expected_unit})


def _build_step_phrases(mismatches: Iterable[UnitMismatch]) -> Iterator[Phrase]:
    """Yield a phrase for each conversion factor, with the ranges to multiply by it."""
    ranges_by_factor: dict[Decimal, list[str]] = defaultdict(list)
    for mismatch in mismatches:
        ranges_by_factor[mismatch.conversion_factor].append(_format_range(mismatch))
    for factor, ranges in ranges_by_factor.items():
        yield Phrase(
            "multiply", {"cells": "、".join(ranges), "factor": format_value(factor.quantize(_FACTOR_PRECISION))}
        )


def _format_range(mismatch: UnitMismatch) -> str:
    return format_column_range(mismatch.table, mismatch.field.name, mismatch.table.body[ROW].to_list())
