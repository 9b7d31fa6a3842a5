"""One sheet read twice: by the library, and from its markup; where they differ it is refused.

The text of cells comes from the library, numbers as they are written from the markup. Columns are named A, B, C…,
the first row is Excel's row 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from checks.model.cell_ref import column_letters, format_address, parse_known_address
from checks.model.raw_workbook import CellKind
from workbooks.gate.intake_fault import intake_error
from workbooks.reader.number_agreement import reconcile_numbers
from workbooks.sheet_scan.markup_values import MarkupValues

MAX_NUMBER: Final = 1e15  # from here on a spreadsheet has lost digits; no area is as large
MIN_NUMBER: Final = 1e-30
_MAX_TEXT_LENGTH: Final = 32_767
_NUMBER_PATTERN: Final = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$"
_NONZERO_PATTERN: Final = "^-?[0.]*[1-9]"  # a number below the smallest float is read as 0
_CONTROL_CHARACTER_PATTERN: Final = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\ufffe\uffff]"
_NUMERIC_VALUE: Final = pl.col("text").cast(pl.Float64, strict=False)


@dataclass(frozen=True, slots=True)
class SheetFrames:
    """Text and kind of every cell, and the formulas by address."""

    text: pl.DataFrame
    kinds: pl.DataFrame
    formulas: Mapping[str, str]


def refuse_bad_numbers(sheet_name: str, numbers: pl.DataFrame) -> None:
    """Refuse what is no number, has lost digits or is out of range."""
    # what is written plainly is a number of at most fifteen digits: only the rest has to be looked at
    rest = numbers.filter(~pl.col("plain")).with_columns(value=_NUMERIC_VALUE)
    size, not_zero = pl.col("value").abs(), pl.col("text").str.contains(_NONZERO_PATTERN)
    faults = (
        ("bad_number", ~pl.col("text").str.contains(_NUMBER_PATTERN)),
        ("digits_lost", (size >= MAX_NUMBER) & (size < MAX_NUMBER * 1e6)),
        (
            "out_of_range",
            ~size.is_finite() | (size >= MAX_NUMBER) | ((size < MIN_NUMBER) & not_zero),
        ),
    )
    wrong = rest.filter(pl.any_horizontal([one.fill_null(value=True) for _, one in faults])).head(1)
    for row, column, written, *_ in wrong.rows():
        code = next(code for code, one in faults if wrong.select(one.fill_null(value=True)).item())
        raise intake_error(code, sheet=sheet_name, cell=f"{column}{row}", value=str(written)[:40])


def _refuse_duplicate_cells(sheet_name: str, letters: str, rows: pl.Series) -> None:
    """In order, as most files are, no cell can stand there twice."""
    if (rows.diff() <= 0).any() and (twice := rows.filter(rows.is_duplicated())).len():
        raise intake_error("cell_twice", sheet=sheet_name, cell=f"{letters}{twice[0]}")


def cross_check(sheet_name: str, frame: pl.DataFrame, markup: MarkupValues, *, since_1904: bool) -> SheetFrames:
    """Return the cells of a sheet where both readings agree; raise the fault with the cell where they do not."""
    refuse_bad_numbers(sheet_name, markup.numbers)
    placed = _place_columns(frame, markup)
    text = dict(placed)
    filled = pl.DataFrame(placed).select(pl.all().is_not_null().cast(pl.UInt8) * int(CellKind.TEXT))
    kinds = {column.name: column for column in filled.get_columns()}
    for (letters,), part in markup.numbers.group_by("column", maintain_order=True):
        at = str(letters)
        if at not in text:
            raise intake_error("readings_differ", sheet=sheet_name, cell=f"{at}{part['row'][0]}")
        rows = _find_row_indexes(sheet_name, at, part, height=text[at].len())
        agreed = reconcile_numbers(sheet_name, part.with_columns(seen=text[at].gather(rows)), since_1904=since_1904)
        if agreed.indexes.len():
            text[at] = text[at].clone().scatter(rows.gather(agreed.indexes), agreed.text)
        kinds[at] = kinds[at].clone().scatter(rows, agreed.kinds)
    _refuse_differing_counts(sheet_name, placed, markup)
    _mark_typed_cells(text, kinds, markup)
    result = SheetFrames(pl.DataFrame(text), pl.DataFrame(kinds), markup.formulas)
    refuse_unwritable_text(sheet_name, result.text)
    return result


def _place_columns(frame: pl.DataFrame, markup: MarkupValues) -> dict[str, pl.Series]:
    """Put the library's columns back where they stand on the sheet: it leaves out empty ones on the left."""
    first = markup.first_column or 1
    beyond = [parse_known_address(at) for at in markup.uncalculated_cells]
    height = max([frame.height, *(row for row, _ in beyond)], default=0)
    width = max([first - 1 + frame.width, *(column for _, column in beyond)], default=0)
    blank = pl.Series([None] * height, dtype=pl.String)
    columns = {column_letters(number): blank for number in range(1, width + 1)}
    for number, column in enumerate(frame.get_columns(), start=first):
        whole = column.extend_constant(None, height - frame.height) if height > frame.height else column
        columns[column_letters(number)] = whole.cast(pl.String) if whole.dtype != pl.String else whole
    return columns


