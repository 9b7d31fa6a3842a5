"""A located table as typed frames that keep the address of every cell."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from checks.model.cell_ref import CellRef
from checks.model.raw_workbook import CellKind
from checks.parsing.dates import normalise_day_expr
from checks.parsing.text_normalisation import normalise_text, normalise_text_expr, parse_number_expr
from checks.recognition.locate_tables import TableLocation
from checks.recognition.non_data_rows import (
    TOTAL_NAME_PATTERN,
    find_closing_subtotal,
    find_non_data_rows,
    is_closing_label,
)
from contracts.form_model import Field, Form, Role
from contracts.registers import County

_INVALID_SERIAL = r"^-|\.\d*[1-9]"  # below nought, or a fraction
AMOUNT_TYPE = pl.Decimal(38, 10)
ROW = "row"  # Excel's row number, 1-based
_MIN_ROWS_FOR_SUM = 3  # rows: of two, the second may well be the same as the first
TOTAL_MARK = "total:mark"  # true on total rows; no field's name holds a colon
PROJECT = "project"  # the column that tells rows of one township apart, in forms that have it
TOWNSHIP_FULL = "township_full"  # the register's name for what is written


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of a submission.

    *raw* holds the text of each cell as received, ``<field>:kind`` beside it. *body* and *totals* hold the same
    rows typed: serial Int64, text String, days String (2024-03-05), figures Decimal(38, 10) in the unit of the field;
    null where the text does not parse, or parses only after cleaning is recorded in *raw*. *numbers* holds the plain
    decimal text that each cell of a numeric column means (``<field>:number``), of total rows alone where the form is
    one of plots.
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
        """Yield Excel row, field and amount of every figure, with the decimals as written; unreadable ones left out.

        The plots of a detail form are summed in frames; only its total rows come cell by cell.
        """
        names = [
            one.name
            for one in self.form.get_fields_by_role(Role.FIGURE)
            if _name_number_column(one.name) in self.numbers.columns
        ]
        typed = self.totals if self.form.is_detail else self.body.vstack(self.totals)
        readable = {row: amounts for row, *amounts in typed.select(ROW, *names).rows()}
        for row, *texts in self.numbers.select(ROW, *map(_name_number_column, names)).rows():
            for name, text, amount in zip(names, texts, readable[row], strict=True):
                if text is not None and amount is not None:
                    yield row, name, Decimal(text)

    @property
    def total_row(self) -> int | None:
        """The Excel row of the total, nothing unless there is just one."""
        return int(self.totals[ROW][0]) if self.totals.height == 1 else None

    def has_kind(self, field: str, kind: CellKind) -> bool:
        """Tell whether any cell of a column is of a kind: asked of every column, while hardly one has any."""
        return bool((self.raw[f"{field}:kind"] == kind).any())

    def get_stripped_text(self, field: str, row: int) -> str:
        """Return the text of one cell without the spaces around it, empty where the cell is."""
        return (self.get_raw_text(field, row) or "").strip()

    def get_raw_text(self, field: str, row: int) -> str | None:
        """Return the text of one cell as received, none where the cell or the row is empty."""
        at = _find_row_position(self.raw, row)
        text: str | None = None if at is None else self.raw[field][at]
        return text

    def get_typed_row(self, row: int) -> pl.DataFrame:
        """Return one row of the body, by Excel's number; no row where it is none of the body's."""
        at = _find_row_position(self.body, row)
        return self.body.clear() if at is None else self.body.slice(at, 1)

    def get_row_label(self, row: int) -> str:
        """Return what people call a row: its township, or the word on its total."""
        fields = (one for role in (Role.TOWNSHIP, Role.SERIAL) for one in self.form.get_fields_by_role(role))
        names = (self.get_stripped_text(one.name, row) for one in fields)
        return next((name for name in names if name), str(row))


def build_table(location: TableLocation, county: County | None) -> Table:
    """Read the rows below a header into frames; sign-off lines and notes below the table are left out."""
    form, rows = location.form, _extract_rows_below_header(location, county)
    read = rows.with_columns(_build_total_filter(form, county).alias(TOTAL_MARK), *_parse_number_columns(form, rows))
    within = _mark_unnamed_total(_drop_rows_below_table(read, form), form)
    typed = _convert_types(within, form, county, uses_1904_dates=location.sheet.uses_1904_dates)
    numbers = within.select(ROW, *(one for one in within.columns if one.endswith(_name_number_column(""))))
    total = within[TOTAL_MARK]
    return Table(
        form=form,
        sheet=location.sheet.name,
        header_row=location.header_row,
        columns=location.columns,
        raw=within.select(one for one in rows.columns if not one.endswith(_name_normalised_column(""))),
        body=filter_rows(typed, ~total),
        totals=filter_rows(typed, total),
        numbers=filter_rows(numbers, total) if form.is_detail else numbers,
        formulas=frozenset(location.sheet.formulas),
    )


def _drop_rows_below_table(rows: pl.DataFrame, form: Form) -> pl.DataFrame:
    """Cut a table off below its last row: what follows its totals, or its last figures, is sign-off and notes."""
    ends = rows.select(
        pl.col(ROW).filter(pl.col(TOTAL_MARK) | _build_figure_filter(form)).max().alias("end"),
        pl.col(ROW).filter(pl.col(TOTAL_MARK)).max().alias("last total"),
    )
    end, last_total = ends.row(0)
    kept = pl.col(ROW) <= (end or 0)
    if last_total is not None:
        kept &= (pl.col(ROW) <= last_total) | ~_build_note_filter(form)
    return filter_rows(rows, rows.select(kept).to_series())


def _find_row_position(rows: pl.DataFrame, row: int) -> int | None:
    """Return where the row with Excel's number stands: as far down as its number says, unless rows are left out."""
    numbers = rows[ROW]
    at = row - numbers[0] if len(numbers) else 0
    if not 0 <= at < len(numbers) or numbers[at] != row:
        at = bisect_left(numbers, row)
    return at if at < len(numbers) and numbers[at] == row else None


