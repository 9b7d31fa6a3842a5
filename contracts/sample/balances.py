"""The balances of a made-up submission: each year begins as the one before ended, sums follow from the plots."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TypeAlias

from contracts.sample.figures import ZERO, Sample, cents, mu, share, sums

Value: TypeAlias = str | int | Decimal | None
Row: TypeAlias = Mapping[str, Value]

YEARS = 3  # of a project, by its plan


def plan_balances(sample: Sample) -> list[dict[str, Value]]:
    """Return what each project began with and is planned for: three times what its first year brings."""
    if sample.before is not None:
        return plan_balances(sample.before)
    rows = list(summary_figures(sample))
    return [_plan(code, [row for row in rows if row["project"] == code]) for code in sample.projects]


def _plan(code: str, rows: list[Row]) -> dict[str, Value]:
    begun = {"farm_base": "farm_begin", "cons_base": "cons_begin"}
    planned = {"planned_new": "farm_new", "planned_pbf_in": "pbf_in"}
    return {
        "project": code,
        **{name: total_of(rows, column) for name, column in begun.items()},
        **{name: total_of(rows, column) * YEARS for name, column in planned.items()},
    }


def total_of(rows: Iterable[Row], column: str) -> Decimal:
    """Return the sum of a column."""
    return sum((one for row in rows for one in [row[column]] if isinstance(one, Decimal)), ZERO)


def summary_figures(sample: Sample) -> Iterator[Row]:
    """Return the figures of the summary; balances follow from what the plots add up to."""
    added, supplemented, taken_out = (sums(one) for one in (sample.added, sample.supplemented, sample.taken_out))
    ended: list[Row] = list(summary_figures(sample.before)) if sample.before else [{} for _ in sample.places]
    for at, (place, last) in enumerate(zip(sample.places, ended, strict=True)):
        new, put_in, out = (one.get(place, {}) for one in (added, supplemented, taken_out))
        yield {
            "project": place.project,
            "town_code": place.code,
            "township": place.name,
            **_farmland(new, at, last),
            **_basic_farmland(put_in, out.get("all", ZERO), at, last),
            **_construction(at, last),
        }


def _construction(at: int, last: Row) -> Row:
    begin = _carried(last, "cons_end") if last else Decimal(800 + at * at * 37)
    return {"cons_begin": begin, "cons_end": begin - 10}


def _carried(last: Row, column: str) -> Decimal:
    return amount_of(last.get(column))


def _farmland(new: Mapping[str, Decimal], at: int, last: Row) -> Row:
    total = new.get("all", ZERO)
    begin = _carried(last, "farm_end") if last else total * (8 + at * at % 5)
    out = cents(total / 10)
    return {
        "farm_begin": begin,
        "farm_new": total,
        "paddy": new.get("0101", ZERO),
        "irrigated": new.get("0102", ZERO),
        "dry": new.get("0103", ZERO),
        "farm_out": out,
        "farm_end": begin + total - out,
        "farm_new_cum": total + _carried(last, "farm_new_cum"),
        "grade_before": Decimal("10.35"),
        "grade_after": Decimal("9.80"),
    }


def _basic_farmland(put_in: Mapping[str, Decimal], out: Decimal, at: int, last: Row) -> Row:
    area = _carried(last, "pbf_area") if last else Decimal(30000 + at * at * 1900) + out * 40
    total, out_cum = put_in.get("all", ZERO), out + _carried(last, "pbf_out_cum")
    return {
        "pbf_area": area,
        "pbf_out": out,
        "pbf_in": total,
        "pbf_in_scope": put_in.get("inside", ZERO),
        "pbf_in_county": put_in.get("outside", ZERO),
        "pbf_out_cum": out_cum,
        "pbf_in_cum": total + _carried(last, "pbf_in_cum"),
        "pbf_ratio": share(out_cum, area),
    }


def land_at_start(sample: Sample, classes: int) -> list[Decimal]:
    """Return the area of each class when the year begins; in the last one there is enough for all years."""
    gained = mu(sum((one.net for one in sample.added), ZERO))
    if sample.before is None:
        return [gained * 8 + Decimal(500 + 173 * at * at) for at in range(classes)]
    before = mu(sum((one.net for one in sample.before.added), ZERO))
    first, *others, last = land_at_start(sample.before, classes)
    return [first + before, *others, last - before]


def amount_of(value: Value) -> Decimal:
    """Return a figure, 0 for what is none."""
    return value if isinstance(value, Decimal) else ZERO
