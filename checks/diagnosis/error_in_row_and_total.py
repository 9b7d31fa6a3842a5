"""A figure that is wrong by the same amount in its row and in the total.

The column adds up, and what the wrong total violates follows from the wrong row.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import product

from checks.diagnosis.evaluation import Evaluation, compute_residual
from checks.diagnosis.finding_grouping import merge_into
from checks.diagnosis.hypothesis_testing import Hypothesis
from checks.diagnosis.serial_numbers import format_steps
from checks.diagnosis.table_columns import list_figure_fields
from checks.model.cell_ref import CellRef
from checks.model.finding import RepairStep
from checks.model.raw_workbook import CellKind
from checks.model.violation import Violation
from checks.parsing.text_normalisation import format_plain_number
from checks.recognition.column_names import ROW
from checks.recognition.table import Table
from checks.rules.registry import SUM_CHECKS
from checks.rules.sum_rules import AmountsByCell, SumConstraint

# Sums that share cells, and their violation.
SumGroupViolation = tuple[Sequence[SumConstraint], Violation]
_GapKey = tuple[str, str, str, Decimal]


def merge_total_row_violations(groups: Sequence[SumGroupViolation], values: AmountsByCell) -> list[Violation]:
    """Return the violation of each group of sums.

    A violation in a total row is merged into that of a row above if exactly one row is off by the same amounts.
    """
    totals_by_row: dict[int, list[Violation]] = defaultdict(list)
    merged: set[int] = set()
    for sum_constraints, violation in groups:
        row_violation = _find_row_with_same_gaps(sum_constraints, groups, values=values)
        if row_violation and not row_violation.remedy_key and not violation.remedy_key:
            totals_by_row[id(row_violation)].append(violation)
            merged.add(id(violation))
    return [
        _merge_totals(violation, totals_by_row.get(id(violation), ()))
        for _, violation in groups
        if id(violation) not in merged
    ]


def _find_row_with_same_gaps(
    sum_constraints: Sequence[SumConstraint], groups: Sequence[SumGroupViolation], *, values: AmountsByCell
) -> Violation | None:
    """Return the violation of the only data row with the gaps of a total row, or None if there is no such row."""
    if not all(map(_is_in_total_row, sum_constraints)):
        return None
    total_gaps = _build_gap_keys(sum_constraints, values)
    row_violations: list[Violation] = []
    for row_constraints, row_violation in groups:
        if _is_single_data_row(row_constraints) and total_gaps <= _build_gap_keys(row_constraints, values):
            row_violations.append(row_violation)
    if len(row_violations) != 1:
        return None
    return row_violations[0]


def _is_in_total_row(sum_constraint: SumConstraint) -> bool:
    return sum_constraint.row == sum_constraint.table.total_row


def _build_gap_keys(sum_constraints: Sequence[SumConstraint], values: AmountsByCell) -> set[_GapKey]:
    """Return for each sum the rule, the form, the column and the amount by which it is off."""
    keys: set[_GapKey] = set()
    for sum_constraint in sum_constraints:
        residual = compute_residual(sum_constraint, values)
        keys.add((sum_constraint.rule.id, sum_constraint.table.form.name, sum_constraint.field.name, residual))
    return keys


def _is_single_data_row(sum_constraints: Sequence[SumConstraint]) -> bool:
    rows = {sum_constraint.row for sum_constraint in sum_constraints}
    return len(rows) == 1 and not any(map(_is_in_total_row, sum_constraints))


def _merge_totals(violation: Violation, total_violations: Sequence[Violation]) -> Violation:
    if len(total_violations) != 1:
        return merge_into(violation, total_violations)
    (total,) = total_violations
    following = _find_following_repair(violation, total)
    if not following:
        return merge_into(replace(violation, remedy_key=""), total_violations)
    facts = {
        **violation.facts,
        "total": following[0].cell.address,
        "total_after": following[0].after,
        "then": format_steps(following),
    }
    remedy_key = f"total_too_{violation.variant}"
    return merge_into(replace(violation, facts=facts, remedy_key=remedy_key), total_violations)


def _find_following_repair(violation: Violation, total: Violation) -> tuple[RepairStep, ...]:
    """Return the repair of the total that follows from the likeliest repair of a row: that of the same columns."""
    if not violation.repairs:
        return ()
    columns = [step.cell.column for step in violation.repairs[0]]
    for repair in total.repairs:
        if [step.cell.column for step in repair] == columns:
            return repair
    return ()


def propose_figure_corrections(evaluation: Evaluation) -> Iterator[list[Hypothesis]]:
    """Yield hypotheses that one wrong figure, alone or together with its total, causes other violations."""
    for violation, table in product(evaluation.violations, evaluation.tables):
        if violation.rule.check in SUM_CHECKS and violation.variant == "one":
            rivals = list(_propose_corrections(violation, table, evaluation=evaluation))
            if rivals:
                yield rivals


def _propose_corrections(violation: Violation, table: Table, *, evaluation: Evaluation) -> Iterator[Hypothesis]:
    """Yield a correction of the figure alone, and one of figure and total, if each may explain other violations."""
    cell = violation.cell
    column = _find_figure_column(table, cell)
    if cell is None or column is None:
        return
    other_sheets, other_cells = _collect_other_cells(evaluation, cell)
    if table.sheet in other_sheets:
        content = (format_plain_number(Decimal(violation.facts["after"])), CellKind.NUMBER)
        yield Hypothesis(cell=cell, corrections={cell: content}, highlight=violation.cells, message_from=violation)
    if table.total_row is None:
        return
    total_cell = table.get_cell_ref(column, table.total_row)
    if total_cell in evaluation.values and total_cell in other_cells:
        yield _build_total_hypothesis(violation, cell, total_cell=total_cell, values=evaluation.values)


def _collect_other_cells(evaluation: Evaluation, cell: CellRef) -> tuple[set[str], set[CellRef]]:
    """Return sheets and cells of the violations that no sum rule reports and that point elsewhere.

    Violations at the same cell become one finding anyway, in the words of the simpler rule.
    """
    sheets: set[str] = set()
    cells: set[CellRef] = set()
    for violation in evaluation.violations:
        if violation.cell != cell and violation.rule.check not in SUM_CHECKS:
            sheets.add(violation.sheet)
            cells.update(violation.cells)
    return sheets, cells


def _find_figure_column(table: Table, cell: CellRef | None) -> str | None:
    """Return the column of a figure above the total row, or None if the cell is no such figure."""
    if cell is None or cell.sheet != table.sheet or table.form.is_detail:
        return None
    if cell.row not in table.body[ROW].to_list():
        return None
    for field in list_figure_fields(table):
        if table.get_cell_ref(field.name, cell.row) == cell:
            return field.name
    return None


def _build_total_hypothesis(
    violation: Violation, cell: CellRef, *, total_cell: CellRef, values: AmountsByCell
) -> Hypothesis:
    corrected = Decimal(violation.facts["after"])
    corrected_total = format_plain_number(values[total_cell] - values[cell] + corrected)
    facts = {**violation.facts, "total": total_cell.address, "total_after": corrected_total}
    corrections = {
        cell: (format_plain_number(corrected), CellKind.NUMBER),
        total_cell: (corrected_total, CellKind.NUMBER),
    }
    return Hypothesis(
        cell=cell,
        corrections=corrections,
        highlight=tuple(corrections),
        message_from=replace(violation, facts=facts, remedy_key="total_too_one"),
    )
