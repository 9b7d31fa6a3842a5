"""One sheet read twice: by the library, and by a regular expression over its markup; where they differ it is refused.

The text of cells comes from the library, numbers as they are written from the markup. Columns are named A, B, C…,
the first row is Excel's row 1.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import polars as pl

from checks.rawbook import CellKind
from workbooks.faults import found
from workbooks.positions import address, column_letters, column_number
from workbooks.sheet_grammar import NUMBER, SPECIAL, TEXT_COLUMNS, TEXT_IN_A, WITH_FORMULA
from workbooks.sheet_xml import SheetXml

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LARGEST: Final = 1e15  # from here on a spreadsheet has lost digits; no area is as large
SMALLEST: Final = 1e-30
_LONGEST_TEXT: Final = 32_767
_NUMBER: Final = r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$"
_AS_WRITTEN: Final = r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?$"
_UNWRITABLE: Final = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\ufffe\uffff]"
_DATE: Final = re.compile(r"[+-]?\d{4,5}-\d\d-\d\d(?: \d\d:\d\d:\d\d(?:\.\d+)?)?")


@dataclass(frozen=True, slots=True)
class SheetFrames:
    """Text and kind of every cell, and the formulas by address."""

    text: pl.DataFrame
    kinds: pl.DataFrame
    formulas: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """What the markup says: numbers (row, column, as written), cells of other types, how many texts."""

    numbers: pl.DataFrame
    special: tuple[tuple[str, str, str | None], ...]  # address, type, value; none where there is no value
    texts: int
    text_column: int | None  # the first column with text
    formulas: Mapping[str, str] = field(default_factory=dict)
    uncalculated: tuple[str, ...] = ()


def read_markup(sheet: SheetXml) -> Markup:
    """Read the numbers and the odd cells of a judged sheet from its markup."""
    typed, texts = _count(sheet, b' t="'), _count(sheet, b' t="s">') + _count(sheet, b' t="inlineStr">')
    # A cell may say that it holds text and hold none.
    texts -= _count(sheet, b' t="s"></c>') + _count(sheet, b' t="inlineStr"></c>')
    # counting a byte string is ten times faster than looking for a pattern
    special = () if typed in (texts, texts + _count(sheet, b' t="n"')) else tuple(_special(sheet))
    formulas = dict(_formulas(sheet)) if _count(sheet, b"<f") else {}
    return Markup(
        numbers=_numbers(sheet),
        special=special,
        texts=texts,
        text_column=_text_column(sheet),
        formulas={at: text for at, (text, _) in formulas.items()},
        uncalculated=tuple(at for at, (_, without) in formulas.items() if without),
    )


def _count(sheet: SheetXml, mark: bytes) -> int:
    return sheet.xml.count(mark, sheet.start, sheet.end)


def _numbers(sheet: SheetXml) -> pl.DataFrame:
    parts = [pl.Series("cell", NUMBER.findall(sheet.xml, start, end), dtype=pl.Binary) for start, end in sheet.chunks()]
    cell = pl.concat(parts).cast(pl.String) if parts else pl.Series("cell", [], dtype=pl.String)
    split = pl.col("cell").str.splitn('"', 2).struct
    frame = cell.to_frame().select(
        at=split.field("field_0"),
        text=split.field("field_1").str.splitn("<v>", 2).struct.field("field_1"),
    )
    return frame.select(
        row=pl.col("at").str.strip_chars_start(LETTERS).cast(pl.Int64),
        column=pl.col("at").str.strip_chars_end("0123456789"),
        text=pl.col("text"),
        value=pl.col("text").cast(pl.Float64, strict=False),
        plain=pl.col("text").str.contains(_AS_WRITTEN),
    )


def _special(sheet: SheetXml) -> Iterator[tuple[str, str, str | None]]:
    for match in SPECIAL.finditer(sheet.xml, sheet.start, sheet.end):
        at, kind, text, empty = match.groups()
        value = "" if empty else None if text is None else text.decode("utf-8", "replace")
        yield at.decode(), kind.decode(), value


def _formulas(sheet: SheetXml) -> Iterator[tuple[str, tuple[str, bool]]]:
    """Yield each formula, and whether the file holds no result of it; an empty text is a result."""
    for at, kind, text, value in WITH_FORMULA.findall(sheet.xml, sheet.start, sheet.end):
        yield at.decode(), (f"={text.decode('utf-8', 'replace')}", not value and kind != b"str")


def _text_column(sheet: SheetXml) -> int | None:
    if TEXT_IN_A.search(sheet.xml, sheet.start, sheet.end):
        return 1
    letters = {one for start, end in sheet.chunks() for one in TEXT_COLUMNS.findall(sheet.xml, start, end)}
    return min((column_number(one.decode()) for one in letters), default=None)


def judge_numbers(name: str, numbers: pl.DataFrame) -> None:
    """Refuse what is no number, has lost digits or is out of range."""
    size = pl.col("value").abs()
    faults = (
        ("bad_number", ~pl.col("plain") & ~pl.col("text").str.contains(_NUMBER)),
        ("digits_lost", (size >= LARGEST) & (size < LARGEST * 1e6)),
        ("out_of_range", ~size.is_finite() | (size >= LARGEST) | ((size > 0) & (size < SMALLEST))),
    )
    # what is written plainly is a number of at most fifteen digits: only the rest has to be looked at
    rest = numbers.filter(~pl.col("plain"))
    wrong = rest.filter(pl.any_horizontal([one.fill_null(value=True) for _, one in faults])).head(1)
    for row, column, written, *_ in wrong.rows():
        code = next(code for code, one in faults if wrong.select(one.fill_null(value=True)).item())
        raise found(code, sheet=name, cell=f"{column}{row}", value=str(written)[:40])


def _refuse_twice(name: str, letters: str, rows: pl.Series) -> None:
    """In order, as most files are, no cell can stand there twice."""
    if (rows.diff() <= 0).any() and (twice := rows.filter(rows.is_duplicated())).len():
        raise found("cell_twice", sheet=name, cell=f"{letters}{twice[0]}")


def combine(sheet: SheetXml, frame: pl.DataFrame, markup: Markup, *, since_1904: bool) -> SheetFrames:
    """Return the cells of a sheet where both readings agree; raise the fault with the cell where they do not."""
    name = sheet.sheet.name
    judge_numbers(name, markup.numbers)
    placed = _placed(frame, markup)
    text, kinds = dict(placed), {}
    for letters, column in placed.items():
        kinds[letters] = column.is_not_null().cast(pl.UInt8) * int(CellKind.TEXT)
    for (letters,), part in markup.numbers.group_by("column", maintain_order=True):
        read = text.get(str(letters))
        if read is None:
            raise found("readings_differ", sheet=name, cell=f"{letters}{part['row'][0]}")
        text[str(letters)], kinds[str(letters)] = _agreed(
            name, str(letters), part, read=read, kinds=kinds[str(letters)], since_1904=since_1904
        )
    _refuse_miscounted(name, placed, markup)
    _mark_special(text, kinds, markup)
    result = SheetFrames(_frame(text, pl.String), _frame(kinds, pl.UInt8), markup.formulas)
    refuse_unwritable(name, result.text)
    return result


def _frame(columns: Mapping[str, pl.Series], dtype: type[pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame([column.rename(letters).cast(dtype) for letters, column in columns.items()])


def _placed(frame: pl.DataFrame, markup: Markup) -> dict[str, pl.Series]:
    """Put the library's columns back where they stand on the sheet: it leaves out empty ones on the left."""
    special = [_split(at) for at, kind, value in markup.special if value is not None]
    starts = [column_number(letters) for letters in markup.numbers["column"].unique()]
    starts += [column for _, column in special] + ([markup.text_column] if markup.text_column else [])
    first = min(starts, default=1)
    beyond = [_split(at) for at in markup.uncalculated]
    height = max([frame.height, *(row for row, _ in beyond)], default=0)
    width = max([first - 1 + frame.width, *(column for _, column in beyond)], default=0)
    blank = pl.Series([None] * height, dtype=pl.String)
    columns = {column_letters(number): blank for number in range(1, width + 1)}
    for number, column in enumerate(frame.get_columns(), start=first):
        columns[column_letters(number)] = column.cast(pl.String).extend_constant(None, height - frame.height)
    return columns