def _find_row_indexes(sheet_name: str, letters: str, numbers: pl.DataFrame, *, height: int) -> pl.Series:
    """Return where a column's numbers stand, counted from 0: each once, and none below what the library read."""
    _refuse_duplicate_cells(sheet_name, letters, numbers["row"])
    if int(numbers["row"].max() or 0) > height:  # type: ignore[arg-type]
        raise intake_error("readings_differ", sheet=sheet_name, cell=f"{letters}{numbers['row'][-1]}")
    return numbers["row"] - 1


def _refuse_differing_counts(sheet_name: str, columns: Mapping[str, pl.Series], markup: MarkupValues) -> None:
    """A cell that stands there twice is read once: then the library has fewer values than the markup."""
    read = sum(column.len() - column.null_count() for column in columns.values())
    other = sum(1 for _, kind, value in markup.typed_cells if kind != "e" and value is not None)
    if read != markup.numbers.height + markup.text_count + other:
        raise intake_error(
            "cells_differ",
            sheet=sheet_name,
            read=str(read),
            held=str(markup.numbers.height + markup.text_count + other),
        )


def _mark_typed_cells(text: dict[str, pl.Series], kinds: dict[str, pl.Series], markup: MarkupValues) -> None:
    """Enter errors, truth values, dates and formulas without a result, which the library drops or flattens."""
    marks: dict[str, list[tuple[int, str | None, CellKind]]] = {}
    for at, kind, value in markup.typed_cells:
        meaning = {"e": CellKind.ERROR, "b": CellKind.BOOLEAN, "d": CellKind.DATE}.get(kind)
        if meaning is not None and value is not None:
            shown = ("TRUE" if value == "1" else "FALSE") if kind == "b" else value
            row, column = parse_known_address(at)
            marks.setdefault(column_letters(column), []).append((row - 1, shown, meaning))
    for at in markup.uncalculated_cells:
        row, column = parse_known_address(at)
        marks.setdefault(column_letters(column), []).append((row - 1, None, CellKind.UNCALCULATED))
    for letters, found_here in marks.items():
        rows = [row for row, _, _ in found_here]
        text[letters] = text[letters].clone().scatter(rows, [shown for _, shown, _ in found_here])
        kinds[letters] = kinds[letters].clone().scatter(rows, [int(kind) for _, _, kind in found_here])


def refuse_unwritable_text(sheet_name: str, text: pl.DataFrame) -> None:
    """Refuse a text with a control character, or longer than a cell may hold, naming its cell."""
    # all texts of a column as one are looked through much faster than one by one, and hardly ever is anything found
    odd = text.select(pl.all().str.join().str.contains(_CONTROL_CHARACTER_PATTERN)).row(0) if text.width else ()
    long = text.select((pl.all().str.len_bytes() > _MAX_TEXT_LENGTH).any()).row(0) if text.width else ()
    for number, column in enumerate(text.get_columns()):
        if odd[number]:
            raise intake_error(
                "control_character",
                sheet=sheet_name,
                cell=_find_first_cell(column.str.contains(_CONTROL_CHARACTER_PATTERN), number + 1),
            )
        if long[number] and (wrong := column.str.len_chars() > _MAX_TEXT_LENGTH).any():
            raise intake_error("text_too_long", sheet=sheet_name, cell=_find_first_cell(wrong, number + 1))


def _find_first_cell(mask: pl.Series, column: int) -> str:
    return format_address(mask.arg_true()[0] + 1, column)
