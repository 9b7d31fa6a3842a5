"""A whole column given in another unit than its own: told once, with the factor that mends it.

Every relation that a column takes part in says what each of its figures should be. Where nearly all of them are off by
the factor between two units of area, the unit is mistaken; where a few are, they are slips of their own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from checks.diagnosis.area_units import (
    AREA_UNIT_SIZES,
    MIN_MATCHING_FIGURES,
    MIN_MATCHING_SHARE,
    RELATIVE_TOLERANCE,
    UnitMismatch,
    compute_conversion_factor,
)
from checks.diagnosis.wrong_units_in_plots import find_plot_unit_mismatches
from checks.model.cell_ref import CellRef
from checks.model.finding import Severity
from checks.model.violation import Phrase, Violation
from checks.parsing.decimal_amounts import count_decimals
from checks.recognition.table import ROW, Table
from checks.rules.sum_rules import SumConstraint
from checks.rules.violation_builder import format_value
from contracts.form_model import Field, Role, Rule

COLUMN_UNIT_VARIANT = "column_unit"
_MAX_CELLS_SHOWN: Final = 200  # cells of a column that a finding points at
UNIT_SENSITIVE_CHECKS: Final = ("completion_rate", "converted", "deduction", "percentage", "unit_plausible")
_TOTAL_CHECKS: Final = ("column_total", "detail_total")
_RATIO_CHECKS: Final = ("completion_rate", "percentage")
_WHOLE_TABLE_CHECKS: Final = (
    "growth_at_least",
    "project_balance",
    "project_compare",
    "share_of_total",
    "unit_plausible",
    "within_plan",
)
_DEPENDENT_CHECKS: Final = (  # what a mistaken unit breaks besides
    *_RATIO_CHECKS,
    "adjustment_ratio",
    "at_least_assigned",
    "at_most",
    "converted",
    "decimals_at_most",
    "deduction",
    "text_figures",
    *_WHOLE_TABLE_CHECKS,
)

AmountsByCell = Mapping[CellRef, Decimal]


def find_unit_mismatches(
    tables: Sequence[Table],
    violations: Sequence[Violation],
    violated_sums: Sequence[SumConstraint],
    values: AmountsByCell,
) -> list[UnitMismatch]:
    """Return the columns that are given in another unit, by the broken sums and by what holds within a row."""
    within = {one.sheet for one in violations if one.rule.check in ("converted", "deduction")}
    found = [slip for one in tables if one.sheet in within for slip in find_plot_unit_mismatches(one, tables)]
    spoilt = {one.table.form.name for one in found}
    sound = [one for one in violated_sums if one.plot_group is None or one.plot_group.form not in spoilt]
    votes = [*_collect_evidence_from_sums(tables, sound, values), *_collect_evidence_from_ratios(tables, violations)]
    return _add_columns_by_decimals([*found, *_select_mismatches(votes, values)], violations, values)


def _add_columns_by_decimals(
    mismatches: list[UnitMismatch], violations: Sequence[Violation], values: AmountsByCell
) -> list[UnitMismatch]:
    """Add the columns beside them that nothing else tells of: those of which most figures have too many decimals.

    Where most columns of a table are given in a unit, all of them are.
    """
    odd = {cell for one in violations if one.rule.check == "decimals_at_most" for cell in one.cells}
    found = list(mismatches)
    for first in {(one.table.form.name, one.field.unit, one.actual_unit): one for one in mismatches}.values():
        table = first.table
        alike = [one for one in table.form.get_fields_by_role(Role.FIGURE) if one.unit == first.field.unit]
        known = [one.field for one in mismatches if one.table is table]
        told = [*known, *(one for one in alike if one not in known and _has_too_many_decimals(table, one, odd, values))]
        all_of_them = len(known) >= MIN_MATCHING_FIGURES and len(told) * 2 > len(alike)
        wrong = alike if all_of_them else told
        added = [one for one in wrong if one not in known] if not table.form.is_detail else []
        found += [replace(first, field=one, matching_count=0, figure_count=0) for one in added]
    return found


def _has_too_many_decimals(table: Table, field: Field, overprecise_cells: set[CellRef], values: AmountsByCell) -> bool:
    cells = [table.get_cell_ref(field.name, row) for row in table.body[ROW]]
    filled = [cell for cell in cells if values.get(cell)]
    return len(overprecise_cells.intersection(filled)) * 2 >= len(filled) > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _UnitEvidence:
    """What one relation says of one figure: the unit in which it would be right, none where no unit would do."""

    table: Table
    field: Field
    row: int
    unit: str
    rule: Rule


def _infer_unit(actual: Decimal, expected: Decimal, field: Field) -> str:
    """Return the unit that a figure seems to be given in, give or take what rounding in that unit explains."""
    places = max(field.decimals, count_decimals(actual))
    near: dict[str, Decimal] = {}
    for unit in AREA_UNIT_SIZES if field.unit in AREA_UNIT_SIZES and actual > 0 else ():
        times = compute_conversion_factor(unit, field.unit)
        off = abs(actual * times - expected)
        if unit != field.unit and off <= max(
            abs(expected) * RELATIVE_TOLERANCE, times * Decimal(1).scaleb(-places) / 2
        ):
            near[unit] = off
    return min(near, key=lambda one: near[one], default="")


def _collect_evidence_from_sums(
    tables: Sequence[Table], violated_sums: Sequence[SumConstraint], values: AmountsByCell
) -> Iterator[_UnitEvidence]:
    columns: dict[tuple[str, int], list[tuple[Table, str]]] = defaultdict(list)
    for table in sorted(tables, key=lambda one: -one.header_row):
        for name, at in table.columns.items():
            columns[table.sheet, at].append((table, name))
    for one in violated_sums:
        off = (
            sum((term.sign * values[term.cell] for term in one.linear_constraint.terms), Decimal(0))
            - one.linear_constraint.constant
        )
        for term in one.linear_constraint.terms if one.rule.check not in _TOTAL_CHECKS else ():
            sheet, (row, column) = term.cell.sheet, term.cell.position
            table, name = next(found for found in columns[sheet, column] if found[0].header_row < row)
            field, seen = table.form.get_field(name), values[term.cell]
            unit = _infer_unit(seen, seen - term.sign * off, field)
            yield _UnitEvidence(table=table, field=field, row=row, unit=unit, rule=one.rule)


def _collect_evidence_from_ratios(tables: Sequence[Table], violations: Iterable[Violation]) -> Iterator[_UnitEvidence]:
    by_sheet = {one.sheet: one for one in tables}
    for one in violations:
        if one.rule.check in _RATIO_CHECKS and one.sheet in by_sheet and one.cell and not one.variant:
            table, names = by_sheet[one.sheet], one.rule.arguments
            row = one.cell.row
            share, part, whole = (table.get_typed_row(row)[str(names[name])][0] for name in ("column", "part", "whole"))
            for name, seen, due in _compute_expected_figures(share, part, whole):
                field = table.form.get_field(str(names[name]))
                yield _UnitEvidence(
                    table=table, field=field, row=row, unit=_infer_unit(seen, due, field), rule=one.rule
                )


def _compute_expected_figures(
    share: Decimal | None, part: Decimal | None, whole: Decimal | None
) -> Iterator[tuple[str, Decimal, Decimal]]:
    if share and part and whole:
        yield "part", part, share * whole / 100
        yield "whole", whole, part * 100 / share


def _select_mismatches(evidence: Iterable[_UnitEvidence], values: AmountsByCell) -> list[UnitMismatch]:
    """Return the columns of which nearly all figures are off by one factor; few figures count beside other columns."""
    found = list(_find_agreeing_columns(evidence, values))
    sure = {(one.table.form.name, one.actual_unit) for one in found if one.matching_count >= MIN_MATCHING_FIGURES}
    return [one for one in found if (one.table.form.name, one.actual_unit) in sure]


def _find_agreeing_columns(evidence: Iterable[_UnitEvidence], values: AmountsByCell) -> Iterator[UnitMismatch]:
    by_column: dict[tuple[str, str], list[_UnitEvidence]] = defaultdict(list)
    for one in evidence:
        if one.unit:
            by_column[one.table.form.name, one.field.name].append(one)
    for column in by_column.values():
        table, field = column[0].table, column[0].field
        ((unit, _),) = Counter(unit for _, unit in {(one.row, one.unit) for one in column}).most_common(1)
        rows = {row for row in table.body[ROW] if values.get(table.get_cell_ref(field.name, row))}
        agree = rows & {one.row for one in column if one.unit == unit}
        if agree and len(agree) >= MIN_MATCHING_SHARE * len(rows):
            rule = min((one.rule for one in column), key=_get_rule_priority)
            yield UnitMismatch(
                table=table, field=field, actual_unit=unit, matching_count=len(agree), figure_count=len(rows), rule=rule
            )


def _get_rule_priority(rule: Rule) -> tuple[int, int, str]:
    """The gravest rule speaks for a column, of several the first."""
    return (_get_severity_rank(rule.severity), rule.phase.rank, rule.id)


def merge_unit_findings(
    mismatches: Sequence[UnitMismatch], violations: Sequence[Violation]
) -> tuple[list[Violation], list[Violation]]:
    """Return one offence for the slips of each table, what follows from it named beside; and what stands by itself."""
    by_table: dict[str, list[UnitMismatch]] = defaultdict(list)
    for one in mismatches:
        by_table[one.table.form.name].append(one)
    heads: list[Violation] = []
    left = list(violations)
    for several in by_table.values():
        cells = {cell for slip in several for cell in slip.cells}
        follow = [one for one in left if _is_dependent_violation(one, several[0].table, cells)]
        left = [one for one in left if not any(one is other for other in follow)]
        heads.append(_build_root_cause(several, follow))
    return heads, left


def is_affected_by_units(
    sum_constraint: SumConstraint, mismatches: Sequence[UnitMismatch], cells: frozenset[CellRef]
) -> bool:
    """Tell whether a sum takes in a column that is given in another unit."""
    plots = sum_constraint.plot_group.form if sum_constraint.plot_group else ""
    return any(one.table.form.name == plots for one in mismatches) or any(
        one.cell in cells for one in sum_constraint.linear_constraint.terms
    )


def _is_dependent_violation(violation: Violation, table: Table, cells: set[CellRef]) -> bool:
    if violation.rule.check not in _DEPENDENT_CHECKS:
        return False
    whole = violation.sheet == table.sheet and (table.form.is_detail or violation.rule.check in _WHOLE_TABLE_CHECKS)
    of_plots = violation.rule.arguments.get("detail") == table.form.name
    return whole or of_plots or bool(cells & {*violation.cells, *([violation.cell] if violation.cell else [])})


def _build_root_cause(
    unordered_mismatches: Sequence[UnitMismatch], dependent_violations: Sequence[Violation]
) -> Violation:
    slips = sorted(unordered_mismatches, key=lambda one: one.table.columns[one.field.name])
    first = min(slips, key=lambda one: _get_rule_priority(one.rule))
    facts = {
        "title": first.table.form.title,
        "agree": str(sum(one.matching_count for one in slips)),
        "count": str(sum(one.figure_count for one in slips)),
    }
    phrases = {"parts": tuple(_build_unit_phrases(slips)), "steps": tuple(_build_step_phrases(slips))}
    cells = tuple(cell for one in slips for cell in one.cells[:_MAX_CELLS_SHOWN])
    grave = min(
        (one.rule.get_severity(one.variant) for one in dependent_violations), key=_get_severity_rank, default="report"
    )
    rule = replace(first.rule, severity=min(first.rule.severity, grave, key=_get_severity_rank), severities={})
    head = Violation(
        rule=rule, sheet=cells[0].sheet, cell=cells[0], cells=cells, variant=COLUMN_UNIT_VARIANT, facts=facts
    )
    also = {one for other in dependent_violations for one in (other.rule.id, *other.related_rules)} | {
        one.rule.id for one in slips
    }
    return replace(head, phrases=phrases, related_rules=tuple(sorted(also - {rule.id})))


def _get_severity_rank(severity: str) -> int:
    return Severity(severity).rank


def _build_unit_phrases(mismatches: Sequence[UnitMismatch]) -> Iterator[Phrase]:
    for given, due in dict.fromkeys((one.actual_unit, one.field.unit) for one in mismatches):
        named = [one for one in mismatches if (one.actual_unit, one.field.unit) == (given, due)]
        columns = "、".join(f"“{one.field.heading}”{_format_range(one)}" for one in named)
        yield Phrase("other_unit", {"columns": columns, "given": given, "due": due})


def _build_step_phrases(mismatches: Sequence[UnitMismatch]) -> Iterator[Phrase]:
    for times in dict.fromkeys(one.conversion_factor for one in mismatches):
        ranges = "、".join(_format_range(one) for one in mismatches if one.conversion_factor == times)
        yield Phrase("multiply", {"cells": ranges, "factor": format_value(times.quantize(Decimal("0.0001")))})


def _format_range(mismatch: UnitMismatch) -> str:
    rows = mismatch.table.body[ROW]
    return f"{mismatch.table.get_cell_ref(mismatch.field.name, rows[0]).address}:{mismatch.table.get_cell_ref(mismatch.field.name, rows[-1]).address}"
