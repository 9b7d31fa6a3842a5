"""A located table as typed frames in which every cell keeps its address."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl
import polars.selectors as cs

from checks.model.cell_ref import CellRef
from checks.model.raw_workbook import CellKind
from checks.parsing.text_normalisation import normalise_text, normalise_text_expr
from checks.recognition.column_names import (
    list_field_names,
    list_figure_names,
    list_label_names,
    name_kind_column,
    name_normalised_column,
    name_number_column,
)
from checks.recognition.column_types import AMOUNT_TYPE, convert_columns, parse_number_columns
from checks.recognition.locate_tables import TableLocation
from checks.recognition.non_data_rows import (
    TOTAL_NAME_PATTERN,
    find_closing_subtotal,
    find_non_data_rows,
    is_closing_label,
)
from contracts.form_model import Form, Role
from contracts.registers import County

ROW = "row"
"""The column with Excel's row number, counted from 1."""
PROJECT = "project"
"""The column that distinguishes rows of one township in forms that have it."""
TOWNSHIP_FULL = "township_full"
"""The column with the township's full name in the register."""
TOTAL_MARK = "total:mark"
"""The column that is true for total rows; no field name contains a colon."""
# Of two rows, the second may well equal the first without being its total.
_MIN_ROWS_FOR_SUM = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of a submission.

    *raw* holds the text of each cell as received, and beside it the kind of the cell (``<field>:kind``). *body* and
    *totals* hold the same rows typed: serial numbers as Int64, text as String, dates as String (2024-03-05), figures
    as Decimal(38, 10) in the unit of the field; a value is null if its text cannot be parsed. *numbers* holds the
    plain decimal text of each cell in a numeric column (``<field>:number``); for a form of plots, of total rows only.
    *header_row* and *columns* count from 1; *formulas* are the addresses of all formulas on the sheet.
    """

    form: Form
    sheet: str
    header_row: int
    columns: Mapping[str, int]
    raw: pl.DataFrame
    body: pl.DataFrame
    totals: pl.DataFrame
    numbers: pl.DataFrame
    formulas: frozenset[str]

    def get_cell_ref(self, field: str, row: int) -> CellRef:
        """Return the cell of a field in an Excel row."""
        return CellRef.from_position(self.sheet, row, self.columns[field])

    def iter_figures(self) -> Iterator[tuple[int, str, Decimal]]:
        """Yield Excel row, field and amount of every readable figure, with the decimals as written.

        A detail form yields only the figures of its total rows; its plots are summed as frames.
        """
        names = list_figure_names(self.form, self.numbers.columns)
        typed_rows = self.totals
        if not self.form.is_detail:
            typed_rows = self.body.vstack(self.totals)
        amounts_by_row = {row: amounts for row, *amounts in typed_rows.select(ROW, *names).rows()}
        for row, *texts in self.numbers.select(ROW, *map(name_number_column, names)).rows():
            for name, text, amount in zip(names, texts, amounts_by_row[row], strict=True):
                if text is not None and amount is not None:
                    yield row, name, Decimal(text)

    @property
    def total_row(self) -> int | None:
        """The Excel row of the total, or None unless there is exactly one."""
        if self.totals.height != 1:
            return None
        return int(self.totals[ROW][0])

    def has_kind(self, field: str, kind: CellKind) -> bool:
        """Return whether any cell of a column is of a kind."""
        return bool((self.raw[name_kind_column(field)] == kind).any())

    def get_stripped_text(self, field: str, row: int) -> str:
        """Return the text of a cell without surrounding spaces; empty if the cell or the row is."""
        return (self.get_raw_text(field, row) or "").strip()

    def get_raw_text(self, field: str, row: int) -> str | None:
        """Return the text of a cell as received, or None if the cell or the row is empty."""
        position = _find_row_position(self.raw, row)
        if position is None:
            return None
        text: str | None = self.raw[field][position]
        return text

    def get_typed_row(self, row: int) -> pl.DataFrame:
        """Return one row of the body by Excel's row number; the frame is empty if the body has no such row."""
        position = _find_row_position(self.body, row)
        if position is None:
            return self.body.clear()
        return self.body.slice(position, 1)

    def get_row_label(self, row: int) -> str:
        """Return the label that people use for a row: its township, else its serial cell, else the row number."""
        for name in list_field_names(self.form, Role.TOWNSHIP, Role.SERIAL):
            text = self.get_stripped_text(name, row)
            if text:
                return text
        return str(row)


def build_table(location: TableLocation, county: County | None) -> Table:
    """Read the rows below a header into frames, without sign-off lines and notes below the table.

    *county* resolves the names of townships; without it none is resolved.
    """
    form, sheet = location.form, location.sheet
    data_rows = _extract_data_rows(location, county)
    total_filter = _build_total_filter(form, county).alias(TOTAL_MARK)
    parsed_rows = data_rows.with_columns(total_filter, *parse_number_columns(form, data_rows.columns))
    rows = _mark_unnamed_total(_drop_rows_below_table(parsed_rows, form), form)
    typed_rows = _convert_types(rows, form, county, uses_1904_dates=sheet.uses_1904_dates)
    numbers = rows.select(ROW, cs.ends_with(name_number_column("")))
    is_total = rows[TOTAL_MARK]
    if form.is_detail:
        numbers = filter_rows(numbers, is_total)
    return Table(
        form=form,
        sheet=sheet.name,
        header_row=location.header_row,
        columns=location.columns,
        raw=rows.select(data_rows.select(~cs.ends_with(name_normalised_column(""))).columns),
        body=filter_rows(typed_rows, ~is_total),
        totals=filter_rows(typed_rows, is_total),
        numbers=numbers,
        formulas=frozenset(sheet.formulas),
    )


