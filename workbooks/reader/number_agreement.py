"""Do the two readings of a column's numbers say the same? What stands in the book is the number as it is written."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import polars as pl

from checks.model.raw_workbook import CellKind
from workbooks.gate.intake_fault import intake_error

_RELATIVE_TOLERANCE: Final = 1e-14  # the library keeps fifteen digits, as spreadsheet programs do
_ABSOLUTE_TOLERANCE: Final = 5.01e-10  # and nine decimals of them
_DATE_PATTERN: Final = re.compile(r"[+-]?\d{4,5}-\d\d-\d\d(?: \d\d:\d\d:\d\d(?:\.\d+)?)?")
_DATE_SERIAL_END: Final = 2_958_466  # the day after the 31st of December 9999


@dataclass(frozen=True, slots=True)
class AgreedNumbers:
    """Numbers on which both readings agree: the *kinds* of all, the *text* of those *at* which it is not as seen."""

    kinds: pl.Series
    indexes: pl.Series
    text: pl.Series


def reconcile_numbers(sheet_name: str, numbers: pl.DataFrame, *, since_1904: bool) -> AgreedNumbers:
    """Hold the numbers of a column (row, column, text, plain) against what the library has *seen*.

    Most are written as the library writes them; only the others are compared by their value. What the library took
    for a date is one in the form 2024-03-05. Numbers that differ raise the fault with their cell.
    """
    kinds = pl.Series([int(CellKind.NUMBER)], dtype=pl.UInt8).new_from_index(0, numbers.height)
    unlike = pl.col("seen").ne_missing(pl.col("text")) | ~pl.col("plain")
    at = numbers.select(unlike.arg_true()).to_series()
    if not at.len():
        return AgreedNumbers(kinds, at, numbers["text"].clear())
    value = pl.col("text").cast(pl.Float64)
    apart = (pl.col("seen").cast(pl.Float64, strict=False) - value).abs()
    odd = numbers[at].with_columns(
        value=value, near=(apart <= value.abs() * _RELATIVE_TOLERANCE + _ABSOLUTE_TOLERANCE).fill_null(value=False)
    )
    dates = _convert_dates(sheet_name, odd.filter(~pl.col("near")), since_1904=since_1904)
    text = _restore_written_text(odd).scatter((~odd["near"]).arg_true(), dates)
    return AgreedNumbers(kinds.scatter(at.filter(~odd["near"]), int(CellKind.DATE)), at, text)


def _convert_dates(sheet_name: str, numbers: pl.DataFrame, *, since_1904: bool) -> pl.Series:
    """Return each number that the library read as a date; the same day comes again and again."""
    pairs = numbers.select("value", "seen").unique()
    dates = [_parse_date(value, seen, since_1904=since_1904) for value, seen in pairs.rows()]
    known = pairs.with_columns(date=pl.Series(dates, dtype=pl.String))
    read = numbers.join(known, on=["value", "seen"], how="left", nulls_equal=True, maintain_order="left")
    for row, column in read.filter(pl.col("date").is_null()).select("row", "column").head(1).rows():
        raise intake_error("readings_differ", sheet=sheet_name, cell=f"{column}{row}")
    return read["date"]


def _parse_date(value: float, text: str | None, *, since_1904: bool) -> str | None:
    if text is None or not _DATE_PATTERN.fullmatch(text) or not 0 <= value < _DATE_SERIAL_END:
        return None
    origin = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet knows no zone
    early = 60 if not since_1904 else 0  # the 29th of February 1900 that never was
    moment = origin + timedelta(days=value + (1 if value < early else 0))
    shown = datetime.fromisoformat(text)
    if abs((shown - moment).total_seconds()) > 1:
        return None
    return shown.date().isoformat() if shown == shown.replace(hour=0, minute=0, second=0) else shown.isoformat()


def _restore_written_text(numbers: pl.DataFrame) -> pl.Series:
    """Return the numbers as they are written; what carries a float's last digits in the 15 that Excel keeps."""
    odd = (~numbers["plain"]).arg_true()
    values = numbers["value"].gather(odd).to_list()
    return numbers["text"].clone().scatter(odd, [format_plain_number(one) for one in values])


def format_plain_number(value: float) -> str:
    """Return a number in plain digits, at most 15 of them significant.

    >>> plain_number(0.30000000000000004)
    '0.3'
    """
    short = f"{value:.15g}"
    if "e" not in short and short != "-0":
        return short
    exact = Decimal(short)
    return format(abs(exact) if exact == 0 else exact, "f")
