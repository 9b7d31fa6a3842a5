"""Dates are read as people write them."""

from datetime import date

import polars as pl
import pytest

from checks.parsing.dates import is_iso_date, normalise_day_expr, parse_date_expr

LAST_OF_SEPTEMBER = (
    "2024-09-30",
    "2024/9/30",
    "2024.9.30",
    "2024年9月30日",
    "2024年09月30日",
    "20240930",
    "二〇二四年九月三十日",
    "二零二四年九月三十日",
    "2024-09-30T08:30:00",
    "2024-09-3008:30:00",
    "2024-9-308:30",
    "2024年9月30日(星期一)",
    "二〇二四年九月三十日星期一",
    "2024年9月30号",
)
OTHERS = {
    "二〇二四年十月十日": date(2024, 10, 10),
    "二〇二五年十二月二十一日": date(2025, 12, 21),
    "二〇二四年二月二十九日": date(2024, 2, 29),
    "2024-12-1": date(2024, 12, 1),
}
NONE = (
    "",
    "2024-13-01",
    "2023-02-29",
    "20241301",
    "45565",
    "2024",
    "2024年9月",
    "九月三十日",
    "2024-9-301",
    "2024-09-28至2024-09-30",
    "2024年9月28日、30日",
    "2024-09-30或10月",
    "9/30/2024",
    "无",
    "１",
)


@pytest.mark.parametrize(
    ("written", "day"),
    [*((text, date(2024, 9, 30)) for text in LAST_OF_SEPTEMBER), *OTHERS.items(), *((text, None) for text in NONE)],
)
def test_a_day_is_read_or_none(written: str, day: date | None) -> None:
    """A day in any usual form is that day; what names no day is none, whatever digits it has."""
    assert pl.select(parse_date_expr(pl.lit(written))).item() == day


@pytest.mark.parametrize(
    ("written", "bare", "since_1904", "day"),
    [
        ("45356", True, False, "2024-03-05"),
        ("43894", True, True, "2024-03-05"),
        ("45356.75", True, False, "2024-03-05"),
        ("45356", False, False, "45356"),  # a text of five digits is no count of days
        ("20240305", True, False, "2024-03-05"),
        ("2024", True, False, "2024"),
        ("2024.3", True, False, "2024.3"),
        ("2024.3.5", False, False, "2024-03-05"),
        ("二〇二四年三月五日", False, True, "2024-03-05"),
        ("2024-02-30", False, False, "2024-02-30"),
        ("年底", False, False, "年底"),
    ],
)
def test_a_cell_of_days_is_one_day_or_stays_as_it_stands(written: str, bare: bool, since_1904: bool, day: str) -> None:  # noqa: FBT001 - parameters
    """Only a bare number counts days, from the sheet's own beginning; reading a day again changes nothing."""
    read = pl.select(normalise_day_expr(pl.lit(written), pl.lit(bare), uses_1904_dates=since_1904)).item()
    assert read == day
    assert pl.select(normalise_day_expr(pl.lit(read), pl.lit(bare), uses_1904_dates=since_1904)).item() == day
    assert pl.select(is_iso_date(pl.lit(read))).item() == (len(day) == 10 and day != "2024-02-30")
