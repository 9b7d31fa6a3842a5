"""A located table as typed frames that keep the address of every cell."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from checks.model.cell_ref import CellRef
from checks.model.raw_workbook import CellKind
from checks.parsing.dates import day_expr
from checks.parsing.text_normalisation import compact, compact_expr, number_expr
from checks.recognition.locate_tables import Located
from checks.recognition.non_data_rows import TOTAL_NAMES, closes, closing_part, no_data_rows
from contracts.form_model import Field, Form, Role
from contracts.registers import County

_NO_SERIAL = r"^-|\.\d*[1-9]"  # below nought, or a fraction
AMOUNT = pl.Decimal(38, 10)
ROW = "row"  # Excel's row number, 1-based
_LEAST_ADDED = 3  # rows: of two, the second may well be the same as the first
TOTAL = "total:mark"  # true on total rows; no field's name holds a colon
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

    def ref(self, field: str, row: int) -> CellRef:
        """Return the cell of a field in an Excel row."""
        return CellRef.from_position(self.sheet, row, self.columns[field])

    def figures(self) -> Iterator[tuple[int, str, Decimal]]:
        """Yield Excel row, field and amount of every figure, with the decimals as written; unreadable ones left out.

        The plots of a detail form are summed in frames; only its total rows come cell by cell.
        """
        names = [one.name for one in self.form.of_role(Role.FIGURE) if _number(one.name) in self.numbers.columns]
        typed = self.totals if self.form.detail else self.body.vstack(self.totals)
        readable = {row: amounts for row, *amounts in typed.select(ROW, *names).rows()}
        for row, *texts in self.numbers.select(ROW, *map(_number, names)).rows():
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

    def written(self, field: str, row: int) -> str:
        """Return the text of one cell without the spaces around it, empty where the cell is."""
        return (self.received(field, row) or "").strip()

    def received(self, field: str, row: int) -> str | None:
        """Return the text of one cell as received, none where the cell or the row is empty."""
        at = _position(self.raw, row)
        text: str | None = None if at is None else self.raw[field][at]
        return text

    def typed(self, row: int) -> pl.DataFrame:
        """Return one row of the body, by Excel's number; no row where it is none of the body's."""
        at = _position(self.body, row)
        return self.body.clear() if at is None else self.body.slice(at, 1)

    def label(self, row: int) -> str:
        """Return what people call a row: its township, or the word on its total."""
        fields = (one for role in (Role.TOWNSHIP, Role.SERIAL) for one in self.form.of_role(role))
        names = (self.written(one.name, row) for one in fields)
        return next((name for name in names if name), str(row))


def build_table(located: Located, county: County | None) -> Table:
    """Read the rows below a header into frames; sign-off lines and notes below the table are left out."""
    form, rows = located.form, _rows_below(located, county)
    read = rows.with_columns(_is_total(form, county).alias(TOTAL), *_numbers_read(form, rows))
    within = _with_unnamed_total(_within(read, form), form)
    typed = _typed(within, form, county, since_1904=located.sheet.since_1904)
    numbers = within.select(ROW, *(one for one in within.columns if one.endswith(_number(""))))
    total = within[TOTAL]
    return Table(
        form=form,
        sheet=located.sheet.name,
        header_row=located.header_row,
        columns=located.columns,
        raw=within.select(one for one in rows.columns if not one.endswith(_short(""))),
        body=only(typed, ~total),
        totals=only(typed, total),
        numbers=only(numbers, total) if form.detail else numbers,
        formulas=frozenset(located.sheet.formulas),
    )


def _within(read: pl.DataFrame, form: Form) -> pl.DataFrame:
    """Cut a table off below its last row: what follows its totals, or its last figures, is sign-off and notes."""
    ends = read.select(
        pl.col(ROW).filter(pl.col(TOTAL) | _has_figures(form)).max().alias("end"),
        pl.col(ROW).filter(pl.col(TOTAL)).max().alias("last total"),
    )
    end, last_total = ends.row(0)
    kept = pl.col(ROW) <= (end or 0)
    if last_total is not None:
        kept &= (pl.col(ROW) <= last_total) | ~_is_note(form)
    return only(read, read.select(kept).to_series())


def _position(rows: pl.DataFrame, row: int) -> int | None:
    """Return where the row with Excel's number stands: as far down as its number says, unless rows are left out."""
    numbers = rows[ROW]
    at = row - numbers[0] if len(numbers) else 0
    if not 0 <= at < len(numbers) or numbers[at] != row:
        at = bisect_left(numbers, row)
    return at if at < len(numbers) and numbers[at] == row else None


