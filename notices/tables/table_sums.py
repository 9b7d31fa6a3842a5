"""What the figures of a table of tasks must add up to, and where they do not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from notices.tables.table_columns import ColumnKind, NoticeColumn
from notices.tables.task_table import RowKind, TaskRow, TaskTable

_HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class SumDeviation:
    """A whole that its parts do not add up to.

    *row* is the number and *row_name* the name of the row of the whole, *heading* that of its column. *is_rounding*
    tells that rounding each figure to its decimals explains the difference. *is_share* tells that the parts need not
    be all of the whole but are more than it.
    """

    row: int
    row_name: str
    column: int
    heading: str
    stated: Decimal
    computed: Decimal
    is_rounding: bool
    is_share: bool = False


def find_sum_deviations(table: TaskTable) -> Iterator[SumDeviation]:
    """Yield every whole that differs from the sum of its parts: along the rows, down the columns, in groups."""
    for row in table.rows:
        yield from _check_years(table, row)
        yield from _check_part_columns(table, row)
    for column in table.figure_columns:
        yield from _check_total(table, column)
        yield from _check_subtotals(table, column)
        for row in table.entries:
            yield from _check_group(table, row, column)


def _check_years(table: TaskTable, row: TaskRow) -> Iterator[SumDeviation]:
    """Compare the column of totals with the columns of years."""
    for column in table.columns:
        if column.kind is not ColumnKind.TOTAL:
            continue
        years = [year for year in table.columns if year.kind is ColumnKind.YEAR and year.group == column.group]
        yield from _compare(row, column, [row.figures[year.index] for year in years])


def _check_part_columns(table: TaskTable, row: TaskRow) -> Iterator[SumDeviation]:
    """Compare a column with those that are its parts."""
    for column in table.figure_columns:
        parts = [part for part in table.figure_columns if part.whole == column.index]
        if parts:
            figures = [row.figures[part.index] for part in parts]
            yield from _compare(row, column, figures, is_share=not all(part.is_exhaustive for part in parts))


def _check_total(table: TaskTable, column: NoticeColumn) -> Iterator[SumDeviation]:
    """Compare the row of totals with the rows that are no part of another."""
    if table.total_row is not None:
        top_rows = [row for row in table.entries if row.parent is None]
        yield from _compare(table.total_row, column, [row.figures[column.index] for row in top_rows])


def _check_subtotals(table: TaskTable, column: NoticeColumn) -> Iterator[SumDeviation]:
    """Compare each subtotal with the rows between it and the one before."""
    parts: list[Decimal | None] = []
    for row in table.rows:
        if row.kind is RowKind.SUBTOTAL:
            yield from _compare(row, column, parts)
            parts = []
        elif row.kind is RowKind.ENTRY and row.parent is None:
            parts.append(row.figures[column.index])


def _check_group(table: TaskTable, row: TaskRow, column: NoticeColumn) -> Iterator[SumDeviation]:
    children = table.list_children(row)
    if children:
        figures = [child.figures[column.index] for child in children]
        yield from _compare(row, column, figures, is_share=any(child.is_marked_part for child in children))


def _compare(
    row: TaskRow, column: NoticeColumn, parts: Iterable[Decimal | None], *, is_share: bool = False
) -> Iterator[SumDeviation]:
    stated = row.figures[column.index]
    figures = [part for part in parts if part is not None]
    if stated is None or not figures:
        return
    computed = sum(figures, Decimal(0))
    if computed == stated or (is_share and computed < stated):
        return
    yield SumDeviation(
        row=row.number,
        row_name=row.name,
        column=column.index,
        heading=column.heading,
        stated=stated,
        computed=computed,
        is_rounding=abs(computed - stated) <= _compute_rounding_bound([stated, *figures]),
        is_share=is_share,
    )


def _compute_rounding_bound(figures: list[Decimal]) -> Decimal:
    """Return how far a sum may be off if each figure was rounded to the decimals of the most precise one.

    Whole numbers are counted, not rounded: their bound is 0.
    """
    decimals = max(map(_count_decimals, figures))
    if decimals == 0:
        return Decimal(0)
    return len(figures) * _HALF * Decimal(1).scaleb(-decimals)


def _count_decimals(figure: Decimal) -> int:
    exponent = figure.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
