"""Rows with the same implausible value are one violation: they were filled in together."""

from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from checks.model.violation import Violation
from checks.recognition.column_names import ROW
from checks.recognition.table import Table
from checks.rules.violation_builder import (
    build_violation_at,
    format_value,
    join_names,
    list_addresses,
    list_column_cells,
)
from contracts.form_model import Rule

# In a shorter table, nearly all rows are only a few.
_MIN_ROWS_FOR_WHOLE_COLUMN = 5
_MIN_FAILING_SHARE = 0.9
_MAX_CELLS_POINTED_AT = 200


def has_columns(table: Table, *columns: str) -> bool:
    """Return whether a table has all of some columns; an optional one may be missing."""
    return all(column in table.body.columns for column in columns)


def build_value_violations(
    table: Table, rule: Rule, column: str, *, rows: pl.DataFrame, variant: str = "", **facts: str
) -> Iterator[Violation]:
    """Yield one violation for each value of *column* in the failing *rows*, at the first row that has it.

    If nearly all rows of the table fail, they have one cause and are one violation.
    """
    if rows.is_empty():
        return
    if is_whole_column(rows.height, table):
        groups: list[tuple[object, list[int]]] = [(rows[column][0], rows[ROW].to_list())]
    else:
        groups = rows.group_by(column, maintain_order=True).agg(pl.col(ROW)).rows()
    for value, row_numbers in groups:
        cells = list_column_cells(table, column, row_numbers[:_MAX_CELLS_POINTED_AT])
        places = join_names(list_addresses(cells))
        row = row_numbers[0]
        yield build_violation_at(
            table, rule, column, row=row, value=value, variant=variant, related_cells=cells, places=places, **facts
        )


def is_whole_column(failing_count: int, table: Table) -> bool:
    """Tell whether so many rows of a table fail in one column that they have one cause."""
    return failing_count >= max(_MIN_ROWS_FOR_WHOLE_COLUMN, _MIN_FAILING_SHARE * table.body.height)


def format_times(numerator: Decimal, denominator: Decimal) -> str:
    """Return how many times the second amount the first one is, with one decimal."""
    return format_value((numerator / denominator).quantize(Decimal("0.1")))
