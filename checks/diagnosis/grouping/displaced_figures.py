"""Figures that stand in the wrong rows: a column sorted, shifted or exchanged by itself is one finding.

Where the right figures are known, those of the column are the same in another order. Where only their sums by group
are known, the whole agrees with the summary while several groups do not.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from checks.diagnosis.finding_grouping import merge_into
from checks.diagnosis.grouping.blank_blocks import BLOCK_VARIANT
from checks.diagnosis.swapped_rows_columns import EXCHANGED_ROWS_VARIANT
from checks.model.cell_ref import format_range
from checks.model.finding import RepairStep, Severity
from checks.model.violation import Violation
from checks.recognition.column_names import ROW, list_figure_names
from checks.recognition.table import Table
from checks.rules.violation_builder import join_names

_MIN_GROUPS: Final = 3
_MIN_ROWS: Final = 2
_MAX_STEPS: Final = 200
_REORDERED_VARIANT, _ROWS_VARIANT, _PLOTS_VARIANT = "column_reordered", "rows_reordered", "plots_displaced"
_DETAIL_CHECK: Final = "equals_detail"
# Each group's sum is rounded by itself.
_ROUNDING: Final = Decimal("0.01")


def merge_displaced_figures(tables: Sequence[Table], violations: Sequence[Violation]) -> list[Violation]:
    """Return the violations, with those that figures in wrong rows cause as one for each table."""
    merged = list(violations)
    for table in tables:
        if table.form.is_detail:
            merged = _merge_displaced_plots(table, tables, merged)
        merged = _merge_reordered_columns(table, merged)
    return merged


def _merge_reordered_columns(table: Table, violations: Sequence[Violation]) -> list[Violation]:
    """Merge the violations whose corrections only change the order of the figures in a column."""
    rows = set(table.body[ROW].to_list())
    steps_by_column: dict[int, list[RepairStep]] = defaultdict(list)
    causes_by_column: dict[int, list[Violation]] = defaultdict(list)
    for violation in violations:
        column = _find_corrected_column(table, violation)
        if column:
            causes_by_column[column].append(violation)
            steps_by_column[column] += [step for step in violation.repairs[0] if step.cell.row in rows]
    reordered = [column for column, steps in sorted(steps_by_column.items()) if _is_reordering(steps)]
    causes: list[Violation] = []
    steps: list[RepairStep] = []
    for column in reordered:
        causes += causes_by_column[column]
        steps += steps_by_column[column]
    for violation in _find_exchanged_rows(table, violations, reordered):
        causes.append(violation)
        steps += [step for step in violation.repairs[0] if step.cell.column in reordered]
    if len(causes) < _MIN_ROWS:
        return list(violations)
    return _replace_causes(violations, causes, _build_reordered(table, causes, steps, reordered))


def _find_exchanged_rows(table: Table, violations: Iterable[Violation], columns: Sequence[int]) -> Iterator[Violation]:
    """Yield the pairs of rows that were found exchanged in a table whose other rows stand in another order too."""
    for violation in violations:
        is_exchange = violation.variant == EXCHANGED_ROWS_VARIANT and violation.sheet == table.sheet
        if columns and is_exchange and violation.repairs:
            yield violation


def _find_corrected_column(table: Table, violation: Violation) -> int:
    """Return the column of the table in which a violation is corrected, or 0 if it is not in one column."""
    first_repair = next(iter(violation.repairs), ())
    places = {(step.cell.sheet, step.cell.column) for step in first_repair}
    if len(places) != 1 or violation.members:
        return 0
    sheet, column = places.pop()
    if sheet != table.sheet:
        return 0
    return column


def _is_reordering(steps: Sequence[RepairStep]) -> bool:
    """Return whether corrections give the cells of a column each other's figures."""
    cells = {step.cell for step in steps}
    try:
        before = Counter(Decimal(step.before) for step in steps)
        after = Counter(Decimal(step.after) for step in steps)
    except InvalidOperation:
        return False
    return len(cells) == len(steps) and len(steps) >= _MIN_ROWS and before == after


def _build_reordered(
    table: Table, causes: Sequence[Violation], steps: Sequence[RepairStep], columns: Sequence[int]
) -> Violation:
    rows = sorted({step.cell.row for step in steps})
    areas = [format_range((rows[0], column), (rows[-1], column)) for column in columns]
    figure_columns = {table.columns[name] for name in list_figure_names(table.form, table.numbers.columns)}
    variant = _REORDERED_VARIANT
    if len(columns) > 1 and figure_columns <= set(columns):
        variant = _ROWS_VARIANT
    facts = {
        "title": table.form.title,
        "headings": join_names(table.list_headings(columns)),
        "area": join_names(areas),
        "count": str(len(rows)),
        "rows": join_names(list(map(str, rows))),
    }
    repairs: tuple[tuple[RepairStep, ...], ...] = ()
    if len(steps) <= _MAX_STEPS:
        repairs = (tuple(sorted(steps, key=lambda step: step.cell.reading_order)),)
    return replace(
        _merge_causes(causes),
        sheet=table.sheet,
        cell=steps[0].cell,
        variant=variant,
        facts=facts,
        repairs=repairs,
        value=None,
        expected=None,
        difference=None,
    )


