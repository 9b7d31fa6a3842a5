"""Merge violations of plausibility with those that have the same cause.

A figure that breaks a sum and is implausible as well is one mistake, which the broken sum tells better. A value that is
impossible by itself, such as the year 20244, is the cause of whatever else does not fit it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from checks.diagnosis.evaluation import Evaluation
from checks.diagnosis.finding_grouping import merge_into
from checks.model.cell_ref import CellRef
from checks.model.finding import Severity
from checks.model.violation import Violation
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from checks.rules.registry import SUM_CHECKS

# Checks of one value by itself.
_SINGLE_VALUE_CHECKS: Final = frozenset({"dates_in_range", "filling_date", "in_range", "years_in_range"})
# Checks of the size of an amount, from the one that explains most to the one that explains least.
_SIZE_CHECKS: Final = ("ratio_to_target", "ratio_to_last_year", "steady", "outliers", "detail_within")
_PAIR_CHECKS: Final = frozenset({"dates_in_order", "part_within_whole"})
PLAUSIBILITY_CHECKS: Final = frozenset((*_SINGLE_VALUE_CHECKS, *_SIZE_CHECKS, *_PAIR_CHECKS))
# Checks that compare a table with the plots of the same project and township.
_GROUP_CHECKS: Final = frozenset({*SUM_CHECKS, "converted", "deduction", "unit_plausible"})
# Columns that link the rows of a plot with those of other tables.
_LINKING_COLUMNS: Final = (TOWNSHIP_FULL, "sub_project")
_MIN_DIGITS_IN_COMMON: Final = 4

RowGroup = tuple[str, str]
"""Project and township of a row."""
TablesBySheet = Mapping[str, Sequence[Table]]


@dataclass(slots=True)
class _Merging:
    """Violations by their position, with those that are merged into each."""

    violations: list[Violation]
    merged: defaultdict[int, list[Violation]]
    removed: set[int]

    def merge(self, into: int, other: int) -> None:
        """Merge one violation, with all that was merged into it, into another."""
        self.removed.add(other)
        self.merged[into] += [self.violations[other], *self.merged.pop(other, [])]

    def list_results(self) -> tuple[Violation, ...]:
        """Return the violations that remain, each with what was merged into it."""
        results: list[Violation] = []
        for position, violation in enumerate(self.violations):
            if position not in self.removed:
                results.append(merge_into(violation, self.merged.get(position, ())))
        return tuple(results)


def merge_implausible_values(evaluation: Evaluation) -> Evaluation:
    """Return the evaluation with one violation for each implausible value and whatever follows from it."""
    violations = list(evaluation.violations)
    if not any(violation.rule.check in PLAUSIBILITY_CHECKS for violation in violations):
        return evaluation
    merging = _Merging(violations, defaultdict(list), set())
    _merge_into_impossible_values(merging)
    tables_by_sheet = _map_tables_by_sheet(evaluation.tables)
    _merge_sizes(merging, tables_by_sheet)
    _merge_into_other_causes(merging, tables_by_sheet)
    return replace(evaluation, violations=merging.list_results())


def _get_severity(violation: Violation) -> Severity:
    return Severity(violation.rule.get_severity(violation.variant))


def _merge_into_impossible_values(merging: _Merging) -> None:
    """Merge violations that involve a value which is implausible by itself into the violation of that value."""
    for position, violation in enumerate(merging.violations):
        if violation.rule.check not in _SINGLE_VALUE_CHECKS or position in merging.removed:
            continue
        for other_position, other in enumerate(merging.violations):
            if other_position != position and other_position not in merging.removed and _follows_from(other, violation):
                merging.merge(position, other_position)


def _follows_from(violation: Violation, cause: Violation) -> bool:
    """Return whether a violation that has no repair of its own involves a cell of the cause, and is not graver.

    From a value that is only unusual, nothing follows but the order of dates and the size of parts.
    """
    if violation.repairs or violation.rule.check in (*SUM_CHECKS, *_SINGLE_VALUE_CHECKS):
        return False
    severity, cause_severity = _get_severity(violation), _get_severity(cause)
    if severity is Severity.REPORT or severity.rank < cause_severity.rank:
        return False
    if cause_severity is not Severity.HARD and violation.rule.check not in _PAIR_CHECKS:
        return False
    return not set(cause.cells).isdisjoint(violation.cells)


def _merge_into_other_causes(merging: _Merging, tables_by_sheet: TablesBySheet) -> None:
    """Merge each violation of plausibility into one of another kind that involves its cells and is at least as grave.

    Amounts that depend on the plots of a project and township also follow from a broken sum over these plots.
    """
    for position, violation in enumerate(merging.violations):
        if violation.rule.check in PLAUSIBILITY_CHECKS and position not in merging.removed:
            merged_violation = merge_into(violation, merging.merged.get(position, ()))
            cause = _find_cause(merging, merged_violation, tables_by_sheet)
            if cause is not None:
                merging.merge(cause, position)


def _find_cause(merging: _Merging, violation: Violation, tables_by_sheet: TablesBySheet) -> int | None:
    """Return the position of the first violation of another kind that explains this one, or None."""
    for position, other in enumerate(merging.violations):
        if position in merging.removed or other.rule.check in PLAUSIBILITY_CHECKS:
            continue
        if _get_severity(other).rank > _get_severity(violation).rank:
            continue
        if _shares_cells(violation, other) or _shares_group(violation, other, tables_by_sheet):
            return position
    return None


def _shares_cells(violation: Violation, other: Violation) -> bool:
    return not set(violation.cells).isdisjoint(other.cells)


def _shares_group(violation: Violation, other: Violation, tables_by_sheet: TablesBySheet) -> bool:
    if violation.rule.check not in _SIZE_CHECKS or other.rule.check not in _GROUP_CHECKS:
        return False
    return not _list_groups(violation.cells, tables_by_sheet).isdisjoint(_list_groups(other.cells, tables_by_sheet))


def _map_tables_by_sheet(tables: Iterable[Table]) -> TablesBySheet:
    tables_by_sheet: defaultdict[str, list[Table]] = defaultdict(list)
    for table in tables:
        tables_by_sheet[table.sheet].append(table)
    return tables_by_sheet


def _list_groups(cells: Iterable[CellRef], tables_by_sheet: TablesBySheet) -> set[RowGroup]:
    """Return project and township of each row that has both."""
    groups: set[RowGroup] = set()
    for sheet, row in {(cell.sheet, cell.row) for cell in cells if cell.row}:
        for table in tables_by_sheet.get(sheet, ()):
            if {PROJECT, TOWNSHIP_FULL} <= set(table.body.columns):
                groups.update(table.get_typed_row(row).select(PROJECT, TOWNSHIP_FULL).drop_nulls().rows())
    return groups


def _merge_sizes(merging: _Merging, tables_by_sheet: TablesBySheet) -> None:
    """Merge violations of the size of amounts that follow from one amount.

    Amounts that are equal, or in each other's cells, depend on each other. Areas also follow from the plots of the same
    township or sub-project.
    """
    sizes = [
        position
        for position, violation in enumerate(merging.violations)
        if position not in merging.removed and violation.rule.check in _SIZE_CHECKS
    ]
    sizes.sort(key=lambda position: _get_size_rank(merging.violations[position], tables_by_sheet))
    for index, position in enumerate(sizes):
        for other in sizes[index + 1 :]:
            if position in merging.removed or other in merging.removed:
                continue
            if _is_same_size(merging.violations[position], merging.violations[other], tables_by_sheet):
                merging.merge(position, other)


def _get_size_rank(violation: Violation, tables_by_sheet: TablesBySheet) -> tuple[bool, int]:
    """Return the rank by which violations lead others: those of plots first."""
    return not _is_plot(violation, tables_by_sheet), _SIZE_CHECKS.index(violation.rule.check)


def _is_plot(violation: Violation, tables_by_sheet: TablesBySheet) -> bool:
    return any(table.form.is_detail for table in tables_by_sheet.get(violation.sheet, ()))


def _is_same_size(violation: Violation, other: Violation, tables_by_sheet: TablesBySheet) -> bool:
    if _is_plot(other, tables_by_sheet):
        return False
    if _shares_cells(violation, other) or _has_equal_amount(violation, other):
        return True
    if not _is_plot(violation, tables_by_sheet) or not _is_area(other, tables_by_sheet):
        return False
    return not _list_keys(violation, tables_by_sheet).isdisjoint(_list_keys(other, tables_by_sheet))


def _has_equal_amount(violation: Violation, other: Violation) -> bool:
    """Tell whether two amounts are equal and have so many digits that this is no chance."""
    value = violation.value or ""
    return value == other.value and len(value.replace(".", "").strip("0")) >= _MIN_DIGITS_IN_COMMON


def _is_area(violation: Violation, tables_by_sheet: TablesBySheet) -> bool:
    """Tell whether the amount is in the area unit of its form, and not in money or percent."""
    for table in tables_by_sheet.get(violation.sheet, ()):
        for name, column in table.columns.items():
            if violation.cell is not None and column == violation.cell.position[1]:
                return table.form.get_field(name).unit == table.form.unit
    return False


def _list_keys(violation: Violation, tables_by_sheet: TablesBySheet) -> set[tuple[str, str]]:
    """Return township and sub-project of a violation's row, each with the name of its column."""
    keys: set[tuple[str, str]] = set()
    row = violation.cell.row if violation.cell else 0
    for table in tables_by_sheet.get(violation.sheet, ()):
        for name in filter(table.body.columns.__contains__, _LINKING_COLUMNS):
            keys.update((name, text) for text in table.get_typed_row(row)[name].drop_nulls())
    return keys
