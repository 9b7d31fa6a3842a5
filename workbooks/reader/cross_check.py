"""Cross-check the two readings of a sheet, the library's and the markup's; refuse it if they differ.

The text of cells comes from the library, numbers come from the markup as they are written. Columns are named A, B,
C…; the first row is Excel's row 1.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from checks.model.cell_ref import column_letters, format_address, parse_known_address
from checks.model.raw_workbook import CellKind
from workbooks.gate.intake_fault import intake_error
from workbooks.reader.number_agreement import reconcile_numbers
from workbooks.reader.small_sheets import MAX_NUMBERS, MAX_ROWS, ColumnCells, are_writable, group_numbers
from workbooks.sheet_scan.markup_values import MarkupValues

_MAX_TEXT_LENGTH: Final = 32_767
_NUMBER_PATTERN: Final = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$"
_CONTROL_CHARACTER_PATTERN: Final = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\ufffe\uffff]"
_TYPED_CELL_KINDS: Final = {"e": CellKind.ERROR, "b": CellKind.BOOLEAN, "d": CellKind.DATE}
Columns = dict[str, pl.Series]
"""The columns of a sheet by their letters."""
_NUMERIC_VALUE: Final = pl.col("text").cast(pl.Float64, strict=False)


@dataclass(frozen=True, slots=True)
class SheetFrames:
    """Text and kind of every cell, with a column for each column of the sheet, and the formulas by address."""

    text: pl.DataFrame
    kinds: pl.DataFrame
    formulas: Mapping[str, str]


def refuse_bad_numbers(sheet_name: str, numbers: pl.DataFrame) -> None:
    """Raise IntakeError at the first number that is malformed, or larger than any program can hold.

    One that is larger than any amount may stand on a sheet that nobody reads; the checks report it at its cell.
    """
    if numbers["plain"].all():
        return
    # A plainly written number has at most fifteen digits: only the others need a check.
    unusual = numbers.filter(~pl.col("plain")).with_columns(value=_NUMERIC_VALUE)
    size = pl.col("value").abs()
    fault_conditions = {
        "bad_number": ~pl.col("text").str.contains(_NUMBER_PATTERN),
        "out_of_range": ~size.is_finite(),
    }
    is_fault = [condition.fill_null(value=True).alias(code) for code, condition in fault_conditions.items()]
    for number in unusual.with_columns(is_fault).filter(pl.any_horizontal(*fault_conditions)).head(1).rows(named=True):
        code = next(filter(number.get, fault_conditions))
        cell = f"{number['column']}{number['row']}"
        raise intake_error(code, sheet=sheet_name, cell=cell, value=str(number["text"])[:40])


def _refuse_duplicate_cells(sheet_name: str, letters: str, rows: pl.Series) -> None:
    """Refuse a column with two cells in one row; rows in ascending order, the usual case, need no search."""
    if (rows.diff() > 0).all():
        return
    duplicates = rows.filter(rows.is_duplicated())
    if duplicates.len():
        raise intake_error("cell_twice", sheet=sheet_name, cell=f"{letters}{duplicates[0]}")


def cross_check(sheet_name: str, frame: pl.DataFrame, markup: MarkupValues, *, since_1904: bool) -> SheetFrames:
    """Return the cells of a sheet; raise IntakeError with the cell if the two readings differ."""
    refuse_bad_numbers(sheet_name, markup.numbers)
    library_columns = _place_columns(frame, markup)
    if markup.numbers.height <= MAX_NUMBERS:
        text, kinds, unread_count = _enter_few_numbers(sheet_name, library_columns, markup, since_1904=since_1904)
    else:
        text, kinds, unread_count = _enter_many_numbers(sheet_name, library_columns, markup, since_1904=since_1904)
    _refuse_differing_counts(sheet_name, library_columns, markup, unread_count)
    _mark_typed_cells(text, kinds, markup)
    frames = SheetFrames(pl.DataFrame(text), pl.DataFrame(kinds), markup.formulas)
    refuse_unwritable_text(sheet_name, frames.text)
    return frames


def _enter_few_numbers(
    sheet_name: str, library_columns: Mapping[str, pl.Series], markup: MarkupValues, *, since_1904: bool
) -> tuple[Columns, Columns, int]:
    """Return text and kinds by column, and how many numbers the library did not read."""
    cells_by_column: dict[str, ColumnCells] = {}
    for letters, column in library_columns.items():
        cells_by_column[letters] = ColumnCells(sheet_name, letters, column.to_list())
    unread_count = 0
    for letters, numbers in group_numbers(markup.numbers).items():
        if letters not in cells_by_column:
            raise intake_error("readings_differ", sheet=sheet_name, cell=f"{letters}{numbers[0].row}")
        unread_count += cells_by_column[letters].enter_numbers(numbers, since_1904=since_1904)
    text = {letters: cells.build_texts() for letters, cells in cells_by_column.items()}
    kinds = {letters: cells.build_kinds() for letters, cells in cells_by_column.items()}
    return text, kinds, unread_count


def _enter_many_numbers(
    sheet_name: str, library_columns: Mapping[str, pl.Series], markup: MarkupValues, *, since_1904: bool
) -> tuple[Columns, Columns, int]:
    """Return text and kinds by column, and how many numbers the library did not read."""
    text = dict(library_columns)
    filled = pl.DataFrame(text).select(pl.all().is_not_null().cast(pl.UInt8) * int(CellKind.TEXT))
    kinds = {column.name: column for column in filled.get_columns()}
    unread_count = 0
    for (column_name,), numbers in markup.numbers.group_by("column", maintain_order=True):
        unread_count += _enter_numbers(sheet_name, str(column_name), numbers, text, kinds, since_1904=since_1904)
    return text, kinds, unread_count


def _enter_numbers(
    sheet_name: str,
    letters: str,
    numbers: pl.DataFrame,
    text: Columns,
    kinds: Columns,
    *,
    since_1904: bool,
) -> int:
    """Enter the numbers of one column into its *text* and *kinds*; return how many of them the library did not read."""
    if letters not in text:
        raise intake_error("readings_differ", sheet=sheet_name, cell=f"{letters}{numbers['row'][0]}")
    rows = _find_row_indexes(sheet_name, letters, numbers, height=text[letters].len())
    both_readings = numbers.with_columns(library_text=text[letters].gather(rows))
    agreed = reconcile_numbers(sheet_name, both_readings, since_1904=since_1904)
    if agreed.indexes.len():
        text[letters] = text[letters].clone().scatter(rows.gather(agreed.indexes), agreed.text)
    kinds[letters] = kinds[letters].clone().scatter(rows, agreed.kinds)
    return both_readings["library_text"].null_count()


def _place_columns(frame: pl.DataFrame, markup: MarkupValues) -> dict[str, pl.Series]:
    """Return the library's columns by letters; the library leaves out empty columns on the left."""
    first_column = markup.first_column or 1
    height, width = frame.height, first_column - 1 + frame.width
    for row, column in map(parse_known_address, markup.uncalculated_cells):
        height, width = max(height, row), max(width, column)
    blank = pl.Series([None] * height, dtype=pl.String)
    columns = {column_letters(number): blank for number in range(1, width + 1)}
    for number, values in enumerate(frame.get_columns(), start=first_column):
        padded_values = values
        if height > frame.height:
            padded_values = values.extend_constant(None, height - frame.height)
        columns[column_letters(number)] = padded_values.cast(pl.String)
    return columns


