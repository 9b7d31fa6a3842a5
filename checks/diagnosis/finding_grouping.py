"""One violation for each root cause.

Violations that follow from another one are merged into it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from checks.diagnosis.serial_numbers import ROW_DOUBLED_REMEDY, collect_rows, match_gaps_to_missing_townships
from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from checks.rules.sum_rules import PlotGroup, SumConstraint
from contracts.form_model import Phase

# A code that does not fit the code above it may be right.
_NESTED_CODES_CHECK = "codes_nested"

RowKey = tuple[str, int]


def merge_related_violations(violations: Iterable[Violation]) -> list[Violation]:
    """Merge violations of one row that the contract relates.

    A violation whose rule, or variant of it, has the argument ``joins`` is merged into that of the rule named there. A
    violation of a rule with the argument ``instead_of`` replaces that of the rule named there in the same cell. A gap
    in the serial numbers is merged into the township whose row is missing.
    """
    remaining = _drop_replaced(list(violations))
    by_row_and_rule: dict[tuple[RowKey | None, str], Violation] = {}
    for violation in remaining:
        by_row_and_rule[_parse_row(violation.cell), violation.rule.id] = violation
    township_by_gap = match_gaps_to_missing_townships(remaining)
    related: dict[int, list[Violation]] = defaultdict(list)
    merged: set[int] = set()
    for violation in remaining:
        row = _parse_row(violation.cell)
        first = by_row_and_rule.get((row, _get_joined_rule(violation))) if row else None
        if first and not _is_about_same_cell(violation, first):
            first = None
        first = first or township_by_gap.get(id(violation))
        if first:
            related[id(first)].append(violation)
            merged.add(id(violation))
    return [
        _merge_with_remedy(violation, related.get(id(violation), ()))
        for violation in remaining
        if id(violation) not in merged
    ]


def _is_about_same_cell(violation: Violation, first: Violation) -> bool:
    """Return whether a violation follows from another of its row; one that compares two codes must involve its cell."""
    return violation.rule.check != _NESTED_CODES_CHECK or first.cell in violation.cells


def _merge_with_remedy(first: Violation, others: Sequence[Violation]) -> Violation:
    """Merge, and take over the remedy of the serial numbers if the row itself is there twice."""
    for other in others:
        if other.remedy_key == ROW_DOUBLED_REMEDY and other.facts["rows"]:
            facts = {**first.facts, "rows": other.facts["rows"]}
            return merge_into(replace(first, remedy_key=ROW_DOUBLED_REMEDY, facts=facts), others)
    return merge_into(first, others)


def _get_joined_rule(violation: Violation) -> str:
    """Return the id of the rule that a violation joins, or "" if it joins none."""
    joins = violation.rule.arguments.get("joins", "")
    if isinstance(joins, Mapping):
        joins = joins.get(violation.variant, "")
    return str(joins)


def merge_into(first: Violation, others: Sequence[Violation]) -> Violation:
    """Return the first violation with the rules and cells of the others added to its own."""
    if not others:
        return first
    rule_ids = set(first.related_rules)
    cells = dict.fromkeys(first.cells)
    for other in others:
        rule_ids.add(other.rule.id)
        cells.update(dict.fromkeys(other.cells))
    return replace(first, related_rules=tuple(sorted(rule_ids - {first.rule.id})), cells=tuple(cells))


def collect_rule_ids(violations: Iterable[Violation]) -> set[str]:
    """Return the ids of the rules of some violations and of those merged into them."""
    rule_ids: set[str] = set()
    for violation in violations:
        rule_ids.update((violation.rule.id, *violation.related_rules))
    return rule_ids


def _drop_replaced(violations: Sequence[Violation]) -> list[Violation]:
    """Return the violations without those that one of another rule replaces in the same cell."""
    replaced: set[tuple[CellRef | None, str]] = set()
    for violation in violations:
        if "instead_of" in violation.rule.arguments:
            replaced.add((violation.cell, violation.rule.arguments["instead_of"]))
    return [violation for violation in violations if (violation.cell, violation.rule.id) not in replaced]


def _parse_row(cell: CellRef | None) -> RowKey | None:
    """Return sheet and row of a cell, or None if it has no row."""
    if cell is None or not cell.row:
        return None
    return cell.sheet, cell.row


def attach_dependent_violations(
    sum_violations: Sequence[Violation], others: Iterable[Violation]
) -> tuple[list[Violation], list[Violation]]:
    """Merge violations that depend on the cells of a violated sum into it.

    Returns the violations of sums, and the other violations that are independent of them.
    """
    independent: list[Violation] = []
    dependent: dict[int, list[Violation]] = defaultdict(list)
    cells_by_sum = [frozenset(violation.cells) for violation in sum_violations]
    for violation in others:
        index = _find_sum_index(violation, cells_by_sum)
        if index is None:
            independent.append(violation)
        else:
            dependent[index].append(violation)
    merged = [merge_into(violation, dependent.get(index, ())) for index, violation in enumerate(sum_violations)]
    return merged, independent


def _find_sum_index(violation: Violation, cells_by_sum: Sequence[frozenset[CellRef]]) -> int | None:
    """Return the index of the first sum that shares a cell with a violation, or None if there is none."""
    if not _can_depend_on_sum(violation):
        return None
    for index, cells in enumerate(cells_by_sum):
        if not cells.isdisjoint(violation.cells):
            return index
    return None


def _can_depend_on_sum(violation: Violation) -> bool:
    """Return whether a wrong figure may cause a violation: a stale result, or a rule on several tables."""
    if violation.variant == "taken":
        return False
    return violation.rule.phase.rank >= Phase.ACROSS_TABLES.rank or violation.rule.check == "formula_results"


def merge_by_row(sum_violations: Iterable[Violation]) -> list[Violation]:
    """Merge violations at several cells of a summary row that does not match its plots, if they have one cause.

    A plot of the wrong class or a missing plot is one cause: one rule reports all cells, or all are off by the same
    amount.
    """
    merged: list[Violation] = []
    indices_by_row: dict[RowKey, list[int]] = defaultdict(list)
    for violation in sum_violations:
        row = _parse_row(violation.cell)
        if row is None or violation.rule.check != "equals_detail":
            merged.append(violation)
            continue
        for index in indices_by_row[row]:
            if _has_same_cause(merged[index], violation):
                merged[index] = merge_into(merged[index], [violation])
                break
        else:
            indices_by_row[row].append(len(merged))
            merged.append(violation)
    return merged


def _has_same_cause(first: Violation, other: Violation) -> bool:
    return first.rule.id == other.rule.id or first.difference == other.difference


def find_groups_with_errors(table: Table, violations: Iterable[Violation]) -> frozenset[PlotGroup]:
    """Return the groups of plots with a hard violation in a row, and the group of all plots if there is any.

    A group without project or township is unknown: it suppresses every sum over the table.
    """
    rows: set[int] = set()
    for violation in violations:
        if violation.sheet == table.sheet and violation.rule.get_severity(violation.variant) == "hard":
            rows |= collect_rows(violation)
    failing = table.body.filter(table.body[ROW].is_in(sorted(rows))).select(PROJECT, TOWNSHIP_FULL)
    if failing.is_empty():
        return frozenset()
    groups = {PlotGroup(table.form.name, project, township) for project, township in failing.rows()}
    return frozenset({*groups, PlotGroup(table.form.name)})


def build_unknown_group(form_name: str) -> frozenset[PlotGroup]:
    """Return the marker that suppresses every sum over a plot table, for when the faulty group is unknown."""
    return frozenset({PlotGroup(form_name, None, None)})


def is_suppressed(sum_constraint: SumConstraint, faulty_groups: Mapping[str, frozenset[PlotGroup]]) -> bool:
    """Return whether a sum is over plots that have errors of their own; *faulty_groups* are by form."""
    group = sum_constraint.plot_group
    if group is None:
        return False
    groups = faulty_groups.get(group.form, frozenset())
    return group in groups or any(map(_is_unknown_group, groups))


def _is_unknown_group(group: PlotGroup) -> bool:
    return group.project is None or group.township is None
