"""What the markup of a sheet says of its cells: the second reading, taken in columns while the rows go by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from checks.model.cell_ref import column_number, column_part
from workbooks.gate.intake_fault import format_part_name, intake_error
from workbooks.gate.workbook_parts import SheetPart
from workbooks.sheet_scan.sheet_grammar import FORMULA_CELL, TYPED_CELL
from workbooks.sheet_scan.uniform_rows import UniformRows

COLUMN_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PLAIN_NUMBER_PATTERN: Final = r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?$"
_CELL_START: Final = '<c r="'
_MAX_COLUMN_LETTERS: Final = 3  # letters of a column
_CELL_EXPRESSION: Final = pl.col("cell")
# What a cell is, by its own tag; the words of a text or formula may look like anything.
_NUMBER_CELL: Final = r'^[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,6}")?(?: t="n")?>'
_TEXT_CELL: Final = r'^[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,6}")? t="(?:s|inlineStr)"><[^/]'
_NON_TEXT_CELL: Final = r'^[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,6}")? t="(?:str|e|b|d)"><[^/]'
_FORMULA_START: Final = r"^[^>]*><f"
_NUMBERS_SCHEMA: Final = {"row": pl.Int32, "column": pl.String, "text": pl.String, "plain": pl.Boolean}

TypedCell = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkupValues:
    """What the markup says: numbers (row, column, as written), cells of other types, how many texts.

    *first_column* is the first with a value. *special* holds address, type and value, none where there is no value.
    """

    numbers: pl.DataFrame
    typed_cells: tuple[TypedCell, ...]
    text_count: int
    first_column: int | None
    formulas: Mapping[str, str] = field(default_factory=dict)
    uncalculated_cells: tuple[str, ...] = ()


@dataclass(slots=True)
class MarkupReader:
    """The second reading of one sheet on its way."""

    sheet: SheetPart
    number_frames: list[pl.DataFrame] = field(default_factory=list)
    typed_cells: list[TypedCell] = field(default_factory=list)
    text_count: int = 0
    number_columns: set[str] = field(default_factory=set)
    text_columns: set[str] = field(default_factory=set)
    formulas: dict[str, str] = field(default_factory=dict)
    uncalculated_cells: list[str] = field(default_factory=list)

    def add_rows(self, rows: bytes, uniform_rows: UniformRows | None = None) -> None:
        """Read some rows that the grammar has matched, or that have been taken apart."""
        text = self._decode_rows(rows)
        if uniform_rows is not None:
            self._add_uniform_rows(uniform_rows)
            return
        cells = (
            text.str.split(_CELL_START).explode(empty_as_null=True, keep_nulls=True).slice(1)
        )  # but the row's own tag
        typed = cells.str.contains(' t="', literal=True)
        self._add_numbers(cells.filter(~typed))
        self._add_typed_cells(cells.filter(typed))
        if b"<f" in rows:
            self._add_formulas(_join_cells(cells.filter(cells.str.contains(_FORMULA_START))))

    @property
    def used_columns(self) -> frozenset[str]:
        """The columns in which anything stands."""
        others = (column_part(at) for at in (*self.uncalculated_cells, *(at for at, _, _ in self.typed_cells)))
        return frozenset({*self.number_columns, *self.text_columns, *others})

    def build_values(self) -> MarkupValues:
        """Return what was gathered."""
        special = (column_part(at) for at, _, value in self.typed_cells if value is not None)
        placed = {*self.number_columns, *self.text_columns, *special}
        return MarkupValues(
            numbers=pl.concat(self.number_frames) if self.number_frames else pl.DataFrame(schema=_NUMBERS_SCHEMA),
            typed_cells=tuple(self.typed_cells),
            text_count=self.text_count,
            first_column=min(map(column_number, placed), default=None),
            formulas=self.formulas,
            uncalculated_cells=tuple(self.uncalculated_cells),
        )

    def _decode_rows(self, rows: bytes) -> pl.Series:
        try:
            return pl.Series("cell", [rows], dtype=pl.Binary).cast(pl.String)
        except pl.exceptions.PolarsError as error:
            raise intake_error("encoding", part=format_part_name(self.sheet.part), sheet=self.sheet.name) from error

    def _add_uniform_rows(self, rows: UniformRows) -> None:
        self.text_count += sum(rows.text_counts.values())
        self.text_columns |= set(rows.text_counts)
        self.number_columns |= set(rows.values)
        columns = {letters: pl.Series(one, dtype=pl.Binary).cast(pl.String) for letters, one in rows.values.items()}
        if columns:
            wide = pl.DataFrame({"row": pl.Series(rows.row_numbers, dtype=pl.Int32), **columns})
            long = wide.unpivot(index="row", variable_name="column", value_name="text").filter(pl.col("text") != "")
            self.number_frames.append(long.with_columns(plain=pl.col("text").str.contains(PLAIN_NUMBER_PATTERN)))

    def _add_typed_cells(self, cells: pl.Series) -> None:
        """Read the cells whose tag may name a type."""
        texts = cells.str.contains(_TEXT_CELL)
        self.text_count += int(texts.sum())
        letters = cells.filter(texts).str.slice(0, _MAX_COLUMN_LETTERS).unique()
        self.text_columns |= {one.rstrip('0123456789"') for one in letters}
        if int(texts.sum()) < cells.len():
            rest = cells.filter(~texts)
            self._add_numbers(rest.filter(rest.str.contains(_NUMBER_CELL)))
            self.typed_cells += _parse_typed_cells(_join_cells(rest.filter(rest.str.contains(_NON_TEXT_CELL))))

    def _add_numbers(self, cells: pl.Series) -> None:
        numbers = _parse_numbers(cells)
        self.number_frames.append(numbers)
        self.number_columns |= set(numbers["column"].unique())

    def _add_formulas(self, cells: bytes) -> None:
        """Take each formula, and whether the file holds no result of it; an empty text is a result."""
        for at, kind, text, value in FORMULA_CELL.findall(cells):
            self.formulas[at.decode()] = f"={text.decode('utf-8', 'replace')}"
            if not value and kind != b"str":
                self.uncalculated_cells.append(at.decode())


def _parse_numbers(cells: pl.Series) -> pl.DataFrame:
    """Read the value of each cell that has one; an empty one has no number."""
    value = _CELL_EXPRESSION.str.splitn("<v>", 2).struct.field("field_1").str.splitn("<", 2).struct.field("field_0")
    written = cells.to_frame().select(at=_CELL_EXPRESSION.str.splitn('"', 2).struct.field("field_0"), text=value)
    placed = written.filter(pl.col("text") != "").with_columns(row=pl.col("at").str.strip_chars_start(COLUMN_LETTERS))
    return placed.select(
        row=pl.col("row").cast(pl.Int32),
        column=pl.col("at").str.head(pl.col("at").str.len_bytes() - pl.col("row").str.len_bytes()),
        text=pl.col("text"),
        plain=pl.col("text").str.contains(PLAIN_NUMBER_PATTERN),
    )


def _join_cells(cells: pl.Series) -> bytes:
    """Put a few cells together again as markup."""
    return "".join(_CELL_START + one for one in cells).encode()


def _parse_typed_cells(cells: bytes) -> Iterator[TypedCell]:
    for match in TYPED_CELL.finditer(cells):
        at, kind, text, empty = match.groups()
        value = "" if empty else None if text is None else text.decode("utf-8", "replace")
        yield at.decode(), kind.decode(), value
