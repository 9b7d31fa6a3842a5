"""Parse dates as people write them: 2024-09-30, 2024.9.30, 2024年9月30日, 20240930, 二〇二四年九月三十日."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

import polars as pl

from checks.parsing.short_columns import is_short
from checks.parsing.text_normalisation import normalise_text

# A day of the week and a time may follow; a second date may not.
_SEPARATED_DATE: Final = (
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?"
    r"(?:\(?(?:星期|周|礼拜)[一二三四五六日天1-6]\)?)?(?:T?\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?Z?)?$"
)
_COMPACT_DATE: Final = r"^((?:19|20)\d{2})(\d{2})(\d{2})$"
_CHINESE_DIGITS: Final = dict(zip("〇○零一二三四五六七八九", "000123456789", strict=True))
_DIGIT_TABLE: Final = str.maketrans("〇○零一二三四五六七八九", "000123456789")
# 元月 is January; 廿 and 卅 are short for 二十 and 三十.
_OTHER_NUMERALS: Final = {"元月": "一月", "廿": "二十", "卅": "三十"}
# 十 marks a place rather than a digit: 十 is 10, 十二 is 12, 三十 is 30, 二十一 is 21.
_CHINESE_TENS: Final = ((r"(\d)十(\d)", "$1$2"), (r"(\d)十", "${1}0"), (r"十(\d)", "1$1"), ("十", "10"))

_DAY_BEFORE_FALSE_LEAP_DAY: Final = date(1900, 2, 28)
_SECONDS_PER_DAY: Final = 86_400
# Seconds are a hundred-thousandth of a day.
_SERIAL_DECIMALS: Final = 5

ISO_DATE: Final = r"^\d{4}-\d{2}-\d{2}$"
# Days since 1899-12-30: from 1954 to 2119.
_SERIAL_TEXT: Final = r"[2-7]\d{4}(\.\d+)?"
_DATE_SERIAL: Final = rf"^{_SERIAL_TEXT}$"
# Days of 400 years, after which the calendar repeats itself, and the ordinal of 1970-01-01.
_CALENDAR_CYCLE: Final = 146_097
_EPOCH: Final = 719_163
# A reference to a group as polars writes it.
_REFERENCE: Final = re.compile(r"\$\{?(\d)\}?")


def normalise_day_expr(text: pl.Expr, is_bare_number: pl.Expr, *, uses_1904_dates: bool) -> pl.Expr:
    """Return the date that a text without spaces means, as 2024-03-05; a text that is no date stays as it is.

    *is_bare_number* is true for a cell that holds a number without a date format; such a number is taken as a count of
    days in the sheet's own date system. Eight digits such as 20240305 are a date as well.
    """
    epoch = _get_epoch(uses_1904_dates=uses_1904_dates)
    serial = pl.when(is_bare_number & text.str.contains(_DATE_SERIAL)).then(text).otherwise(None)
    days = serial.cast(pl.Float64, strict=False).floor().cast(pl.Int64)
    date_from_serial = pl.lit(epoch) + pl.duration(days=days)
    iso_date = pl.coalesce(parse_date_expr(text), date_from_serial).dt.to_string("%Y-%m-%d")
    return pl.when(text.str.contains(ISO_DATE)).then(text).otherwise(pl.coalesce(iso_date, text))


def _get_epoch(*, uses_1904_dates: bool) -> date:
    """Return the date that serial number 0 stands for in Excel's 1904 or 1900 date system."""
    if uses_1904_dates:
        return date(1904, 1, 1)
    return date(1899, 12, 30)


