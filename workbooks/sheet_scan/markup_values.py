"""Read the values of a sheet from its markup, column by column: the second reading, besides the library's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

import polars as pl

from checks.model.cell_ref import column_number, column_part
from workbooks.gate.intake_fault import format_part_name, intake_error
from workbooks.gate.workbook_parts import SheetPart
from workbooks.sheet_scan.shared_formulas import SharedFormulas
from workbooks.sheet_scan.sheet_grammar import FORMULA_CELL, TYPED_CELL
from workbooks.sheet_scan.uniform_rows import UniformRows

COLUMN_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PLAIN_NUMBER_PATTERN: Final = r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?$"
_CELL_START: Final = '<c r="'
_MAX_COLUMN_LETTERS: Final = 3
_CELL_EXPRESSION: Final = pl.col("cell")
# Each is anchored at the cell's own tag: a text or formula may contain anything, even what looks like a tag.
_NUMBER_CELL: Final = r'^[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,6}")?(?: t="n")?>'
_TEXT_CELL: Final = r'^[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,6}")? t="(?:s|inlineStr)"><[^/]'
_NON_TEXT_CELL: Final = r'^[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,6}")? t="(?:str|e|b|d)"><[^/]'
_FORMULA_START: Final = r"^[^>]*><f"
_NUMBERS_SCHEMA: Final = {"row": pl.Int32, "column": pl.String, "text": pl.String, "plain": pl.Boolean}

TypedCell = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkupValues:
    """The values of a sheet: numbers, cells of other types, formulas, and the number of texts.

    *numbers* has the columns row, column (letters), text (as written) and plain (whether it is written plainly).
    *typed_cells* are address, type and value, or None if there is no value. *first_column* is the first with a value.
    *uncalculated_cells* are the addresses of formulas without a result.
    """

    numbers: pl.DataFrame
    typed_cells: tuple[TypedCell, ...]
    text_count: int
    first_column: int | None
    formulas: Mapping[str, str] = field(default_factory=dict)
    uncalculated_cells: tuple[str, ...] = ()


@dataclass(slots=True)
class MarkupReader:
    """Collects the values of one sheet from batches of its rows."""

    sheet: SheetPart
    number_frames: list[pl.DataFrame] = field(default_factory=list)
    typed_cells: list[TypedCell] = field(default_factory=list)
    text_count: int = 0
    number_columns: set[str] = field(default_factory=set)
    text_columns: set[str] = field(default_factory=set)
    formulas: dict[str, str] = field(default_factory=dict)
    uncalculated_cells: list[str] = field(default_factory=list)
    shared_formulas: SharedFormulas = field(default_factory=SharedFormulas)

    def add_rows(self, rows: bytes, uniform_rows: UniformRows | None = None) -> None:
        """Read rows that the grammar has matched; *uniform_rows* are the same rows if they are already parsed."""
        text = self._decode_rows(rows)
        if uniform_rows is not None:
            self._add_uniform_rows(uniform_rows)
            return
        # The first piece is not a cell but the tag of the first row.
        cells = text.str.split(_CELL_START).explode(empty_as_null=True, keep_nulls=True).slice(1)
        has_type = cells.str.contains(' t="', literal=True)
        self._add_numbers(cells.filter(~has_type))
        self._add_typed_cells(cells.filter(has_type))
        if b"<f" in rows:
            self._add_formulas(_join_cells(cells.filter(cells.str.contains(_FORMULA_START))))

    @property
    def used_columns(self) -> frozenset[str]:
        """The letters of all columns with a value, a typed cell or a formula without a result."""
        typed_addresses = (address for address, _, _ in self.typed_cells)
        special_columns = map(column_part, chain(self.uncalculated_cells, typed_addresses))
        return frozenset({*self.number_columns, *self.text_columns, *special_columns})

    def build_values(self) -> MarkupValues:
        """Return the values of all rows that were added."""
        typed_columns = (column_part(address) for address, _, value in self.typed_cells if value is not None)
        value_columns = {*self.number_columns, *self.text_columns, *typed_columns}
        numbers = pl.DataFrame(schema=_NUMBERS_SCHEMA)
        if self.number_frames:
            numbers = pl.concat(self.number_frames)
        return MarkupValues(
            numbers=numbers,
            typed_cells=tuple(self.typed_cells),
            text_count=self.text_count,
            first_column=min(map(column_number, value_columns), default=None),
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
        if not rows.values:
            return
        series_by_name = {"row": pl.Series(rows.row_numbers, dtype=pl.Int32)}
        for letters, numbers in rows.values.items():
            series_by_name[letters] = pl.Series(numbers, dtype=pl.Binary).cast(pl.String)
        wide = pl.DataFrame(series_by_name)
        long = wide.unpivot(index="row", variable_name="column", value_name="text").filter(pl.col("text") != "")
        self.number_frames.append(long.with_columns(plain=pl.col("text").str.contains(PLAIN_NUMBER_PATTERN)))

    def _add_typed_cells(self, cells: pl.Series) -> None:
        """Read the cells whose tag may name a type."""
        is_text = cells.str.contains(_TEXT_CELL)
        text_count = int(is_text.sum())
        self.text_count += text_count
        address_starts = cells.filter(is_text).str.slice(0, _MAX_COLUMN_LETTERS).unique()
        self.text_columns |= {address_start.rstrip('0123456789"') for address_start in address_starts}
        if text_count < cells.len():
            other_cells = cells.filter(~is_text)
            self._add_numbers(other_cells.filter(other_cells.str.contains(_NUMBER_CELL)))
            non_text_cells = other_cells.filter(other_cells.str.contains(_NON_TEXT_CELL))
            self.typed_cells += _parse_typed_cells(_join_cells(non_text_cells))

    def _add_numbers(self, cells: pl.Series) -> None:
        numbers = _parse_numbers(cells)
        self.number_frames.append(numbers)
        self.number_columns |= set(numbers["column"].unique())

    def _add_formulas(self, cells: bytes) -> None:
        """Collect the formulas, and the addresses of those without a result in the file; an empty text is a result."""
        for address_bytes, kind, attributes, text, value in FORMULA_CELL.findall(cells):
            address = address_bytes.decode()
            self.formulas[address] = f"={self.shared_formulas.read_text(address, attributes, text)}"
            if not value and kind != b"str":
                self.uncalculated_cells.append(address)


def _parse_numbers(cells: pl.Series) -> pl.DataFrame:
    """Return the numbers of cells (row, column, text, plain), without the empty cells."""
    value = _CELL_EXPRESSION.str.splitn("<v>", 2).struct.field("field_1").str.splitn("<", 2).struct.field("field_0")
    address = _CELL_EXPRESSION.str.splitn('"', 2).struct.field("field_0")
    written = cells.to_frame().select(address=address, text=value).filter(pl.col("text") != "")
    placed = written.with_columns(row=pl.col("address").str.strip_chars_start(COLUMN_LETTERS))
    return placed.select(
        row=pl.col("row").cast(pl.Int32),
        column=pl.col("address").str.head(pl.col("address").str.len_bytes() - pl.col("row").str.len_bytes()),
        text=pl.col("text"),
        plain=pl.col("text").str.contains(PLAIN_NUMBER_PATTERN),
    )


def _join_cells(cells: pl.Series) -> bytes:
    """Return a few cells as markup again."""
    return "".join(_CELL_START + cell for cell in cells).encode()


def _parse_typed_cells(cells: bytes) -> Iterator[TypedCell]:
    for match in TYPED_CELL.finditer(cells):
        address, kind, text, empty_value = match.groups()
        value = None
        if empty_value:
            value = ""
        elif text is not None:
            value = text.decode("utf-8", "replace")
        yield address.decode(), kind.decode(), value
