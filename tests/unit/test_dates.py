"""Days as people write them."""

from datetime import date

import polars as pl
import pytest

from checks.dates import date_expr

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
    "无",
    "１",
)


@pytest.mark.parametrize(
    ("written", "day"),
    [*((one, date(2024, 9, 30)) for one in LAST_OF_SEPTEMBER), *OTHERS.items(), *((one, None) for one in NONE)],
)
def test_a_day_is_read_or_none(written: str, day: date | None) -> None:
    """A day in any usual form is that day; what names no day is none, whatever digits it has."""
    assert pl.select(date_expr(pl.lit(written))).item() == day
