"""A located table as typed frames that keep the address of every cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from checks.cleaning import compact, compact_expr, number_expr
from checks.findings import CellRef
from checks.furniture import no_data_rows
from checks.rawbook import CellKind, address
from checks.recognise import Located
from contracts.model import Field, Form, Role
from contracts.registers import County

AMOUNT = pl.Decimal(38, 10)
ROW = "row"  # Excel's row number, 1-based
TOWNSHIP_FULL = "township_full"  # the register's name for what is written


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of a submission.

    *raw* holds the text of each cell as received, ``<field>:kind`` beside it. *body* and *totals* hold the same
    rows typed: serial Int64, text String, figures Decimal(38, 10) in the unit of the field; null where the text
    does not parse, or parses only after cleaning is recorded in *raw*.
    """

    form: Form
    sheet: str
    header_row: int
    columns: Mapping[str, int]
    raw: pl.DataFrame
    body: pl.DataFrame
    totals: pl.DataFrame
    formulas: frozenset[str]

    def ref(self, field: str, row: int) -> CellRef:
        """Return the cell of a field in an Excel row."""
        return CellRef(self.sheet, address(row, self.columns[field]))

    def figures(self, frame: pl.DataFrame, field: str) -> dict[int, Decimal]:
        """Return the amounts of one column by Excel row, with the decimals as written; unreadable ones left out."""
        rows = set(frame[ROW].to_list())
        written = self.raw.select(ROW, number_expr(pl.col(field), self.form.field(field).unit).alias(field)).rows()
        readable = set(frame.filter(pl.col(field).is_not_null())[ROW].to_list())
        return {row: Decimal(text) for row, text in written if row in rows and row in readable and text is not None}

    def written(self, field: str, row: int) -> str:
        """Return the text of one cell as received, empty where the cell is."""
        found = self.raw.filter(pl.col(ROW) == row)[field].to_list()
        return (found[0] or "").strip() if found else ""

    def label(self, row: int) -> str:
        """Return what people call a row: its township, or the word on its total."""
        names = [
            self.written(one.name, row) for role in (Role.TOWNSHIP, Role.SERIAL) for one in self.form.of_role(role)
        ]
        return next((name for name in names if name), str(row))


def build_table(located: Located, county: County | None) -> Table:
    """Read the rows below a header into frames; sign-off lines and notes below the table are left out."""
    raw = _rows_below(located)
    marked = raw.with_columns(_is_total(located.form).alias("total"), _has_figures(located.form).alias("figures"))
    end = marked.filter(pl.col("total") | pl.col("figures"))[ROW].max()
    last_total = marked.filter(pl.col("total"))[ROW].max()
    within = marked.filter(pl.col(ROW) <= (end or 0)) if end is not None else marked.clear()
    if last_total is not None:
        within = within.filter((pl.col(ROW) <= last_total) | ~_is_note(located.form))
    typed = _typed(within, located.form, county)
    return Table(
        form=located.form,
        sheet=located.sheet.name,
        header_row=located.header_row,
        columns=located.columns,
        raw=within.drop("total", "figures"),
        body=typed.filter(~within["total"]),
        totals=typed.filter(within["total"]),
        formulas=frozenset(located.sheet.formulas),
    )


def _rows_below(located: Located) -> pl.DataFrame:
    named = {f.name: pl.nth(located.columns[f.name] - 1) for f in located.form.fields if f.name in located.columns}
    text = located.sheet.text.slice(located.header_row).select(**named)
    kinds = located.sheet.kinds.slice(located.header_row).select(
        **{f"{name}:kind": expr for name, expr in named.items()}
    )
    numbered = text.with_row_index(ROW, offset=located.header_row + 1).with_columns(pl.col(ROW).cast(pl.Int64))
    filled = pl.any_horizontal([compact_expr(pl.col(name)).is_not_null() for name in named])
    rows = pl.concat([numbered, kinds], how="horizontal").filter(filled)
    return rows.filter(~pl.col(ROW).is_in(no_data_rows(rows.drop(kinds.columns), located.form)))


def _names(form: Form, *roles: Role) -> list[str]:
    return [one.name for role in roles for one in form.of_role(role)]


def _is_total(form: Form) -> pl.Expr:
    words = [compact(name) for name in form.total_names]
    labels = _names(form, Role.SERIAL, Role.TOWNSHIP)
    return pl.any_horizontal([compact_expr(pl.col(name)).is_in(words).fill_null(value=False) for name in labels])


def _has_figures(form: Form) -> pl.Expr:
    """A lone number in the serial column is a page number, not a row."""
    figures = form.of_role(Role.FIGURE)
    if not figures:  # a table of words: every row that is filled in is one
        return pl.lit(value=True)
    return pl.any_horizontal([number_expr(pl.col(one.name), one.unit).is_not_null() for one in figures])


def _is_note(form: Form) -> pl.Expr:
    names = [one.name for one in form.fields]
    return pl.any_horizontal([pl.col(name).str.contains("[:：]").fill_null(value=False) for name in names])


def _typed(rows: pl.DataFrame, form: Form, county: County | None) -> pl.DataFrame:
    present = set(rows.columns)
    columns = [pl.col(ROW), *(_typed_column(one) if one.name in present else _absent(one) for one in form.fields)]
    frame = rows.select(columns)
    township = next(iter(_names(form, Role.TOWNSHIP)), None)
    if township is None:
        return frame
    full = {name: _full_name(name, county) for name in frame[township].drop_nulls().unique()}
    resolved = pl.col(township).replace_strict(full, return_dtype=pl.String, default=None)
    return frame.with_columns(resolved.alias(TOWNSHIP_FULL))


def _typed_column(field: Field) -> pl.Expr:
    column = pl.col(field.name)
    numeric = pl.col(f"{field.name}:kind").is_in([CellKind.NUMBER, CellKind.TEXT])
    number = pl.when(numeric).then(number_expr(column, field.unit)).otherwise(None)
    if field.role is Role.SERIAL:
        whole = pl.when(number.str.contains(r"\.\d*[1-9]")).then(None).otherwise(number)
        return whole.cast(AMOUNT, strict=False).cast(pl.Int64, strict=False).alias(field.name)
    if field.kind in ("number", "integer"):
        return number.cast(AMOUNT, strict=False).alias(field.name)
    return compact_expr(column).alias(field.name)


def _absent(field: Field) -> pl.Expr:
    """A column that need not be there and is not: empty throughout."""
    kind = pl.Int64 if field.role is Role.SERIAL else AMOUNT if field.kind in ("number", "integer") else pl.String
    return pl.lit(None, dtype=kind).alias(field.name)


def _full_name(written: str, county: County | None) -> str | None:
    meant = county.resolve(written) if county else ()
    return meant[0] if len(meant) == 1 else None