def _merge_displaced_plots(detail: Table, tables: Iterable[Table], violations: Sequence[Violation]) -> list[Violation]:
    """Merge the violated sums over plots whose total agrees with the summary, or that begin or end with a blank row."""
    remaining = list(violations)
    for summary in tables:
        for sum_definition in _iter_sums(summary, detail):
            causes = _find_violated_groups(summary, detail, remaining)
            blocks = _find_blank_figures(detail, remaining)
            groups = {violation.cell.row for violation in causes if violation.cell is not None}
            if len(groups) >= _MIN_GROUPS and (blocks or _has_equal_totals(summary, detail, sum_definition)):
                root_cause = _build_displaced(detail, summary, [*causes, *blocks], sum_definition)
                remaining = _replace_causes(remaining, [*causes, *blocks], root_cause)
    return remaining


def _iter_sums(summary: Table, detail: Table) -> Iterator[Mapping[str, Any]]:
    """Yield the sums over all plots of a detail table that the summary states."""
    for rule in summary.form.rules:
        if rule.check == _DETAIL_CHECK:
            for sum_definition in rule.arguments["sums"]:
                if sum_definition["form"] == detail.form.name and "where" not in sum_definition:
                    yield sum_definition


def _find_violated_groups(summary: Table, detail: Table, violations: Iterable[Violation]) -> list[Violation]:
    names = summary.names_by_column
    causes: list[Violation] = []
    for violation in violations:
        cell = violation.cell
        if violation.rule.check != _DETAIL_CHECK or cell is None or cell.sheet != summary.sheet:
            continue
        sums = violation.rule.arguments["sums"]
        forms = {definition["form"] for definition in sums if definition["column"] == names.get(cell.column)}
        if detail.form.name in forms and violation.rule.get_severity(violation.variant) == Severity.HARD:
            causes.append(violation)
    return causes


def _find_blank_figures(detail: Table, violations: Iterable[Violation]) -> list[Violation]:
    """Return the blank blocks in the first or the last row of the plots."""
    if detail.body.is_empty():
        return []
    ends = {int(detail.body[ROW][0]), int(detail.body[ROW][-1])}
    return [
        violation
        for violation in violations
        if violation.variant == BLOCK_VARIANT
        and violation.sheet == detail.sheet
        and violation.cell is not None
        and violation.cell.row in ends
    ]


def _has_equal_totals(summary: Table, detail: Table, sum_definition: Mapping[str, Any]) -> bool:
    numerator, denominator = map(Decimal, sum_definition["per"])
    plots = Decimal(detail.body[sum_definition["amount"]].sum() or 0) * numerator / denominator
    stated = Decimal(summary.body[sum_definition["column"]].sum() or 0)
    return abs(plots - stated) <= _ROUNDING * max(1, summary.body.height)


def _build_displaced(
    detail: Table, summary: Table, causes: Sequence[Violation], sum_definition: Mapping[str, Any]
) -> Violation:
    first_row = int(detail.body[ROW][0])
    cell = detail.get_cell_ref(sum_definition["amount"], first_row)
    places = dict.fromkeys(violation.cell.address for violation in causes if violation.cell is not None)
    facts = {
        "title": detail.form.title,
        "beside": summary.form.title,
        "count": str(len(causes)),
        "places": join_names(list(places)),
        "cell": cell.address,
    }
    return replace(
        _merge_causes(causes),
        sheet=detail.sheet,
        cell=cell,
        variant=_PLOTS_VARIANT,
        facts=facts,
        repairs=(),
        value=None,
        expected=None,
        difference=None,
    )


def _merge_causes(causes: Sequence[Violation]) -> Violation:
    root_cause = merge_into(causes[0], causes[1:])
    return replace(root_cause, phrases={}, remedy_key="", similar_rows=0)


def _replace_causes(violations: Iterable[Violation], causes: Sequence[Violation], root: Violation) -> list[Violation]:
    """Return the violations with one in place of several, where the first of them stood."""
    merged = set(map(id, causes))
    remaining: list[Violation] = []
    for violation in violations:
        if violation is causes[0]:
            remaining.append(root)
        elif id(violation) not in merged:
            remaining.append(violation)
    return remaining
