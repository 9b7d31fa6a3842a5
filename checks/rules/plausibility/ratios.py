"""Figures that are many times, or a small part of, their target or last year's figure.

(phase: table, across tables and across years)
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import chain
from typing import Any

import polars as pl

from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import PROJECT, TOWNSHIP_FULL, Table
from checks.rules.plausibility.exchanged_rows import Target, build_exchange_violations, find_exchanged_rows
from checks.rules.plausibility.value_groups import format_times, has_columns, is_whole_column
from checks.rules.violation_builder import build_violation_at, format_value, join_addresses, list_column_cells
from contracts.form_model import Rule


def check_ratio_to_target(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a figure that is many times its target, a small part of it, or beside a target of 0.

    Two rows that are far from their targets and near each other's are reported once, as exchanged.

    The target is in a column of the same row or, with *form*, in the accounting year's column of the township's row of
    another form. Differences up to the rule's *least* are never reported.
    """
    table = subject.table
    if table is None:
        return
    for pair in rule.arguments["pairs"]:
        if has_columns(table, pair["column"]):
            yield from _check_column(table, rule, pair["column"], _map_targets(subject, table, pair))


def _check_column(table: Table, rule: Rule, column: str, targets: Mapping[int, Target]) -> Iterator[Violation]:
    """Yield the violations of one column; if nearly all rows fail in the same way, they have one cause."""
    amounts: dict[int, Decimal] = dict(table.body.select(ROW, column).drop_nulls().rows())
    pairs = find_exchanged_rows(rule, amounts, targets)
    yield from build_exchange_violations(table, rule, column, pairs, targets)
    exchanged_rows = set(chain.from_iterable(pairs))
    rows_by_variant: defaultdict[str, list[int]] = defaultdict(list)
    for row, actual in amounts.items():
        if row in targets and row not in exchanged_rows:
            rows_by_variant[_choose_variant(rule, actual, targets[row][0])].append(row)
    rows_by_variant.pop("", None)
    for variant, rows in rows_by_variant.items():
        if is_whole_column(len(rows), table):
            cells = list_column_cells(table, column, rows)
            violation = _build_target_violation(table, rule, column, row=rows[0], targets=targets, variant=variant)
            facts = {**violation.facts, "count": str(len(rows)), "places": join_addresses(cells)}
            all_cells = (*cells, *(targets[row][1] for row in rows))
            yield replace(violation, variant=f"{variant}_column", facts=facts, cells=all_cells, value=None)
            continue
        for row in rows:
            yield _build_target_violation(table, rule, column, row=row, targets=targets, variant=variant)


def _map_targets(subject: FormUnderCheck, table: Table, pair: Mapping[str, Any]) -> dict[int, Target]:
    """Return the target of each row of *table* that has one, by Excel's row number."""
    if "form" not in pair:
        if not has_columns(table, pair["target"]):
            return {}
        rows = table.body.select(ROW, pair["target"]).drop_nulls().rows()
        return {row: (target, table.get_cell_ref(pair["target"], row)) for row, target in rows}
    other = subject.tables.get(pair["form"])
    column = f"{pair['target']}_{subject.submission.year}"
    if other is None or not has_columns(other, column, TOWNSHIP_FULL):
        return {}
    targets_by_township: dict[str, Target] = {}
    for row, township, target in other.body.select(ROW, TOWNSHIP_FULL, column).drop_nulls().rows():
        targets_by_township[township] = (target, other.get_cell_ref(column, row))
    targets: dict[int, Target] = {}
    for row, township in table.body.select(ROW, TOWNSHIP_FULL).drop_nulls().rows():
        if township in targets_by_township:
            targets[row] = targets_by_township[township]
    return targets


def _choose_variant(rule: Rule, actual: Decimal, target: Decimal) -> str:
    """Return the variant that describes the ratio, or the empty text if the ratio is plausible."""
    if actual <= 0 or abs(actual - target) <= Decimal(rule.arguments["least"]):
        return ""
    if target <= 0:
        return "none_due"
    if actual > target * Decimal(rule.arguments["times"]):
        return "high"
    if actual * 100 < target * Decimal(rule.arguments["percent"]):
        return "low"
    return ""


def _build_target_violation(
    table: Table, rule: Rule, column: str, *, row: int, targets: Mapping[int, Target], variant: str
) -> Violation:
    amount, cell = targets[row]
    actual = table.get_typed_row(row)[column][0]
    place = cell.address if cell.sheet == table.sheet else f"{cell.sheet}!{cell.address}"
    facts = {
        "target": format_value(amount),
        "place": place,
        "label": table.get_row_label(row),
        "times": "",
        "percent": "",
    }
    if amount > 0:
        facts |= {"times": format_times(actual, amount), "percent": format_times(actual * 100, amount)}
    return build_violation_at(
        table, rule, column, row=row, value=actual, variant=variant, related_cells=(cell,), **facts
    )


def check_ratio_to_last_year(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a figure that is many times last year's, or a small part of it.

    Where nothing is on file there is nothing to compare with.
    """
    table, history = subject.table, subject.history
    if table is None or history is None or history.figures is None:
        return
    times, least = Decimal(rule.arguments["times"]), Decimal(rule.arguments["least"])
    for column in filter(lambda name: has_columns(table, name), rule.arguments["columns"]):
        amounts_by_row = dict(table.body.select(ROW, column).rows())
        for row, project, township in _list_unique_groups(table):
            previous = history.get_figure(table.form.name, project, township, column)
            current = amounts_by_row[row]
            if not previous or not current or abs(current - previous) <= least:
                continue
            facts = {"last": str(history.year), "before": format_value(previous), "label": table.get_row_label(row)}
            if current > previous * times:
                facts["times"] = format_times(current, previous)
                yield build_violation_at(
                    table, rule, column, row=row, value=current, variant="high", related_cells=(), **facts
                )
            elif current * times < previous:
                facts["times"] = format_times(previous, current)
                yield build_violation_at(
                    table, rule, column, row=row, value=current, variant="low", related_cells=(), **facts
                )


def _list_unique_groups(table: Table) -> list[tuple[int, str, str]]:
    """Return row, project and township of each row that is the only one of its project and township.

    The text is empty for whichever of both the form does not have.
    """
    keys = [key for key in (PROJECT, TOWNSHIP_FULL) if has_columns(table, key)]
    if not keys:
        return []
    unique_rows = table.body.drop_nulls(keys).filter(~pl.struct(keys).is_duplicated())
    rows = unique_rows.select(ROW, *keys).iter_rows(named=True)
    return [(row[ROW], row.get(PROJECT, ""), row.get(TOWNSHIP_FULL, "")) for row in rows]