def filter_rows(rows: pl.DataFrame, mask: pl.Series) -> pl.DataFrame:
    """Return the rows that *mask* selects; nothing is copied if they are all rows or a contiguous block."""
    count = int(mask.sum())
    start = mask.arg_max() or 0
    if mask.slice(start, count).all():
        return rows.slice(start, count)
    return rows.filter(mask)


def _find_row_position(rows: pl.DataFrame, row: int) -> int | None:
    """Return the position of an Excel row in a frame, or None if it is not there.

    Unless rows are missing from the frame, the position follows from the number of the first row.
    """
    numbers = rows[ROW]
    if numbers.is_empty():
        return None
    position: int = row - numbers[0]
    if not 0 <= position < len(numbers) or numbers[position] != row:
        position = bisect_left(numbers, row)
    if position == len(numbers) or numbers[position] != row:
        return None
    return position


def _extract_data_rows(location: TableLocation, county: County | None) -> pl.DataFrame:
    """Return the filled rows below the header without headings, subtotals and the like.

    Each field has three columns: the raw text, the kind and the normalised text.
    """
    texts = _select_columns(location, location.sheet.text)
    kinds = _select_columns(location, location.sheet.kinds).rename(name_kind_column)
    normalised = texts.select(
        normalise_text_expr(pl.col(name)).alias(name_normalised_column(name)) for name in texts.columns
    )
    numbered = texts.with_row_index(ROW, offset=location.header_row + 1).with_columns(pl.col(ROW).cast(pl.Int64))
    is_filled = normalised.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    rows = filter_rows(pl.concat([numbered, kinds, normalised], how="horizontal"), is_filled)
    non_data_rows = find_non_data_rows(rows.select(numbered.columns), location.form)
    if non_data_rows and not rows.select(_build_total_filter(location.form, county).any()).item():
        closing_subtotal = find_closing_subtotal(rows, location.form, non_data_rows)
        if closing_subtotal is not None:
            non_data_rows.remove(closing_subtotal)
    if not non_data_rows:
        return rows
    return rows.filter(~pl.col(ROW).is_in(non_data_rows))


def _select_columns(location: TableLocation, cells: pl.DataFrame) -> pl.DataFrame:
    """Return the cells below the header, one column per field, named after it."""
    columns: dict[str, pl.Expr] = {}
    for field in location.form.fields:
        if field.name in location.columns:
            columns[field.name] = pl.nth(location.columns[field.name] - 1)
    return cells.slice(location.header_row).select(**columns)


def _drop_rows_below_table(rows: pl.DataFrame, form: Form) -> pl.DataFrame:
    """Drop sign-off lines and notes: all that follows the last total or, without one, the last row with figures."""
    ends = rows.select(
        pl.col(ROW).filter(pl.col(TOTAL_MARK) | _build_figure_filter(form)).max().alias("last row"),
        pl.col(ROW).filter(pl.col(TOTAL_MARK)).max().alias("last total"),
    )
    last_row, last_total = ends.row(0)
    is_within = pl.col(ROW) <= (last_row or 0)
    if last_total is not None:
        is_within &= (pl.col(ROW) <= last_total) | ~_build_note_filter(form, rows)
    return filter_rows(rows, rows.select(is_within).to_series())


def _mark_unnamed_total(rows: pl.DataFrame, form: Form) -> pl.DataFrame:
    """Mark the last row as the total if no row is named so, but its label or its figures show that it is one."""
    labels = [name for name in list_label_names(form) if name in rows.columns]
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


def _is_last_row_sum(rows: pl.DataFrame, form: Form) -> bool:
    """Return whether some figure of the last row is the sum, not 0, of the figures above it."""
    if rows.height < _MIN_ROWS_FOR_SUM:
        return False
    columns = map(name_number_column, list_figure_names(form, rows.columns))
    amounts = rows.select(pl.col(column).cast(AMOUNT_TYPE, strict=False) for column in columns)
    expected_totals, actual_totals = amounts.head(-1).sum().row(0), amounts.tail(1).row(0)
    return any(expected and expected == actual for expected, actual in zip(expected_totals, actual_totals, strict=True))


def _build_total_filter(form: Form, county: County | None) -> pl.Expr:
    """Select rows that are named as the total, or by the name of the county."""
    total_names = list(map(normalise_text, form.total_names))
    if county is not None:
        total_names.append(normalise_text(county.name))
    filters: list[pl.Expr] = []
    for label in list_label_names(form):
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


def _build_note_filter(form: Form, rows: pl.DataFrame) -> pl.Expr:
    """Select rows with a colon in any cell; columns that the county left out are passed over."""
    names = [field.name for field in form.fields if field.name in rows.columns]
    return pl.any_horizontal([pl.col(name).str.contains("[:：]").fill_null(value=False) for name in names])


def _convert_types(rows: pl.DataFrame, form: Form, county: County | None, *, uses_1904_dates: bool) -> pl.DataFrame:
    """Return the rows with typed columns, and TOWNSHIP_FULL if the form has townships."""
    typed_rows = rows.select(ROW, *convert_columns(form, rows.columns, uses_1904_dates=uses_1904_dates))
    township = next(iter(list_field_names(form, Role.TOWNSHIP)), None)
    if township is None:
        return typed_rows
    written_names = typed_rows[township].drop_nulls().unique()
    full_names = {name: _resolve_township_name(name, county) for name in written_names}
    resolved = pl.col(township).replace_strict(full_names, return_dtype=pl.String, default=None)
    return typed_rows.with_columns(resolved.alias(TOWNSHIP_FULL))


def _resolve_township_name(written_name: str, county: County | None) -> str | None:
    if county is None:
        return None
    full_names = county.resolve_township(written_name)
    if len(full_names) != 1:
        return None
    return full_names[0]