def _find_row_indexes(sheet_name: str, letters: str, numbers: pl.DataFrame, *, height: int) -> pl.Series:
    """Return the row indexes of a column's numbers, from 0; refuse duplicates and rows below the library's last."""
    _refuse_duplicate_cells(sheet_name, letters, numbers["row"])
    if (numbers["row"] > height).any():
        raise intake_error("readings_differ", sheet=sheet_name, cell=f"{letters}{numbers['row'][-1]}")
    return numbers["row"] - 1


def _refuse_differing_counts(
    sheet_name: str, columns: Mapping[str, pl.Series], markup: MarkupValues, unread_count: int
) -> None:
    """Refuse a sheet of which the library read another number of values: it reads a duplicate cell once."""
    library_count = unread_count + sum(column.len() - column.null_count() for column in columns.values())
    markup_count = markup.numbers.height + markup.text_count
    for _, kind, value in markup.typed_cells:
        markup_count += kind != "e" and value is not None
    if library_count != markup_count:
        raise intake_error("cells_differ", sheet=sheet_name, read=str(library_count), held=str(markup_count))


def _mark_typed_cells(text: Columns, kinds: Columns, markup: MarkupValues) -> None:
    """Enter errors, booleans, dates and formulas without a result, which the library drops or flattens."""
    cells_by_column: dict[str, list[tuple[int, str | None, int]]] = {}
    for address, shown_text, kind in _iter_special_cells(markup):
        row, column = parse_known_address(address)
        cells_by_column.setdefault(column_letters(column), []).append((row - 1, shown_text, int(kind)))
    for letters, cells in cells_by_column.items():
        rows, shown_texts, cell_kinds = map(list, zip(*cells, strict=True))
        text[letters] = text[letters].clone().scatter(rows, shown_texts)
        kinds[letters] = kinds[letters].clone().scatter(rows, cell_kinds)


def _iter_special_cells(markup: MarkupValues) -> Iterator[tuple[str, str | None, CellKind]]:
    """Yield address, text and kind of the cells that are neither text nor number."""
    for address, kind, value in markup.typed_cells:
        if kind not in _TYPED_CELL_KINDS or value is None:
            continue
        shown_text = value
        if kind == "b":
            shown_text = "TRUE" if value == "1" else "FALSE"
        yield address, shown_text, _TYPED_CELL_KINDS[kind]
    for address in markup.uncalculated_cells:
        yield address, None, CellKind.UNCALCULATED


def refuse_unwritable_text(sheet_name: str, text: pl.DataFrame) -> None:
    """Raise IntakeError at the first text with a control character or longer than a cell may hold."""
    if not text.width:
        return
    if text.height <= MAX_ROWS and are_writable(text.to_dict().values(), _CONTROL_CHARACTER_PATTERN, _MAX_TEXT_LENGTH):
        return
    # Searching all texts of a column as one is much faster, and hardly ever finds anything.
    has_control_character = text.select(pl.all().str.join().str.contains(_CONTROL_CHARACTER_PATTERN)).row(0)
    has_long_text = text.select((pl.all().str.len_bytes() > _MAX_TEXT_LENGTH).any()).row(0)
    for index, column in enumerate(text.get_columns()):
        if has_control_character[index]:
            is_control = column.str.contains(_CONTROL_CHARACTER_PATTERN)
            raise intake_error("control_character", sheet=sheet_name, cell=_find_first_cell(is_control, index + 1))
        if has_long_text[index] and (is_long := column.str.len_chars() > _MAX_TEXT_LENGTH).any():
            raise intake_error("text_too_long", sheet=sheet_name, cell=_find_first_cell(is_long, index + 1))


def _find_first_cell(mask: pl.Series, column: int) -> str:
    return format_address(mask.arg_true()[0] + 1, column)
