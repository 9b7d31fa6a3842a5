"""Compare the two readings of a column's numbers; the number as written in the file is the one that counts."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import polars as pl

from checks.model.raw_workbook import CellKind
from workbooks.gate.intake_fault import intake_error

# The library keeps fifteen digits, as spreadsheet programs do, and at most nine decimals.
_RELATIVE_TOLERANCE: Final = 1e-14
_ABSOLUTE_TOLERANCE: Final = 5.01e-10
_DATE_PATTERN: Final = re.compile(r"[+-]?\d{4,5}-\d\d-\d\d(?: \d\d:\d\d:\d\d(?:\.\d+)?)?")
# The serial number of the day after 9999-12-31.
DATE_SERIAL_END: Final = 2_958_466
# What the library makes of a number that no spreadsheet program shows as a date: it is negative or beyond 9999-12-31.
IMPOSSIBLE_DATE_PATTERN: Final = r"^[+-]?[0-9]{4,7}-[0-9]{2}-[0-9]{2}(?:$| )"
# The library reads nothing from a date so many days from now.
UNREADABLE_DATE_SERIAL: Final = 90_000_000
# No area is as small, and no spreadsheet shows its digits: such a number stays as it is written.
MIN_NUMBER: Final = 1e-30
# From here on a spreadsheet has lost digits, and no area is as large: such a number is written with its exponent.
MAX_NUMBER: Final = 1e21
# Tells zero from a number below the smallest float, which is read as 0.
NONZERO_PATTERN: Final = "^-?[0.]*[1-9]"
_ORIGIN_1900: Final = datetime.fromisoformat("1899-12-30")
_ORIGIN_1904: Final = datetime.fromisoformat("1904-01-01")
# Serial numbers of the 1900 date system before this one are a day ahead: Excel counts a 1900-02-29 (serial 60).
_LEAP_DAY_1900_SERIAL: Final = 60


@dataclass(frozen=True, slots=True)
class AgreedNumbers:
    """Numbers on which both readings agree: the *kinds* of all, and the *text* at *indexes*, where the readings differ.

    The differences are in notation only: digits, exponents, dates.
    """

    kinds: pl.Series
    indexes: pl.Series
    text: pl.Series


def reconcile_numbers(sheet_name: str, numbers: pl.DataFrame, *, since_1904: bool) -> AgreedNumbers:
    """Compare the numbers of a column (row, column, text, plain) with the library's reading (*library_text*).

    Most are written as the library writes them; only the others are compared by value. A number that the library reads
    as a date becomes a date such as 2024-03-05, unless it is negative or too large to be one: it stays the number that
    it is. Raise IntakeError with the cell if a number differs.
    """
    kinds = pl.Series([int(CellKind.NUMBER)], dtype=pl.UInt8).new_from_index(0, numbers.height)
    is_different = pl.col("library_text").ne_missing(pl.col("text")) | ~pl.col("plain")
    indexes = numbers.select(is_different.arg_true()).to_series()
    if not indexes.len():
        return AgreedNumbers(kinds, indexes, numbers["text"].clear())
    different = _compare_values(numbers[indexes])
    is_date = ~different["near"]
    dates = _convert_dates(sheet_name, different.filter(is_date), since_1904=since_1904)
    text = _restore_written_text(different).scatter(is_date.arg_true(), dates)
    return AgreedNumbers(kinds.scatter(indexes.filter(is_date), int(CellKind.DATE)), indexes, text)


def is_near(value: float, library_value: float) -> bool:
    """Return whether the library's value of a number is near the written one."""
    return abs(library_value - value) <= abs(value) * _RELATIVE_TOLERANCE + _ABSOLUTE_TOLERANCE


def _compare_values(numbers: pl.DataFrame) -> pl.DataFrame:
    """Return the numbers with their value, and whether the library's value is near it."""
    value = pl.col("text").cast(pl.Float64)
    difference = (pl.col("library_text").cast(pl.Float64, strict=False) - value).abs()
    is_near = difference <= value.abs() * _RELATIVE_TOLERANCE + _ABSOLUTE_TOLERANCE
    is_agreed = is_near.fill_null(value=False) | _is_impossible_date(pl.col("library_text"), value)
    return numbers.with_columns(value=value, near=is_agreed)


