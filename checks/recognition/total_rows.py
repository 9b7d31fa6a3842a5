"""Find the total of a table, and where the table ends."""

from collections.abc import Container, Iterable
from typing import Final

import polars as pl

from checks.parsing.text_normalisation import normalise_text
from checks.recognition.column_names import (
    ROW,
    list_field_names,
    list_figure_names,
    list_label_names,
    list_naming_columns,
    name_normalised_column,
    name_number_column,
)
from checks.recognition.column_types import AMOUNT_TYPE
from checks.recognition.non_data_rows import TOTAL_NAME_PATTERN, is_closing_label, is_common_total_name
from contracts.form_model import Form, Role
from contracts.registers import County

TOTAL_MARK: Final = "total:mark"
"""The column that is true for total rows; no field name contains a colon."""
# Of two rows, the second may well equal the first without being its total.
_MIN_ROWS_FOR_SUM: Final = 3
# More digits are a telephone number or a code.
_SERIAL_NUMBER: Final = r"^[0-9]{1,6}(\.0+)?$"


def filter_rows(rows: pl.DataFrame, mask: pl.Series) -> pl.DataFrame:
    """Return the rows that *mask* selects; nothing is copied if they are all rows or a contiguous block."""
    count = int(mask.sum())
    start = mask.arg_max() or 0
    if mask.slice(start, count).all():
        return rows.slice(start, count)
    return rows.filter(mask)


def drop_rows_below_table(rows: pl.DataFrame, form: Form, county: County | None) -> pl.DataFrame:
    """Drop what follows the last total, or the last row with figures without one: sign-off lines, notes, telephones.

    A row below the total counts only if it has a row number or a township of the county.
    """
    if not rows.is_empty() and rows[TOTAL_MARK][-1]:
        return rows
    ends = rows.select(
        pl.col(ROW).filter(pl.col(TOTAL_MARK) | _build_figure_filter(form)).max().alias("last row"),
        pl.col(ROW).filter(pl.col(TOTAL_MARK)).max().alias("last total"),
    )
    last_row, last_total = ends.row(0)
    is_within = pl.col(ROW) <= (last_row or 0)
    if last_total is not None:
        is_data = ~_build_note_filter(form, rows) & _build_entry_filter(form, rows, county)
        is_within &= (pl.col(ROW) <= last_total) | is_data
    return filter_rows(rows, rows.select(is_within).to_series())


def mark_unnamed_total(rows: pl.DataFrame, form: Form) -> pl.DataFrame:
    """Mark the last row as the total if no row is named so, but its label or its figures show that it is one."""
    labels = _list_present(rows, list_label_names(form))
    if rows.height <= 1 or not labels or not form.total_names or rows[TOTAL_MARK].any():
        return rows
    last_row = rows.tail(1)
    serial, *names = [normalise_text(last_row[label].item() or "") for label in labels]
    if serial.isdecimal():
        return rows
    is_closing = any(map(is_closing_label, (serial, *names)))
    if is_closing or (not any(names) and _is_last_row_sum(rows, form)):
        return rows.with_columns((pl.col(ROW) == last_row[ROW].item()).alias(TOTAL_MARK))
    return rows


def _list_present(rows: pl.DataFrame, names: Iterable[str]) -> list[str]:
    """Return the names of those fields that the county did not leave out."""
    return [name for name in names if name in rows.columns]


def _is_last_row_sum(rows: pl.DataFrame, form: Form) -> bool:
    """Return whether some figure of the last row is the sum, not 0, of the figures above it."""
    if rows.height < _MIN_ROWS_FOR_SUM:
        return False
    columns = map(name_number_column, list_figure_names(form, rows.columns))
    amounts = rows.select(pl.col(column).cast(AMOUNT_TYPE, strict=False) for column in columns)
    expected_totals, actual_totals = amounts.head(-1).sum().row(0), amounts.tail(1).row(0)
    return any(expected and expected == actual for expected, actual in zip(expected_totals, actual_totals, strict=True))


def mark_totals(rows: pl.DataFrame, form: Form, county: County | None) -> pl.Series:
    """Return the mark of each row of a short table, as `build_total_filter` gives it."""
    total_names = _list_total_names(form, county)
    columns = [rows[name_normalised_column(label)].to_list() for label in list_naming_columns(form, rows.columns)]
    marks = [False] * rows.height
    for texts in columns:
        for position, text in enumerate(texts):
            if text and (text in total_names or is_common_total_name(text)):
                marks[position] = True
    return pl.Series(TOTAL_MARK, marks, dtype=pl.Boolean)


def _list_total_names(form: Form, county: County | None) -> list[str]:
    total_names = list(map(normalise_text, form.total_names))
    if county is not None:
        total_names.append(normalise_text(county.name))
    return total_names


def build_total_filter(form: Form, county: County | None, columns: Container[str]) -> pl.Expr:
    """Select rows that are named as the total, or by the name of the county."""
    total_names = _list_total_names(form, county)
    filters: list[pl.Expr] = []
    for label in list_naming_columns(form, columns):
        text = pl.col(name_normalised_column(label))
        is_total = text.is_in(total_names) | text.str.contains(TOTAL_NAME_PATTERN)
        filters.append(is_total.fill_null(value=False))
    return pl.any_horizontal(filters)


def _build_figure_filter(form: Form) -> pl.Expr:
    """Select rows with a figure: a number in the serial column alone may be a page number.

    In a form without figure fields, every filled row is selected.
    """
    names = list_field_names(form, Role.FIGURE)
    if not names:
        return pl.lit(value=True)
    return pl.any_horizontal([pl.col(name_number_column(name)).is_not_null() for name in names])


def _build_entry_filter(form: Form, rows: pl.DataFrame, county: County | None) -> pl.Expr:
    """Select rows with a row number or a township; of a form that has neither, every row."""
    serials = _list_present(rows, list_field_names(form, Role.SERIAL))
    townships = _list_present(rows, list_field_names(form, Role.TOWNSHIP))
    filters = [pl.col(name_normalised_column(name)).str.contains(_SERIAL_NUMBER) for name in serials]
    for name in townships:
        written_names = rows[name_normalised_column(name)].drop_nulls().unique()
        known_names = [text for text in written_names if county is None or county.resolve_township(text)]
        filters.append(pl.col(name_normalised_column(name)).is_in(known_names))
    if not filters:
        return pl.lit(value=True)
    return pl.any_horizontal([condition.fill_null(value=False) for condition in filters])


def _build_note_filter(form: Form, rows: pl.DataFrame) -> pl.Expr:
    """Select rows with a colon in any cell; columns that the county left out are passed over."""
    names = _list_present(rows, form.field_names)
    return pl.any_horizontal([pl.col(name).str.contains("[:：]").fill_null(value=False) for name in names])