def filter_rows(rows: pl.DataFrame, mask: pl.Series) -> pl.DataFrame:
    """Return the rows that are *kept*; where they are all of them, or stand together, nothing is copied."""
    count = int(mask.sum())
    start = mask.arg_max() if count else 0
    if start is not None and mask.slice(start, count).all():
        return rows.slice(start, count)
    return rows.filter(mask)


def _mark_unnamed_total(rows: pl.DataFrame, form: Form) -> pl.DataFrame:
    """Take a last row for the total, where none is named so: one that adds up what stands above it, or says to close.

    It bears no name, or one in the place of the row number.
    """
    labels = [one for one in _list_field_names(form, Role.SERIAL, Role.TOWNSHIP) if one in rows.columns]
    if rows.height <= 1 or not labels or not form.total_names or rows[TOTAL_MARK].any():
        return rows
    last = rows.tail(1)
    serial, *others = [normalise_text(last[name].item() or "") for name in labels]
    closing = not serial.isdecimal() and any(map(is_closing_label, (serial, *others)))
    added = (
        not serial.isdecimal() and not any(others) and rows.height >= _MIN_ROWS_FOR_SUM and _is_last_row_sum(rows, form)
    )
    if not closing and not added:
        return rows
    return rows.with_columns((pl.col(ROW) == last[ROW].item()).alias(TOTAL_MARK))


def _is_last_row_sum(rows: pl.DataFrame, form: Form) -> bool:
    figures = [
        _name_number_column(one.name)
        for one in form.get_fields_by_role(Role.FIGURE)
        if _name_number_column(one.name) in rows.columns
    ]
    amounts = rows.select(pl.col(one).cast(AMOUNT_TYPE, strict=False) for one in figures)
    sums, stated = amounts.head(-1).sum().row(0), amounts.tail(1).row(0)
    return any(due and due == said for due, said in zip(sums, stated, strict=True))


def _extract_rows_below_header(location: TableLocation, county: County | None) -> pl.DataFrame:
    named = {f.name: pl.nth(location.columns[f.name] - 1) for f in location.form.fields if f.name in location.columns}
    text = location.sheet.text.slice(location.header_row).select(**named)
    kinds = location.sheet.kinds.slice(location.header_row).select(
        **{f"{name}:kind": expr for name, expr in named.items()}
    )
    numbered = text.with_row_index(ROW, offset=location.header_row + 1).with_columns(pl.col(ROW).cast(pl.Int64))
    short = text.select(normalise_text_expr(pl.col(name)).alias(_name_normalised_column(name)) for name in named)
    filled = short.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    rows = filter_rows(pl.concat([numbered, kinds, short], how="horizontal"), filled)
    empty = find_non_data_rows(rows.select(numbered.columns), location.form)
    if empty and not rows.select(_build_total_filter(location.form, county).any()).item():
        empty = [one for one in empty if one != find_closing_subtotal(rows, location.form, empty)]
    return rows.filter(~pl.col(ROW).is_in(empty)) if empty else rows


def _list_field_names(form: Form, *roles: Role) -> list[str]:
    return [one.name for role in roles for one in form.get_fields_by_role(role)]


def _build_total_filter(form: Form, county: County | None) -> pl.Expr:
    words = [normalise_text(name) for name in (*form.total_names, *([county.name] if county else []))]
    labels = _list_field_names(form, Role.SERIAL, Role.TOWNSHIP)
    named = (
        pl.col(_name_normalised_column(name)).is_in(words)
        | pl.col(_name_normalised_column(name)).str.contains(TOTAL_NAME_PATTERN)
        for name in labels
    )
    return pl.any_horizontal([one.fill_null(value=False) for one in named])


