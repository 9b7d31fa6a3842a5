"""A located table as typed frames in which every cell keeps its address."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from checks.model.cell_ref import CellRef
from checks.model.raw_workbook import CellKind
from checks.parsing.short_columns import is_short
from checks.parsing.text_normalisation import normalise_text_expr
from checks.recognition.column_names import (
    NAMELESS,
    ROW,
    list_field_names,
    list_figure_names,
    list_naming_columns,
    name_kind_column,
    name_normalised_column,
    name_number_column,
)
from checks.recognition.column_types import convert_columns, parse_number_columns
from checks.recognition.locate_tables import TableLocation
from checks.recognition.merged_cells import (
    MergedRange,
    RowSpan,
    fill_merged_cells,
    find_cells_merged_across,
    find_merged_cells,
)
from checks.recognition.non_data_rows import (
    find_closing_subtotal,
    find_non_data_rows,
    find_subtotals,
    is_nameless_subtotal,
)
from checks.recognition.short_tables import convert_rows, iter_number_columns, normalise_cells
from checks.recognition.total_rows import (
    TOTAL_MARK,
    build_total_filter,
    drop_rows_below_table,
    filter_rows,
    mark_totals,
    mark_unnamed_total,
)
from contracts.form_model import Form, Role
from contracts.registers import County

PROJECT = "project"
"""The column that distinguishes rows of one township in forms that have it."""
TOWNSHIP_FULL = "township_full"
"""The column with the township's full name in the register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of a submission.

    *raw* holds the text of each cell as received, and beside it the kind of the cell (``<field>:kind``). *body* and
    *totals* hold the same rows typed: serial numbers as Int64, text as String, dates as String (2024-03-05), figures
    as Decimal(38, 10) in the unit of the field; a value is null if its text cannot be parsed. *numbers* holds the
    plain decimal text of each cell in a numeric column (``<field>:number``); for a form of plots, of total rows only.
    *subtotals* holds that of the rows between them that add up other rows and are not counted.
    *header_row* and *columns* count from 1; *formulas* are the addresses of all formulas on the sheet, and
    *merged* the cells that are merged over several rows of a column; *merged_across* are the ranges that are merged
    over several columns.
    """

    form: Form
    sheet: str
    header_row: int
    columns: Mapping[str, int]
    raw: pl.DataFrame
    body: pl.DataFrame
    totals: pl.DataFrame
    numbers: pl.DataFrame
    subtotals: pl.DataFrame
    formulas: frozenset[str]
    merged: Mapping[str, tuple[RowSpan, ...]]
    merged_across: tuple[MergedRange, ...] = ()

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
    def names_by_column(self) -> dict[int, str]:
        """The field of each column, by its number."""
        return {column: name for name, column in self.columns.items()}

    @property
    def formula_cells(self) -> tuple[CellRef, ...]:
        """The cells of all formulas on the sheet."""
        return tuple(CellRef(self.sheet, address) for address in self.formulas)

    def list_headings(self, columns: Iterable[int]) -> list[str]:
        """Return the headings of some columns, by their numbers; columns without a field are left out."""
        names = self.names_by_column
        return [self.form.get_field(names[column]).heading for column in columns if column in names]

    @property
    def total_row(self) -> int | None:
        """The Excel row of the total, or None unless there is exactly one."""
        if self.totals.height != 1:
            return None
        return int(self.totals[ROW][0])

    def has_kind(self, field: str, kind: CellKind) -> bool:
        """Return whether any cell of a column is of a kind."""
        kinds = self.raw[name_kind_column(field)]
        if is_short(len(kinds)):
            return int(kind) in kinds.to_list()
        return bool((kinds == kind).any())

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
    data_rows, subtotal_rows = _extract_data_rows(location, county)
    parsed_rows = _parse_numbers(data_rows, form, county)
    rows = mark_unnamed_total(drop_rows_below_table(parsed_rows, form, county), form)
    typed_rows = _convert_types(rows, form, county, uses_1904_dates=sheet.uses_1904_dates)
    numbers = rows[[ROW, *(name for name in rows.columns if name.endswith(name_number_column("")))]]
    is_total = rows[TOTAL_MARK]
    if form.is_detail:
        numbers = filter_rows(numbers, is_total)
    return Table(
        form=form,
        sheet=sheet.name,
        header_row=location.header_row,
        columns=location.columns,
        raw=rows[[name for name in data_rows.columns if not name.endswith(name_normalised_column(""))]],
        body=filter_rows(typed_rows, ~is_total),
        totals=filter_rows(typed_rows, is_total),
        numbers=numbers,
        subtotals=_parse_subtotals(subtotal_rows, form, numbers.columns),
        formulas=frozenset(sheet.formulas),
        merged=find_merged_cells(location),
        merged_across=find_cells_merged_across(location),
    )


def _parse_numbers(rows: pl.DataFrame, form: Form, county: County | None) -> pl.DataFrame:
    """Return the rows with the plain decimal text of each number, and whether each row is a total."""
    if is_short(rows.height):
        return rows.hstack([mark_totals(rows, form, county), *iter_number_columns(rows, form)])
    total_filter = build_total_filter(form, county, rows.columns).alias(TOTAL_MARK)
    return rows.with_columns(total_filter, *parse_number_columns(form, rows.columns))


def _parse_subtotals(rows: pl.DataFrame, form: Form, number_columns: Sequence[str]) -> pl.DataFrame:
    """Return row numbers and figures of the subtotals, and whether each is without a name of its own."""
    if rows.is_empty():
        types = {name: pl.Int64() if name == ROW else pl.String() for name in number_columns}
        return pl.DataFrame(schema={**types, NAMELESS: pl.Boolean()})
    labels = rows.select(list_naming_columns(form, rows.columns)).rows()
    is_nameless = pl.Series(NAMELESS, list(map(is_nameless_subtotal, labels)), dtype=pl.Boolean)
    parsed_rows = rows.with_columns(*parse_number_columns(form, rows.columns), is_nameless)
    return parsed_rows.select(*number_columns, NAMELESS)


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


def _extract_data_rows(location: TableLocation, county: County | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the filled rows below the header without headings, subtotals and the like, and the subtotals.

    Each field has three columns: the raw text, the kind and the normalised text.
    """
    texts = _select_columns(location, location.sheet.text)
    texts, kinds = fill_merged_cells(
        texts, _select_columns(location, location.sheet.kinds), find_merged_cells(location), location
    )
    kinds = kinds.rename(name_kind_column)
    normalised = _normalise_columns(texts)
    row_numbers = pl.int_range(location.header_row + 1, location.header_row + 1 + texts.height, eager=True)
    numbered = texts.clone().insert_column(0, row_numbers.alias(ROW))
    rows = filter_rows(numbered.hstack(kinds).hstack(normalised), _find_filled_rows(normalised))
    non_data_rows = find_non_data_rows(rows[numbered.columns], location)
    if non_data_rows and not rows.select(build_total_filter(location.form, county, texts.columns).any()).item():
        closing_subtotal = find_closing_subtotal(rows, location.form, non_data_rows)
        if closing_subtotal is not None:
            non_data_rows.remove(closing_subtotal)
    if not non_data_rows:
        return rows, rows.clear()
    subtotals = find_subtotals(rows.select(numbered.columns), location.form, non_data_rows)
    return rows.filter(~pl.col(ROW).is_in(non_data_rows)), rows.filter(pl.col(ROW).is_in(subtotals))