def _split(at: str) -> tuple[int, int]:
    letters = at.rstrip("0123456789")
    return int(at[len(letters) :]), column_number(letters)


def _agreed(
    name: str, letters: str, numbers: pl.DataFrame, *, read: pl.Series, kinds: pl.Series, since_1904: bool
) -> tuple[pl.Series, pl.Series]:
    _refuse_twice(name, letters, numbers["row"])
    rows = numbers["row"] - 1
    if int(rows.max() or 0) >= read.len():  # type: ignore[arg-type]
        raise found("readings_differ", sheet=name, cell=f"{letters}{numbers['row'][-1]}")
    seen = read.gather(rows)
    # the library rounds to fifteen digits, as Excel does
    apart = (seen.cast(pl.Float64, strict=False) - numbers["value"]).abs()
    same = (apart <= numbers["value"].abs() * 1e-14).fill_null(value=False)
    dates = _dates(numbers.filter(~same), seen.filter(~same), since_1904=since_1904)
    if None in dates:
        row = numbers.filter(~same)["row"][dates.index(None)]
        raise found("readings_differ", sheet=name, cell=f"{letters}{row}")
    text = _as_written(numbers)
    kind = same.cast(pl.UInt8) * int(CellKind.NUMBER)
    if dates:
        at = (~same).arg_true()
        text = text.scatter(at, dates)
        kind = kind.scatter(at, int(CellKind.DATE))
    return read.clone().scatter(rows, text), kinds.clone().scatter(rows, kind)


