"""Wrong figures in rows whose figures do not fit together, with the sums that are violated by them.

A figure of a plot is part of products within its row and of sums over rows and tables. All that are violated together
are one cause: the fewest figures with whose change all hold.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from checks.diagnosis.figures.exchanged_figures import add_exchanges
from checks.diagnosis.figures.figure_conditions import (
    ROW_CONDITION_CHECKS,
    FigureConditions,
    collect_figure_conditions,
)
from checks.diagnosis.figures.figure_violations import FigureCause, build_figure_violations
from checks.diagnosis.figures.missing_deductions import MissingDeductions, find_missing_deductions
from checks.diagnosis.finding_grouping import attach_dependent_violations
from checks.localisation.figures.figure_constraints import FigureConstraint
from checks.localisation.figures.figure_search import FigureSearchResult, search_figure_repairs
from checks.localisation.figures.mistyped_inputs import find_mistyped_inputs
from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.recognition.table import Table
from checks.rules.sum_rules import SumConstraint

# A trial of one figure reads its whole row and its sums; longer tables would cost too much.
_MAX_ROWS = 5_000
SumCollector = Callable[[Sequence[Violation]], Iterable[SumConstraint]]


@dataclass(frozen=True, slots=True)
class FigureDiagnosis:
    """The violations of wrong figures, and the violations that are independent of them.

    *explained_sums* are the sums that hold once these figures are right, by rule and cell.
    """

    violations: tuple[Violation, ...]
    remaining_violations: tuple[Violation, ...]
    explained_sums: frozenset[tuple[str, CellRef]] = frozenset()

    def explains(self, sum_constraint: SumConstraint) -> bool:
        """Return whether a sum is violated only because of these figures."""
        return (sum_constraint.rule.id, sum_constraint.anchor) in self.explained_sums


def localise_figure_errors(
    tables: Sequence[Table],
    violations: Sequence[Violation],
    violated_sums: Iterable[SumConstraint],
    collect_sums: SumCollector,
) -> FigureDiagnosis:
    """Find the figures that violate the conditions of their rows, or a sum over plots that they may well be wrong in.

    *collect_sums* returns the sums over rows without other violations, which it is given.
    """
    row_violations = list(filter(_is_of_one_row, violations))
    has_plot_sums = any(violated_sum.plot_group for violated_sum in violated_sums)
    if not (row_violations or has_plot_sums) or any(table.body.height > _MAX_ROWS for table in tables):
        return FigureDiagnosis((), tuple(violations))
    row_ids = set(map(id, row_violations))
    others = [violation for violation in violations if id(violation) not in row_ids]
    conditions = collect_figure_conditions(tables, collect_sums(others))
    found: list[Violation] = []
    explained_ids: set[int] = set()
    explained_sums: set[tuple[str, CellRef]] = set()
    for missing in _find_missing_deductions(tables, row_violations, conditions):
        found.append(missing.root_cause)
        explained_ids.update(map(id, missing.explained))
        explained_sums.update(missing.explained_sums)
    causes: list[FigureCause] = []
    if not found:
        causes.extend(add_exchanges(conditions, list(_find_causes(conditions, row_violations))))
    for cause in causes:
        explained_ids.update(map(id, cause.violations))
        explained_sums.update(_list_sum_keys(conditions, cause))
    remaining = [violation for violation in violations if id(violation) not in explained_ids]
    for cause in causes:
        found.extend(build_figure_violations(cause, conditions))
    found, remaining = attach_dependent_violations(found, remaining)
    return FigureDiagnosis(tuple(found), tuple(remaining), frozenset(explained_sums))


def _find_missing_deductions(
    tables: Iterable[Table], row_violations: Sequence[Violation], conditions: FigureConditions
) -> Iterator[MissingDeductions]:
    for table in tables:
        missing = find_missing_deductions(table, row_violations, conditions)
        if missing is not None:
            yield missing


def _is_of_one_row(violation: Violation) -> bool:
    """Return whether a violation says that the figures of one row do not fit together."""
    is_whole = not violation.similar_rows and violation.cell is not None and bool(violation.cell.row)
    return is_whole and not violation.variant and violation.rule.check in ROW_CONDITION_CHECKS


def _list_sum_keys(conditions: FigureConditions, cause: FigureCause) -> Iterator[tuple[str, CellRef]]:
    for constraint in cause.constraints:
        if constraint in conditions.sums:
            yield constraint.rule_id, constraint.target


def _find_causes(conditions: FigureConditions, row_violations: Sequence[Violation]) -> Iterator[FigureCause]:
    """Yield each group of violated conditions that a change of few figures satisfies.

    Groups that leave a figure open are tried together: figures may be exchanged between them.
    """
    open_groups: list[FigureCause] = []
    for group in _group_violated(conditions):
        cause = _find_cause(conditions, group, row_violations)
        if cause is None:
            continue
        if cause.result.is_certain:
            yield cause
        else:
            open_groups.append(cause)
    if len(open_groups) > 1:
        joint_group = frozenset().union(*(cause.group for cause in open_groups))
        joint_cause = _find_cause(conditions, joint_group, row_violations)
        if joint_cause is not None and joint_cause.result.is_certain:
            open_groups = [joint_cause]
    yield from (cause for cause in open_groups if cause.result.repairs)


def _find_cause(
    conditions: FigureConditions, group: frozenset[int], row_violations: Sequence[Violation]
) -> FigureCause | None:
    """Return the repairs of a group of conditions, or None if it has none of a row or one that is not reported."""
    network = conditions.network
    constraints = tuple(network.constraints[index] for index in sorted(group))
    row_keys: set[tuple[str, str, int]] = set()
    for constraint in constraints:
        if constraint not in conditions.sums:
            row_keys.add((constraint.rule_id, constraint.target.sheet, constraint.target.row))
    members = [violation for violation in row_violations if not row_keys.isdisjoint(_list_row_keys(violation))]
    reported_keys = {key for violation in members for key in _list_row_keys(violation)}
    if not row_keys:
        return _find_rivals_of_total(conditions, group, constraints)
    if not row_keys <= reported_keys:
        return None
    return FigureCause(group, tuple(members), constraints, search_figure_repairs(network, group))


def _find_rivals_of_total(
    conditions: FigureConditions, group: frozenset[int], constraints: tuple[FigureConstraint, ...]
) -> FigureCause | None:
    """Return the cause if a sum over plots is violated and a plot may be wrong as well as the sum, else None.

    No rule on the row of a plot notices an error that disappears when its mu are rounded.
    """
    if not any(conditions.sums[constraint].plot_group for constraint in constraints):
        return None
    mistyped_inputs = find_mistyped_inputs(conditions.network, group)
    if mistyped_inputs:
        # A sum typed wrong as well would need more changes, or a slip that happens to fit the plots.
        return FigureCause(group, (), constraints, FigureSearchResult(tuple(mistyped_inputs), is_complete=True))
    result = search_figure_repairs(conditions.network, group, max_changes=1)
    targets = {constraint.target for constraint in constraints}
    if all(targets.issuperset(repair.amounts) for repair in result.repairs):
        return None
    return FigureCause(group, (), constraints, result)


def _list_row_keys(violation: Violation) -> list[tuple[str, str, int]]:
    row = violation.cell.row if violation.cell else 0
    return [(rule_id, violation.sheet, row) for rule_id in (violation.rule.id, *violation.related_rules)]


def _group_violated(conditions: FigureConditions) -> list[frozenset[int]]:
    """Return the violated conditions in groups that share cells, also those that formulas calculate from."""
    network = conditions.network
    groups: list[tuple[set[int], set[CellRef]]] = []
    for index in sorted(network.find_violated()):
        indices, cells = {index}, _collect_cells(conditions, index)
        separate: list[tuple[set[int], set[CellRef]]] = []
        for other_indices, other_cells in groups:
            if cells.isdisjoint(other_cells):
                separate.append((other_indices, other_cells))
            else:
                indices |= other_indices
                cells |= other_cells
        groups = [*separate, (indices, cells)]
    return [frozenset(indices) for indices, _ in groups]


def _collect_cells(conditions: FigureConditions, index: int) -> set[CellRef]:
    network = conditions.network
    open_cells = list(network.constraints[index].cells)
    cells = set(open_cells)
    for cell in open_cells:
        derivation = network.derivations.get(cell)
        if derivation is not None:
            new_cells = set(derivation.cells) - cells
            cells |= new_cells
            open_cells.extend(new_cells)
    return cells