def _normalise_columns(texts: pl.DataFrame) -> pl.DataFrame:
    if is_short(texts.height):
        return normalise_cells(texts)
    return texts.select(normalise_text_expr(pl.col(name)).alias(name_normalised_column(name)) for name in texts.columns)


def _find_filled_rows(normalised: pl.DataFrame) -> pl.Series:
    if is_short(normalised.height):
        return pl.Series([any(row) for row in normalised.rows()], dtype=pl.Boolean)
    return normalised.select(pl.any_horizontal(pl.all().is_not_null())).to_series()


def _select_columns(location: TableLocation, cells: pl.DataFrame) -> pl.DataFrame:
    """Return the cells below the header, one column per field, named after it."""
    columns: list[pl.Series] = []
    for field in location.form.fields:
        if field.name in location.columns:
            column = cells.to_series(location.columns[field.name] - 1)
            columns.append(column.slice(location.header_row).alias(field.name))
    return pl.DataFrame(columns)


def _convert_types(rows: pl.DataFrame, form: Form, county: County | None, *, uses_1904_dates: bool) -> pl.DataFrame:
    """Return the rows with typed columns, and TOWNSHIP_FULL if the form has townships."""
    if is_short(rows.height):
        typed_rows = pl.DataFrame([rows[ROW], *convert_rows(rows, form, uses_1904_dates=uses_1904_dates)])
    else:
        typed_rows = rows.select(ROW, *convert_columns(form, rows.columns, uses_1904_dates=uses_1904_dates))
    township = next(iter(list_field_names(form, Role.TOWNSHIP)), None)
    if township is None:
        return typed_rows
    written_names = typed_rows[township].drop_nulls().unique()
    full_names = {name: _resolve_township_name(name, county) for name in written_names}
    if is_short(rows.height):
        names = list(map(full_names.get, typed_rows[township]))
        return typed_rows.insert_column(typed_rows.width, pl.Series(TOWNSHIP_FULL, names, dtype=pl.String))
    resolved = pl.col(township).replace_strict(full_names, return_dtype=pl.String, default=None)
    return typed_rows.with_columns(resolved.alias(TOWNSHIP_FULL))


def _resolve_township_name(written_name: str, county: County | None) -> str | None:
    if county is None:
        return None
    full_names = county.resolve_township(written_name)
    if len(full_names) != 1:
        return None
    return full_names[0]