def _is_impossible_date(library_text: pl.Expr, value: pl.Expr) -> pl.Expr:
    """Return whether the library took a number for a date although it is too large for one, or negative."""
    is_date = library_text.str.contains(IMPOSSIBLE_DATE_PATTERN) & ((value < 0) | (value >= DATE_SERIAL_END))
    return is_date.fill_null(value=False) | (library_text.is_null() & (value.abs() > UNREADABLE_DATE_SERIAL))


def _convert_dates(sheet_name: str, numbers: pl.DataFrame, *, since_1904: bool) -> pl.Series:
    """Return each number that the library read as a date; each distinct date is parsed once."""
    pairs = numbers.select("value", "library_text").unique()
    dates = [parse_date(value, text, since_1904=since_1904) for value, text in pairs.rows()]
    parsed = pairs.with_columns(date=pl.Series(dates, dtype=pl.String))
    joined = numbers.join(parsed, on=["value", "library_text"], how="left", nulls_equal=True, maintain_order="left")
    for row, column in joined.filter(pl.col("date").is_null()).select("row", "column").head(1).rows():
        raise intake_error("readings_differ", sheet=sheet_name, cell=f"{column}{row}")
    return joined["date"]


def parse_date(value: float, text: str | None, *, since_1904: bool) -> str | None:
    """Return the date (with the time, unless it is midnight), or None if the text is not that serial number's date.

    In some workbooks that count days from 1904 the library counts them from 1900: what the workbook says holds.
    """
    if text is None or not _DATE_PATTERN.fullmatch(text) or not 0 <= value < DATE_SERIAL_END:
        return None
    library_date = datetime.fromisoformat(text)
    for is_library_since_1904 in {since_1904, False}:
        library_moment = _compute_moment(value, since_1904=is_library_since_1904)
        if abs((library_date - library_moment).total_seconds()) <= 1:
            return _format_date(library_date + _compute_shift(value, library_moment, since_1904=since_1904))
    return None


def _compute_shift(value: float, library_moment: datetime, *, since_1904: bool) -> timedelta:
    return _compute_moment(value, since_1904=since_1904) - library_moment


def _format_date(date: datetime) -> str:
    if date == date.replace(hour=0, minute=0, second=0):
        return date.date().isoformat()
    return date.isoformat()


def _compute_moment(serial: float, *, since_1904: bool) -> datetime:
    """Return the moment of a serial number in the workbook's date system (ECMA-376 part 1, 18.17.4.1)."""
    if since_1904:
        return _ORIGIN_1904 + timedelta(days=serial)
    if serial < _LEAP_DAY_1900_SERIAL:
        serial += 1
    return _ORIGIN_1900 + timedelta(days=serial)


def _restore_written_text(numbers: pl.DataFrame) -> pl.Series:
    """Return the numbers as written; one with a float's full digits gets the 15 digits that Excel keeps.

    A number that no column can hold stays in a notation that the checks do not take for an amount: they report it.
    """
    is_tiny = (pl.col("value").abs() < MIN_NUMBER) & pl.col("text").str.contains(NONZERO_PATTERN)
    indexes = numbers.select((~pl.col("plain") & ~is_tiny).arg_true()).to_series()
    values = numbers["value"].gather(indexes).to_list()
    return numbers["text"].clone().scatter(indexes, list(map(format_number, values)))


def format_number(value: float) -> str:
    """Return a number in plain digits, or with its exponent if it is beyond what any sheet holds exactly."""
    if abs(value) >= MAX_NUMBER:
        return f"{value:.15g}"
    return format_plain_number(value)


def format_plain_number(value: float) -> str:
    """Return a number in plain digits, at most 15 of them significant.

    >>> format_plain_number(0.30000000000000004)
    '0.3'
    """
    short = f"{value:.15g}"
    if "e" not in short and short != "-0":
        return short
    exact = Decimal(short)
    if exact == 0:
        # The sign of a negative zero is dropped.
        exact = abs(exact)
    return format(exact, "f")
