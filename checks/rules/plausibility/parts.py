"""A part is never more than its whole: within a row, and from the plots of a group to what the group reports.

(phase: table and across tables)
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import product

import polars as pl

from checks.model.cell_ref import CellRef
from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.form_instance import FormUnderCheck
from checks.recognition.table import Table
from checks.rules.plausibility.value_groups import has_columns
from checks.rules.violation_builder import build_violation_at, format_value
from contracts.form_model import Rule

_MAX_PLOTS_POINTED_AT = 200


def check_part_within_whole(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a part that is more than its whole in the same row, once for each row and whole."""
    table = subject.table
    if table is None:
        return
    for pair in rule.arguments["pairs"]:
        part, whole = pair["part"], pair["whole"]
        if not has_columns(table, part, whole):
            continue
        rows = table.body.select(ROW, part, whole).drop_nulls().filter(pl.col(part) > pl.col(whole))
        for row, part_amount, whole_amount in rows.rows():
            cell = table.get_cell_ref(whole, row)
            facts = {
                "whole": table.form.get_field(whole).heading,
                "most": format_value(whole_amount),
                "place": cell.address,
                "label": table.get_row_label(row),
            }
            yield build_violation_at(table, rule, part, row=row, value=part_amount, related_cells=(cell,), **facts)


def check_detail_within(subject: FormUnderCheck, rule: Rule) -> Iterator[Violation]:
    """Report a row that states less than the plots of its group add up to, beyond what rounding explains."""
    table, detail = subject.table, subject.tables.get(rule.arguments["form"])
    column, key, amount = rule.arguments["column"], rule.arguments["group"], rule.arguments["amount"]
    if table is None or detail is None:
        return
    if not has_columns(table, column, key) or not has_columns(detail, amount, key):
        return
    sums = detail.body.group_by(key).agg(pl.col(amount).sum(), pl.len().alias("plots"), pl.col(ROW).alias("rows"))
    stated = table.body.group_by(key, maintain_order=True).agg(pl.col(ROW).last(), pl.col(column).sum())
    for row, stated_amount, detail_amount, rows in _find_exceeded(
        stated, sums, rule, decimals=_get_decimals(detail, amount)
    ):
        facts = {
            "sum": format_value(detail_amount),
            "difference": format_value(detail_amount - stated_amount),
            "count": str(len(rows)),
            "other": detail.form.title,
            "label": str(table.get_typed_row(row)[key][0]),
        }
        cells = _list_plot_cells(detail, rows, key, amount)
        yield build_violation_at(table, rule, column, row=row, value=stated_amount, related_cells=cells, **facts)


def _get_decimals(table: Table, column: str) -> int:
    return table.form.get_field(column).decimals


def _find_exceeded(
    stated: pl.DataFrame, sums: pl.DataFrame, rule: Rule, *, decimals: int
) -> Iterator[tuple[int, Decimal, Decimal, list[int]]]:
    """Yield row, stated amount, sum of the plots and rows of the plots where the plots add up to more."""
    column, key, amount = rule.arguments["column"], rule.arguments["group"], rule.arguments["amount"]
    half_unit = Decimal(1).scaleb(-decimals) / 2
    detail_sums = sums.select(key, pl.col(amount).alias("detail_sum"), "plots", "rows")
    joined = stated.drop_nulls().join(detail_sums, on=key, how="inner", maintain_order="left")
    for row, stated_amount, detail_amount, count, rows in joined.select(
        ROW, column, "detail_sum", "plots", "rows"
    ).rows():
        if detail_amount - stated_amount > half_unit * (count + 1):
            yield row, stated_amount, detail_amount, rows


def _list_plot_cells(detail: Table, rows: list[int], *columns: str) -> list[CellRef]:
    return [detail.get_cell_ref(column, row) for row, column in product(rows[:_MAX_PLOTS_POINTED_AT], columns)]