def _dates(numbers: pl.DataFrame, seen: pl.Series, *, since_1904: bool) -> list[str | None]:
    """Return each number that the library read as a date in the form 2024-03-05; nothing where it is none."""
    return [_date(value, text, since_1904=since_1904) for value, text in zip(numbers["value"], seen, strict=True)]


def _date(value: float, text: str | None, *, since_1904: bool) -> str | None:
    if text is None or not _DATE.fullmatch(text) or not 0 <= value < 2_958_466:  # noqa: PLR2004 - the end of 9999
        return None
    origin = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet knows no zone
    early = 60 if not since_1904 else 0  # the 29th of February 1900 that never was
    moment = origin + timedelta(days=value + (1 if value < early else 0))
    shown = datetime.fromisoformat(text)
    if abs((shown - moment).total_seconds()) > 1:
        return None
    return shown.date().isoformat() if shown == shown.replace(hour=0, minute=0, second=0) else shown.isoformat()


def _as_written(numbers: pl.DataFrame) -> pl.Series:
    """Return the numbers as they are written; what carries a float's last digits in the 15 that Excel keeps."""
    text = numbers["text"]
    odd = ~numbers["plain"]
    if not odd.any():
        return text
    plain = {one: plain_number(one) for one in text.filter(odd).unique()}
    return text.replace(plain)


def plain_number(text: str) -> str:
    """Return a number as written in a file in plain digits, at most 15 of them significant.

    >>> plain_number("0.30000000000000004")
    '0.3'
    """
    exact = Decimal(f"{float(text):.15g}")
    return format(abs(exact) if exact == 0 else exact, "f")


def _refuse_miscounted(name: str, placed: Mapping[str, pl.Series], markup: Markup) -> None:
    """A cell that stands there twice is read once: then the library has fewer values than the markup."""
    read = sum(column.len() - column.null_count() for column in placed.values())
    other = sum(1 for _, kind, value in markup.special if kind != "e" and value is not None)
    if read != markup.numbers.height + markup.texts + other:
        raise found("cells_differ", sheet=name, read=str(read), held=str(markup.numbers.height + markup.texts + other))


def _mark_special(text: dict[str, pl.Series], kinds: dict[str, pl.Series], markup: Markup) -> None:
    """Enter errors, truth values, dates and formulas without a result, which the library drops or flattens."""
    marks: dict[str, list[tuple[int, str | None, CellKind]]] = {}
    for at, kind, value in markup.special:
        meaning = {"e": CellKind.ERROR, "b": CellKind.BOOLEAN, "d": CellKind.DATE}.get(kind)
        if meaning is not None and value is not None:
            shown = ("TRUE" if value == "1" else "FALSE") if kind == "b" else value
            row, column = _split(at)
            marks.setdefault(column_letters(column), []).append((row - 1, shown, meaning))
    for at in markup.uncalculated:
        row, column = _split(at)
        marks.setdefault(column_letters(column), []).append((row - 1, None, CellKind.UNCALCULATED))
    for letters, found_here in marks.items():
        rows = [row for row, _, _ in found_here]
        text[letters] = text[letters].clone().scatter(rows, [shown for _, shown, _ in found_here])
        kinds[letters] = kinds[letters].clone().scatter(rows, [int(kind) for _, _, kind in found_here])


def refuse_unwritable(name: str, text: pl.DataFrame) -> None:
    """Refuse a text with a control character, or longer than a cell may hold, naming its cell."""
    for number, column in enumerate(text.get_columns(), start=1):
        for code, wrong in (
            ("control_character", column.str.contains(_UNWRITABLE)),
            ("text_too_long", column.str.len_chars() > _LONGEST_TEXT),
        ):
            if row := next(iter(wrong.arg_true().head(1)), None) if wrong.any() else None:
                raise found(code, sheet=name, cell=address((row + 1, number)))
            if wrong.any():
                raise found(code, sheet=name, cell=address((1, number)))