def only(rows: pl.DataFrame, kept: pl.Series) -> pl.DataFrame:
    """Return the rows that are *kept*; where they are all of them, or stand together, nothing is copied."""
    count = int(kept.sum())
    start = kept.arg_max() if count else 0
    if start is not None and kept.slice(start, count).all():
        return rows.slice(start, count)
    return rows.filter(kept)


def _with_unnamed_total(rows: pl.DataFrame, form: Form) -> pl.DataFrame:
    """Take a last row for the total, where none is named so: one that adds up what stands above it, or says to close.

    It bears no name, or one in the place of the row number.
    """
    labels = [one for one in _names(form, Role.SERIAL, Role.TOWNSHIP) if one in rows.columns]
    if rows.height <= 1 or not labels or not form.total_names or rows[TOTAL].any():
        return rows
    last = rows.tail(1)
    serial, *others = [compact(last[name].item() or "") for name in labels]
    closing = not serial.isdecimal() and any(map(closes, (serial, *others)))
    added = not serial.isdecimal() and not any(others) and rows.height >= _LEAST_ADDED and _adds_up(rows, form)
    if not closing and not added:
        return rows
    return rows.with_columns((pl.col(ROW) == last[ROW].item()).alias(TOTAL))


def _adds_up(rows: pl.DataFrame, form: Form) -> bool:
    figures = [_number(one.name) for one in form.of_role(Role.FIGURE) if _number(one.name) in rows.columns]
    amounts = rows.select(pl.col(one).cast(AMOUNT, strict=False) for one in figures)
    sums, stated = amounts.head(-1).sum().row(0), amounts.tail(1).row(0)
    return any(due and due == said for due, said in zip(sums, stated, strict=True))


def _rows_below(located: Located, county: County | None) -> pl.DataFrame:
    named = {f.name: pl.nth(located.columns[f.name] - 1) for f in located.form.fields if f.name in located.columns}
    text = located.sheet.text.slice(located.header_row).select(**named)
    kinds = located.sheet.kinds.slice(located.header_row).select(
        **{f"{name}:kind": expr for name, expr in named.items()}
    )
    numbered = text.with_row_index(ROW, offset=located.header_row + 1).with_columns(pl.col(ROW).cast(pl.Int64))
    short = text.select(compact_expr(pl.col(name)).alias(_short(name)) for name in named)
    filled = short.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    rows = only(pl.concat([numbered, kinds, short], how="horizontal"), filled)
    empty = no_data_rows(rows.select(numbered.columns), located.form)
    if empty and not rows.select(_is_total(located.form, county).any()).item():
        empty = [one for one in empty if one != closing_part(rows, located.form, empty)]
    return rows.filter(~pl.col(ROW).is_in(empty)) if empty else rows


def _names(form: Form, *roles: Role) -> list[str]:
    return [one.name for role in roles for one in form.of_role(role)]


def _is_total(form: Form, county: County | None) -> pl.Expr:
    words = [compact(name) for name in (*form.total_names, *([county.name] if county else []))]
    labels = _names(form, Role.SERIAL, Role.TOWNSHIP)
    named = (pl.col(_short(name)).is_in(words) | pl.col(_short(name)).str.contains(TOTAL_NAMES) for name in labels)
    return pl.any_horizontal([one.fill_null(value=False) for one in named])


def _has_figures(form: Form) -> pl.Expr:
    """A lone number in the serial column is a page number, not a row."""
    figures = form.of_role(Role.FIGURE)
    if not figures:  # a table of words: every row that is filled in is one
        return pl.lit(value=True)
    return pl.any_horizontal([pl.col(_number(one.name)).is_not_null() for one in figures])


def _number(name: str) -> str:
    return f"{name}:number"


