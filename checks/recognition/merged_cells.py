"""Cells that a county merged down a column: their text counts for each of the rows, a figure for none but the first."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from checks.model.cell_ref import Position
from checks.recognition.locate_tables import TableLocation
from contracts.form_model import Field, Role

RowSpan = tuple[int, int]
"""First and last row of a merged cell, as Excel counts them."""

MergedRange = tuple[Position, Position]
"""First and last cell of a merged range, each as row and column."""


def find_merged_cells(location: TableLocation) -> dict[str, tuple[RowSpan, ...]]:
    """Return the cells below the header that are merged over several rows of one column, by field."""
    fields_by_column = {column: name for name, column in location.columns.items()}
    spans: dict[str, tuple[RowSpan, ...]] = {}
    for (first_row, first_column), (last_row, last_column) in sorted(location.sheet.merges):
        name = fields_by_column.get(first_column)
        is_vertical = first_column == last_column and first_row < last_row
        if name and is_vertical and first_row > location.header_row:
            spans[name] = (*spans.get(name, ()), (first_row, last_row))
    return spans


def find_cells_merged_across(location: TableLocation) -> tuple[MergedRange, ...]:
    """Return the merged ranges below the header that begin in a column of the table and take in further columns."""
    columns = set(location.columns.values())
    ranges: list[MergedRange] = []
    for first, last in sorted(location.sheet.merges):
        covered = columns & set(range(first[1] + 1, last[1] + 1))
        if first[1] in columns and covered and first[0] > location.header_row:
            ranges.append((first, last))
    return tuple(ranges)


def fill_merged_cells(
    texts: pl.DataFrame, kinds: pl.DataFrame, merged: Mapping[str, Sequence[RowSpan]], location: TableLocation
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Repeat texts and their kinds down the merged cells, in the rows that have cells of their own.

    Row numbers and figures are not repeated.
    """
    for name, spans in merged.items():
        if can_be_shared(location.form.get_field(name)):
            sources = _list_sources(texts, spans, location.header_row)
            texts = texts.with_columns(texts[name].gather(sources))
            kinds = kinds.with_columns(kinds[name].gather(sources))
    return texts, kinds


def can_be_shared(field: Field) -> bool:
    """Return whether one cell may hold the value of several rows."""
    return field.role not in (Role.SERIAL, Role.FIGURE)


def _list_sources(cells: pl.DataFrame, spans: Sequence[RowSpan], header_row: int) -> pl.Series:
    """Return, for each row, the position of the cell that holds its text."""
    sources = list(range(cells.height))
    has_own_cells = cells.select(pl.any_horizontal(pl.all().is_not_null())).to_series().to_list()
    for source, position in _iter_covered_positions(spans, header_row, cells.height):
        if has_own_cells[position]:
            sources[position] = source
    return pl.Series(sources, dtype=pl.UInt32)


def _iter_covered_positions(spans: Sequence[RowSpan], header_row: int, height: int) -> Iterator[tuple[int, int]]:
    for first_row, last_row in spans:
        source = first_row - header_row - 1
        for position in range(source + 1, min(last_row - header_row, height)):
            yield source, position