def _build_figure_filter(form: Form) -> pl.Expr:
    """A lone number in the serial column is a page number, not a row."""
    figures = form.get_fields_by_role(Role.FIGURE)
    if not figures:  # a table of words: every row that is filled in is one
        return pl.lit(value=True)
    return pl.any_horizontal([pl.col(_name_number_column(one.name)).is_not_null() for one in figures])


def _name_number_column(name: str) -> str:
    return f"{name}:number"


def _name_normalised_column(name: str) -> str:
    return f"{name}:short"


def _is_numeric_field(field: Field) -> bool:
    return field.role is Role.SERIAL or field.kind in ("number", "integer")


def _parse_number_columns(form: Form, rows: pl.DataFrame) -> Iterator[pl.Expr]:
    for one in form.fields:
        if one.name in rows.columns and (_is_numeric_field(one) or one.role is Role.FIGURE):
            yield parse_number_expr(pl.col(one.name), one.unit).alias(_name_number_column(one.name))


def _build_note_filter(form: Form) -> pl.Expr:
    names = [one.name for one in form.fields]
    return pl.any_horizontal([pl.col(name).str.contains("[:：]").fill_null(value=False) for name in names])


def _convert_types(rows: pl.DataFrame, form: Form, county: County | None, *, uses_1904_dates: bool) -> pl.DataFrame:
    present = set(rows.columns)
    typed = (
        _convert_column(one, uses_1904_dates=uses_1904_dates) if one.name in present else _build_empty_column(one)
        for one in form.fields
    )
    columns = [pl.col(ROW), *typed]
    frame = rows.select(columns)
    township = next(iter(_list_field_names(form, Role.TOWNSHIP)), None)
    if township is None:
        return frame
    full = {name: _resolve_township_name(name, county) for name in frame[township].drop_nulls().unique()}
    resolved = pl.col(township).replace_strict(full, return_dtype=pl.String, default=None)
    return frame.with_columns(resolved.alias(TOWNSHIP_FULL))


def _convert_column(field: Field, *, uses_1904_dates: bool) -> pl.Expr:
    if field.kind == "date":
        bare = pl.col(f"{field.name}:kind") == CellKind.NUMBER
        return normalise_day_expr(
            pl.col(_name_normalised_column(field.name)), bare, uses_1904_dates=uses_1904_dates
        ).alias(field.name)
    if not _is_numeric_field(field):
        return pl.col(_name_normalised_column(field.name)).alias(field.name)
    numeric = pl.col(f"{field.name}:kind").is_in([CellKind.NUMBER, CellKind.TEXT])
    number = pl.when(numeric).then(pl.col(_name_number_column(field.name))).otherwise(None)
    if field.role is Role.SERIAL:
        whole = pl.when(number.str.contains(_INVALID_SERIAL)).then(None).otherwise(number)
        return whole.cast(AMOUNT_TYPE, strict=False).cast(pl.Int64, strict=False).alias(field.name)
    return number.cast(AMOUNT_TYPE, strict=False).alias(field.name)


def _build_empty_column(field: Field) -> pl.Expr:
    """A column that need not be there and is not: empty throughout."""
    kind = pl.Int64 if field.role is Role.SERIAL else AMOUNT_TYPE if _is_numeric_field(field) else pl.String
    return pl.lit(None, dtype=kind).alias(field.name)


def _resolve_township_name(written_name: str, county: County | None) -> str | None:
    meant = county.resolve_township(written_name) if county else ()
    return meant[0] if len(meant) == 1 else None


def name_rows(table: Table) -> dict[int, str]:
    """Return each row's own name by Excel's number; a name that comes again is numbered."""
    total = normalise_text(next(iter(table.form.total_names), ""))
    named = {**_name_body_rows(table), **dict.fromkeys(table.totals[ROW].to_list(), total)}
    seen: Counter[str] = Counter()
    found = {}
    for row, name in sorted(named.items()):
        seen[name] += 1
        found[row] = name if seen[name] == 1 else f"{name}#{seen[name]}"
    return found


def find_key_field(form: Form) -> str | None:
    """Return the column that names a row: the one that may hold no name twice, else township, else serial number."""
    unique = [str(rule.arguments["column"]) for rule in form.rules if rule.check == "unique_in_table"]
    named = [one.name for role in (Role.TOWNSHIP, Role.SERIAL) for one in form.get_fields_by_role(role)]
    return next(iter([*unique, *named]), None)


def _name_body_rows(table: Table) -> dict[int, str]:
    key = find_key_field(table.form)
    if key is None or key not in table.columns:
        return {row: str(row) for row in table.body[ROW].to_list()}
    known = TOWNSHIP_FULL in table.body.columns and table.form.get_field(key).role is Role.TOWNSHIP
    full = dict(table.body.select(ROW, TOWNSHIP_FULL).rows()) if known else {}
    written = dict(table.raw.select(ROW, key).rows())
    return {row: str(full.get(row) or normalise_text(written.get(row) or "")) for row in table.body[ROW].to_list()}
