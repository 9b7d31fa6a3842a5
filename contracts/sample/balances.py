"""The balances of a made-up submission: each year begins as the one before ended, sums follow from the plots."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TypeAlias

from contracts.sample.figures import (
    ZERO,
    Sample,
    compute_percentage,
    convert_to_mu,
    round_to_hundredths,
    sum_mu_by_township,
)

SampleValue: TypeAlias = str | int | Decimal | None
SampleRow: TypeAlias = Mapping[str, SampleValue]

PROJECT_YEARS = 3  # of a project, by its plan


def compute_plan_balances(sample: Sample) -> list[dict[str, SampleValue]]:
    """Return what each project began with and is planned for: three times what its first year brings."""
    if sample.before is not None:
        return compute_plan_balances(sample.before)
    rows = list(compute_summary_figures(sample))
    return [
        _compute_project_plan(code, [row for row in rows if row["project"] == code])
        for code in sample.townships_by_project
    ]


def _compute_project_plan(code: str, rows: list[SampleRow]) -> dict[str, SampleValue]:
    begun = {"farm_base": "farm_begin", "cons_base": "cons_begin"}
    planned = {"planned_new": "farm_new", "planned_pbf_in": "pbf_in"}
    return {
        "project": code,
        **{name: sum_column(rows, column) for name, column in begun.items()},
        **{name: sum_column(rows, column) * PROJECT_YEARS for name, column in planned.items()},
    }


def sum_column(rows: Iterable[SampleRow], column: str) -> Decimal:
    """Return the sum of a column."""
    return sum((one for row in rows for one in [row[column]] if isinstance(one, Decimal)), ZERO)


def compute_summary_figures(sample: Sample) -> Iterator[SampleRow]:
    """Return the figures of the summary; balances follow from what the plots add up to."""
    added, supplemented, taken_out = (
        sum_mu_by_township(one) for one in (sample.added, sample.supplemented, sample.taken_out)
    )
    ended: list[SampleRow] = (
        list(compute_summary_figures(sample.before)) if sample.before else [{} for _ in sample.townships]
    )
    for at, (place, last) in enumerate(zip(sample.townships, ended, strict=True)):
        new, put_in, out = (one.get(place, {}) for one in (added, supplemented, taken_out))
        yield {
            "project": place.project,
            "town_code": place.code,
            "township": place.name,
            **_compute_farmland(new, at, last),
            **_compute_basic_farmland(put_in, out.get("all", ZERO), at, last),
            **_compute_construction_land(at, last),
        }


def _compute_construction_land(index: int, previous: SampleRow) -> SampleRow:
    begin = _carry_over(previous, "cons_end") if previous else Decimal(800 + index * index * 37)
    return {"cons_begin": begin, "cons_end": begin - 10}


def _carry_over(previous: SampleRow, column: str) -> Decimal:
    return get_amount(previous.get(column))


def _compute_farmland(added_areas: Mapping[str, Decimal], index: int, previous: SampleRow) -> SampleRow:
    total = added_areas.get("all", ZERO)
    begin = _carry_over(previous, "farm_end") if previous else total * (8 + index * index % 5)
    out = round_to_hundredths(total / 10)
    return {
        "farm_begin": begin,
        "farm_new": total,
        "paddy": added_areas.get("0101", ZERO),
        "irrigated": added_areas.get("0102", ZERO),
        "dry": added_areas.get("0103", ZERO),
        "farm_out": out,
        "farm_end": begin + total - out,
        "farm_new_cum": total + _carry_over(previous, "farm_new_cum"),
        "grade_before": Decimal("10.35"),
        "grade_after": Decimal("9.80"),
    }


def _compute_basic_farmland(
    supplemented_areas: Mapping[str, Decimal], taken_out_area: Decimal, index: int, previous: SampleRow
) -> SampleRow:
    area = (
        _carry_over(previous, "pbf_area") if previous else Decimal(30000 + index * index * 1900) + taken_out_area * 40
    )
    total, out_cum = supplemented_areas.get("all", ZERO), taken_out_area + _carry_over(previous, "pbf_out_cum")
    return {
        "pbf_area": area,
        "pbf_out": taken_out_area,
        "pbf_in": total,
        "pbf_in_scope": supplemented_areas.get("inside", ZERO),
        "pbf_in_county": supplemented_areas.get("outside", ZERO),
        "pbf_out_cum": out_cum,
        "pbf_in_cum": total + _carry_over(previous, "pbf_in_cum"),
        "pbf_ratio": compute_percentage(out_cum, area),
    }


def compute_land_at_start(sample: Sample, class_count: int) -> list[Decimal]:
    """Return the area of each class when the year begins; in the last one there is enough for all years."""
    gained = convert_to_mu(sum((one.net_area for one in sample.added), ZERO))
    if sample.before is None:
        return [gained * 8 + Decimal(500 + 173 * at * at) for at in range(class_count)]
    before = convert_to_mu(sum((one.net_area for one in sample.before.added), ZERO))
    first, *others, last = compute_land_at_start(sample.before, class_count)
    return [first + before, *others, last - before]


def get_amount(value: SampleValue) -> Decimal:
    """Return a figure, 0 for what is none."""
    return value if isinstance(value, Decimal) else ZERO
