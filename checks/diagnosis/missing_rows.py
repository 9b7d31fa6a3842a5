"""A row that a table lost, or that its totals do not count: all totals are off by that row, which is one root cause.

The figures of the row must agree with all totals of its table, with the rules on a row, and with the sums of other
tables that depend on the table. Otherwise nothing is merged.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl

from checks.diagnosis.evaluation import TOTAL_CHECKS, compute_gap, has_all_amounts
from checks.diagnosis.finding_grouping import merge_into
from checks.diagnosis.serial_numbers import is_serial_gap
from checks.diagnosis.table_columns import get_row_cells
from checks.diagnosis.total_gaps import (
    ROUNDING_TOLERANCE,
    TotalGaps,
    can_be_missing_row,
    compute_expected_gap,
    find_dependent_sums,
    format_gaps,
    has_enough_totals_off,
)
from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.table import Table
from checks.rules.project_rules import PROJECTS_FORM
from checks.rules.sum_rules import AmountsByCell, SumConstraint
from checks.rules.violation_builder import format_value, join_names

LOST_VARIANT, UNCOUNTED_VARIANT, SHORT_VARIANT = "lost", "uncounted", "short"
_ROW_SUM_CHECKS = ("row_sum", "row_sums")
# These checks are on a table as a whole, so a missing row may violate them.
_WHOLE_TABLE_CHECKS = (
    "adjustment_ratio",
    "growth_at_least",
    "project_balance",
    "project_compare",
    "share_of_total",
    "shares_close",
)
# Check and variant of the violations for what another table names and this one does not have.
_MISSING_REFERENCE_VARIANTS = (
    ("groups_in_summary", "summary"),
    ("accepted_before_counted", "unknown"),
    ("projects_listed", "listed"),
    ("units_approved", "project"),
)
# A single wrong total may just as well be an error of its own.
_MIN_TOTALS_OFF = 2
# In tables where no rule relates the columns of a row.
_MIN_INDEPENDENT_TOTALS_OFF = 3
_MAX_ROWS_WITH_CELLS = 20
_MAX_STEPS_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRowDiagnosis:
    """A root cause in the rows of one table, and the sums and violations that follow from it."""

    root_cause: Violation
    merged_sums: tuple[SumConstraint, ...]
    merged_violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _SumGaps:
    """All sums, the violated ones among them, and by how much each exceeds its expected amount, by ``id()``."""

    sum_constraints: Sequence[SumConstraint]
    violated_sums: Sequence[SumConstraint]
    gap_by_id: Mapping[int, Decimal]


def find_missing_rows(
    tables: Iterable[Table],
    violations: Sequence[Violation],
    sum_constraints: Sequence[SumConstraint],
    values: AmountsByCell,
) -> list[MissingRowDiagnosis]:
    """Return a diagnosis for each table whose violated totals a lost or uncounted row explains.

    *sum_constraints* are all sums, satisfied or violated.
    """
    sum_gaps = _compute_sum_gaps(sum_constraints, values)
    diagnoses: list[MissingRowDiagnosis] = []
    for table in tables:
        diagnosis = _diagnose_table(table, violations, sum_gaps=sum_gaps)
        if diagnosis:
            diagnoses.append(diagnosis)
    return diagnoses


def _compute_sum_gaps(sum_constraints: Sequence[SumConstraint], values: AmountsByCell) -> _SumGaps:
    """Compute the gap of each sum, 0 if one of its cells has no amount."""
    gap_by_id: dict[int, Decimal] = {}
    violated_sums: list[SumConstraint] = []
    for sum_constraint in sum_constraints:
        gap = Decimal(0)
        if has_all_amounts(sum_constraint, values):
            gap = compute_gap(sum_constraint, values)
        gap_by_id[id(sum_constraint)] = gap
        if abs(gap) > sum_constraint.linear_constraint.tolerance:
            violated_sums.append(sum_constraint)
    return _SumGaps(sum_constraints=sum_constraints, violated_sums=violated_sums, gap_by_id=gap_by_id)


def _diagnose_table(table: Table, violations: Sequence[Violation], *, sum_gaps: _SumGaps) -> MissingRowDiagnosis | None:
    if table.total_row is None:
        return None
    violated = list(_iter_total_row_sums(table, sum_gaps.violated_sums))
    violated_totals = tuple(filter(_is_total, violated))
    if not violated_totals:
        return None
    gap_by_field: dict[str, Decimal] = {}
    for total in filter(_is_total, _iter_total_row_sums(table, sum_gaps.sum_constraints)):
        gap_by_field[total.field.name] = sum_gaps.gap_by_id[id(total)]
    total_gaps = TotalGaps(table=table, violated_totals=violated_totals, gap_by_field=gap_by_field)
    if len(violated_totals) >= _MIN_TOTALS_OFF:
        rows = _find_uncounted_rows(total_gaps)
        if rows:
            return _diagnose_uncounted_rows(total_gaps, rows, sum_gaps=sum_gaps)
    has_row_sum_off = any(violated_sum.rule.check in _ROW_SUM_CHECKS for violated_sum in violated)
    if has_row_sum_off or not can_be_missing_row(total_gaps):
        return None
    return _diagnose_lost_row(total_gaps, violations, sum_gaps=sum_gaps)


def _iter_total_row_sums(table: Table, sum_constraints: Iterable[SumConstraint]) -> Iterator[SumConstraint]:
    for sum_constraint in sum_constraints:
        if sum_constraint.table is table and sum_constraint.row == table.total_row:
            yield sum_constraint


def _is_total(sum_constraint: SumConstraint) -> bool:
    return sum_constraint.rule.check in TOTAL_CHECKS


def _find_uncounted_rows(total_gaps: TotalGaps) -> list[int]:
    """Return the single row, or the last rows, that the totals leave out."""
    gaps = total_gaps.gap_by_field
    if not any(gaps.values()) or max(gaps.values()) > 0:
        return []
    names = list(gaps)
    rows = total_gaps.table.body.select(ROW, pl.col(names).fill_null(0))
    makes_up_gaps = pl.all_horizontal(pl.col(name) == -gap for name, gap in gaps.items())
    single_rows = rows.filter(makes_up_gaps)[ROW].to_list()
    if len(single_rows) == 1:
        return single_rows
    sums_from_row = rows.select(ROW, pl.col(names).cum_sum(reverse=True))
    first_rows = sums_from_row.filter(makes_up_gaps)[ROW].to_list()
    if not first_rows:
        return []
    last_rows = rows.filter(pl.col(ROW) >= first_rows[0])[ROW].to_list()
    if len(last_rows) == rows.height:
        return []
    return last_rows


def _diagnose_uncounted_rows(total_gaps: TotalGaps, rows: Sequence[int], *, sum_gaps: _SumGaps) -> MissingRowDiagnosis:
    merged_sums = find_dependent_sums(
        total_gaps, sum_gaps.violated_sums, sum_gaps.gap_by_id, sign=-1, tolerance=ROUNDING_TOLERANCE
    )
    for violated_sum in sum_gaps.violated_sums:
        if violated_sum not in total_gaps.violated_totals and _is_total_row_only(violated_sum, total_gaps):
            merged_sums.append(violated_sum)
    root_cause = _build_uncounted_rows_violation(total_gaps, rows)
    return MissingRowDiagnosis(
        root_cause=_attach_sums(root_cause, merged_sums),
        merged_sums=(*total_gaps.violated_totals, *merged_sums),
        merged_violations=(),
    )


def _build_uncounted_rows_violation(total_gaps: TotalGaps, rows: Sequence[int]) -> Violation:
    steps = [
        f"{total.anchor.address}→{format_value(total_gaps.get_expected_total(total))}"
        for total in total_gaps.violated_totals
    ]
    cells: list[CellRef] = []
    for row in rows[:_MAX_ROWS_WITH_CELLS]:
        cells.extend(get_row_cells(total_gaps.table, total_gaps.gap_by_field, row))
    facts = {"rows": join_names(list(map(str, rows))), "steps": join_names(steps, _MAX_STEPS_SHOWN)}
    first_total = total_gaps.violated_totals[0]
    return replace(
        _build_root_cause(total_gaps, UNCOUNTED_VARIANT, cells=cells, **facts),
        value=format_value(total_gaps.get_actual_total(first_total)),
        expected=format_value(total_gaps.get_expected_total(first_total)),
        difference=format_value(total_gaps.get_gap(first_total.field.name)),
    )


def _is_total_row_only(sum_constraint: SumConstraint, total_gaps: TotalGaps) -> bool:
    """Return whether a sum is over the total row of the table alone: it holds once the totals count all rows."""
    return (
        sum_constraint.table is total_gaps.table
        and sum_constraint.row == total_gaps.table.total_row
        and sum_constraint.plot_group is None
    )


def _diagnose_lost_row(
    total_gaps: TotalGaps, violations: Sequence[Violation], *, sum_gaps: _SumGaps
) -> MissingRowDiagnosis | None:
    """Return the diagnosis that rows are lost, or None if sums of other tables contradict it."""
    table = total_gaps.table
    serial_gaps = [violation for violation in violations if violation.sheet == table.sheet and is_serial_gap(violation)]
    if not serial_gaps and not has_enough_totals_off(total_gaps, _get_min_totals(table)):
        return None
    tolerance = ROUNDING_TOLERANCE * max(1, len(serial_gaps))
    dependent_sums = find_dependent_sums(
        total_gaps, sum_gaps.violated_sums, sum_gaps.gap_by_id, sign=1, tolerance=tolerance
    )
    for violated_sum in sum_gaps.violated_sums:
        if violated_sum not in dependent_sums and compute_expected_gap(violated_sum, total_gaps) is not None:
            return None
    dependent_violations = [violation for violation in violations if _can_follow_from_missing_row(violation, table)]
    merged_violations = [*serial_gaps, *dependent_violations]
    merged_sums = (*total_gaps.violated_totals, *dependent_sums)
    root_cause = _build_lost_row_violation(total_gaps, serial_gaps, merged_violations=merged_violations)
    return MissingRowDiagnosis(
        root_cause=_attach_sums(root_cause, merged_sums),
        merged_sums=merged_sums,
        merged_violations=tuple(merged_violations),
    )


def _get_min_totals(table: Table) -> int:
    if table.form.is_detail:
        return _MIN_TOTALS_OFF
    return _MIN_INDEPENDENT_TOTALS_OFF


def _build_lost_row_violation(
    total_gaps: TotalGaps, serial_gaps: Sequence[Violation], *, merged_violations: Sequence[Violation]
) -> Violation:
    """Return the violation for a lost row, at the gap in the serial numbers if there is one, else at the totals."""
    if not serial_gaps:
        return merge_into(_build_root_cause(total_gaps, SHORT_VARIANT, cells=()), merged_violations)
    first, *_ = serial_gaps
    missing = "、".join(violation.facts["missing"] for violation in serial_gaps)
    facts = {
        **first.facts,
        "missing": missing,
        "count": str(len(missing.split("、"))),
        "figures": format_gaps(total_gaps),
        "title": total_gaps.table.form.title,
    }
    root_cause = replace(first, variant=LOST_VARIANT, remedy_key="", repairs=(), facts=facts)
    return merge_into(root_cause, merged_violations[1:])


def _can_follow_from_missing_row(violation: Violation, table: Table) -> bool:
    """Return whether a violation is about the table as a whole, or about what another table names."""
    rule = violation.rule
    if rule.check in _WHOLE_TABLE_CHECKS:
        return violation.sheet == table.sheet
    if (rule.check, violation.variant) not in _MISSING_REFERENCE_VARIANTS:
        return False
    return bool(rule.arguments.get("form", PROJECTS_FORM) == table.form.name)


def _build_root_cause(total_gaps: TotalGaps, variant: str, *, cells: Iterable[CellRef], **facts: str) -> Violation:
    table = total_gaps.table
    first_total = total_gaps.violated_totals[0]
    anchors = [total.anchor for total in total_gaps.violated_totals]
    common_facts = {
        "cell": first_total.anchor.address,
        "row": str(table.body[ROW].max() or table.header_row),
        "figures": format_gaps(total_gaps),
        "title": table.form.title,
        "count": str(len(anchors)),
    }
    return Violation(
        rule=first_total.rule,
        sheet=table.sheet,
        cell=first_total.anchor,
        cells=tuple(dict.fromkeys((*anchors, *cells))),
        variant=variant,
        remedy_key=f"row_{variant}",
        facts={**common_facts, **facts},
    )


def _attach_sums(violation: Violation, sum_constraints: Iterable[SumConstraint]) -> Violation:
    """Return the violation with the rules and anchors of some sums added to its own."""
    rule_ids = set(violation.related_rules)
    cells = dict.fromkeys(violation.cells)
    for sum_constraint in sum_constraints:
        rule_ids.add(sum_constraint.rule.id)
        cells[sum_constraint.anchor] = None
    return replace(violation, related_rules=tuple(sorted(rule_ids - {violation.rule.id})), cells=tuple(cells))
