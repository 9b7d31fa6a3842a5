"""A rule that fails in more rows than a person would go through one by one is one finding with its members."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from checks.diagnosis.grouping.similar_violations import MAX_MEMBERS, build_group
from checks.model.cell_ref import CellRef
from checks.model.failing_rows import FailingRows
from checks.model.violation import Violation
from checks.recognition.column_names import ROW

# In a shorter table, nearly all rows are only a few.
_MIN_ROWS_FOR_WHOLE_COLUMN: Final = 5
_MIN_FAILING_SHARE: Final = 0.9
# Of a column of a hundred thousand rows, not every cell is coloured.
_MAX_CELLS_PER_GROUP: Final = 2_000
# Later steps need the violations of these checks row by row.
_ROW_BY_ROW_CHECKS: Final = ("completion_rate", "percentage", "serial_numbers", "unique_in_table")

Failure = Violation | FailingRows


def limit_per_rule(failures: Iterable[Failure], max_findings: int, row_count: int = 0) -> Iterator[Violation]:
    """Yield the violations of each rule and variant one by one, or one for all if there are too many.

    More than *max_findings* are too many; 0 is no limit.

    If nearly all of the table's *row_count* rows fail in one column, they have one cause and are one violation, unless
    the table is longer than the limit.
    """
    failures_by_rule: dict[tuple[str, str], list[Failure]] = defaultdict(list)
    can_merge_column = not max_findings or row_count <= max_findings
    for failure in failures:
        merged = None
        if can_merge_column:
            merged = _merge_whole_column(failure, row_count)
        if merged:
            yield merged
        else:
            failures_by_rule[failure.rule.id, failure.variant].append(failure)
    for similar_failures in failures_by_rule.values():
        yield from _limit_failures(similar_failures, max_findings)


def _limit_failures(failures: Sequence[Failure], max_findings: int) -> list[Violation]:
    count = sum(map(_count_rows, failures))
    if not max_findings or count <= max_findings:
        return _list_first_violations(failures, count)
    members = _list_first_violations(failures, MAX_MEMBERS)
    if not members:
        return []
    return [build_group(members, count=count, cells=_collect_cells(failures, members))]


def _count_rows(failure: Failure) -> int:
    if isinstance(failure, FailingRows):
        return failure.rows.height
    return 1


def _list_first_violations(failures: Iterable[Failure], max_rows: int) -> list[Violation]:
    violations: list[Violation] = []
    for failure in failures:
        room = max_rows - len(violations)
        if room <= 0:
            break
        if isinstance(failure, FailingRows):
            violations.extend(failure.get_first_violations(room))
        else:
            violations.append(failure)
    return violations


def _collect_cells(failures: Iterable[Failure], members: Sequence[Violation]) -> list[CellRef]:
    """Return the cells of all failing rows, up to the limit of a group."""
    cells: dict[CellRef, None] = {}
    anchor = next((member.cell for member in members if member.cell is not None), None)
    for failure in failures:
        if isinstance(failure, Violation):
            cells.update(dict.fromkeys(failure.cells))
        elif anchor is not None:
            first = next(iter(failure.get_first_violations(1)), None)
            column_cell = first.cell if first and first.cell else anchor
            rows = failure.rows[ROW].head(_MAX_CELLS_PER_GROUP)
            cells.update(dict.fromkeys(column_cell.move_to_row(row) for row in rows))
    return list(cells)[:_MAX_CELLS_PER_GROUP]


def _merge_whole_column(failure: Failure, row_count: int) -> Violation | None:
    """Return the violation of the first row for all failing rows, or None if they are not one cause."""
    if isinstance(failure, Violation) or not _is_whole_column(failure, row_count):
        return None
    first = next(iter(failure.get_first_violations(1)), None)
    if first is None or first.cell is None or not first.cell.row:
        return None
    cells = dict.fromkeys(first.cells)
    cells.update(dict.fromkeys(_collect_cells([failure], [first])))
    return replace(first, cells=tuple(cells), similar_rows=failure.rows.height)


def _is_whole_column(failing_rows: FailingRows, row_count: int) -> bool:
    """Return whether a rule that blocks fails in nearly all rows of a column."""
    rule = failing_rows.rule
    if row_count < _MIN_ROWS_FOR_WHOLE_COLUMN or failing_rows.rows.height < _MIN_FAILING_SHARE * row_count:
        return False
    return rule.get_severity(failing_rows.variant) == "hard" and rule.check not in _ROW_BY_ROW_CHECKS