def list_date_serials(text: str, *, uses_1904_dates: bool) -> list[Decimal]:
    """Return the numbers that a cell with a date format may hold, given the date and time that it shows.

    In the 1900 date system the days before 1900-03-01 count one less, since Excel has a 29 February 1900; that day
    is read as the one before. A text that is no date gives none.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return []
    passed = moment - datetime.combine(_get_epoch(uses_1904_dates=uses_1904_dates), time())
    seconds = Decimal(passed.seconds) + Decimal(passed.microseconds).scaleb(-6)
    serial = round(passed.days + seconds / _SECONDS_PER_DAY, _SERIAL_DECIMALS).normalize()
    if uses_1904_dates or moment.date() > _DAY_BEFORE_FALSE_LEAP_DAY:
        return [serial]
    if moment.date() == _DAY_BEFORE_FALSE_LEAP_DAY:
        return [serial - 1, serial]
    return [serial - 1]


def is_iso_date(text: pl.Expr) -> pl.Expr:
    """Return whether a text from `normalise_day_expr` is a date."""
    return text.str.to_date("%Y-%m-%d", strict=False).is_not_null()


@lru_cache(maxsize=4_096)  # a workbook holds few different dates
def parse_day(text: str) -> str | None:
    """Return the date that one text without spaces means, as 2024-03-05, or None if it is no date.

    It reads what `parse_date_expr` reads.
    """
    for pattern, written in ((_SEPARATED_DATE, text), (_COMPACT_DATE, text), (_SEPARATED_DATE, _write_digits(text))):
        match = re.fullmatch(pattern, written)
        day = _format_day(*match.group(1, 2, 3)) if match else None
        if day is not None:
            return day
    return None


def _format_day(year: str, month: str, day: str) -> str | None:
    """Return a day of the calendar, or None; digits other than 0 to 9 are none here."""
    if not (year + month + day).isascii():
        return None
    # The calendar of Python begins in the year 1; 0 was a leap year as 400 was.
    try:
        found = date(int(year) or 400, int(month), int(day))
    except ValueError:
        return None
    return f"{int(year):04}-{found:%m-%d}"


def _write_digits(text: str) -> str:
    """Return a text with its Chinese numerals below 100 as digits."""
    for numeral, replacement in _OTHER_NUMERALS.items():
        text = text.replace(numeral, replacement)
    text = text.translate(_DIGIT_TABLE)
    for pattern, replacement in _CHINESE_TENS:
        text = re.sub(pattern, _REFERENCE.sub(r"\\g<\1>", replacement), text)
    return text


def standardise_day(text: str, *, is_bare_number: bool, uses_1904_dates: bool) -> str:
    """Return the date that one text means as `normalise_day_expr` does."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text
    day = parse_day(text)
    if day is None and is_bare_number and text.isascii() and re.fullmatch(_SERIAL_TEXT, text):
        epoch = _get_epoch(uses_1904_dates=uses_1904_dates)
        return (epoch + timedelta(days=int(float(text)))).isoformat()
    return day or text


def parse_date_expr(text: pl.Expr) -> pl.Expr:
    """Return the date that a text without spaces means, or null if it is no date."""
    return text.map_batches(_parse_distinct_dates, return_dtype=pl.Date, is_elementwise=True)


def normalise_day(text: str) -> str:
    """Return the date that a text means, as 2024-03-05; a text that is no date stays as it is."""
    return parse_day(normalise_text(text)) or text


def _parse_distinct_dates(texts: pl.Series) -> pl.Series:
    """Parse each distinct text only once: many rows share few dates."""
    if is_short(len(texts)):
        days_passed = [_count_days(parse_day(text)) if text else None for text in texts]
        return pl.Series(texts.name, days_passed, dtype=pl.Int32).cast(pl.Date)
    distinct = texts.unique()
    days = distinct.to_frame("text").select("text", day=_parse_date(pl.col("text")))
    return texts.to_frame("text").join(days, on="text", how="left", maintain_order="left")["day"].alias(texts.name)


def _count_days(day: str | None) -> int | None:
    """Return the days from 1970-01-01 to a day as `parse_day` writes it."""
    if not day:
        return None
    year, month, day_of_month = map(int, day.split("-"))
    shift = _CALENDAR_CYCLE if year == 0 else 0
    return date(year or 400, month, day_of_month).toordinal() - shift - _EPOCH


def _parse_date(text: pl.Expr) -> pl.Expr:
    return pl.coalesce(
        _parse_date_parts(text, _SEPARATED_DATE),
        _parse_date_parts(text, _COMPACT_DATE),
        _parse_date_parts(_convert_chinese_digits(text), _SEPARATED_DATE),
    )


def _parse_date_parts(text: pl.Expr, pattern: str) -> pl.Expr:
    parts = text.str.extract_groups(pattern).struct
    year, month, day = (parts.field(group).cast(pl.Int32, strict=False) for group in ("1", "2", "3"))
    return pl.format("{}-{}-{}", year, month, day).str.to_date("%Y-%m-%d", strict=False)


def convert_chinese_numerals(text: str) -> str:
    """Return a text with its Chinese numerals below 100 as digits: 二〇二四 is 2024, 十二 is 12."""
    return _write_digits(text)


def _convert_chinese_digits(text: pl.Expr) -> pl.Expr:
    digits = text.str.replace_many(_OTHER_NUMERALS).str.replace_many(_CHINESE_DIGITS)
    for pattern, replacement in _CHINESE_TENS:
        digits = digits.str.replace_all(pattern, replacement)
    return digits
