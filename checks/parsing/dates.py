"""Days as people write them: 2024-09-30, 2024.9.30, 2024年9月30日, 20240930, 二〇二四年九月三十日."""

from datetime import date
from typing import Final

import polars as pl

# A day of the week and a time may follow, another day may not.
_SEPARATED_DATE: Final = (
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?"
    r"(?:\(?(?:星期|周|礼拜)[一二三四五六日天1-6]\)?)?(?:T?\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?Z?)?$"
)
_COMPACT_DATE: Final = r"^((?:19|20)\d{2})(\d{2})(\d{2})$"
_CHINESE_DIGITS: Final = dict(zip("〇○零一二三四五六七八九", "000123456789", strict=True))
# ten is said, not written: 十 is 10, 十二 is 12, 三十 is 30, 二十一 is 21
_CHINESE_TENS: Final = ((r"(\d)十(\d)", "$1$2"), (r"(\d)十", "${1}0"), (r"十(\d)", "1$1"), ("十", "10"))


ISO_DATE: Final = r"^\d{4}-\d{2}-\d{2}$"
_DATE_SERIAL: Final = r"^[2-7]\d{4}(\.\d+)?$"  # days since the sheet's beginning, from 1954 to 2119


def normalise_day_expr(text: pl.Expr, is_bare_number: pl.Expr, *, uses_1904_dates: bool) -> pl.Expr:
    """Return a text without spaces as the day that it means, 2024-03-05; as it stands where it means none.

    *bare* tells where a cell holds a number that no format makes a date: such a one is taken for a day of the sheet's
    own count. Eight digits are a day as well, 20240305.
    """
    begin = date(1904, 1, 1) if uses_1904_dates else date(1899, 12, 30)
    number = pl.when(is_bare_number & text.str.contains(_DATE_SERIAL)).then(text).otherwise(None)
    days = number.cast(pl.Float64, strict=False).floor().cast(pl.Int64)
    counted = pl.lit(begin) + pl.duration(days=days)
    meant = pl.coalesce(parse_date_expr(text), counted).dt.to_string("%Y-%m-%d")
    return pl.when(text.str.contains(ISO_DATE)).then(text).otherwise(pl.coalesce(meant, text))


def is_iso_date(text: pl.Expr) -> pl.Expr:
    """Tell whether what `day_expr` returned is a day."""
    return text.str.to_date("%Y-%m-%d", strict=False).is_not_null()


def parse_date_expr(text: pl.Expr) -> pl.Expr:
    """Return the day that a text without spaces means, null where it means none."""
    return text.map_batches(_parse_distinct_dates, return_dtype=pl.Date, is_elementwise=True)


def _parse_distinct_dates(texts: pl.Series) -> pl.Series:
    """Read each text once, however many rows bear it: a year has few days."""
    distinct = texts.unique()
    days = distinct.to_frame("text").select("text", day=_parse_date(pl.col("text")))
    return texts.to_frame("text").join(days, on="text", how="left", maintain_order="left")["day"].alias(texts.name)


def _parse_date(text: pl.Expr) -> pl.Expr:
    return pl.coalesce(
        _parse_date_parts(text, _SEPARATED_DATE),
        _parse_date_parts(text, _COMPACT_DATE),
        _parse_date_parts(_convert_chinese_digits(text), _SEPARATED_DATE),
    )


def _parse_date_parts(text: pl.Expr, pattern: str) -> pl.Expr:
    parts = text.str.extract_groups(pattern).struct
    year, month, day = (parts.field(str(at)).cast(pl.Int32, strict=False) for at in (1, 2, 3))
    return pl.format("{}-{}-{}", year, month, day).str.to_date("%Y-%m-%d", strict=False)


def _convert_chinese_digits(text: pl.Expr) -> pl.Expr:
    figures = text.str.replace_many(_CHINESE_DIGITS)
    for said, written in _CHINESE_TENS:
        figures = figures.str.replace_all(said, written)
    return figures
