"""What the markup of a sheet says of its cells: the second reading, taken in columns while the rows go by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from checks.model.cell_ref import column_number, column_part
from workbooks.gate.intake_fault import found, shown_part
from workbooks.gate.workbook_parts import SheetPart
from workbooks.sheet_scan.sheet_grammar import SPECIAL, WITH_FORMULA
from workbooks.sheet_scan.uniform_rows import RowsAlike

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
AS_WRITTEN: Final = r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?$"
_CELL: Final = '<c r="'
_WIDEST: Final = 3  # letters of a column
_C: Final = pl.col("cell")
# What a cell is, by its own tag; the words of a text or formula may look like anything.
_PLAIN: Final = r'^[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,6}")?(?: t="n")?>'
_TEXT: Final = r'^[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,6}")? t="(?:s|inlineStr)"><[^/]'
_OTHER: Final = r'^[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,6}")? t="(?:str|e|b|d)"><[^/]'
_FORMULA: Final = r"^[^>]*><f"
_NUMBERS: Final = {"row": pl.Int32, "column": pl.String, "text": pl.String, "plain": pl.Boolean}

Special = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """What the markup says: numbers (row, column, as written), cells of other types, how many texts.

    *first_column* is the first with a value. *special* holds address, type and value, none where there is no value.
    """

    numbers: pl.DataFrame
    special: tuple[Special, ...]
    texts: int
    first_column: int | None
    formulas: Mapping[str, str] = field(default_factory=dict)
    uncalculated: tuple[str, ...] = ()


@dataclass(slots=True)
class Gathering:
    """The second reading of one sheet on its way."""

    sheet: SheetPart
    numbers: list[pl.DataFrame] = field(default_factory=list)
    special: list[Special] = field(default_factory=list)
    texts: int = 0
    number_columns: set[str] = field(default_factory=set)
    text_columns: set[str] = field(default_factory=set)
    formulas: dict[str, str] = field(default_factory=dict)
    uncalculated: list[str] = field(default_factory=list)

    def take(self, rows: bytes, apart: RowsAlike | None = None) -> None:
        """Read some rows that the grammar has matched, or that have been taken apart."""
        text = self._text(rows)
        if apart is not None:
            self._take_apart(apart)
            return
        cells = text.str.split(_CELL).explode(empty_as_null=True, keep_nulls=True).slice(1)  # but the row's own tag
        typed = cells.str.contains(' t="', literal=True)
        self._take_numbers(cells.filter(~typed))
        self._take_typed(cells.filter(typed))
        if b"<f" in rows:
            self._take_formulas(_joined(cells.filter(cells.str.contains(_FORMULA))))

    @property
    def letters(self) -> frozenset[str]:
        """The columns in which anything stands."""
        others = (column_part(at) for at in (*self.uncalculated, *(at for at, _, _ in self.special)))
        return frozenset({*self.number_columns, *self.text_columns, *others})

    def markup(self) -> Markup:
        """Return what was gathered."""
        special = (column_part(at) for at, _, value in self.special if value is not None)
        placed = {*self.number_columns, *self.text_columns, *special}
        return Markup(
            numbers=pl.concat(self.numbers) if self.numbers else pl.DataFrame(schema=_NUMBERS),
            special=tuple(self.special),
            texts=self.texts,
            first_column=min(map(column_number, placed), default=None),
            formulas=self.formulas,
            uncalculated=tuple(self.uncalculated),
        )

    def _text(self, rows: bytes) -> pl.Series:
        try:
            return pl.Series("cell", [rows], dtype=pl.Binary).cast(pl.String)
        except pl.exceptions.PolarsError as error:
            raise found("encoding", part=shown_part(self.sheet.part), sheet=self.sheet.name) from error

    def _take_apart(self, rows: RowsAlike) -> None:
        self.texts += sum(rows.texts.values())
        self.text_columns |= set(rows.texts)
        self.number_columns |= set(rows.values)
        columns = {letters: pl.Series(one, dtype=pl.Binary).cast(pl.String) for letters, one in rows.values.items()}
        if columns:
            wide = pl.DataFrame({"row": pl.Series(rows.numbers, dtype=pl.Int32), **columns})
            long = wide.unpivot(index="row", variable_name="column", value_name="text").filter(pl.col("text") != "")
            self.numbers.append(long.with_columns(plain=pl.col("text").str.contains(AS_WRITTEN)))

    def _take_typed(self, cells: pl.Series) -> None:
        """Read the cells whose tag may name a type."""
        texts = cells.str.contains(_TEXT)
        self.texts += int(texts.sum())
        letters = cells.filter(texts).str.slice(0, _WIDEST).unique()
        self.text_columns |= {one.rstrip('0123456789"') for one in letters}
        if int(texts.sum()) < cells.len():
            rest = cells.filter(~texts)
            self._take_numbers(rest.filter(rest.str.contains(_PLAIN)))
            self.special += _special(_joined(rest.filter(rest.str.contains(_OTHER))))

    def _take_numbers(self, cells: pl.Series) -> None:
        numbers = _numbers(cells)
        self.numbers.append(numbers)
        self.number_columns |= set(numbers["column"].unique())

    def _take_formulas(self, cells: bytes) -> None:
        """Take each formula, and whether the file holds no result of it; an empty text is a result."""
        for at, kind, text, value in WITH_FORMULA.findall(cells):
            self.formulas[at.decode()] = f"={text.decode('utf-8', 'replace')}"
            if not value and kind != b"str":
                self.uncalculated.append(at.decode())


def _numbers(cells: pl.Series) -> pl.DataFrame:
    """Read the value of each cell that has one; an empty one has no number."""
    value = _C.str.splitn("<v>", 2).struct.field("field_1").str.splitn("<", 2).struct.field("field_0")
    written = cells.to_frame().select(at=_C.str.splitn('"', 2).struct.field("field_0"), text=value)
    placed = written.filter(pl.col("text") != "").with_columns(row=pl.col("at").str.strip_chars_start(LETTERS))
    return placed.select(
        row=pl.col("row").cast(pl.Int32),
        column=pl.col("at").str.head(pl.col("at").str.len_bytes() - pl.col("row").str.len_bytes()),
        text=pl.col("text"),
        plain=pl.col("text").str.contains(AS_WRITTEN),
    )


def _joined(cells: pl.Series) -> bytes:
    """Put a few cells together again as markup."""
    return "".join(_CELL + one for one in cells).encode()


def _special(cells: bytes) -> Iterator[Special]:
    for match in SPECIAL.finditer(cells):
        at, kind, text, empty = match.groups()
        value = "" if empty else None if text is None else text.decode("utf-8", "replace")
        yield at.decode(), kind.decode(), value