def _short(name: str) -> str:
    return f"{name}:short"


def _is_numeric(field: Field) -> bool:
    return field.role is Role.SERIAL or field.kind in ("number", "integer")


def _numbers_read(form: Form, raw: pl.DataFrame) -> Iterator[pl.Expr]:
    for one in form.fields:
        if one.name in raw.columns and (_is_numeric(one) or one.role is Role.FIGURE):
            yield number_expr(pl.col(one.name), one.unit).alias(_number(one.name))


def _is_note(form: Form) -> pl.Expr:
    names = [one.name for one in form.fields]
    return pl.any_horizontal([pl.col(name).str.contains("[:：]").fill_null(value=False) for name in names])


def _typed(rows: pl.DataFrame, form: Form, county: County | None, *, since_1904: bool) -> pl.DataFrame:
    present = set(rows.columns)
    typed = (_typed_column(one, since_1904=since_1904) if one.name in present else _absent(one) for one in form.fields)
    columns = [pl.col(ROW), *typed]
    frame = rows.select(columns)
    township = next(iter(_names(form, Role.TOWNSHIP)), None)
    if township is None:
        return frame
    full = {name: _full_name(name, county) for name in frame[township].drop_nulls().unique()}
    resolved = pl.col(township).replace_strict(full, return_dtype=pl.String, default=None)
    return frame.with_columns(resolved.alias(TOWNSHIP_FULL))


def _typed_column(field: Field, *, since_1904: bool) -> pl.Expr:
    if field.kind == "date":
        bare = pl.col(f"{field.name}:kind") == CellKind.NUMBER
        return day_expr(pl.col(_short(field.name)), bare, since_1904=since_1904).alias(field.name)
    if not _is_numeric(field):
        return pl.col(_short(field.name)).alias(field.name)
    numeric = pl.col(f"{field.name}:kind").is_in([CellKind.NUMBER, CellKind.TEXT])
    number = pl.when(numeric).then(pl.col(_number(field.name))).otherwise(None)
    if field.role is Role.SERIAL:
        whole = pl.when(number.str.contains(_NO_SERIAL)).then(None).otherwise(number)
        return whole.cast(AMOUNT, strict=False).cast(pl.Int64, strict=False).alias(field.name)
    return number.cast(AMOUNT, strict=False).alias(field.name)


def _absent(field: Field) -> pl.Expr:
    """A column that need not be there and is not: empty throughout."""
    kind = pl.Int64 if field.role is Role.SERIAL else AMOUNT if _is_numeric(field) else pl.String
    return pl.lit(None, dtype=kind).alias(field.name)


def _full_name(written: str, county: County | None) -> str | None:
    meant = county.resolve(written) if county else ()
    return meant[0] if len(meant) == 1 else None


def row_names(table: Table) -> dict[int, str]:
    """Return each row's own name by Excel's number; a name that comes again is numbered."""
    total = compact(next(iter(table.form.total_names), ""))
    named = {**_body_names(table), **dict.fromkeys(table.totals[ROW].to_list(), total)}
    seen: Counter[str] = Counter()
    found = {}
    for row, name in sorted(named.items()):
        seen[name] += 1
        found[row] = name if seen[name] == 1 else f"{name}#{seen[name]}"
    return found


def key_field(form: Form) -> str | None:
    """Return the column that names a row: the one that may hold no name twice, else township, else serial number."""
    unique = [str(rule.arguments["column"]) for rule in form.rules if rule.check == "unique_in_table"]
    named = [one.name for role in (Role.TOWNSHIP, Role.SERIAL) for one in form.of_role(role)]
    return next(iter([*unique, *named]), None)


def _body_names(table: Table) -> dict[int, str]:
    key = key_field(table.form)
    if key is None or key not in table.columns:
        return {row: str(row) for row in table.body[ROW].to_list()}
    known = TOWNSHIP_FULL in table.body.columns and table.form.field(key).role is Role.TOWNSHIP
    full = dict(table.body.select(ROW, TOWNSHIP_FULL).rows()) if known else {}
    written = dict(table.raw.select(ROW, key).rows())
    return {row: str(full.get(row) or compact(written.get(row) or "")) for row in table.body[ROW].to_list()}
